"""boto3 against the S3 dialect: checksums, parts, encryption and tags, as a verification reads them.

usage: s3_verification.py ENDPOINT PLAIN|SUMMING      (credentials from AWS_*; SUMMING where the server sums by itself)
Prints `ok`, or fails with what went wrong.
"""
import base64
import hashlib
import sys
import zlib

import boto3
import botocore.exceptions
from botocore.config import Config

from awkward import check

endpoint, mode = sys.argv[1:]
MINIMUM = 5 << 20
ATTRIBUTES = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"]


def reflected(polynomial, width):
    """A CRC of the usual kind, bit-reflected with all ones before and after, byte by byte."""
    ones = (1 << width) - 1
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (polynomial if byte & 1 else 0)
        table.append(byte)

    def crc(data):
        value = ones
        for byte in data:
            value = table[(value ^ byte) & 255] ^ value >> 8
        return (value ^ ones).to_bytes(width // 8, "big")

    return crc


crc32c = reflected(0x82F63B78, 32)
crc64nvme = reflected(0x9A6C9329AC4BC9B5, 64)
check(crc32c(b"123456789").hex() == "e3069283" and crc64nvme(b"123456789").hex() == "ae8b14860a799888", "check values")
SUMS = {
    "CRC32": lambda data: zlib.crc32(data).to_bytes(4, "big"), "CRC32C": crc32c, "CRC64NVME": crc64nvme,
    "SHA1": lambda data: hashlib.sha1(data).digest(), "SHA256": lambda data: hashlib.sha256(data).digest(),
}


def b64(data):
    return base64.b64encode(data).decode()


def client(**config):
    return boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1",
                        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}, retries={"max_attempts": 1}, **config))


s3 = client()  # sums everything with CRC32 in a trailer
bare = client(request_checksum_calculation="when_required")
s3.create_bucket(Bucket="sums")


def refused(call, code, **arguments):
    try:
        call(Bucket="sums", **arguments)
    except botocore.exceptions.ClientError as error:
        check(error.response["Error"]["Code"] == code, f"{error.response['Error']['Code']} instead of {code}: {error}")
        return
    check(False, f"{code} expected, and the call succeeded")


def head(key, **more):
    return s3.head_object(Bucket="sums", Key=key, ChecksumMode="ENABLED", **more)


def attributes(key, client=s3, **more):
    return client.get_object_attributes(Bucket="sums", Key=key, **{"ObjectAttributes": ATTRIBUTES, **more})


# Whole objects.
body = b"summed in every way"
for name, digest in SUMS.items():
    value = b64(digest(body))
    put = bare.put_object(Bucket="sums", Key=name, Body=body, **{f"Checksum{name}": value})
    check(put[f"Checksum{name}"] == value and put["ChecksumType"] == "FULL_OBJECT", f"{name} of PUT")
    check(head(name)[f"Checksum{name}"] == value and head(name)["ChecksumType"] == "FULL_OBJECT", f"{name} of HEAD")
    got = s3.get_object(Bucket="sums", Key=name, ChecksumMode="ENABLED")
    check(got["Body"].read() == body and got[f"Checksum{name}"] == value, f"{name} of GET")
    told = attributes(name)
    check(told["Checksum"] == {f"Checksum{name}": value, "ChecksumType": "FULL_OBJECT"}, f"{name} of attributes")
    check(told["ETag"] == hashlib.md5(body).hexdigest() and told["ObjectSize"] == len(body), "attributes")
    check("ObjectParts" not in told and told["StorageClass"] == "STANDARD", "parts of a whole object")
    refused(bare.put_object, "BadDigest", Key=name, Body=b"other", **{f"Checksum{name}": value})
s3.put_object(Bucket="sums", Key="default", Body=body)
check(head("default")["ChecksumCRC32"] == b64(SUMS["CRC32"](body)), "what boto3 does by itself")
for name in ("CRC32", "SHA1", "SHA256"):  # boto3 computes these without more packages
    s3.put_object(Bucket="sums", Key="own", Body=body, ChecksumAlgorithm=name)
    check(head("own")[f"Checksum{name}"] == b64(SUMS[name](body)), f"boto3's own {name}")
bare.put_object(Bucket="sums", Key="bare", Body=body)
found = head("bare").get("ChecksumCRC64NVME")
check(found == (b64(crc64nvme(body)) if mode == "SUMMING" else None), "what the server does by itself")
check(attributes("bare", ObjectAttributes=["ObjectSize"]).keys() & set(ATTRIBUTES) == {"ObjectSize"}, "only what is asked for")
refused(s3.get_object_attributes, "NoSuchKey", Key="no such key", ObjectAttributes=["ETag"])
refused(s3.get_object_attributes, "InvalidArgument", Key="bare", ObjectAttributes=["Everything"])

# Objects of parts.
parts = [b"\x01" * MINIMUM, b"the end"]
whole = b"".join(parts)


