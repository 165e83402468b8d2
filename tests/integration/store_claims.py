"""Goal: a store of schema version 6, whose claims did not begin with their day, is brought up to date
when it is opened: the claims are those that new reports get, so that copies are still known as copies.
"""
import os
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from postgresql import Postgresql, programs  # noqa: E402
from program import Place, expect, expect_equal  # noqa: E402
from reports import day, gzipped, report  # noqa: E402

DAYS = [day(0), day(1), "1970-01-01", "1970-01-02", "9999-12-30", day(1)]
REPORTS = [gzipped(report("r-%d" % number, when)) for number, when in enumerate(DAYS)]


def check(place, claims, seen, make_old):
    for one in REPORTS:
        place.run("deliver", stdin=one)
    wanted = claims()
    expect_equal(len(wanted), len(REPORTS), "reports")
    order = sorted(range(len(DAYS)), key=lambda number: wanted[number])
    expect_equal([DAYS[number] for number in order], sorted(DAYS), "days in the order of the claims")
    make_old()
    expect(claims() != wanted, "the claims are old ones")
    for one in REPORTS:
        place.run("deliver", stdin=one)
    expect_equal(claims(), wanted, "claims")
    expect_equal(seen(), [2] * len(DAYS), "how often each was seen")


def check_file():
    place = Place()

    def run(sql):
        with sqlite3.connect(place.store) as file:
            return file.execute(sql).fetchall()

    def make_old():
        run("UPDATE report SET claim = CAST(substr(claim, 5) || x'aabbccdd' AS BLOB)")
        run("PRAGMA user_version = 6")

    check(place, lambda: [row[0].hex() for row in run("SELECT claim FROM report ORDER BY id")],
          lambda: [row[0] for row in run("SELECT times_seen FROM report")], make_old)
    place.remove()


def check_server():
    database = Postgresql()
    place = Place(store=database.uri(schema="public"))

    def make_old():
        database.sql("UPDATE report SET claim = substr(claim, 5) || '\\xaabbccdd'")
        database.sql("UPDATE tlsgauge SET version = 6")

    check(place, lambda: [row[0] for row in database.sql(
        "SELECT encode(claim, 'hex') FROM report ORDER BY id")],
          lambda: [int(row[0]) for row in database.sql("SELECT times_seen FROM report")], make_old)
    place.remove()
    database.remove()


check_file()
if programs() is not None:
    check_server()
