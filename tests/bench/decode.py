"""gzip to Report, beside zlib alone, zlib and Jansson into a struct, and Python. One thread."""
import subprocess
import tempfile
import time
import json
import os
import zlib

from table import ROUNDS, SCALE, compare, corpus, heading, tool

REPORTS = 20000 * SCALE


def read_pack(path):
    with open(path, "rb") as file:
        data = file.read()
    at, items = 0, []
    while at < len(data):
        size = int.from_bytes(data[at:at + 4], "little")
        items.append(data[at + 4:at + 4 + size])
        at += 4 + size
    return items


def python_rate(items):
    started = time.process_time()
    for item in items:
        json.loads(zlib.decompress(item, 31))
    return len(items) / (time.process_time() - started)


with tempfile.TemporaryDirectory() as folder:
    pack = corpus("pack", REPORTS, os.path.join(folder, "pack"))
    items = read_pack(pack)
    inflate, plain, ours, python = [], [], [], []
    for _ in range(ROUNDS):
        line = subprocess.run([tool("bench_decode"), pack, "1"], capture_output=True, check=True,
                              text=True).stdout.split()
        for samples, value in zip((inflate, plain, ours), line):
            samples.append(REPORTS / float(value))
        python.append(python_rate(items))
    heading("Decoding: gzip to Report, one thread (reports/s)")
    compare("against zlib + Jansson into a struct", ours, plain, "1/s", digits=0)
    compare("against Python zlib + json.loads", ours, python, "1/s", digits=0)
    compare("against zlib alone", ours, inflate, "1/s", digits=0)
