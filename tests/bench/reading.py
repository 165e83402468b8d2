"""Summaries by stored reports: what a summary costs at some size, and at ten times the reports of the
same days, domains and senders. SIZES (reports, comma-separated) in the environment; the first is the
baseline of the ratios."""
import os
import subprocess
import tempfile

from table import PROGRAM, ROUNDS, clear, corpus, heading, compare, seconds, tell, tool

SIZES = [int(size) for size in os.environ.get("SIZES", "100000,1000000").split(",")]
DOMAINS, DAYS = 50, 90
LAST_WEEK = ["--since", "2023-03-25", "--until", "2023-03-31"]
QUESTIONS = {
    "one domain, 7 days": ["report", "--domain", "customer7.example", "--json"] + LAST_WEEK,
    "one domain, 90 days": ["report", "--domain", "customer7.example", "--json"],
    "all domains, 7 days": ["report", "--json"] + LAST_WEEK,
    "all domains, 90 days": ["report", "--json"],
    "ready --all": ["ready", "--all", "--now", "2023-04-01"],
}


def fill(database, size):
    """Streams a mailbox into import: no copy of the corpus is kept."""
    clear(database)
    made = subprocess.Popen([tool("bench_corpus"), "mbox", str(size), "/dev/stdout", str(DOMAINS),
                             str(DAYS)], stdout=subprocess.PIPE)
    spent = seconds([PROGRAM, "--store", database, "import", "-"], stdin=made.stdout)
    if made.wait() != 0:
        raise SystemExit("the corpus broke off")
    return spent


with tempfile.TemporaryDirectory() as folder:
    stores = {}
    heading("Reading (ms)")
    for size in SIZES:
        stores[size] = os.path.join(folder, "%d.db" % size)
        spent = fill(stores[size], size)
        tell("%d reports" % size, "imported in %.0f s (%.0f/s), %.0f MB" % (
            spent, size / spent, os.path.getsize(stores[size]) / 1e6))
    for name, arguments in QUESTIONS.items():
        samples = {size: [] for size in SIZES}
        for _ in range(ROUNDS):
            for size in SIZES:
                command = [PROGRAM, "--store", stores[size]] + arguments
                samples[size].append(seconds(command, good=(0, 1, 2, 3)) * 1000)
        for size in SIZES[1:]:
            compare("%s at %d, against %d" % (name, size, SIZES[0]), samples[size],
                    samples[SIZES[0]], "ms", more_is_better=False)
