"""oss2 against a bucket of the OSS dialect that keeps versions.

usage: oss_versions.py ENDPOINT BUCKET      (credentials from OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET)
Writes, deletes and lists on a first run; prints every version and mark as JSON, so that a later run can be compared.
"""
import json
import os
import sys

import oss2

from awkward import check, keys

endpoint, name = sys.argv[1:]
auth = oss2.AuthV4(os.environ["OSS_ACCESS_KEY_ID"], os.environ["OSS_ACCESS_KEY_SECRET"])
bucket = oss2.Bucket(auth, endpoint, name, region="cn-hangzhou", is_path_style=True)
names = keys("oss_valid", folds_dots=True)


def refused(action, code):
    try:
        action()
    except oss2.exceptions.OssError as error:
        check(error.code == code, f"{error.code} ({error.status}) instead of {code}")
        return
    check(False, f"{code} expected, and the call succeeded")


def rows(size):
    found, key_marker, version_marker = [], "", ""
    while True:
        page = bucket.list_object_versions(max_keys=size, key_marker=key_marker, versionid_marker=version_marker)
        found += [(row.key, row.versionid, row.is_latest, row.size) for row in page.versions]
        found += [(row.key, row.versionid, row.is_latest, None) for row in page.delete_marker]
        if not page.is_truncated:
            return sorted(found, key=lambda row: (row[0].encode(), row[1]))
        key_marker, version_marker = page.next_key_marker, page.next_versionid_marker


def write():
    written = {}
    for key in names:
        written[key] = [bucket.put_object(key, b"x" * (size + 1)).versionid for size in range(2)]
        for size, version in enumerate(written[key]):
            got = bucket.get_object(key, params={"versionId": version})
            check(len(got.read()) == size + 1 and got.versionid == version, f"a version of {key!r}")
    for key in names[::3]:
        mark = bucket.delete_object(key)
        check(mark.delete_marker, f"a mark of {key!r}")
        refused(lambda: bucket.get_object(key), "NoSuchKey")
        refused(lambda: bucket.get_object(key, params={"versionId": mark.versionid}), "MethodNotAllowed")
        written[key].append(mark.versionid)
    refused(lambda: bucket.get_object(names[0], params={"versionId": "none"}), "NoSuchVersion")
    for size in (2, 1000):
        found = rows(size)
        check({row[:2] for row in found} == {(key, version) for key, ids in written.items() for version in ids}, "versions")
        check({row[:2] for row in found if row[2]} == {(key, ids[-1]) for key, ids in written.items()}, "latest versions")


try:
    bucket.list_objects(max_keys=1)
except oss2.exceptions.NoSuchBucket:
    bucket.create_bucket()
    write()
check(bucket.get_bucket_versioning().status == "Enabled", "the bucket's versioning")
print(json.dumps(rows(3)))
