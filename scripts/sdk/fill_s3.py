"""Fills a bucket of an S3 store through boto3 and prints what it wrote.

usage: fill_s3.py ENDPOINT BUCKET SMALL_OBJECTS      (credentials from AWS_*)
Prints one JSON object: key, percent-encoded -> SHA-256 of the bytes, in hex.
"""
import hashlib
import io
import json
import random
import sys
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

endpoint, bucket, small = sys.argv[1], sys.argv[2], int(sys.argv[3])
client = boto3.client(
    "s3", endpoint_url=endpoint, region_name="us-east-1",
    config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 5}, max_pool_connections=16))
client.create_bucket(Bucket=bucket)
chance = random.Random(20210829)
objects = {f"orders/{i % 7}/part-{i:05d}.csv": chance.randbytes(chance.randrange(1, 9000)) for i in range(small)}
objects |= {
    "empty": b"",
    "a b/c+d.txt": b"space and plus",
    "100%/x&y=z.txt": b"percent and ampersand",
    "日本語/キー.csv": "吾輩は猫である".encode(),
    "emoji/\U0001f600.txt": b"astral",
    "semi;colon,comma.txt": b"commas",
    "quote'\"<>.txt": b"markup",
    "multipart/twenty.bin": chance.randbytes(20 << 20),
    "multipart/eighty.bin": chance.randbytes(80 << 20),
}
metadata = {"owner": "harbour", "batch": "7"}


def put(entry):
    key, body = entry
    extra = {"ContentType": "text/csv", "CacheControl": "max-age=60", "Metadata": metadata}
    if key.startswith("multipart/"):
        client.upload_fileobj(
            io.BytesIO(body), bucket, key, ExtraArgs=extra,
            Config=TransferConfig(multipart_threshold=8 << 20, multipart_chunksize=8 << 20, max_concurrency=4))
    else:
        client.put_object(Bucket=bucket, Key=key, Body=body, **extra)
    return urllib.parse.quote(key, safe="/~"), hashlib.sha256(body).hexdigest()


with ThreadPoolExecutor(12) as workers:
    print(json.dumps(dict(workers.map(put, objects.items()))))
