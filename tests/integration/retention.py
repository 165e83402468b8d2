"""Goal: what [retention] no longer wants kept goes, beside a running collector, and nothing that is
to be kept changes: the summaries of kept days byte for byte, counting once, and a rebuild."""
import contextlib
import datetime
import http.client
import json
import os
import random
import re
import sqlite3
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from program import Place, Server, expect, expect_equal  # noqa: E402
from reports import gzipped, report  # noqa: E402

TODAY = datetime.datetime.now(datetime.timezone.utc).date()
SECRETS = ["203.0.113.77", "2001:db8:1234:5678::9", "helo-of-host.example", "198.51.100.9"]
chance = random.Random(8460)
RETENTION = "[retention]\naddresses-days=10\nraw-days=30\ndaily-days=90\nquarantine-days=30\n"


def ago(days):
    return str(TODAY - datetime.timedelta(days=days))


def one(days, number, **more):
    details = [{"result-type": "certificate-expired", "failed-session-count": 2,
                "sending-mta-ip": SECRETS[number % 2], "receiving-mx-hostname": "mx1.example.org",
                "receiving-mx-helo": SECRETS[2], "receiving-ip": "192.0.2.1"},
               {"result-type": "validation-failure", "failed-session-count": 1,
                "sending-mta-ip": "[%s]:25" % SECRETS[3], "failure-reason-code": "odd"}]
    return report("r-%d-%d" % (days, number), day=ago(days), failed=3, details=details,
                  organization="Sender %d" % (number % 3), **more)


def summary(place, *arguments):
    """Since when the stage holds is told of all that is known, before the period too."""
    text = place.run("report", "--format", "json", *arguments).stdout
    return re.sub(rb'"stage_days": \d+', b"", text)


def findings(place, day):
    number = (datetime.date.fromisoformat(day) - datetime.date(1970, 1, 1)).days
    with contextlib.closing(sqlite3.connect(place.store)) as database:
        return [row[0].encode() for row in
                database.execute("SELECT findings FROM report WHERE day = ?", (number,))]


def text_of(place, reference):
    return place.run("show", "--raw", reference).stdout.decode()


def posts(port, documents, counts):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    for document in documents:
        connection.request("POST", "/v1/tlsrpt", gzipped(document))
        answer = connection.getresponse()
        answer.read()
        counts[answer.status] = counts.get(answer.status, 0) + 1


def fill(place):
    folder = os.path.join(place.path, "reports")
    for days in (100, 95, 40, 35, 20, 15, 5, 1):
        for number in range(6):
            place.write("reports/%d-%d.json" % (999 - days, number), json.dumps(one(days, number)))
    place.write("reports/bad.json", "{")
    place.run("import", folder)



