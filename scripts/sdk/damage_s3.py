"""Damages a copy in a bucket of an S3 store through boto3, as hands and disks do.

usage: damage_s3.py ENDPOINT BUCKET        (credentials from AWS_*)
Changes a byte of a small and of a large object, cuts one short, removes one, and adds one.
"""
import io
import sys

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

endpoint, bucket = sys.argv[1], sys.argv[2]
client = boto3.client(
    "s3", endpoint_url=endpoint, region_name="us-east-1", config=Config(s3={"addressing_style": "path"}))


def changed(key, change):
    body = bytearray(client.get_object(Bucket=bucket, Key=key)["Body"].read())
    change(body)
    client.upload_fileobj(
        io.BytesIO(bytes(body)), bucket, key,
        Config=TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20))


def flip(body):
    body[len(body) // 2] ^= 1


changed("semi;colon,comma.txt", flip)
changed("multipart/eighty.bin", flip)
changed("a b/c+d.txt", lambda body: body.pop())
client.delete_object(Bucket=bucket, Key="emoji/\U0001f600.txt")
client.put_object(Bucket=bucket, Key="nobody asked for this", Body=b"extra")
