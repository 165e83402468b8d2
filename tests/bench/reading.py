"""Summaries by stored reports: what they cost at the first of SIZES (reports, comma-separated), and at
the others, which hold so many times the reports of the same days, domains, senders and failures. Beside
them what GROUP BY over rows of the same reports costs, up to ROWS_UP_TO of them. The stores may be kept,
see stores.py; with ROUNDS=0 they are only filled."""
import os
import sqlite3
import tempfile
import time

import stores
from table import PROGRAM, ROUNDS, compare, heading, let_go, seconds, tell

SIZES = [int(size) for size in os.environ.get("SIZES", "100000,1000000").split(",")]
ROWS_UP_TO = int(os.environ.get("ROWS_UP_TO", "1000000"))
DOMAIN = "customer7.example"
QUESTIONS = {
    "one domain, 7 days": (DOMAIN, 7),
    "one domain, 90 days": (DOMAIN, 90),
    "all domains, 7 days": (None, 7),
    "all domains, 90 days": (None, 90),
}
GROUPS = [
    "SELECT p.domain, p.type, r.organization, COUNT(DISTINCT r.id), SUM(p.successful), SUM(p.failed),"
    " MAX(r.starts) FROM report r JOIN policy p ON p.report = r.id"
    " WHERE r.starts BETWEEN ? AND ? AND (?3 IS NULL OR p.domain = ?3) GROUP BY 1, 2, 3",
    "SELECT p.domain, r.organization, f.mx, p.type, p.text, f.result, f.reason, SUM(f.sessions),"
    " MIN(r.starts), MAX(r.starts) FROM report r JOIN policy p ON p.report = r.id"
    " JOIN failure f ON f.policy = p.id"
    " WHERE r.starts BETWEEN ? AND ? AND (?3 IS NULL OR p.domain = ?3) GROUP BY 1, 2, 3, 4, 5, 6, 7"]


def ask(store, domain, days, form=("--json",)):
    command = [PROGRAM, "--store", store.path, "report", *form, "--since", store.day(days - 1),
               "--until", store.day(0)]
    return seconds(command + (["--domain", domain] if domain else [])) * 1000


def group(rows, domain, days):
    """The same by a query over the rows, without a verdict or anything printed."""
    database = sqlite3.connect(rows.path)
    database.execute("PRAGMA cache_size = -65536")
    started = time.perf_counter()
    for sql in GROUPS:
        database.execute(sql, (rows.day(days - 1), rows.day(0) + "T23:59:59Z", domain)).fetchall()
    spent = time.perf_counter() - started
    database.close()
    return spent * 1000


def ready(store):
    return seconds([PROGRAM, "--store", store.path, "ready", "--all", "--now", store.day(-1)],
                   good=(0, 1, 2, 3)) * 1000


def cold(store, question):
    let_go(store.path)
    return question(store)


def against_first(name, question, filled):
    samples = {size: [] for size in SIZES}
    for number in range(ROUNDS):
        for size in SIZES[::-1 if number % 2 else 1]:
            samples[size].append(question(filled[size]))
    for size in SIZES[1:]:
        compare("%s: %d, %d" % (name, size, SIZES[0]), samples[size], samples[SIZES[0]], "ms",
                more_is_better=False)
    return samples


def against_rows(name, question, samples, rows):
    """One run: it is slow and moves little."""
    for size, table in rows.items():
        compare("%s: %d, GROUP BY" % (name, size), samples[size], [group(table, *question)], "ms",
                more_is_better=False)


def measure(filled, rows):
    heading("Reading (ms): so many reports, against the first or GROUP BY")
    for name, question in QUESTIONS.items():
        samples = against_first(name, lambda store, q=question: ask(store, *q), filled)
        against_rows(name, question, samples, rows)
    for name, form in {"conformity and quality": ("--json", "--conformity", "--quality"),
                       "HTML": ("--format", "html")}.items():
        against_first("all domains, 90 days, " + name,
                      lambda store, f=form: ask(store, None, 90, f), filled)
    against_first("ready --all", ready, filled)
    against_first("first, one domain, 90 days",
                  lambda store: cold(store, lambda s: ask(s, DOMAIN, 90)), filled)
    against_first("first, ready --all", lambda store: cold(store, ready), filled)


def main(folder):
    filled = {size: stores.ours(folder, size, alike=max(1, size // SIZES[0])) for size in SIZES}
    rows = {size: stores.naive(folder, size, alike=max(1, size // SIZES[0]))
            for size in SIZES if size <= ROWS_UP_TO}
    if ROUNDS > 0:
        measure(filled, rows)


with tempfile.TemporaryDirectory() as temporary:
    main(temporary)
