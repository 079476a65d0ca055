"""Fills a bucket of an S3 store with objects under SSE-KMS that publish composite checksums only.

usage: fill_composite.py ENDPOINT BUCKET      (credentials from AWS_*)
Prints one JSON object: key, percent-encoded -> SHA-256 of the bytes, in hex.
"""
import hashlib
import io
import json
import random
import sys

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

endpoint, bucket = sys.argv[1:]
client = boto3.client(
    "s3", endpoint_url=endpoint, region_name="us-east-1", config=Config(s3={"addressing_style": "path"}))
chance = random.Random(11)
parts = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=9 << 20)
written = {}
for algorithm, size in [("SHA256", 70 << 20), ("CRC32", 20 << 20), ("SHA1", 7 << 20)]:
    body = chance.randbytes(size)
    client.upload_fileobj(
        io.BytesIO(body), bucket, algorithm, Config=parts,
        ExtraArgs={"ChecksumAlgorithm": algorithm, "ServerSideEncryption": "aws:kms"})
    written[algorithm] = hashlib.sha256(body).hexdigest()
print(json.dumps(written))
