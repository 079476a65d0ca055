"""Judges a run of `tranship migrate` by what is on the disks, and never by what it says of itself.

usage: matrix_check.py SPECIFICATION        (a JSON file; see `Scenario.specification` of the fault matrix)
Prints one JSON list of violations, each `[invariant, what]`; an empty list where there is none.
It shares no code with the product: SQLite is Python's own, digests are hashlib's, lists are read as text.
"""
import csv
import hashlib
import json
import os
import re
import sqlite3
import sys
import urllib.parse

spec = json.load(open(sys.argv[1]))
violations = []


def expect(holds, invariant, what):
    if not holds:
        violations.append([invariant, what])


complements, md5s = {}, {}


def sha256(path):
    with open(path, "rb") as file:
        body = file.read()
    digest = hashlib.sha256(body).hexdigest()
    md5s[digest] = hashlib.md5(body).hexdigest()
    complements[digest] = hashlib.sha256(bytes(255 - byte for byte in body)).hexdigest() if spec["replaces"] else digest
    return digest


def stored(place):
    """Keys in hexadecimal -> SHA-256, read from the files of a server or a directory."""
    found = {}
    if place["kind"] == "file":
        root = os.fsencode(place["root"])
        for folder, folders, names in os.walk(root):
            if os.path.relpath(folder, root).startswith(b".tranship"):
                expect(not names, "I17", f"files of unfinished writes: {names}") if isFinished else None
                continue
            if folder != root and not folders and not names:
                # An empty folder is how a directory keeps a marker.
                found[os.path.relpath(folder, root).hex() + "2f"] = hashlib.sha256(b"").hexdigest()
            for name in names:
                path = os.path.join(folder, name)
                found[os.path.relpath(path, root).hex()] = sha256(path)
        return found
    objects = f"{place['root']}/buckets/{place['bucket']}/objects"
    for name in os.listdir(objects):
        if name.endswith(".json"):
            record = json.load(open(f"{objects}/{name}"))
            if not record.get("isDeleteMarker"):
                found[bytes(record["key"]).hex()] = sha256(f"{objects}/{record['dataFile']}")
    return found


def listed(path, column):
    if not os.path.exists(path):
        return None
    rows = open(path, encoding="utf-8").read().split("\n")
    expect(rows[-1] == "", "I1", f"{path} has no end of its last line")
    return [urllib.parse.unquote_to_bytes(row.split("\t")[column]).hex() for row in rows[:-1]]


truth = spec["truth"]
status = spec["status"]
isFinished = status in (0, 1)
source, destination = stored(spec["source"]), stored(spec["destination"])


def allowed(key):
    """Every generation that the source had: a replaced object has each byte's complement, and may be replaced again."""
    return {truth.get(key, {}).get("sha256"), source.get(key), complements.get(source.get(key))} - {None}


# The ledger, by its documented view.
rows = {}
if os.path.exists(spec["ledger"]):
    ledger = sqlite3.connect(f"file:{urllib.parse.quote(spec['ledger'])}?mode=ro", uri=True)
    expect(ledger.execute("PRAGMA integrity_check").fetchall() == [("ok",)], "I10", "the ledger is damaged")
    for key, kept, proof, error, size in ledger.execute(
            "SELECT key_hex, list, proof, error_class, size FROM objects"):
        key = key.lower()
        expect(key not in rows, "I1", f"{key} is twice in the ledger")
        rows[key] = (kept, proof, error, size)
    ledger.close()
else:
    expect(not isFinished, "I1", "a finished run has no ledger")

counts = {name: sum(1 for row in rows.values() if row[0] == name)
          for name in ("completed", "error", "skipped", "pending")}
expect(sum(counts.values()) == len(rows), "I1", f"keys in no list: {counts} of {len(rows)}")
expect(set(rows) <= set(truth), "I1", f"keys that were never at the source: {set(rows) - set(truth)}")
for key, (kept, proof, error, size) in rows.items():
    name = bytes.fromhex(key)
    if kept == "completed":
        expect(destination.get(key) in allowed(key), "I2", f"{name} is completed, and its bytes are not the source's")
        expect(proof in ("streamed", "end-to-end", "read-back"), "I3", f"{name} is completed with the proof {proof}")
    if kept == "error":
        expect(bool(error), "I1", f"{name} is an error without a class")

