"""Import into a store that is full: a mailbox of MAILBOX new reports into an empty store, and into one
of GROWN reports (a year of 150 domains). The grown store may be kept, see stores.py; with ROUNDS=0 it is
only filled."""
import os
import shutil
import subprocess
import tempfile

import stores
from table import PROGRAM, ROUNDS, clear, compare, heading, seconds, tool

GROWN = int(os.environ.get("GROWN", "1500000"))
MAILBOX = int(os.environ.get("MAILBOX", "40000"))
DOMAINS, DAYS = 150, 365


def mailbox(folder, number):
    """Of the days after those that are stored, and after those of the mailboxes before."""
    path = os.path.join(folder, "mbox")
    days = max(1, MAILBOX * DAYS // GROWN)
    first = (grown.last - stores.EPOCH).days + 1 + number * days
    subprocess.run([tool("bench_corpus"), "mbox", str(MAILBOX), path, str(DOMAINS), str(days), "1",
                    str(first)], check=True)
    return path


def rate(database, path):
    return MAILBOX / seconds([PROGRAM, "--store", database, "import", path])


with tempfile.TemporaryDirectory(dir=stores.KEPT) as temporary:
    grown = stores.ours(temporary, GROWN, DOMAINS, DAYS)
    if ROUNDS > 0:
        full, empty = os.path.join(temporary, "full.db"), os.path.join(temporary, "empty.db")
        shutil.copyfile(grown.path, full)
        rates = {"full": [], "empty": []}
        for round_number in range(ROUNDS):
            mbox = mailbox(temporary, round_number)
            clear(empty)
            rates["full"].append(rate(full, mbox))
            rates["empty"].append(rate(empty, mbox))
        heading("Importing %d reports (1/s), against an empty store" % MAILBOX)
        compare("into %d" % GROWN, rates["full"], rates["empty"], "1/s", digits=0)
