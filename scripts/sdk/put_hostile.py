"""Puts the keys of fixtures/hostile_keys.json that a store's rules allow, each with its own bytes as the body.

usage: put_hostile.py s3|oss ENDPOINT PLAIN VERSIONED      (credentials from AWS_* or OSS_*)
Makes both buckets; the second keeps versions. Prints one JSON object: bucket -> key, percent-encoded -> "" where it was
put, the refusal's code, or "unsent" where this client cannot send the key.
"""
import concurrent.futures
import json
import os
import sys
import urllib.parse

from awkward import keys

dialect, endpoint, *buckets = sys.argv[1:]


def s3(bucket, is_versioned):
    import boto3
    import botocore.exceptions
    from botocore.config import Config

    client = boto3.session.Session().client(
        "s3", endpoint_url=endpoint, region_name="us-east-1",
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}))
    client.create_bucket(Bucket=bucket)
    if is_versioned and client.get_bucket_versioning(Bucket=bucket).get("Status") != "Enabled":
        client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})

    def put(key):
        try:
            client.put_object(Bucket=bucket, Key=key, Body=key.encode())
            return ""
        except botocore.exceptions.ClientError as error:
            return error.response["Error"]["Code"]

    return put, keys("s3_valid")


def oss(bucket, is_versioned):
    import oss2

    auth = oss2.AuthV4(os.environ["OSS_ACCESS_KEY_ID"], os.environ["OSS_ACCESS_KEY_SECRET"])
    store = oss2.Bucket(auth, endpoint, bucket, region="cn-hangzhou", is_path_style=True)
    store.create_bucket()
    if is_versioned and store.get_bucket_versioning().status != "Enabled":
        raise SystemExit(f"{bucket} keeps no versions")
    sendable = set(keys("oss_valid", folds_dots=True))

    def put(key):
        if key not in sendable:
            return "unsent"
        try:
            store.put_object(key, key.encode())
            return ""
        except oss2.exceptions.OssError as error:
            return error.code

    return put, keys("oss_valid")


def fill(bucket, is_versioned):
    put, names = (s3 if dialect == "s3" else oss)(bucket, is_versioned)
    # One after the other: what a folding store keeps depends on the order.
    return {urllib.parse.quote(key, safe="/~"): put(key) for key in names}


with concurrent.futures.ThreadPoolExecutor() as pool:
    print(json.dumps(dict(zip(buckets, pool.map(fill, buckets, (False, True))))))
