"""Reads tags and storage classes of every object of an OSS bucket through oss2.

usage: tags_oss.py ENDPOINT BUCKET      (credentials from OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET)
Prints one JSON object: key -> {storageClass, tags}.
"""
import json
import os
import sys

import oss2

auth = oss2.AuthV4(os.environ["OSS_ACCESS_KEY_ID"], os.environ["OSS_ACCESS_KEY_SECRET"])
bucket = oss2.Bucket(auth, sys.argv[1], sys.argv[2], region="cn-hangzhou")
print(json.dumps({
    entry.key: {
        "storageClass": bucket.head_object(entry.key).headers.get("x-oss-storage-class"),
        "tags": bucket.get_object_tagging(entry.key).tag_set.tagging_rule}
    for entry in oss2.ObjectIteratorV2(bucket)}))
