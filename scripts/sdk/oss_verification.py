"""oss2 and alibabacloud-oss-v2 against the OSS dialect: tags and encryption, as a verification reads them.

usage: oss_verification.py ENDPOINT      (credentials from OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET)
Prints `ok`, or fails with what went wrong.
"""
import hashlib
import os
import sys

import alibabacloud_oss_v2 as oss
import oss2
from oss2.models import Tagging, TaggingRule

from awkward import check

endpoint = sys.argv[1]
key_id, secret = os.environ["OSS_ACCESS_KEY_ID"], os.environ["OSS_ACCESS_KEY_SECRET"]


def older(auth, name):
    bucket = oss2.Bucket(auth, endpoint, name, region="cn-hangzhou")
    bucket.create_bucket()
    bucket.put_object("plain", b"x")
    check(bucket.get_object_tagging("plain").tag_set.tagging_rule == {}, "no tags")
    bucket.put_object("tagged", b"x", headers={"x-oss-tagging": "a%2Fb=1%202&empty="})
    check(bucket.get_object_tagging("tagged").tag_set.tagging_rule == {"a/b": "1 2", "empty": ""}, "tags of PUT")
    check(bucket.head_object("tagged").headers["x-oss-tagging-count"] == "2", "number of tags")
    rule = TaggingRule()
    rule.add("k.1", "v+1")
    bucket.put_object_tagging("tagged", Tagging(rule))
    check(bucket.get_object_tagging("tagged").tag_set.tagging_rule == {"k.1": "v+1"}, "tags that were put")
    bucket.delete_object_tagging("tagged")
    check(bucket.get_object_tagging("tagged").tag_set.tagging_rule == {}, "tags that were taken away")
    bucket.put_object("sealed", b"x", headers={"x-oss-server-side-encryption": "AES256"})
    head = bucket.head_object("sealed")
    check(head.headers["x-oss-server-side-encryption"] == "AES256", "encryption is told")
    check(head.etag == hashlib.md5(b"x").hexdigest().upper(), "ETag under encryption")
    try:
        bucket.get_object_tagging("no such key")
    except oss2.exceptions.NoSuchKey:
        return
    check(False, "NoSuchKey expected")


older(oss2.Auth(key_id, secret), "tags-one")
older(oss2.AuthV4(key_id, secret), "tags-four")

settings = oss.config.load_default()
settings.credentials_provider = oss.credentials.StaticCredentialsProvider(key_id, secret)
settings.region = "cn-hangzhou"
settings.endpoint = endpoint
settings.use_path_style = True
newer = oss.Client(settings)
newer.put_object(oss.PutObjectRequest(bucket="tags-four", key="newer", body=b"x", tagging="a=1"))
found = newer.get_object_tagging(oss.GetObjectTaggingRequest(bucket="tags-four", key="newer"))
check([(tag.key, tag.value) for tag in found.tag_set.tags] == [("a", "1")], "tags by the newer client")
print("ok")
