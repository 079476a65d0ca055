#!/usr/bin/env python3
"""Writes the saved pages of a listing of many keys, as S3 answers with encoding-type=url.

usage: pages.py FOLDER [KEYS] [--pages-a-file N] [--format xml|aws-json|rclone-json|keys]

Keys ascend as S3 lists them, 55 to 75 bytes each, a few of them with blanks and other characters that are encoded.
Every run writes the same bytes.
"""
import argparse
import hashlib
import json
import os
import sys
from urllib.parse import quote

PAGE = 1000
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
CLASSES = ["STANDARD", "STANDARD", "STANDARD", "STANDARD_IA", "GLACIER_IR"]


def row(number):
    """Key, size, ETag, time and class of a key; the same in every run."""
    digest = hashlib.md5(b"%d" % number).hexdigest()
    day = number // 20_000
    name = "re\u0301sume\u0301 +100%.txt" if number % 500 == 0 else "part-%s.csv" % digest[:12]
    key = "warehouse/orders/year=%04d/day=%03d/%09d/%s" % (2020 + day // 365, day % 365, number, name)
    time = "20%02d-%02d-%02dT%02d:%02d:%02d.000Z" % (
        20 + day // 365, 1 + day % 12, 1 + number % 28, number % 24, number % 60, number // 60 % 60)
    return key, int(digest[:6], 16), digest, time, CLASSES[number % len(CLASSES)]


def xml_page(numbers, is_last, token, next_token):
    rows = []
    for number in numbers:
        key, size, digest, time, storage_class = row(number)
        rows.append(
            "<Contents><Key>%s</Key><LastModified>%s</LastModified><ETag>&quot;%s&quot;</ETag><ChecksumAlgorithm>"
            "CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType><Size>%d</Size>"
            "<StorageClass>%s</StorageClass></Contents>"
            % (quote(key, safe="/").replace("%20", "+"), time, digest, size, storage_class))
    places = "<ContinuationToken>%s</ContinuationToken>" % token if token else ""
    if next_token:
        places += "<NextContinuationToken>%s</NextContinuationToken>" % next_token
    return "%s<Name>warehouse-shop</Name><Prefix></Prefix>%s<KeyCount>%d</KeyCount><MaxKeys>%d</MaxKeys>" \
        "<EncodingType>url</EncodingType><IsTruncated>%s</IsTruncated>%s</ListBucketResult>\n" % (
            HEAD, places, len(numbers), PAGE, "false" if is_last else "true", "".join(rows))


def json_rows(numbers, form):
    for number in numbers:
        key, size, digest, time, storage_class = row(number)
        if form == "aws-json":
            yield json.dumps({"Key": key, "LastModified": time, "ETag": '"%s"' % digest, "Size": size,
                              "StorageClass": storage_class}, ensure_ascii=False, indent=4)
        else:
            yield json.dumps({"Path": key, "Name": os.path.basename(key), "Size": size, "ModTime": time,
                              "IsDir": False, "Tier": storage_class}, ensure_ascii=False)


def write_pages(folder, count, pages_a_file):
    pages = max(1, -(-count // PAGE))
    out = None
    for page in range(pages):
        if page % pages_a_file == 0:
            if out:
                out.close()
            out = open(os.path.join(folder, "page-%07d.xml" % page), "w", encoding="utf-8")
        numbers = range(page * PAGE, min(count, (page + 1) * PAGE))
        is_last = page == pages - 1
        token = "token-%07d" % page if page else None
        out.write(xml_page(numbers, is_last, token, None if is_last else "token-%07d" % (page + 1)))
    out.close()


def write_single(folder, count, form):
    with open(os.path.join(folder, "listing.%s" % form), "w", encoding="utf-8") as out:
        if form == "keys":
            for number in range(count):
                out.write(row(number)[0] + "\n")
            return
        out.write('{"Contents": [\n' if form == "aws-json" else "[\n")
        for index, text in enumerate(json_rows(range(count), form)):
            out.write((",\n" if index else "") + text)
        out.write('], "RequestCharged": null, "Prefix": ""}\n' if form == "aws-json" else "\n]\n")


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("folder")
    parser.add_argument("keys", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--pages-a-file", type=int, default=1)
    parser.add_argument("--format", default="xml", choices=["xml", "aws-json", "rclone-json", "keys"])
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    if options.format == "xml":
        write_pages(options.folder, options.keys, options.pages_a_file)
    else:
        write_single(options.folder, options.keys, options.format)


if __name__ == "__main__":
    sys.exit(main())
