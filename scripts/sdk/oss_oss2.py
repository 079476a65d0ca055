"""oss2, with both signatures, against the OSS dialect: put, get, head, list, multipart on awkward keys.

usage: oss_oss2.py ENDPOINT      (credentials from OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET)
Prints `ok N` with the number of keys, or fails with what went wrong.
"""
import hashlib
import os
import sys

import oss2
from oss2.models import PartInfo

from awkward import check, keys

endpoint = sys.argv[1]
key_id, secret = os.environ["OSS_ACCESS_KEY_ID"], os.environ["OSS_ACCESS_KEY_SECRET"]
names = keys("oss_valid", folds_dots=True)


def refused(action, code):
    try:
        action()
    except oss2.exceptions.OssError as error:
        check(error.code == code or error.status == code, f"{error.code} ({error.status}) instead of {code}")
        return
    check(False, f"{code} expected, and the call succeeded")


def story(auth, name):
    bucket = oss2.Bucket(auth, endpoint, name, region="cn-hangzhou", enable_crc=True)
    bucket.create_bucket()
    for key in names:
        body = f"body of {key}".encode()
        answer = bucket.put_object(key, body, headers={"Content-Type": "text/x", "x-oss-meta-a": "two words"})
        check(answer.etag == hashlib.md5(body).hexdigest().upper(), f"ETag of {key!r}")
    for key in names:
        body = f"body of {key}".encode()
        answer = bucket.get_object(key)
        check(answer.read() == body and answer.client_crc == answer.server_crc, f"bytes and CRC of {key!r}")
        head = bucket.head_object(key)
        check(head.content_length == len(body) and head.headers["x-oss-meta-a"] == "two words", f"head of {key!r}")
        check(head.object_type == "Normal" and head.content_type == "text/x", f"type of {key!r}")
    wanted = sorted(names, key=lambda k: k.encode())
    check([o.key for o in oss2.ObjectIterator(bucket, max_keys=3)] == wanted, "listing 1 by 3")
    check([o.key for o in oss2.ObjectIteratorV2(bucket, max_keys=3)] == wanted, "listing 2 by 3")
    check([o.key for o in oss2.ObjectIteratorV2(bucket, max_keys=1000)] == wanted, "listing 2 by 1000")
    grouped = [o.key for o in oss2.ObjectIterator(bucket, delimiter="/", max_keys=2) if o.is_prefix()]
    check(grouped == sorted({k[: k.index("/") + 1] for k in names if "/" in k}, key=lambda k: k.encode()), "common prefixes")

    upload = bucket.init_multipart_upload("big file+%.bin").upload_id
    pieces = [bytes([i]) * (200 << 10) for i in range(3)]
    parts = [PartInfo(i + 1, bucket.upload_part("big file+%.bin", upload, i + 1, p).etag) for i, p in enumerate(pieces)]
    check([p.part_number for p in bucket.list_parts("big file+%.bin", upload).parts] == [1, 2, 3], "parts")
    check([u.key for u in bucket.list_multipart_uploads().upload_list] == ["big file+%.bin"], "open uploads")
    done = bucket.complete_multipart_upload("big file+%.bin", upload, parts)
    whole = oss2.utils.Crc64()
    whole.update(b"".join(pieces))
    check(done.crc == whole.crc and done.etag.endswith("-3"), "CRC of the whole")
    check(bucket.get_object("big file+%.bin", byte_range=(204790, 204810)).read() == b"".join(pieces)[204790:204811], "range")
    gone = bucket.init_multipart_upload("gone").upload_id
    bucket.abort_multipart_upload("gone", gone)
    refused(lambda: bucket.list_parts("gone", gone), "NoSuchUpload")

    refused(lambda: bucket.put_object("x", b"x", headers={"Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg=="}), "InvalidDigest")
    refused(lambda: bucket.put_object(names[0], b"x", headers={"x-oss-forbid-overwrite": "true"}), "FileAlreadyExists")
    refused(lambda: bucket.put_object("x", b"x", headers={"x-oss-meta-a_b": "1"}), "InvalidArgument")
    refused(lambda: bucket.put_object("/leading", b"x"), "InvalidObjectName")
    refused(lambda: bucket.get_object("no such key"), "NoSuchKey")
    refused(lambda: bucket.head_object("no such key"), 404)
    refused(lambda: oss2.Bucket(auth, endpoint, "no-such-bucket", region="cn-hangzhou").get_object("x"), "NoSuchBucket")


story(oss2.Auth(key_id, secret), "awkward-one")
story(oss2.AuthV4(key_id, secret), "awkward-four")
for wrong in (oss2.Auth(key_id, "wrong"), oss2.AuthV4(key_id, "wrong")):
    refused(lambda: oss2.Bucket(wrong, endpoint, "awkward-one", region="cn-hangzhou").get_object("x"), "SignatureDoesNotMatch")
refused(lambda: oss2.Bucket(oss2.AuthV4("nobody", secret), endpoint, "awkward-one", region="cn-hangzhou").get_object("x"), "InvalidAccessKeyId")
print("ok", len(names))
