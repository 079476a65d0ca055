"""Lists a bucket through boto3 and prints what is in it.

usage: count_s3.py ENDPOINT BUCKET PREFIX DEPTH      (credentials from AWS_*)
Prints one JSON object with the counts of `tranship inventory --json`, by code of its own.
"""
import bisect
import collections
import json
import re
import sys
import urllib.parse

import boto3
from botocore.config import Config

endpoint, bucket, prefix, depth = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
client = boto3.client(
    "s3", endpoint_url=endpoint, region_name="us-east-1", config=Config(s3={"addressing_style": "path"}))
rows = [
    row
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    for row in page.get("Contents", [])
]
rows.sort(key=lambda row: row["Key"].encode())


def spelt(key):
    return re.sub("^-", "%2D", urllib.parse.quote(key, safe="/~"))


def folder(key):
    names = key[len(prefix):].split("/")
    return prefix + "".join(name + "/" for name in names[:-1][:depth])


def shares(groups):
    return {name: [len(sizes), sum(sizes)] for name, sizes in groups.items()}


ends = [0, 1 << 10, 16 << 10, 128 << 10, 1 << 20, 8 << 20, 64 << 20, 1 << 30, 5 << 30]
classes, sizes, folders = (collections.defaultdict(list) for _ in range(3))
tags = collections.Counter()
for row in rows:
    classes[row["StorageClass"]].append(row["Size"])
    sizes[str(bisect.bisect_left(ends, row["Size"]))].append(row["Size"])
    folders[spelt(folder(row["Key"]))].append(row["Size"])
    tag = row["ETag"].strip('"')
    multipart = re.fullmatch("[0-9a-fA-F]{32}-([0-9]+)", tag)
    kind = "md5" if re.fullmatch("[0-9a-fA-F]{32}", tag) else "multipart" if multipart else "other"
    tags[kind] += 1
    tags["parts"] += int(multipart[1]) if multipart else 0
oldest = min(rows, key=lambda row: row["LastModified"])
newest = max(rows, key=lambda row: row["LastModified"])
longest = max(rows, key=lambda row: len(row["Key"].encode()))
print(json.dumps({
    "objects": len(rows),
    "bytes": sum(row["Size"] for row in rows),
    "storageClasses": shares(classes),
    "sizes": shares(sizes),
    "folders": shares(folders),
    "tags": tags,
    "oldest": spelt(oldest["Key"]),
    "newest": spelt(newest["Key"]),
    "longest": spelt(longest["Key"]),
    "markers": sum(row["Key"].endswith("/") for row in rows),
}))
