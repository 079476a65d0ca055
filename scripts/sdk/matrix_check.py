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
import stat
import sys
import urllib.parse

spec = json.load(open(sys.argv[1]))
violations = []


def expect(holds, invariant, what):
    if not holds:
        violations.append([invariant, what])


complements, md5s, described = {}, {}, {}


def sha256(path):
    with open(path, "rb") as file:
        body = file.read()
    digest = hashlib.sha256(body).hexdigest()
    md5s[digest] = hashlib.md5(body).hexdigest()
    complements[digest] = hashlib.sha256(bytes(255 - byte for byte in body)).hexdigest() if spec["replaces"] else digest
    return digest


def stored(place):
    """Keys in hexadecimal -> SHA-256, read from the files of a server or a directory; links and pipes are no objects."""
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
                if not stat.S_ISREG(os.lstat(path).st_mode):
                    continue
                found[os.path.relpath(path, root).hex()] = sha256(path)
        return found
    objects = f"{place['root']}/buckets/{place['bucket']}/objects"
    for name in os.listdir(objects):
        if name.endswith(".json"):
            record = json.load(open(f"{objects}/{name}"))
            if not record.get("isDeleteMarker"):
                fields = {}
                for name, value in record["headers"] + [["meta-" + name, value] for name, value in record["metadata"]]:
                    # RFC 9110: fields of one name are one field with their values in a row.
                    fields[name.lower()] = ",".join([fields[name.lower()], value] if name.lower() in fields else [value])
                described.setdefault(bytes(record["key"]).hex(), {})[place["bucket"]] = fields
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
rows, messages = {}, {}
if os.path.exists(spec["ledger"]):
    ledger = sqlite3.connect(f"file:{urllib.parse.quote(spec['ledger'])}?mode=ro", uri=True)
    expect(ledger.execute("PRAGMA integrity_check").fetchall() == [("ok",)], "I10", "the ledger is damaged")
    for key, kept, proof, error, size, message in ledger.execute(
            "SELECT key_hex, list, proof, error_class, size, message FROM objects"):
        key = key.lower()
        messages[key] = message
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
            isMD5 = not spec["opaqueTags"] and spec["source"]["kind"] != "file" and re.fullmatch("[0-9a-f]{32}", tag)
            if row["list"] == "completed" and isMD5:
                found = md5s.get(destination.get(key))
                expect(found in (tag, None), "I2", f"{name} is completed as {tag}, and the destination has {found}")
            sides = described.get(key, {})
            left, arrived = sides.get(spec["source"]["bucket"]), sides.get(spec["destination"]["bucket"])
            if row["list"] == "completed" and None not in (left, arrived) and left != arrived:
                expect(row["metadata"].startswith("differs") or row["notes"], "I16",
                       f"{name} was described by {left} and is by {arrived}, and its row says {row['metadata']!r}")

# A finished job that runs again has nothing to do and says the same.
if spec.get("repeats") is not None:
    for side in ("sourceJournal", "destinationJournal"):
        for entry in spec[side]:
            # What faults kept from being dropped before is dropped now.
            isTidy = spec["leavesUploads"] and entry["operation"] == "AbortMultipartUpload"
            isBody = entry["operation"] == "GetObject" or entry["method"] not in ("GET", "HEAD") and not isTidy
            expect(not isBody, "I8", f"a finished job that ran again sent {entry['operation']}, of the {side}")
    for name in ("total", "completed", "error", "skipped"):
        def text(folder):
            path = f"{folder}/job_{name}_list"
            return open(path, "rb").read() if os.path.exists(path) else None
        expect(text(spec["repeats"]) == text(spec["report"]), "I8", f"the {name} list is another after it ran again")

# The destination.
expect(set(destination) <= set(truth), "I4", f"the destination has what the source never had: {set(destination) - set(truth)}")
for key, digest in destination.items():
    if key not in spec["lies"]:
        expect(digest in allowed(key), "I6", f"{bytes.fromhex(key)} has bytes that no generation of the source has")
if isFinished and not spec["leavesUploads"] and spec["destination"]["kind"] != "file":
    uploads = os.listdir(f"{spec['destination']['root']}/buckets/{spec['destination']['bucket']}/uploads")
    expect(not [name for name in uploads if name.endswith(".upload")], "I17", f"open uploads: {uploads}")

# What was asked of the source, and how often anything was asked of either side.
for entry in spec["sourceJournal"]:
    expect(entry["method"] in ("GET", "HEAD"), "I5", f"the source was asked to {entry['method']} {entry['operation']}")
if spec["source"]["kind"] == "file":
    expect(source == {key: entry["sha256"] for key, entry in truth.items()}, "I5", "the source is another than before")
tries, afresh, pages = 9, 2, len(truth) // 4 + 2
for side in ("sourceJournal", "destinationJournal"):
    asked = {}
    for entry in spec[side]:
        asked[entry["operation"], entry["key"]] = asked.get((entry["operation"], entry["key"]), 0) + 1
    for (operation, key), count in asked.items():
        size = truth.get(key, {}).get("size", 0)
        # An upload that is dropped is looked at, up to three times.
        pieces = {"GetObject": size >> 20, "HeadObject": size >> 20, "UploadPart": size >> 20, "ListParts": 6,
                  "AbortMultipartUpload": 6}.get(operation, 0) + 2
        bound = tries * afresh * spec["runs"] * (pieces if key else pages)
        expect(count <= bound, "I11", f"{operation} of {key} {count} times in the {side}, more than {bound}")

# Nothing outside of the places that were named; another's files are as they were.
expected = r"source|destination|outside|keys|job\.ledger.*|report-\d+|specification-\d+|.*\.(out|err)"
for name in os.listdir(spec["searched"]):
    expect(re.fullmatch(expected, name), "I14", f"{name} was made beside what was asked for")
others = [(name, os.stat(f"{spec['searched']}/outside/{name}")) for name in os.listdir(f"{spec['searched']}/outside")]
expect([(name, stat.S_IMODE(found.st_mode), found.st_size) for name, found in others] == [("kept", 0o640, 9)]
       and open(f"{spec['searched']}/outside/kept", "rb").read() == b"untouched", "I14", f"outside has {others}")

# Nobody but the two stores was asked.
expect(not spec["leaked"], "I13", f"another host was sent {spec['leaked']}")
for words in spec["says"]:
    expect(words in spec["said"], "expected", f"the run does not say {words!r}")

# Expected ends of single keys.
for key, classes in spec["ends"].items():
    kept, _, error, _ = rows.get(key, (None, None, None, None))
    found = error if kept == "error" else kept
    expect(found in classes, "expected", f"{bytes.fromhex(key)} ended as {found} ({messages.get(key)}), and {classes} was expected")
if spec["othersComplete"]:
    for key, row in rows.items():
        expect(key in spec["ends"] or row[0] == "completed", "expected", f"{bytes.fromhex(key)} ended as {row}: {messages[key]}")

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
