"""Puts small objects into a bucket of an S3 store, and deletes others, through boto3.

usage: put_s3.py ENDPOINT BUCKET JSON      (credentials from AWS_*)
JSON is an object: key -> text, or null to delete it.
"""
import json
import sys

import boto3
from botocore.config import Config

endpoint, bucket, objects = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
client = boto3.client(
    "s3", endpoint_url=endpoint, region_name="us-east-1", config=Config(s3={"addressing_style": "path"}))
for key, text in objects.items():
    if text is None:
        client.delete_object(Bucket=bucket, Key=key)
    else:
        client.put_object(Bucket=bucket, Key=key, Body=text.encode())
