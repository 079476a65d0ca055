"""Fills a bucket of an S3 store with a few small objects and one that was uploaded in parts.

usage: fill_crossing.py ENDPOINT BUCKET BIG_SIZE      (credentials from AWS_*)
"""
import io
import random
import sys

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

endpoint, bucket, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
client = boto3.client(
    "s3", endpoint_url=endpoint, region_name="us-east-1",
    # The store computes its own checksum, of the whole object: it can be cut at will.
    config=Config(s3={"addressing_style": "path"}, request_checksum_calculation="when_required"))
chance = random.Random(7)
for key, count in [("a", 1), ("n", 700), ("z/empty", 0)]:
    client.put_object(Bucket=bucket, Key=key, Body=chance.randbytes(count))
client.upload_fileobj(
    io.BytesIO(chance.randbytes(size)), bucket, "big",
    Config=TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20))
