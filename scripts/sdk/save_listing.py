"""Fills a bucket with keys that are hard to carry, and saves listings of it as people save them.

usage: save_listing.py ENDPOINT BUCKET FOLDER      (credentials from AWS_*)
Writes into FOLDER:
  v2-N.xml, v1-N.xml  the pages of both calls, byte for byte as they came
  plain.xml           one page without encoding-type=url
  cli.json            all pages as one document, as the AWS CLI prints it
Prints what the client itself read, as one JSON object: v2, v1 or cli -> key, percent-encoded -> size.
"""
import json
import pathlib
import sys
import urllib.parse

import boto3
import botocore.exceptions
from awkward import check, keys
from botocore.config import Config
from botocore.handlers import set_list_objects_encoding_type_url

endpoint, bucket, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
folder.mkdir(parents=True, exist_ok=True)


def connect(tries):
    return boto3.client(
        "s3", endpoint_url=endpoint, region_name="us-east-1",
        config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": tries}))


client = connect(5)
client.create_bucket(Bucket=bucket)
for number, key in enumerate(keys("s3_valid")):
    try:
        client.put_object(Bucket=bucket, Key=key, Body=b"x" * (number % 7))
    except botocore.exceptions.ClientError as error:
        print(f"not taken: {key!r}: {error}", file=sys.stderr)

bodies = []
read = {"v2": [], "v1": []}


def keep_body(response_dict, **_):
    bodies.append(response_dict["body"])


client.meta.events.register("before-parse.s3", keep_body)
for name, call in [("v2", client.list_objects_v2), ("v1", client.list_objects)]:
    position, page = {}, 0
    while True:
        bodies.clear()
        answer = call(Bucket=bucket, MaxKeys=30, **position)
        page += 1
        (folder / f"{name}-{page}.xml").write_bytes(bodies[-1])
        read[name] += answer["Contents"]
        if not answer["IsTruncated"]:
            break
        if name == "v2":
            position = {"ContinuationToken": answer["NextContinuationToken"]}
        else:
            position = {"Marker": answer.get("NextMarker") or answer["Contents"][-1]["Key"]}
    check(page > 2, f"{name}: only {page} pages")

whole = client.get_paginator("list_objects_v2").paginate(Bucket=bucket).build_full_result()
text = json.dumps(whole, indent=4, ensure_ascii=False, default=lambda value: value.isoformat())
(folder / "cli.json").write_text(text, encoding="utf-8")

plain = connect(1)
plain.meta.events.register("before-parse.s3", keep_body)
plain.meta.events.unregister("before-parameter-build.s3.ListObjectsV2", set_list_objects_encoding_type_url)
bodies.clear()
try:
    plain.list_objects_v2(Bucket=bucket)
except botocore.exceptions.ClientError:
    # XML cannot say some of the keys, so that the client does not believe the page; the bytes are here all the same.
    pass
(folder / "plain.xml").write_bytes(bodies[-1])
read["cli"] = whole["Contents"]
print(json.dumps({
    name: {urllib.parse.quote(row["Key"], safe="/~"): row["Size"] for row in rows} for name, rows in read.items()}))