def upload(key, algorithm=None, kind=None, says=True, client=bare, **more):
    create = {k: v for k, v in {"ChecksumAlgorithm": algorithm, "ChecksumType": kind}.items() if v}
    made = client.create_multipart_upload(Bucket="sums", Key=key, **create, **more)
    if algorithm:
        check(made["ChecksumAlgorithm"] == algorithm and (kind is None or made["ChecksumType"] == kind), "create")
    more = {k: v for k, v in more.items() if k.startswith("SSECustomer")}
    rows = []
    for number, data in enumerate(parts, 1):
        sums = {f"Checksum{algorithm}": b64(SUMS[algorithm](data))} if algorithm else {}
        answer = client.upload_part(Bucket="sums", Key=key, UploadId=made["UploadId"], PartNumber=number, Body=data, **sums, **more)
        check(all(answer[name] == value for name, value in sums.items()), "sum of a part")
        rows.append({"PartNumber": number, "ETag": answer["ETag"], **(sums if says else {})})
    return client.complete_multipart_upload(Bucket="sums", Key=key, UploadId=made["UploadId"], MultipartUpload={"Parts": rows}, **more)


def composite(name, kind):
    value = b64(SUMS[name](b"".join(SUMS[name](part) for part in parts)))
    suffixed = f"{value}-{len(parts)}"
    done = upload(name, name, kind)
    check(done[f"Checksum{name}"] == suffixed and done["ChecksumType"] == "COMPOSITE", f"composite {name} of complete")
    check(head(name)[f"Checksum{name}"] == suffixed and head(name)["ChecksumType"] == "COMPOSITE", f"composite {name} of HEAD")
    told = attributes(name)
    check(told["Checksum"] == {f"Checksum{name}": value, "ChecksumType": "COMPOSITE"}, f"composite {name} of attributes")
    rows = [{"PartNumber": n, "Size": len(part), f"Checksum{name}": b64(SUMS[name](part))} for n, part in enumerate(parts, 1)]
    check(told["ObjectParts"]["Parts"] == rows and told["ObjectParts"]["TotalPartsCount"] == len(parts), f"parts of {name}")
    check(told["ObjectParts"]["IsTruncated"] is False, "one page")
    part = head(name, PartNumber=len(parts))
    check(part[f"Checksum{name}"] == b64(SUMS[name](parts[-1])), f"{name} of a part")


def tag():
    md5s = b"".join(hashlib.md5(part).digest() for part in parts)
    return f"{hashlib.md5(md5s).hexdigest()}-{len(parts)}"


composite("SHA256", "COMPOSITE")
check(attributes("SHA256")["ETag"] == tag(), "ETag of parts")
first = attributes("SHA256", MaxParts=1)["ObjectParts"]
check([p["PartNumber"] for p in first["Parts"]] == [1] and first["IsTruncated"] and first["NextPartNumberMarker"] == 1, "page 1")
rest = attributes("SHA256", MaxParts=1, PartNumberMarker=1)["ObjectParts"]
check([p["PartNumber"] for p in rest["Parts"]] == [2] and not rest["IsTruncated"], "page 2")

value = b64(crc64nvme(whole))
done = upload("nvme", "CRC64NVME", "FULL_OBJECT", says=False)
check(done["ChecksumCRC64NVME"] == value and done["ChecksumType"] == "FULL_OBJECT", "full CRC64NVME of complete")
check(head("nvme")["ChecksumCRC64NVME"] == value and head("nvme")["ChecksumType"] == "FULL_OBJECT", "full CRC64NVME of HEAD")
told = attributes("nvme")
check(told["Checksum"]["ChecksumCRC64NVME"] == value and told["ObjectParts"] == {"TotalPartsCount": 2}, "full CRC64NVME of attributes")
check("ChecksumCRC64NVME" not in head("nvme", PartNumber=2), "a part has no sum of the whole")
done = upload("full", "CRC32", "FULL_OBJECT", says=False)
check(done["ChecksumCRC32"] == b64(SUMS["CRC32"](whole)), "full CRC32 of complete")
upload("plain")
check(("ChecksumCRC64NVME" in head("plain")) == (mode == "SUMMING"), "parts without a checksum")
check(attributes("plain")["ObjectParts"] == {"TotalPartsCount": 2}, "parts without a checksum are counted only")
for number, part in enumerate(parts, 1):
    answer = head("plain", PartNumber=number)
    check(answer["ContentLength"] == len(part) and answer["PartsCount"] == 2 and answer["ETag"] == f'"{tag()}"', f"part {number}")
    check(s3.get_object(Bucket="sums", Key="plain", PartNumber=number)["Body"].read() == part, f"bytes of part {number}")
refused(s3.head_object, "416", Key="plain", PartNumber=3)
parts = [b"one small part is enough"]
for name, kind in (("CRC32C", "COMPOSITE"), ("CRC32", "COMPOSITE"), ("SHA1", None)):
    composite(name, kind)