def main():
    place = Place("[https]\nlisten=127.0.0.1:0\n")
    done = place.run("prune", status=64)
    expect(b"raw-days=" in done.stderr, "prune without rules says what to set")
    place.run("prune", "--raw-days", "-3", status=64)
    place.run("prune", "--daily-days", "5", status=64)
    fill(place)
    everything = summary(place)
    kept = summary(place, "--since", ago(90))
    rows = {row["report_id"]: str(row["id"]) for row in place.json("list", "--json")["reports"]}

    place.configure("[https]\nlisten=127.0.0.1:0\n" + RETENTION)
    place.run("config", "check")
    would = place.json("prune", "--dry-run", "--json")["pruned"]
    expect_equal(would["dry_run"], True, "dry run")
    expect_equal([would[name] for name in ("shortened", "raw_dropped", "reports_forgotten",
                                           "days_dropped")], [12, 24, 12, 2], "what would go")
    expect_equal(summary(place), everything, "the summary after a dry run")
    did = place.json("prune", "--json")["pruned"]
    for name in ("shortened", "raw_dropped", "reports_forgotten", "days_dropped"):
        expect_equal(did[name], would[name], "done as foretold: " + name)
    expect_equal(summary(place, "--since", ago(90)), kept, "the summary of kept days")
    left = json.loads(place.run("report", "--format", "json").stdout)
    expect_equal(left["period"]["since"], ago(40), "no other days are left")
    expect_equal(place.run("prune").stdout, b"nothing was old enough\n", "prune again")

    # Addresses: networks of them after 10 days, the document gone after 30.
    fresh, old, gone = rows["r-5-0"], rows["r-15-0"], rows["r-35-0"]
    expect(SECRETS[0] in text_of(place, fresh), "a fresh report keeps its addresses")
    shorter = text_of(place, old)
    expect("203.0.113.0" in shorter and not any(secret in shorter for secret in SECRETS),
           "only the network is left: " + shorter)
    expect("2001:db8:1234::" in text_of(place, rows["r-15-1"]), "and of IPv6")
    expect("192.0.2.1" in shorter, "our own address stays")
    done = place.run("show", "--raw", gone, status=None)
    expect(done.returncode != 0 and b"raw-days" in done.stderr, "show --raw says why it is gone")
    expect(b"raw-days" in place.run("show", gone).stdout, "show says that it is gone")
    place.run("show", "--json", gone)
    exported = place.run("export").stdout.decode().splitlines()
    expect_equal(len(exported), 36, "all known reports are exported")
    with open(place.store, "rb") as file:
        blob = file.read()
    expect(SECRETS[3].encode() in b"".join(findings(place, ago(5))), "findings quote addresses")
    expect(SECRETS[2].encode() not in blob, "no rest of an address lies in the file")

    # The rebuild, and copies that come again.
    place.run("rebuild")
    expect_equal(summary(place, "--since", ago(90)), kept, "the summary after a rebuild")
    for days in (40, 15, 5):
        done = place.run("import", place.write("again.json", json.dumps(one(days, 3))))
        expect(b"1 duplicate" in done.stdout + done.stderr, "known: %s" % done)
    expect_equal(summary(place, "--since", ago(90)), kept, "the summary after copies")

    # serve, under load: posts are all answered in time while it prunes.
    for number in range(3000):
        document = one(33, 100 + number)
        document["policies"][0]["failure-details"][0]["additional-information"] = \
            "https://sender.example/" + chance.randbytes(1000).hex()
        place.write("more/%d.json" % number, json.dumps(document))
    place.run("import", os.path.join(place.path, "more"), timeout=600)
    expect(SECRETS[3].encode() not in b"".join(findings(place, ago(15))),
           "no address is left in a finding")
    size = os.path.getsize(place.store)
    server = Server(place)
    counts, threads = {}, []
    for thread in range(4):
        documents = [one(2, 10000 * (thread + 1) + n) for n in range(150)]
        threads.append(threading.Thread(target=posts, args=(server.port, documents, counts)))
        threads[-1].start()
    for thread in threads:
        thread.join()
    expect_equal(counts, {201: 600}, "answers while serve prunes")
    for _ in range(600):
        server.log.flush()
        with open(server.log.name) as log:
            if "3000 raw reports dropped" in log.read():
                break
        time.sleep(0.2)
    else:
        sys.exit("FAILED: serve does not prune")
    expect_equal(server.stop(), 0, "serve ends")
    with contextlib.closing(sqlite3.connect(place.store)) as database:
        expect_equal(database.execute("PRAGMA integrity_check").fetchone()[0], "ok", "integrity")
        held = dict(database.execute("SELECT held, COUNT(*) FROM report GROUP BY held"))
        expect_equal(held[0], 3012, "documents that are gone")
        expect_equal(database.execute("PRAGMA freelist_count").fetchone()[0], 0, "unused pages")
    expect(os.path.getsize(place.store) < size, "the file shrank: %d, %d" % (size, os.path.getsize(place.store)))
    before = summary(place)
    place.run("rebuild")
    expect_equal(summary(place), before, "the summary after all")
    place.remove()


main()
