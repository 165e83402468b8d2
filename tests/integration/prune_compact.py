"""Goal: prune --compact gives all unused room back, beside a running collector that takes reports the
whole time; the summaries of the kept days stay, byte for byte, and nothing acknowledged is lost. The
same for a store made without room to give back, which only --compact can shrink."""
import contextlib
import datetime
import http.client
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from program import PROGRAM, Place, Server, expect, expect_equal  # noqa: E402
from reports import gzipped, report  # noqa: E402

TODAY = datetime.datetime.now(datetime.timezone.utc).date()
OLD_DAYS, KEPT_DAYS, A_DAY = range(61, 91), range(2, 32), 40
chance = random.Random(7)


def ago(days):
    return str(TODAY - datetime.timedelta(days=days))


def one(days, number):
    """A report that does not compress."""
    details = [{"result-type": "certificate-expired", "failed-session-count": 2,
                "receiving-mx-hostname": "mx%d.example.org" % (number % 3),
                "additional-information": "https://sender.example/" + chance.randbytes(900).hex()}]
    return report("r-%d-%d" % (days, number), day=ago(days), failed=2, details=details,
                  organization="Sender %d" % (number % 5))


def fill(place):
    for days in [*OLD_DAYS, *KEPT_DAYS]:
        for number in range(A_DAY):
            place.write("in/%d-%d.json" % (days, number), json.dumps(one(days, number)))
    place.run("import", os.path.join(place.path, "in"), timeout=600)


def summary(place):
    text = place.run("report", "--format", "json", "--since", ago(60), "--until", ago(2)).stdout
    return re.sub(rb'"stage_days": \d+', b"", text)


def pages(place, pragma):
    with contextlib.closing(sqlite3.connect(place.store, timeout=60)) as database:
        return database.execute("PRAGMA " + pragma).fetchone()[0]


class Posting(threading.Thread):
    """Posts reports of yesterday one after the other until it is told to stop."""

    def __init__(self, port, number):
        super().__init__()
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.number, self.statuses, self.enough = number, [], threading.Event()
        self.start()

    def run(self):
        while not self.enough.is_set():
            document = one(1, self.number + len(self.statuses))
            self.connection.request("POST", "/v1/tlsrpt", gzipped(document))
            answer = self.connection.getresponse()
            answer.read()
            self.statuses.append(answer.status)

    def stop(self):
        self.enough.set()
        self.join()
        return self.statuses


def check(make_rigid):
    place = Place("[https]\nlisten=127.0.0.1:0\n")
    fill(place)
    if make_rigid:
        with contextlib.closing(sqlite3.connect(place.store)) as database:
            database.execute("PRAGMA journal_mode = DELETE")
            database.execute("PRAGMA auto_vacuum = NONE")
            database.execute("VACUUM")
            database.execute("PRAGMA journal_mode = WAL")
    size, before = os.path.getsize(place.store), summary(place)

    server = Server(place)
    posting = [Posting(server.port, 100000 * (thread + 1)) for thread in range(2)]
    pruning = subprocess.Popen([PROGRAM, "--config", place.config, "prune", "--daily-days", "60",
                                "--raw-days", "20", "--compact", "--json"], stdout=subprocess.PIPE)
    out = pruning.communicate(timeout=300)[0]
    statuses = [status for thread in posting for status in thread.stop()]
    expect_equal(pruning.returncode, 0, "prune --compact")
    expect_equal(set(statuses), {201}, "answers of the collector meanwhile")
    expect_equal(summary(place), before, "the summary of the kept days")
    did = json.loads(out)["pruned"]
    expect_equal(did["reports_forgotten"], len(OLD_DAYS) * A_DAY, "reports forgotten")
    expect_equal(did["raw_dropped"], (len(OLD_DAYS) + 11) * A_DAY, "raw reports dropped")
    expect(len(statuses) > 0, "reports came in meanwhile")
    expect_equal(server.stop(), 0, "serve ends")

    expect_equal(pages(place, "freelist_count"), 0, "unused pages")
    expect_equal(pages(place, "auto_vacuum"), 2, "room can be given back from now on")
    expect_equal(pages(place, "integrity_check"), "ok", "integrity")
    left = (len(KEPT_DAYS) - 11) * A_DAY + len(statuses)
    share = left / ((len(OLD_DAYS) + len(KEPT_DAYS)) * A_DAY)
    expect(os.path.getsize(place.store) < size * (share + 0.3),
           "the file shrank: from %d to %d" % (size, os.path.getsize(place.store)))
    yesterday = place.json("list", "--since", ago(1), "--json")["reports"]
    expect_equal(len(yesterday), len(statuses), "what was acknowledged is there")
    place.run("rebuild")
    expect_equal(summary(place), before, "the summary after a rebuild")
    place.remove()


check(make_rigid=False)
check(make_rigid=True)
