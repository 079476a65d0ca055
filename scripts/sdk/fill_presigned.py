"""Puts two objects, key and other, through boto3 and prints a presigned address of the first.

usage: fill_presigned.py ENDPOINT BUCKET SIZE      (credentials from AWS_*)
"""
import sys

import boto3
from botocore.config import Config

endpoint, bucket, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
client = boto3.client(
    "s3", endpoint_url=endpoint, region_name="us-east-1",
    config=Config(s3={"addressing_style": "path"}, signature_version="s3v4"))
client.create_bucket(Bucket=bucket)
client.put_object(Bucket=bucket, Key="key", Body=bytes(i % 251 for i in range(size)))
client.put_object(Bucket=bucket, Key="other", Body=b"other")
print(client.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "key"}))
