"""import into PostgreSQL, durable, with roll-ups, and what a report costs the server: beside it the
same mailbox by GMime, zlib and Jansson, its rows in text columns by COPY in one thread."""
import os
import sys
import tempfile
import time

from table import PROGRAM, ROUNDS, SCALE, SUPPORT, compare, corpus, heading, seconds, tool

sys.path.insert(0, SUPPORT)
from postgresql import Postgresql  # noqa: E402

REPORTS = 10000 * SCALE
TICK = os.sysconf("SC_CLK_TCK")


def spent(process):
    """Seconds of CPU of a process and of its children that have ended."""
    with open("/proc/%d/stat" % process) as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15])) / TICK


def server_spent(server):
    """The same of all processes of the server."""
    with open(os.path.join(server.data, "postmaster.pid")) as file:
        master = int(file.readline())
    total = spent(master)
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % entry) as file:
                parent = int(file.read().rsplit(")", 1)[1].split()[1])
            total += spent(int(entry)) if parent == master else 0
        except (FileNotFoundError, ProcessLookupError):
            pass
    return total


class Run:
    """One import into a schema of its own, with a partition for each month."""

    def __init__(self, server):
        self.server = server
        self.number = 0
        self.rates, self.costs = {}, {}

    def measure(self, name, command):
        self.number += 1
        schema = "run%d" % self.number
        self.server.sql("CREATE SCHEMA " + schema)
        uri = self.server.uri(schema=schema)
        if command[0] == PROGRAM:
            for _ in range(2):  # the second makes the partitions of today
                seconds([PROGRAM, "--store", uri, "quarantine", "list"])
            self.server.sql("SELECT make_partitions(DATE '2023-01-01' - DATE '1970-01-01',"
                            " DATE '2023-12-31' - DATE '1970-01-01')", schema=schema)
        self.server.sql("CHECKPOINT")
        before = server_spent(self.server)
        rate = REPORTS / seconds([word.replace("URI", uri) for word in command])
        while self.server.sql("SELECT 1 FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                              " AND backend_type = 'client backend'"):
            time.sleep(0.05)
        time.sleep(0.2)  # until the last one is told to its parent
        cost = (server_spent(self.server) - before) / REPORTS * 1e6
        self.rates.setdefault(name, []).append(rate)
        self.costs.setdefault(name, []).append(cost)
        self.server.sql("SET client_min_messages = warning; DROP SCHEMA %s CASCADE" % schema)


with tempfile.TemporaryDirectory() as folder:
    mbox = corpus("mbox", REPORTS, os.path.join(folder, "mbox"))
    files = corpus("folder", REPORTS, os.path.join(folder, "files"))
    run = Run(Postgresql(fsync=True, settings="shared_buffers = 256MB\nmax_wal_size = 4GB\n"))
    for _ in range(ROUNDS):
        run.measure("ours", [PROGRAM, "--store", "URI", "import", mbox])
        run.measure("ours, files", [PROGRAM, "--store", "URI", "import", files])
        for batch in ("1", "1000"):
            run.measure(batch, [tool("bench_naive_import"), mbox, "URI", batch])
    heading("Importing %d reports into PostgreSQL" % REPORTS)
    compare("mbox, against commit each", run.rates["ours"], run.rates["1"], "1/s", digits=0)
    compare("mbox, against COPY of 1,000", run.rates["ours"], run.rates["1000"], "1/s", digits=0)
    compare("folder, against that mbox", run.rates["ours, files"], run.rates["1000"], "1/s", digits=0)
    compare("CPU of the server, against COPY", run.costs["ours"], run.costs["1000"], "us a report",
            more_is_better=False, digits=0)
