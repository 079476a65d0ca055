"""Puts two objects on an S3 and an OSS store: one alike in everything, one with other metadata and tags.

usage: labels.py S3_ENDPOINT S3_BUCKET OSS_ENDPOINT OSS_BUCKET FOLDER      (credentials from AWS_* and OSS_*)
"""
import os
import sys

import boto3
import oss2
from botocore.config import Config

s3_endpoint, s3_bucket, oss_endpoint, oss_bucket, _ = sys.argv[1:]
s3 = boto3.client(
    "s3", endpoint_url=s3_endpoint, region_name="us-east-1", config=Config(s3={"addressing_style": "path"}))
auth = oss2.AuthV4(os.environ["OSS_ACCESS_KEY_ID"], os.environ["OSS_ACCESS_KEY_SECRET"])
bucket = oss2.Bucket(auth, oss_endpoint, oss_bucket, region="cn-hangzhou", is_path_style=True)
for key in ("same", "other"):
    s3.put_object(
        Bucket=s3_bucket, Key=key, Body=b"bytes", ContentType="text/plain", Metadata={"owner": "ann"},
        Tagging="stage=raw")
bucket.put_object(
    "same", b"bytes",
    headers={"Content-Type": "text/plain", "x-oss-meta-owner": "ann", "x-oss-tagging": "stage=raw"})
bucket.put_object("other", b"bytes", headers={"Content-Type": "text/html", "x-oss-meta-owner": "bob"})
