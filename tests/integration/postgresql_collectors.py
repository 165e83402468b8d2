"""Goal: two collectors on one PostgreSQL under load, each killed with -9 again and again, the server
of the database crashed in between: every acknowledged report is there, none twice, one copy of each
claim counts, and the sums are those of the stored reports.
"""
import http.client
import os
import random
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from postgresql import Postgresql  # noqa: E402
from program import Place, Server, expect, expect_equal  # noqa: E402
from reports import gzipped, report  # noqa: E402

ROUNDS, THREADS = 6, 4
CONFIG = "[https]\nlisten=127.0.0.1:0\n"
chance = random.Random(8460)
database = Postgresql(fsync=True)
places = [Place(CONFIG, store=database.uri(user="collector")) for _ in range(2)]
database.sql("CREATE ROLE collector LOGIN")
database.sql("CREATE SCHEMA collector AUTHORIZATION collector")
acknowledged, answers, lock = {}, {}, threading.Lock()
ports, stop = [None, None], threading.Event()


def bodies(prefix):
    """Reports without end. Every third has a twin with other counts under the same claim."""
    for number in range(10 ** 9):
        name = "%s-%d" % (prefix, number)
        copies = [report(name, successful=number % 7 + 1, failed=0)]
        if number % 3 == 0:
            copies.append(report(name, successful=100 + number % 7, failed=0))
        for copy in copies:
            yield name, copy["policies"][0]["summary"]["total-successful-session-count"], \
                gzipped(copy)


def post(collector, body):
    """The status, or None where nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", ports[collector], timeout=60)
    try:
        connection.request("POST", "/v1/tlsrpt", body)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def post_until_stopped(collector, prefix):
    """To one collector, and every second one to the other as well, as senders with two rua= do."""
    for number, (name, successful, body) in enumerate(bodies(prefix)):
        for target in [collector, 1 - collector][:1 + number % 2]:
            if stop.is_set():
                return
            status = post(target, body)
            with lock:
                answers[status] = answers.get(status, 0) + 1
                if status in (200, 201):
                    acknowledged.setdefault((name, successful), status)
            if status is None:
                time.sleep(0.05)


servers = [Server(place) for place in places]
for i in range(2):
    ports[i] = servers[i].port
threads = [threading.Thread(target=post_until_stopped, args=(t % 2, "load-%d" % t))
           for t in range(THREADS)]
for thread in threads:
    thread.start()
for round_number in range(ROUNDS):
    before = len(acknowledged)
    time.sleep(0.5 + chance.random())
    victim = round_number % 3
    if victim < 2:
        servers[victim].kill()
        servers[victim] = Server(places[victim])
        ports[victim] = servers[victim].port
    else:
        database.stop("immediate")
        time.sleep(0.5)
        database.start()
    for _ in range(600):  # the collectors find their way back by themselves
        if len(acknowledged) > before + 20:
            break
        time.sleep(0.1)
    else:
        sys.exit("FAILED: nothing is acknowledged after round %d: %r" % (round_number, answers))
stop.set()
for thread in threads:
    thread.join()
for server in servers:
    expect_equal(server.stop(), 0, "the end of a collector")

stored = places[0].json("list", "--json")["reports"]
seen = [(row["report_id"], row["successful_sessions"]) for row in stored]
expect_equal(sorted(set(acknowledged) - set(seen)), [], "acknowledged reports that are not there")
expect_equal(len(seen), len(set(seen)), "reports that are there twice")
counted = {}
for row in stored:
    if row["counted"]:
        counted.setdefault(row["report_id"], []).append(row["successful_sessions"])
expect_equal([name for name, rows in counted.items() if len(rows) != 1], [], "claims counted twice")
expect_equal(set(counted), {name for name, _ in seen}, "claims that count")
ids = {}
for row in stored:  # equal trust: the first of a claim counts
    ids.setdefault(row["report_id"], []).append((row["id"], row["counted"]))
expect_equal([name for name, rows in ids.items() if not min(rows)[1]], [],
             "claims of which a later copy counts")
summary = places[1].json("report", "--json")["domains"][0]["totals"]
expect_equal([(row["reports"], row["successful_sessions"]) for row in summary],
             [(len(counted), sum(rows[0] for rows in counted.values()))], "the sums")
before = places[0].run("report", "--json").stdout
places[0].run("rebuild")
expect_equal(places[1].run("report", "--json").stdout, before, "the summary after a rebuild")
expect(503 in answers, "the crash of the server was noticed: %r" % answers)
print("%d acknowledged, %d stored; answers: %r" % (len(acknowledged), len(stored), answers))
for place in places:
    place.remove()
