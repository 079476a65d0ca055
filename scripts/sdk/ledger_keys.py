"""Reads the objects of ledgers through the view `objects`, with SQLite's own client.

usage: ledger_keys.py LEDGER...
Prints one JSON list for each: {"key": percent-encoded, "size": bytes} of every object.
"""
import json
import sqlite3
import sys
import urllib.parse


def rows(path):
    ledger = sqlite3.connect(f"file:{urllib.parse.quote(path)}?mode=ro", uri=True)
    for key, size in ledger.execute("SELECT key, size FROM objects"):
        # Bytes, not text: whatever a text would hide is seen.
        assert isinstance(key, bytes), key
        yield {"key": urllib.parse.quote(key, safe="/~"), "size": size}


print(json.dumps([list(rows(path)) for path in sys.argv[1:]]))
