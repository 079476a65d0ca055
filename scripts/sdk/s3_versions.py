"""boto3 against a bucket of the S3 dialect that keeps versions.

usage: s3_versions.py ENDPOINT BUCKET      (credentials from AWS_*)
Writes, deletes and lists on a first run; prints every version and mark as JSON, so that a later run can be compared.
"""
import json
import sys

import boto3
import botocore.exceptions
from botocore.config import Config

from awkward import check, keys

endpoint, bucket = sys.argv[1:]
s3 = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1",
                  config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}))
names = keys("s3_valid")


def refused(call, code, **arguments):
    try:
        call(Bucket=bucket, **arguments)
    except botocore.exceptions.ClientError as error:
        found = error.response["Error"]["Code"]
        check(found == code, f"{found} instead of {code}")
        return error.response["ResponseMetadata"]["HTTPHeaders"]
    check(False, f"{code} expected, and the call succeeded")


def rows(size, **arguments):
    pages = s3.get_paginator("list_object_versions").paginate(
        Bucket=bucket, PaginationConfig={"PageSize": size}, **arguments)
    found = []
    for page in pages:
        found += [(row["Key"], row["VersionId"], row["IsLatest"], row["Size"]) for row in page.get("Versions", [])]
        found += [(row["Key"], row["VersionId"], row["IsLatest"], None) for row in page.get("DeleteMarkers", [])]
    return sorted(found, key=lambda row: (row[0].encode(), row[1]))


def write():
    written = {}
    for key in names:
        ids = [s3.put_object(Bucket=bucket, Key=key, Body=b"x" * (size + 1))["VersionId"] for size in range(2)]
        for size, version in enumerate(ids):
            got = s3.get_object(Bucket=bucket, Key=key, VersionId=version)
            check(len(got["Body"].read()) == size + 1 and got["VersionId"] == version, f"a version of {key!r}")
        check(s3.head_object(Bucket=bucket, Key=key)["VersionId"] == ids[1], f"the latest of {key!r}")
        written[key] = ids
    gone = names[::3]
    for key in gone:
        mark = s3.delete_object(Bucket=bucket, Key=key)
        check(mark["DeleteMarker"], f"a mark of {key!r}")
        headers = refused(s3.get_object, "NoSuchKey", Key=key)
        check(headers["x-amz-delete-marker"] == "true" and headers["x-amz-version-id"] == mark["VersionId"], "the mark is named")
        refused(s3.get_object, "MethodNotAllowed", Key=key, VersionId=mark["VersionId"])
        written[key].append(mark["VersionId"])
    refused(s3.get_object, "NoSuchVersion", Key=names[0], VersionId="none")
    for size in (2, 1000):
        found = rows(size)
        check({row[:2] for row in found} == {(key, version) for key, ids in written.items() for version in ids}, "versions")
        check({row[:2] for row in found if row[2]} == {(key, ids[-1]) for key, ids in written.items()}, "latest versions")
    flat = [row["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket) for row in page.get("Contents", [])]
    check(sorted(flat) == sorted(set(names) - set(gone)), "a plain listing leaves deleted keys out")
    # Without its mark an object is there again; without its last version it is not.
    again, last = gone[0], gone[1]
    s3.delete_object(Bucket=bucket, Key=again, VersionId=written[again][-1])
    check(s3.head_object(Bucket=bucket, Key=again)["VersionId"] == written[again][1], "a mark that was deleted")
    for version in written[last]:
        s3.delete_object(Bucket=bucket, Key=last, VersionId=version)
    check(rows(1000, Prefix=last) == [row for row in rows(1000) if row[0].startswith(last) and row[0] != last], "a key without versions")


try:
    s3.head_bucket(Bucket=bucket)
except botocore.exceptions.ClientError:
    s3.create_bucket(Bucket=bucket)
    write()
check(s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled", "the bucket's versioning")
print(json.dumps(rows(3)))
