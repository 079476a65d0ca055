"""Keys that clients and servers like to get wrong, from fixtures/hostile_keys.json."""
import json
import pathlib

FIXTURES = pathlib.Path(__file__).resolve().parents[2] / "fixtures"


def keys(valid, folds_dots=False):
    """The keys that `valid` (s3_valid or oss_valid) allows.

    Clients on `requests` fold `.` and `..` out of a path after they signed it, so they cannot send such keys.
    """
    vectors = json.loads((FIXTURES / "hostile_keys.json").read_text())["vectors"]
    names = [v["key"] for v in vectors if v[valid]]
    return [k for k in names if not (folds_dots and {".", ".."} & set(k.split("/")))]


def check(condition, what):
    if not condition:
        raise SystemExit(f"FAILED: {what}")
