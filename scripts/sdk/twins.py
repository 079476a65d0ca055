"""Puts twins on an S3 and an OSS store, the S3 ones under SSE-KMS, SSE-C or plain, and a SHA256SUMS file of the S3 side.

usage: twins.py S3_ENDPOINT S3_BUCKET OSS_ENDPOINT OSS_BUCKET FOLDER      (credentials from AWS_* and OSS_*)
`other` twins differ in one byte.
"""
import hashlib
import io
import os
import random
import sys

import boto3
import oss2
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

s3_endpoint, s3_bucket, oss_endpoint, oss_bucket, folder = sys.argv[1:]
quiet = Config(
    s3={"addressing_style": "path"}, request_checksum_calculation="when_required",
    response_checksum_validation="when_required")
s3 = boto3.client("s3", endpoint_url=s3_endpoint, region_name="us-east-1", config=quiet)
auth = oss2.AuthV4(os.environ["OSS_ACCESS_KEY_ID"], os.environ["OSS_ACCESS_KEY_SECRET"])
bucket = oss2.Bucket(auth, oss_endpoint, oss_bucket, region="cn-hangzhou", is_path_style=True)
chance = random.Random(7)
small, large = chance.randbytes(3000), chance.randbytes(11 << 20)
kms = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "arn:aws:kms:us-east-1:1:key/one"}
own = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": b"k" * 32}
parts = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
sums = []
for key, body, extra in [
    ("plain/one", small, {}), ("plain/two", small[:100], {}), ("kms/same", small, kms), ("kms/other", small, kms),
    ("kms/parts", large, kms), ("kms/other parts", large, kms), ("kms/empty", b"", kms), ("own/key", small, own),
]:
    s3.upload_fileobj(io.BytesIO(body), s3_bucket, key, ExtraArgs=extra, Config=parts)
    twin = bytearray(body)
    if "other" in key:
        twin[len(twin) // 2] ^= 1
    bucket.put_object(key, bytes(twin))
    sums.append(f"{hashlib.sha256(body).hexdigest()}  {key}\n")
with open(f"{folder}/SHA256SUMS", "w") as file:
    file.writelines(sums)
