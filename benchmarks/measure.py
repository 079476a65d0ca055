#!/usr/bin/env python3
"""Times commands as whole processes, in turn (A B A B ...), and prints medians.

  measure.py [-n RUNS] [--objects N] [--bytes N] [--before 'shell'] LABEL 'COMMAND' [LABEL 'COMMAND' ...]

CPU is user + system time of the command, RSS its peak. Ratios are to the first label. An exit status other than 0 is
shown."""
import argparse
import os
import statistics
import subprocess
import time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("-n", type=int, default=5)
parser.add_argument("--objects", type=float, default=0)
parser.add_argument("--bytes", type=float, default=0)
parser.add_argument("--before", default="true")
parser.add_argument("pairs", nargs="+")
options = parser.parse_args()

runs = {}
for _ in range(options.n):
    for label, command in zip(options.pairs[::2], options.pairs[1::2]):
        subprocess.run(options.before, shell=True, check=True)
        started = time.monotonic()
        child = subprocess.Popen(["bash", "-c", "exec " + command], stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        runs.setdefault(label, []).append((
            time.monotonic() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024,
            os.waitstatus_to_exitcode(status)))

first = None
for label, rows in runs.items():
    wall, cpu, rss = (statistics.median(row[index] for row in rows) for index in range(3))
    first = first or (wall, cpu)
    line = f"{label:34} wall {wall:7.2f} s  CPU {cpu:7.2f} s  RSS {rss:5.0f} MB"
    if options.objects:
        line += f"  {options.objects / wall:9,.0f} objects/s {cpu / options.objects * 1e6:6.2f} us CPU each"
    if options.bytes:
        line += f"  {options.bytes / wall / 1e6:7,.0f} MB/s {cpu / options.bytes * 1e9:5.2f} CPU s/GB"
    line += f"  wall {wall / first[0]:.2f}, CPU {cpu / first[1]:.2f} of the first"
    bad = sorted({row[3] for row in rows} - {0})
    print(line + (f"  EXIT {bad}" if bad else ""))
