"""Goal: `deliver` behind a real Postfix pipe(8): stored; with the store locked, the disk full or the
configuration broken the message stays in the queue (75), nothing bounces, and it arrives later."""
import os
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from mail_systems import Site, need_root  # noqa: E402
from postfix import Postfix, pipe_to  # noqa: E402
from program import expect, expect_equal  # noqa: E402
from reports import mail, report  # noqa: E402

need_root("a Postfix")
place = Site()
postfix = Postfix(place.path, pipe_to(place), "tlsgauge:")


def last_status():
    statuses = postfix.statuses()
    return statuses[-1] if statuses else None


try:
    postfix.send(mail(report("first")))
    postfix.wait(lambda: postfix.queued() == 0, "delivery of the first message")
    expect_equal(last_status(), ("2.0.0", "sent"), "status of a good delivery")
    expect_equal(len(place.stored()), 1, "reports stored")

    # Not a report at all: kept in quarantine, accepted, never bounced.
    postfix.send(b"Subject: hello\nFrom: a@sender.example\n\nThis is no report.\n")
    postfix.wait(lambda: postfix.queued() == 0, "delivery of a foreign message")
    expect_equal(last_status(), ("2.0.0", "sent"), "status for what is no report")
    entries = place.json("quarantine", "list", "--json")["entries"]
    expect_equal([entry["reason_code"] for entry in entries], ["not-a-report"], "quarantine")

    # The store locked by another process.
    lock = sqlite3.connect(place.store, isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    postfix.send(mail(report("second")))
    postfix.wait(lambda: last_status() == ("4.3.0", "deferred"), "a deferral by the lock")
    expect_equal(postfix.queued(), 1, "messages in the queue while the store is locked")
    lock.execute("ROLLBACK")
    lock.close()
    postfix.flush()
    postfix.wait(lambda: len(place.stored()) == 2, "the message after the lock")

    # A broken configuration.
    place.configure("[domains]\nacept=example.org\n")
    before = postfix.statuses().count(("4.3.0", "deferred"))  # the lock may have made several
    postfix.send(mail(report("third")))
    postfix.wait(lambda: postfix.statuses().count(("4.3.0", "deferred")) > before,
                 "a deferral by the typo")
    expect('acept' in postfix.log(), "the log of Postfix names the unknown key")
    expect_equal(postfix.queued(), 1, "messages in the queue while the configuration is broken")
    place.configure("")
    postfix.flush()
    postfix.wait(lambda: len(place.stored()) == 3, "the message after the repair")

    # A full disk.
    small = os.path.join(place.path, "small")
    os.mkdir(small)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m,mode=0777", "tmpfs", small]).returncode:
        print("no tmpfs can be mounted here: the full disk is not tested")
    else:
        try:
            place.store = os.path.join(small, "reports.db")
            place.configure("")
            filler = os.path.join(small, "filler")
            with open(filler, "wb") as file:
                file.write(b"x" * (1024 * 1024 - 40 * 1024))
            before = postfix.statuses().count(("4.3.0", "deferred"))
            postfix.send(mail(report("fourth")))
            postfix.wait(lambda: postfix.statuses().count(("4.3.0", "deferred")) > before,
                         "a deferral by the full disk")
            expect_equal(postfix.queued(), 1, "messages in the queue while the disk is full")
            os.unlink(filler)
            postfix.flush()
            postfix.wait(lambda: len(place.stored()) == 1, "the message after the disk has room")
        finally:
            subprocess.run(["umount", small])
    expect("status=bounced" not in postfix.log(), "nothing bounced")
finally:
    postfix.stop()
print("%d delivery attempts, none bounced" % len(postfix.statuses()))
