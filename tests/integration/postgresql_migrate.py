"""Goal: `migrate` from a file to PostgreSQL and back: every table as it was, the same summaries and
lists, and the new store goes on where the old one stood. It is all or nothing.
"""
import os
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from postgresql import Postgresql  # noqa: E402
from program import Place, expect, expect_equal  # noqa: E402
from reports import day, gzipped, mail, report  # noqa: E402

TRUST = "[trust]\nauthserv-ids=mx.receiver.example\n"
DETAIL = [{"result-type": "certificate-expired", "receiving-mx-hostname": "mx1.example.org",
           "failed-session-count": 2, "failure-reason-code": "x" * 3000}]
OTHERS = """
INSERT INTO mailbox VALUES ('imaps://u@mail.example/INBOX', 7, 4294967295, '3,5:7');
INSERT INTO check_run (domain, at, severity, policy_id, policy, document)
  VALUES ('example.org', 1700000000, 'ok', NULL, 'version: STSv1', '{"umlaut":"ä"}');
INSERT INTO alert (domain, kind, subject, ongoing, last_day, told, news, waiting, claimed, tries,
                   tried, problem)
  VALUES ('example.org', 'failure', 'mx1 x', 1, 20000, 0, '{}', 'mail', 0, 2, 5, 'no');
"""

database = Postgresql()
database.sql("CREATE SCHEMA other")
uri = database.uri(schema="public")
old, new, back = Place(TRUST), Place(TRUST, store=uri), Place(TRUST)


def fill(place):
    for number in range(20):
        details = DETAIL if number % 5 == 0 else None
        one = report("r-%d" % number, day(number * 2), failed=2 if details else 0, details=details,
                     organization="Sender %d" % (number % 7), successful=number,
                     mode="testing" if number % 2 else "enforce")
        place.run("deliver", stdin=gzipped(one))
        if number % 4 == 0:  # a duplicate with more trust, and a forged copy
            place.run("deliver", stdin=mail(one, dkim_domain="sender.example"))
            forged = report("r-%d" % number, day(number * 2), successful=99999,
                            organization="Sender %d" % (number % 7))
            place.run("deliver", stdin=mail(forged))
    for text in (b"no report\0\xff", b"{}", b"[1]", b"[2]"):
        place.run("deliver", stdin=text)
    place.run("quarantine", "drop", "q2", "q4")
    with sqlite3.connect(place.store) as file:
        file.executescript(OTHERS)


def views(place):
    """What people see, as the very octets."""
    return [place.run(*command, status=None).stdout for command in
            (["report", "--json"], ["report"], ["list", "--json"], ["quarantine", "list", "--json"],
             ["show", "r1", "--json"], ["ready", "example.org", "--now", day(40)])]


def tables(path):
    with sqlite3.connect(path) as file:
        names = [row[0] for row in file.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
        return {name: sorted(file.execute("SELECT * FROM " + name), key=repr) for name in names}


fill(old)
before = views(old)
done = old.run("migrate", old.store, uri)
expect(b"reports and 2 quarantine entries copied" in done.stdout, "it says what it did: %r"
       % done.stdout)
expect_equal(views(new), before, "what PostgreSQL shows")
# Back again: nothing is lost on either way.
old.run("migrate", uri, back.store)
expect_equal(views(back), before, "what the second file shows")
expect_equal(tables(back.store), tables(old.store), "the tables after both ways")
# Rows that were there keep it from doing anything.
done = old.run("migrate", back.store, uri, status=None)
expect(done.returncode != 0 and b"not empty" in done.stderr, "a full store is refused: %r" % done)
expect_equal(views(new), before, "what PostgreSQL shows after that")
# All go on alike, with numbers that nobody had.
for place in (old, new, back):
    place.run("deliver", stdin=gzipped(report("next", day(3))))
    place.run("deliver", stdin=b"again none")
    place.run("deliver", stdin=gzipped(report("r-0", day(0), organization="Sender 0", successful=0,
                                              mode="enforce", failed=2, details=DETAIL)))
    newest = place.json("quarantine", "list", "--json")["entries"][0]["id"]
    expect_equal(newest, 5, "the number of a dropped entry is not given again")
after = views(old)
expect(after != before, "something came in")
expect_equal(len(new.json("list", "--json")["reports"]), len(old.json("list", "--json")["reports"]),
             "reports after going on")
expect_equal(views(new)[:2], after[:2], "what PostgreSQL shows after going on")
new.run("rebuild")
expect_equal(views(new)[:2], after[:2], "what PostgreSQL shows after a rebuild")
expect(database.sql("SELECT count(*) FROM report_2026_11")[0] != ["0"], "days have their partition")
# What is cut off leaves nothing: a name that is no UTF-8 is refused by the server in mid-way.
with sqlite3.connect(old.store) as file:
    file.execute("INSERT INTO quarantine (id, digest, reason_code, outcome, reason, findings, road, "
                 "is_message, full_size, times_seen, received, size, bytes) SELECT 999, x'00', 'a', "
                 "'b', 'c', '[]', 'd', 0, 1, 1, 1, 9223372036854775807, zeroblob(100) ")
third = Place(TRUST, store=database.uri(schema="other"))
database.sql("CREATE FUNCTION other.refuse() RETURNS trigger LANGUAGE plpgsql AS "
             "'BEGIN RAISE EXCEPTION ''no''; END'")
third.run("quarantine", "list")  # makes the tables
database.sql("CREATE TRIGGER refuse BEFORE INSERT ON other.quarantine FOR EACH ROW "
             "WHEN (NEW.id = 999) EXECUTE FUNCTION other.refuse()")
done = old.run("migrate", old.store, third.store, status=None)
expect(done.returncode != 0 and b"nothing was copied" in done.stderr, "a failure is told: %r" % done)
expect_equal(third.json("list", "--json")["reports"], [], "what a failure leaves")
expect_equal(database.sql("SELECT count(*) FROM other.name"), [["1"]], "names that it leaves")
print("the same after both ways: %d octets of summaries and lists" % sum(map(len, before)))
for place in (old, new, back, third):
    place.remove()
