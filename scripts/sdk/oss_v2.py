"""alibabacloud-oss-v2 against the OSS dialect: put, get, head, list, multipart on awkward keys.

usage: oss_v2.py ENDPOINT      (credentials from OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET)
Prints `ok N` with the number of keys, or fails with what went wrong.
"""
import hashlib
import os
import sys

import alibabacloud_oss_v2 as oss

from awkward import check, keys


def client(secret=None):
    settings = oss.config.load_default()
    settings.credentials_provider = oss.credentials.StaticCredentialsProvider(
        os.environ["OSS_ACCESS_KEY_ID"], secret or os.environ["OSS_ACCESS_KEY_SECRET"])
    settings.region = "cn-hangzhou"
    settings.endpoint = sys.argv[1]
    settings.use_path_style = True
    settings.retry_max_attempts = 1
    return oss.Client(settings)


def refused(action, code):
    try:
        action()
    except oss.exceptions.OperationError as error:
        found = error.unwrap()
        check(getattr(found, "code", None) == code, f"{found} instead of {code}")
        return
    check(False, f"{code} expected, and the call succeeded")


store = client()
bucket = "awkward-v2"
store.put_bucket(oss.PutBucketRequest(bucket=bucket))
names = keys("oss_valid", folds_dots=True)
for key in names:
    body = f"body of {key}".encode()
    answer = store.put_object(oss.PutObjectRequest(
        bucket=bucket, key=key, body=body, content_type="text/x", metadata={"a": "two words"}))
    check(answer.etag.strip('"') == hashlib.md5(body).hexdigest().upper(), f"ETag of {key!r}")
for key in names:
    body = f"body of {key}".encode()
    answer = store.get_object(oss.GetObjectRequest(bucket=bucket, key=key))
    check(answer.body.content == body, f"bytes of {key!r}")
    head = store.head_object(oss.HeadObjectRequest(bucket=bucket, key=key))
    check(head.content_length == len(body) and head.metadata == {"a": "two words"}, f"head of {key!r}")
    check(head.object_type == "Normal" and head.hash_crc64, f"type and CRC of {key!r}")
wanted = sorted(names, key=lambda k: k.encode())
for size in (3, 1000):
    pages = store.list_objects_v2_paginator().iter_page(oss.ListObjectsV2Request(bucket=bucket, max_keys=size))
    check([o.key for page in pages for o in page.contents or []] == wanted, f"listing 2 by {size}")
    pages = store.list_objects_paginator().iter_page(oss.ListObjectsRequest(bucket=bucket, max_keys=size))
    check([o.key for page in pages for o in page.contents or []] == wanted, f"listing 1 by {size}")

upload = store.initiate_multipart_upload(oss.InitiateMultipartUploadRequest(bucket=bucket, key="big file+%.bin")).upload_id
pieces = [bytes([i]) * (200 << 10) for i in range(3)]
parts = []
for number, piece in enumerate(pieces, 1):
    done = store.upload_part(oss.UploadPartRequest(
        bucket=bucket, key="big file+%.bin", upload_id=upload, part_number=number, body=piece))
    parts.append(oss.UploadPart(part_number=number, etag=done.etag))
listed = store.list_parts(oss.ListPartsRequest(bucket=bucket, key="big file+%.bin", upload_id=upload))
check([p.part_number for p in listed.parts] == [1, 2, 3], "parts")
store.complete_multipart_upload(oss.CompleteMultipartUploadRequest(
    bucket=bucket, key="big file+%.bin", upload_id=upload,
    complete_multipart_upload=oss.CompleteMultipartUpload(parts=parts)))
ranged = store.get_object(oss.GetObjectRequest(bucket=bucket, key="big file+%.bin", range_header="bytes=204790-204810"))
check(ranged.body.content == b"".join(pieces)[204790:204811], "range")

refused(lambda: store.get_object(oss.GetObjectRequest(bucket=bucket, key="no such key")), "NoSuchKey")
refused(lambda: store.head_object(oss.HeadObjectRequest(bucket=bucket, key="no such key")), "NoSuchKey")
refused(lambda: store.put_object(oss.PutObjectRequest(bucket=bucket, key=names[0], body=b"x", forbid_overwrite=True)), "FileAlreadyExists")
refused(lambda: client("wrong").get_object(oss.GetObjectRequest(bucket=bucket, key=names[0])), "SignatureDoesNotMatch")
print("ok", len(names))