# Exit status as the ledger has it.
if isFinished:
    expect(set(rows) == set(truth), "I1", f"keys that the total misses: {set(truth) - set(rows)}")
    clean = counts["error"] == 0 and counts["pending"] == 0
    expect((status == 0) == clean, "I12", f"exit status {status} with {counts}")
else:
    expect(status == 2, "I12", f"exit status {status}")
expect(status in spec["statuses"], "expected", f"exit status {status}, and {spec['statuses']} was expected: {counts}")

# The lists, as text.
lists = {name: listed(f"{spec['report']}/job_{name}_list", 1 if name in ("total", "skipped") else 0)
         for name in ("total", "completed", "error", "skipped")}
if isFinished:
    expect(lists["total"] is not None, "I1", "a finished run has no total list")
    for name, keys in lists.items():
        keys = keys or []
        expect(len(set(keys)) == len(keys), "I1", f"a key is twice in the {name} list")
        wanted = set(rows) if name == "total" else {key for key, row in rows.items() if row[0] == name}
        expect(set(keys) == wanted, "I1", f"the {name} list and the ledger differ: {set(keys) ^ wanted}")
    summary = json.load(open(f"{spec['report']}/summary.json"))
    metrics = summary["metrics"]
    for name in ("completed", "error", "skipped", "pending"):
        value = metrics.get(f"objects_{name}", metrics.get(name))
        value = value.get("value") if isinstance(value, dict) else value
        expect(value == counts[name], "I12", f"summary.json says {value} {name}, and the ledger {counts[name]}")

    # The generation that a row names: where its ETag is an MD5, it is that of the bytes at the destination.
    with open(f"{spec['report']}/objects.csv", encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            name = row["key"].removeprefix("'")
            key = urllib.parse.unquote_to_bytes(name).hex()
            tag = row["source_etag"].removeprefix("'").strip('"').lower()
            if row["list"] == "completed" and spec["source"]["kind"] != "file" and re.fullmatch("[0-9a-f]{32}", tag):
                found = md5s.get(destination.get(key))
                expect(found in (tag, None), "I2", f"{name} is completed as {tag}, and the destination has {found}")

# The destination.
expect(set(destination) <= set(truth), "I4", f"the destination has what the source never had: {set(destination) - set(truth)}")
for key, digest in destination.items():
    if key not in spec["lies"]:
        expect(digest in allowed(key), "I6", f"{bytes.fromhex(key)} has bytes that no generation of the source has")
if isFinished and not spec["leavesUploads"] and spec["destination"]["kind"] != "file":
    uploads = os.listdir(f"{spec['destination']['root']}/buckets/{spec['destination']['bucket']}/uploads")
    expect(not [name for name in uploads if name.endswith(".upload")], "I17", f"open uploads: {uploads}")

# What was asked of the source, and how much of either side.
for entry in spec["sourceJournal"]:
    expect(entry["method"] in ("GET", "HEAD"), "I5", f"the source was asked to {entry['method']} {entry['operation']}")
tries = 9
units = sum(2 + (entry["size"] >> 20) for entry in truth.values())
for side in ("sourceJournal", "destinationJournal"):
    bound = (2 * units + 8) * tries + 40
    expect(len(spec[side]) <= bound, "I11", f"{len(spec[side])} requests in the {side}, more than {bound}")

# Expected ends of single keys.
for key, classes in spec["ends"].items():
    kept, _, error, _ = rows.get(key, (None, None, None, None))
    found = error if kept == "error" else kept
    expect(found in classes, "expected", f"{bytes.fromhex(key)} ended as {found}, and {classes} was expected")
if spec["othersComplete"]:
    for key, row in rows.items():
        expect(key in spec["ends"] or row[0] == "completed", "expected", f"{bytes.fromhex(key)} ended as {row}")

if spec.get("remaining") is not None:
    for key, (kept, _, error, _) in rows.items():
        expect(kept != "error" or error in spec["remaining"], "I7", f"{bytes.fromhex(key)} is left as {error}")

# Secrets.
for folder, _, names in os.walk(spec["searched"]):
    for name in names:
        if re.search(r"\.(out|err)$|_list$|\.csv$|\.json$|\.html$|ledger", name):
            with open(os.path.join(folder, name), "rb") as file:
                expect(spec["secret"].encode() not in file.read(), "I13", f"the secret is in {name}")
print(json.dumps(violations))
