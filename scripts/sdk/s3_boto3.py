"""boto3, with its defaults, against the S3 dialect: put, get, head, list, multipart on awkward keys.

usage: s3_boto3.py ENDPOINT      (credentials from AWS_*)
Prints `ok N` with the number of keys, or fails with what went wrong.
"""
import hashlib
import io
import sys

import boto3
import botocore.exceptions
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

from awkward import check, keys

endpoint = sys.argv[1]


def client(**more):
    return boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1",
                        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}, retries={"max_attempts": 1}), **more)


def refused(call, code, **arguments):
    try:
        call(**arguments)
    except botocore.exceptions.ClientError as error:
        found = error.response["Error"]["Code"]
        check(found in (code if isinstance(code, tuple) else (code,)), f"{found} instead of {code}")
        return
    check(False, f"{code} expected, and the call succeeded")


s3 = client()
s3.create_bucket(Bucket="awkward")
names = keys("s3_valid")
for key in names:
    body = f"body of {key}".encode()
    tag = s3.put_object(Bucket="awkward", Key=key, Body=body, ContentType="text/x", Metadata={"a": "1", "b": "two words"})["ETag"]
    check(tag == f'"{hashlib.md5(body).hexdigest()}"', f"ETag of {key!r}")
for key in names:
    body = f"body of {key}".encode()
    got = s3.get_object(Bucket="awkward", Key=key)
    check(got["Body"].read() == body, f"bytes of {key!r}")
    check(got["ContentType"] == "text/x" and got["Metadata"] == {"a": "1", "b": "two words"}, f"metadata of {key!r}")
    head = s3.head_object(Bucket="awkward", Key=key)
    check(head["ContentLength"] == len(body), f"size of {key!r}")

for call, size in (("list_objects_v2", 3), ("list_objects", 3), ("list_objects_v2", 1000)):
    pages = s3.get_paginator(call).paginate(Bucket="awkward", PaginationConfig={"PageSize": size})
    found = [row["Key"] for page in pages for row in page.get("Contents", [])]
    check(found == sorted(names, key=lambda k: k.encode()), f"{call} by {size} gives other keys: {set(found) ^ set(names)}")
grouped = [p["Prefix"] for page in s3.get_paginator("list_objects_v2").paginate(
    Bucket="awkward", Delimiter="/", PaginationConfig={"PageSize": 2}) for p in page.get("CommonPrefixes", [])]
check(grouped == sorted({k[: k.index("/") + 1] for k in names if "/" in k}, key=lambda k: k.encode()), "common prefixes")
check(s3.list_objects_v2(Bucket="awkward", Prefix="no such")["KeyCount"] == 0, "an empty listing")

big = bytes(range(256)) * (12 << 12)
s3.upload_fileobj(io.BytesIO(big), "awkward", "big file+%.bin",
                  Config=TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20))
head = s3.head_object(Bucket="awkward", Key="big file+%.bin")
check(head["ETag"].endswith('-3"') and head["ContentLength"] == len(big), "multipart head")
check(s3.head_object(Bucket="awkward", Key="big file+%.bin", PartNumber=1)["ContentLength"] == 5 << 20, "size of part 1")
part = s3.get_object(Bucket="awkward", Key="big file+%.bin", Range="bytes=5242870-5242890")
check(part["Body"].read() == big[5242870:5242891] and part["ResponseMetadata"]["HTTPStatusCode"] == 206, "range")
refused(s3.get_object, "InvalidRange", Bucket="awkward", Key="big file+%.bin", Range="bytes=99999999-")
upload = s3.create_multipart_upload(Bucket="awkward", Key="parts")["UploadId"]
for number in (3, 1, 2):
    s3.upload_part(Bucket="awkward", Key="parts", UploadId=upload, PartNumber=number, Body=b"x" * (5 << 20))
listed = s3.list_parts(Bucket="awkward", Key="parts", UploadId=upload, MaxParts=2)
check([p["PartNumber"] for p in listed["Parts"]] == [1, 2] and listed["IsTruncated"], "parts of page 1")
check([u["Key"] for u in s3.list_multipart_uploads(Bucket="awkward")["Uploads"]] == ["parts"], "open uploads")
wrong = [{"PartNumber": 1, "ETag": '"00000000000000000000000000000000"'}]
refused(s3.complete_multipart_upload, "InvalidPart", Bucket="awkward", Key="parts", UploadId=upload, MultipartUpload={"Parts": wrong})
s3.abort_multipart_upload(Bucket="awkward", Key="parts", UploadId=upload)
refused(s3.list_parts, "NoSuchUpload", Bucket="awkward", Key="parts", UploadId=upload)

for algorithm in ("CRC32", "CRC32C", "SHA1", "SHA256"):
    try:
        s3.put_object(Bucket="awkward", Key="sum", Body=b"summed", ChecksumAlgorithm=algorithm)
    except botocore.exceptions.MissingDependencyException:
        continue
    answer = s3.get_object(Bucket="awkward", Key="sum", ChecksumMode="ENABLED")
    check(f"Checksum{algorithm}" in answer and answer["Body"].read() == b"summed", f"{algorithm} comes back")
check("ChecksumSHA256" in answer, "checksums were tried")
refused(s3.put_object, "BadDigest", Bucket="awkward", Key="sum", Body=b"summed", ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==")
refused(s3.put_object, "PreconditionFailed", Bucket="awkward", Key="sum", Body=b"other", IfNoneMatch="*")
refused(s3.get_object, "PreconditionFailed", Bucket="awkward", Key="sum", IfMatch='"no"')
refused(s3.get_object, "NoSuchKey", Bucket="awkward", Key="no such key")
refused(s3.head_object, "404", Bucket="awkward", Key="no such key")
refused(s3.list_objects_v2, "NoSuchBucket", Bucket="no-such-bucket")
refused(client(aws_secret_access_key="wrong", aws_access_key_id=s3._request_signer._credentials.access_key).list_objects_v2,
        "SignatureDoesNotMatch", Bucket="awkward")
refused(client(aws_secret_access_key="wrong", aws_access_key_id="nobody").list_objects_v2, "InvalidAccessKeyId", Bucket="awkward")
import urllib.request  # noqa: E402

with urllib.request.urlopen(s3.generate_presigned_url("get_object", Params={"Bucket": "awkward", "Key": "sum"})) as answer:
    check(answer.read() == b"summed", "a presigned URL")
print("ok", len(names))
