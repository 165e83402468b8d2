"""Goal: `backup` while `serve` takes reports in: a sound copy of one moment, mode 0600, whole or not at
all; a restore is a copy, and tells what the store told."""
import http.client
import os
import shutil
import sqlite3
import stat
import sys
import threading

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from program import Place, Server, expect, expect_equal  # noqa: E402
from reports import gzipped, report  # noqa: E402

place = Place("[https]\nlisten=127.0.0.1:0\n")
target = os.path.join(place.path, "copy.db")
stop, statuses, acknowledged = threading.Event(), set(), []


def post(port, prefix):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    number = 0
    while not stop.is_set():
        name = "%s-%d" % (prefix, number)
        connection.request("POST", "/v1/tlsrpt", gzipped(report(name, failed=number % 3)))
        answer = connection.getresponse()
        answer.read()
        statuses.add(answer.status)
        acknowledged.append(name)
        number += 1


def names(store):
    return [row["report_id"] for row in place.json("--store", store, "list", "--json")["reports"]]


place.run("backup", target, status=66)  # there is no store yet
expect(not os.path.exists(target), "nothing is made of nothing")
server = Server(place)
threads = [threading.Thread(target=post, args=(server.port, "t%d" % n)) for n in range(4)]
for thread in threads:
    thread.start()
while len(acknowledged) < 200:
    stop.wait(0.05)
before = list(acknowledged)
os.umask(0)
place.run("backup", target)
after = len(acknowledged)
expect_equal(stat.S_IMODE(os.stat(target).st_mode), 0o600, "mode of the copy")
expect_equal([name for name in os.listdir(place.path) if name.startswith("copy.db")], ["copy.db"],
             "nothing else is left")
done = place.run("backup", target, status=73)
expect(b"--force" in done.stderr, "a file that is there is not overwritten")
first = os.stat(target).st_ino
place.run("backup", "--force", target)
expect(os.stat(target).st_ino != first, "--force replaces it")
stop.set()
for thread in threads:
    thread.join()
expect_equal(statuses, {201}, "answers while a copy is written")
expect_equal(server.stop(), 0, "serve ends")

with sqlite3.connect(target) as database:
    expect_equal(database.execute("PRAGMA integrity_check").fetchone()[0], "ok", "integrity")
    expect_equal(database.execute("PRAGMA foreign_key_check").fetchall(), [], "foreign keys")
database.close()
copied = names(target)
expect_equal(set(before) - set(copied), set(), "reports acknowledged before, and not in the copy")
expect_equal(set(copied) - set(acknowledged), set(), "reports out of nothing")
expect_equal(len(copied), len(set(copied)), "reports that are there twice")
summary = place.run("--store", target, "report", "--format", "json").stdout
place.run("--store", target, "rebuild")
expect_equal(place.run("--store", target, "report", "--format", "json").stdout, summary,
             "the roll-ups of the copy are those of its reports")

# A quiet store: the copy tells the same, byte for byte; restored, it goes on collecting.
quiet = os.path.join(place.path, "quiet.db")
place.run("backup", quiet)
everything = place.run("report", "--format", "json").stdout
expect_equal(place.run("--store", quiet, "report", "--format", "json").stdout, everything, "summary")
for suffix in ("", "-wal", "-shm"):
    if os.path.exists(place.store + suffix):
        os.remove(place.store + suffix)
shutil.copy(quiet, place.store)
expect_equal(place.run("report", "--format", "json").stdout, everything, "the restored summary")
server = Server(place)
connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
for name, status in ((acknowledged[0], 200), ("new", 201)):
    connection.request("POST", "/v1/tlsrpt", gzipped(report(name)))
    answer = connection.getresponse()
    answer.read()
    expect_equal(answer.status, status, "post of %s after the restore" % name)
expect_equal(server.stop(), 0, "serve ends")

place.run("backup", os.path.join(place.path, "none", "copy.db"), status=73)
place.run("backup", status=64)
print("%d to %d acknowledged while it was copied, %d in the copy" % (len(before), after, len(copied)))
place.remove()