refused(bare.create_multipart_upload, "InvalidRequest", Key="x", ChecksumAlgorithm="CRC64NVME", ChecksumType="COMPOSITE")
refused(bare.create_multipart_upload, "InvalidRequest", Key="x", ChecksumAlgorithm="SHA256", ChecksumType="FULL_OBJECT")
begun = bare.create_multipart_upload(Bucket="sums", Key="x", ChecksumAlgorithm="SHA256")["UploadId"]
refused(bare.upload_part, "InvalidRequest", Key="x", UploadId=begun, PartNumber=1, Body=body)
refused(bare.upload_part, "BadDigest", Key="x", UploadId=begun, PartNumber=1, Body=body, ChecksumSHA256=b64(SUMS["SHA256"](b"other")))
one = bare.upload_part(Bucket="sums", Key="x", UploadId=begun, PartNumber=1, Body=body, ChecksumSHA256=b64(SUMS["SHA256"](body)))
refused(bare.complete_multipart_upload, "InvalidRequest", Key="x", UploadId=begun, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": one["ETag"]}]})
refused(bare.complete_multipart_upload, "InvalidPart", Key="x", UploadId=begun, MultipartUpload={
    "Parts": [{"PartNumber": 1, "ETag": one["ETag"], "ChecksumSHA256": b64(SUMS["SHA256"](b"other"))}]})

# Encryption.
md5 = hashlib.md5(body).hexdigest()
for kind, is_md5 in (("AES256", True), ("aws:kms", False), ("aws:kms:dsse", False)):
    key = {} if is_md5 else {"SSEKMSKeyId": "arn:aws:kms:us-east-1:1:key/one"}
    put = bare.put_object(Bucket="sums", Key=kind, Body=body, ServerSideEncryption=kind, **key)
    for answer in (put, head(kind), s3.get_object(Bucket="sums", Key=kind)):
        check(answer["ServerSideEncryption"] == kind, f"{kind} is told")
        check(answer.get("SSEKMSKeyId") == key.get("SSEKMSKeyId"), f"the key of {kind} is told")
        check((answer["ETag"] == f'"{md5}"') == is_md5 and len(answer["ETag"]) == 34, f"ETag under {kind}")
done = upload("kms parts", "SHA256", ServerSideEncryption="aws:kms")
check(done["ETag"].endswith('-1"') and done["ETag"] != f'"{tag()}"' and done["ServerSideEncryption"] == "aws:kms", "ETag of parts under KMS")
done = upload("aes parts", ServerSideEncryption="AES256")
check(done["ETag"] == f'"{tag()}"', "ETag of parts under SSE-S3")
mine = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": b"k" * 32}
put = bare.put_object(Bucket="sums", Key="own key", Body=body, **mine)
check(put["SSECustomerAlgorithm"] == "AES256" and put["SSECustomerKeyMD5"] and put["ETag"] != f'"{md5}"', "SSE-C")
check(s3.get_object(Bucket="sums", Key="own key", **mine)["Body"].read() == body, "bytes under SSE-C")
check(head("own key", **mine)["ETag"] == put["ETag"], "HEAD under SSE-C")
# For this call boto3 does not spell the key.
spelt = {"SSECustomerKey": b64(b"k" * 32), "SSECustomerKeyMD5": b64(hashlib.md5(b"k" * 32).digest())}
check(attributes("own key", **{**mine, **spelt})["ObjectSize"] == len(body), "attributes under SSE-C")
refused(s3.head_object, "400", Key="own key")
refused(s3.get_object, "InvalidRequest", Key="own key")
refused(s3.get_object, "AccessDenied", Key="own key", SSECustomerAlgorithm="AES256", SSECustomerKey=b"o" * 32)
refused(s3.get_object, "InvalidRequest", Key="bare", **mine)
check(upload("own parts", **mine)["ETag"] != f'"{tag()}"', "ETag of parts under SSE-C")

# Tags.
check(s3.get_object_tagging(Bucket="sums", Key="bare")["TagSet"] == [], "no tags")
s3.put_object(Bucket="sums", Key="tagged", Body=body, Tagging="a%2Fb=1+2&empty=")
check(s3.get_object_tagging(Bucket="sums", Key="tagged")["TagSet"] == [{"Key": "a/b", "Value": "1 2"}, {"Key": "empty", "Value": ""}], "tags of PUT")
check(s3.get_object(Bucket="sums", Key="tagged")["TagCount"] == 2, "number of tags")
tags = [{"Key": "日本", "Value": "<&>"}]
s3.put_object_tagging(Bucket="sums", Key="tagged", Tagging={"TagSet": tags})
check(s3.get_object_tagging(Bucket="sums", Key="tagged")["TagSet"] == tags, "tags that were put")
refused(s3.put_object_tagging, "InvalidTag", Key="tagged", Tagging={"TagSet": tags * 2})
s3.delete_object_tagging(Bucket="sums", Key="tagged")
check(s3.get_object_tagging(Bucket="sums", Key="tagged")["TagSet"] == [], "tags that were taken away")
refused(s3.get_object_tagging, "NoSuchKey", Key="no such key")
print("ok")
