"""Stores of many reports, filled once. With STORES=FOLDER in the environment they are kept there and used
again; otherwise they go with the folder that the caller gives."""
import datetime
import os
import re
import subprocess

from table import PROGRAM, clear, seconds, tell, tool

KEPT = os.environ.get("STORES")
# A store is good for so many days: what the pages show by themselves are the last 30.
GOOD_DAYS = 7
EPOCH = datetime.date(1970, 1, 1)


class Filled:
    """A database and the days of its reports."""

    def __init__(self, path, first, days):
        self.path = path
        self.last = EPOCH + datetime.timedelta(days=first + days - 1)

    def day(self, before):
        """The day that lies so many before the last one."""
        return str(self.last - datetime.timedelta(days=before))


def known(folder, start):
    """The youngest store whose name starts so."""
    today = (datetime.date.today() - EPOCH).days
    for name in sorted(os.listdir(folder), reverse=True):
        found = re.fullmatch(re.escape(start) + r"-(\d+)-(\d+)\.db", name)
        if found and today - GOOD_DAYS <= int(found[1]) + int(found[2]) <= today:
            return os.path.join(folder, name), int(found[1]), int(found[2])
    return None


def fill(folder, kind, command, size, domains, days, alike, make):
    """Streams a corpus into COMMAND (which names the database), or finds what did so before."""
    folder = KEPT or folder
    os.makedirs(folder, exist_ok=True)
    start = "%s-%d-%d-%d" % (kind, size, domains, alike)
    found = known(folder, start)
    if found and found[2] == days:
        return Filled(*found)
    first = (datetime.date.today() - EPOCH).days - days
    path = os.path.join(folder, "%s-%d-%d.db" % (start, first, days))
    clear(path + ".part")
    made = subprocess.Popen([tool("bench_corpus"), make, str(size), "/dev/stdout", str(domains),
                             str(days), str(alike), str(first)], stdout=subprocess.PIPE)
    spent = seconds([argument.replace("DATABASE", path + ".part") for argument in command],
                    stdin=made.stdout)
    if made.wait() != 0:
        raise SystemExit("the corpus broke off")
    os.rename(path + ".part", path)
    tell("%s of %d reports" % (kind, size), "filled in %.0f s (%.0f/s), %.0f MB" % (
        spent, size / spent, os.path.getsize(path) / 1e6))
    return Filled(path, first, days)


def ours(folder, size, domains=50, days=90, alike=1):
    """A store of tlsgauge."""
    return fill(folder, "store", [PROGRAM, "--store", "DATABASE", "import", "-"], size, domains,
                days, alike, "mbox")


def naive(folder, size, domains=50, days=90, alike=1):
    """The same reports as rows of text, one a report, a policy entry and a failure."""
    return fill(folder, "rows", [tool("bench_naive_import"), "-", "DATABASE", "10000"], size, domains,
                days, alike, "pack")
