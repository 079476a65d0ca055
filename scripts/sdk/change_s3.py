"""Changes one object of a bucket, deletes another and adds a third, through boto3.

usage: change_s3.py ENDPOINT BUCKET CHANGED DELETED ADDED      (credentials from AWS_*)
"""
import sys

import boto3
from botocore.config import Config

endpoint, bucket, changed, deleted, added = sys.argv[1:6]
client = boto3.client(
    "s3", endpoint_url=endpoint, region_name="us-east-1", config=Config(s3={"addressing_style": "path"}))
client.put_object(Bucket=bucket, Key=changed, Body=b"other bytes than before")
client.delete_object(Bucket=bucket, Key=deleted)
client.put_object(Bucket=bucket, Key=added, Body=b"new")
