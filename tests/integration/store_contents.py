"""Goal: what a store of schema version 7 holds is still known when it comes again, although the digest
of a report's content is another one since: as a duplicate, as the copy that a more trusted one
displaces, and after a rebuild.
"""
import hashlib
import json
import os
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from postgresql import Postgresql, programs  # noqa: E402
from program import Place, expect, expect_equal  # noqa: E402
from reports import gzipped, mail, report  # noqa: E402

CONFIG = "[trust]\nauthserv-ids=mx.receiver.example\n"
START, END = 1793577600, 1793663999
FAILURE = {"result-type": "certificate-expired", "sending-mta-ip": "192.0.2.7",
           "receiving-mx-hostname": "mx1.example.org", "failed-session-count": 3}
PLAIN = [report("r-%d" % number, failed=3 * number, details=[FAILURE] * number)
         for number in range(3)]


class Canon:
    """What is hashed of a report: WIDE numbers take 8 octets, others as few as they need."""

    def __init__(self, wide):
        self.wide, self.octets = wide, b""

    def number(self, value):
        if self.wide:
            self.octets += value.to_bytes(8, "big")
            return
        value *= 2
        while value > 127:
            self.octets += bytes([128 | value & 127])
            value >>= 7
        self.octets += bytes([value])

    def text(self, value):
        self.number(len(value.encode()))
        self.octets += value.encode()

    def list(self, values):
        self.number(len(values))
        for value in values:
            self.text(value)

    def report(self, one):
        for member in ("organization-name", "contact-info", "report-id"):
            self.text(one[member])
        self.number(START)
        self.number(END)
        self.number(len(one["policies"]))
        for entry in one["policies"]:
            policy, summary = entry["policy"], entry["summary"]
            self.text(policy["policy-type"])
            self.text(policy["policy-domain"])
            self.list(policy["policy-string"])
            self.list(policy["mx-host"])
            self.number(summary["total-successful-session-count"])
            self.number(summary["total-failure-session-count"])
            details = entry.get("failure-details", [])
            self.number(len(details))
            for detail in details:
                self.text(detail["result-type"])
                self.text(detail["sending-mta-ip"])
                self.text(detail["receiving-mx-hostname"])
                self.text("")
                self.text("")
                self.number(detail["failed-session-count"])
                self.text("")
                self.text("")


def content(one):
    canon = Canon(wide=False)
    canon.text("tlsgauge content 2")
    canon.report(one)
    return hashlib.blake2b(canon.octets, digest_size=16).hexdigest()


def content_of_version_7(one):
    canon = Canon(wide=True)
    canon.text("tlsgauge content 1")
    canon.report(one)
    return hashlib.sha256(canon.octets).hexdigest()[:32]


def told(place):
    return place.json("report", "--json", "--since", "2026-11-01", "--until", "2026-11-07")


def check(place, rows, set_content, make_old):
    """ROWS: of all reports content, times seen and whether it counts, in their order."""
    place.configure(CONFIG)
    for one in PLAIN:
        place.run("deliver", stdin=mail(one))
    expect_equal(rows(), [(content(one), 1, 1) for one in PLAIN], "contents")
    for one in PLAIN:
        set_content(content(one), content_of_version_7(one))
    make_old()
    old = [content_of_version_7(one) for one in PLAIN]
    expect_equal([row[0] for row in rows()], old, "contents of version 7")

    place.run("deliver", stdin=gzipped(PLAIN[0]))
    expect_equal(rows(), [(old[0], 2, 1), (old[1], 1, 1), (old[2], 1, 1)], "a duplicate")
    other = dict(PLAIN[0], **{"contact-info": "other@sender.example"})
    place.run("deliver", stdin=gzipped(other))
    expect_equal(rows()[3], (content(other), 1, 0), "another content of the same claim")
    place.run("deliver", stdin=gzipped(other))
    expect_equal(rows()[3], (content(other), 2, 0), "that again")

    # Vouched for, so it displaces the old one, which is decoded and taken out of the sums.
    louder = dict(PLAIN[1], **{"contact-info": "verified@sender.example"})
    place.run("deliver", stdin=mail(louder, dkim_domain="sender.example"))
    expect_equal(rows()[1], (old[1], 1, 0), "the displaced one")
    expect_equal(rows()[4], (content(louder), 1, 1), "the one that counts")
    before = told(place)
    expect("certificate-expired" in json.dumps(before), "failures")

    place.run("rebuild")
    expect_equal([row[0] for row in rows()],
                 [content(one) for one in PLAIN + [other, louder]], "contents after a rebuild")
    expect_equal(told(place), before, "the report after a rebuild")
    for one in PLAIN:
        place.run("deliver", stdin=gzipped(one))
    expect_equal([row[1] for row in rows()], [3, 2, 2, 2, 1], "how often each was seen")


def check_file():
    place = Place()

    def run(sql, *values):
        with sqlite3.connect(place.store) as file:
            return file.execute(sql, values).fetchall()

    check(place, lambda: run("SELECT lower(hex(content)), times_seen, counted FROM report "
                             "ORDER BY id"),
          lambda new, old: run("UPDATE report SET content = ? WHERE lower(hex(content)) = ?",
                               bytes.fromhex(old), new),
          lambda: run("PRAGMA user_version = 7"))
    place.remove()


def check_server():
    database = Postgresql()
    place = Place(store=database.uri(schema="public"))
    check(place, lambda: [(row[0], int(row[1]), int(row[2])) for row in database.sql(
        "SELECT encode(content, 'hex'), times_seen, counted FROM report ORDER BY id")],
          lambda new, old: database.sql("UPDATE report SET content = '\\x%s' "
                                        "WHERE encode(content, 'hex') = '%s'" % (old, new)),
          lambda: database.sql("UPDATE tlsgauge SET version = 7"))
    place.remove()
    database.remove()


check_file()
if programs() is not None:
    check_server()
