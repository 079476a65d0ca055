"""Prints the rows of a CSV file as JSON, as Python's csv reads them.

usage: read_csv.py FILE
"""
import csv
import json
import sys

with open(sys.argv[1], newline="", encoding="utf-8") as file:
    print(json.dumps(list(csv.reader(file, strict=True))))
