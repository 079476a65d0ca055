"""Reads every object of an OSS bucket through oss2 and prints what it read.

usage: read_oss.py ENDPOINT BUCKET      (credentials from OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET)
Prints one JSON object: key, percent-encoded -> {sha256, contentType, cacheControl, user}.
"""
import hashlib
import json
import os
import sys
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

import oss2

auth = oss2.AuthV4(os.environ["OSS_ACCESS_KEY_ID"], os.environ["OSS_ACCESS_KEY_SECRET"])
bucket = oss2.Bucket(auth, sys.argv[1], sys.argv[2], region="cn-hangzhou", enable_crc=True)


def read(entry):
    answer = bucket.get_object(entry.key)
    digest = hashlib.sha256()
    for chunk in iter(lambda: answer.read(1 << 20), b""):
        digest.update(chunk)
    headers = answer.headers
    user = {k.lower()[len("x-oss-meta-"):]: v for k, v in headers.items() if k.lower().startswith("x-oss-meta-")}
    return urllib.parse.quote(entry.key, safe="/~"), {
        "sha256": digest.hexdigest(), "contentType": headers.get("Content-Type"),
        "cacheControl": headers.get("Cache-Control"), "user": user}


with ThreadPoolExecutor(8) as workers:
    print(json.dumps(dict(workers.map(read, oss2.ObjectIteratorV2(bucket, max_keys=1000)))))
