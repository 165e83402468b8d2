"""Goal: `serve` under a load of posts, with and without threads of their own that judge, killed with -9
many times over: every acknowledged report is there, none twice, the store is sound, and a rebuild
changes nothing."""
import http.client
import os
import random
import sqlite3
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from program import Place, Server, expect, expect_equal  # noqa: E402
from reports import gzipped, report  # noqa: E402

ROUNDS, THREADS = 12, 8
place = Place()
acknowledged, lock = set(), threading.Lock()
chance = random.Random(8460)


def post_until_dead(port, prefix):
    """Posts distinct reports; every third twice, because senders repeat themselves."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    number = 0
    try:
        while True:
            name = "%s-%d" % (prefix, number)
            body = gzipped(report(name, successful=number % 7, failed=0))
            for _ in range(2 if number % 3 == 0 else 1):
                connection.request("POST", "/v1/tlsrpt", body)
                answer = connection.getresponse()
                answer.read()
                if answer.status in (200, 201):
                    with lock:
                        acknowledged.add(name)
            number += 1
    except (OSError, http.client.HTTPException):
        pass


for round_number in range(ROUNDS):
    place.configure("[https]\nlisten=127.0.0.1:0\nthreads=%d\n" % (3 * (round_number % 2)))
    server = Server(place)
    threads = [threading.Thread(target=post_until_dead, args=(server.port, "%d-%d" % (round_number, t)))
               for t in range(THREADS)]
    for thread in threads:
        thread.start()
    time.sleep(0.2 + chance.random() * 0.6)
    server.kill()
    for thread in threads:
        thread.join()

expect(len(acknowledged) > 100, "the load was a load: %d acknowledged" % len(acknowledged))
stored = [row["report_id"] for row in place.json("list", "--json")["reports"]]
expect_equal(sorted(acknowledged - set(stored)), [], "acknowledged reports that are not there")
expect_equal(len(stored), len(set(stored)), "reports stored twice")
with sqlite3.connect(place.store) as database:
    expect_equal(database.execute("PRAGMA integrity_check").fetchone()[0], "ok", "integrity")
before = place.run("report", "--json").stdout
place.run("rebuild")
expect_equal(place.run("report", "--json").stdout, before, "the summary after a rebuild")
print("%d acknowledged, %d stored, %d kills" % (len(acknowledged), len(stored), ROUNDS))
place.remove()
