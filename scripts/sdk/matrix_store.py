"""Writes a bucket as `tranship dev-store` keeps it, or a plain directory, without any client.

usage: matrix_store.py plain|hostile|metadata|encrypted|occupied s3|oss|file FOLDER BUCKET
Prints one JSON object: key in hexadecimal -> {"sha256", "size"} of the bytes.
"""
import hashlib
import json
import os
import random
import sys

kind, dialect, folder, bucket = sys.argv[1:5]
chance = random.Random(20260117)
PART = 5 << 20


def plain():
    objects = {
        b"a/one": chance.randbytes(1), b"a/twin": chance.randbytes(3000), b"a/two": chance.randbytes(3000),
        b"b/empty": b"", b"b/mid": chance.randbytes(70_000), b"c/last": chance.randbytes(500),
    }
    return {key: (body, 1) for key, body in objects.items()} | {b"big": (chance.randbytes(PART + 700_001), 2)}


def occupied():
    """What another run, or somebody else, left under four of the plain keys: one as it is, three not."""
    wanted = plain()
    other = bytes(255 - byte for byte in wanted[b"a/two"][0])
    return {
        b"a/one": wanted[b"a/one"], b"a/two": (other, 1), b"c/last": (wanted[b"c/last"][0] + b"more", 1),
        b"big": (b"not big", 1),
    }


def hostile():
    names = [
        b"a//b", b"a/./b", b"a/../b", b".", b"..", b"ctl\x01\x1f\x7f", b"tab\tnew\nline", b"100%/a+b c%20d",
        "nfc/\u00e9".encode(), "nfd/e\u0301".encode(), b"marker/", b"full/", b"clash", b"clash/x",
        b"../../evil", b"=cmd|' /C calc'!A0", b"<script>", "\U0001f600".encode(), b"gzip",
    ]
    if dialect == "s3":
        names.append(b"/leading")
    return {key: (b"" if key == b"marker/" else b"bytes of " + key, 1) for key in names}


def described():
    """Metadata that is long, odd, or more than the other vendor takes: key -> headers and user metadata."""
    return {
        b"meta/utf-8": ([], [["note", "gr\u00f6\u00dfe \U0001f600"]]),
        b"meta/rfc-2047": ([], [["subject", "=?UTF-8?B?w7zDvA==?="]]),
        b"meta/empty": ([], [["nothing", ""]]),
        b"meta/headers": ([
            ["Cache-Control", "max-age=60, public"], ["Content-Disposition", 'attachment; filename="a b.txt"'],
            ["Content-Encoding", "gzip"], ["Content-Language", "de, en"], ["Expires", "Wed, 21 Oct 2026 07:28:00 GMT"],
        ], [["one", "1"], ["two-2", "a=b; c"]]),
        b"meta/twins": ([], [["twin", "one"], ["twin", "two"]]),
        b"meta/2049": ([], [["long", "v" * 2045]]),
        b"meta/8193": ([], [["long", "v" * 8189]]),
    } | ({b"meta/under_score": ([], [["under_score", "x"]])} if dialect == "s3" else {})


def metadata():
    return {key: (b"bytes of " + key, 1) for key in described()}


def crc64(data, table=[]):
    if not table:
        for byte in range(256):
            for _ in range(8):
                byte = byte >> 1 ^ (0xC96C5795D7870F42 if byte & 1 else 0)
            table.append(byte)
    crc = 0xFFFFFFFFFFFFFFFF
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFFFFFFFFFF


def record(key, body, parts):
    md5 = hashlib.md5(body).hexdigest()
    pieces = [body[at:at + PART] for at in range(0, len(body), PART)] if parts > 1 else []
    if pieces:
        md5 = hashlib.md5(b"".join(hashlib.md5(p).digest() for p in pieces)).hexdigest() + f"-{len(pieces)}"
    if kind == "encrypted":
        # What KMS leaves in the place of an MD5.
        md5 = chance.randbytes(16).hex() + (f"-{len(pieces)}" if pieces else "")
    name = hashlib.sha256(key).hexdigest()
    headers, user = described()[key] if kind == "metadata" else ([], [["origin", "matrix"]])
    entry = {
        "key": list(key), "size": len(body), "eTag": md5 if dialect == "s3" else md5.upper(),
        # Amazon shows no CRC-64/XZ, and computing one here takes a second.
        "crc64xz": str(crc64(body)) if dialect == "oss" else "0", "lastModified": 1_700_000_000,
        "storageClass": "STANDARD" if dialect == "s3" else "Standard", "type": "Multipart" if pieces else "Normal",
        "headers": [["Content-Type", "text/x-matrix"]] + headers
        + ([["Content-Encoding", "gzip"]] if key == b"gzip" else []),
        "metadata": user, "parts": [{"size": len(p)} for p in pieces], "tags": [],
        "isRestored": False, "dataFile": name + "-0.data",
    }
    if kind == "encrypted":
        entry["encryption"] = {"algorithm": "aws:kms", "keyID": "arn:aws:kms:us-east-1:000000000000:alias/aws/s3"}
    return entry


objects = {"plain": plain, "encrypted": plain, "hostile": hostile, "metadata": metadata,
           "occupied": occupied}[kind]()
place = folder if dialect == "file" else f"{folder}/buckets/{bucket}/objects"
os.makedirs(place, exist_ok=True)
for key, (body, parts) in objects.items():
    if dialect == "file":
        path = os.path.join(os.fsencode(place), key)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(body)
        continue
    entry = record(key, body, parts)
    with open(f"{place}/{entry['dataFile']}", "wb") as file:
        file.write(body)
    with open(f"{place}/{hashlib.sha256(key).hexdigest()}.json", "w") as file:
        json.dump(entry, file)
truth = {key.hex(): {"sha256": hashlib.sha256(body).hexdigest(), "size": len(body)} for key, (body, _) in objects.items()}
print(json.dumps(truth))
