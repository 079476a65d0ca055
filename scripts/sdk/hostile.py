"""Puts the keys that go wrong easily and that S3 takes into a bucket, and prints which were taken.

usage: hostile.py s3|oss ENDPOINT BUCKET      (credentials from AWS_* or OSS_*)
Prints one JSON object: key, percent-encoded -> whether the client and the store took it.
"""
import json
import os
import sys
import urllib.parse

import boto3
import oss2
from botocore.config import Config

import awkward

dialect, endpoint, bucket = sys.argv[1:4]


def s3():
    client = boto3.client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", config=Config(s3={"addressing_style": "path"}))
    return lambda key, body: client.put_object(Bucket=bucket, Key=key, Body=body)


def oss():
    auth = oss2.AuthV4(os.environ["OSS_ACCESS_KEY_ID"], os.environ["OSS_ACCESS_KEY_SECRET"])
    # The strict check refuses keys that begin with a question mark, which the store takes.
    store = oss2.Bucket(auth, endpoint, bucket, region="cn-hangzhou", is_verify_object_strict=False)
    return store.put_object


put = s3() if dialect == "s3" else oss()
taken = {}
# A file beside a folder of its name, and a twin in the other normalization.
for key in awkward.keys("s3_valid", folds_dots=dialect == "oss") + ["c/x", "cafe\u0301-NFC"]:
    # A folder has no bytes; oss2 sends none without a Content-Length, which is another matter.
    body = b"" if key.endswith("/") and dialect == "s3" else key.encode()
    name = urllib.parse.quote(key, safe="/~")
    if name.startswith("-"):
        name = "%2D" + name[1:]
    try:
        put(key, body)
        taken[name] = True
    except (oss2.exceptions.OssError, ValueError):
        taken[name] = False
print(json.dumps(taken))
