"""import of a mailbox and of a folder, durable, with roll-ups, beside GMime + zlib + Jansson + SQLite
in one thread with text columns."""
import os
import tempfile

from table import (PROGRAM, ROUNDS, SCALE, clear, compare, corpus, heading, keep, let_go, seconds,
                   tell_flush, tool)

REPORTS = 10000 * SCALE

with tempfile.TemporaryDirectory() as folder:
    database = os.path.join(folder, "db")
    mbox = corpus("mbox", REPORTS, os.path.join(folder, "mbox"))
    files = corpus("folder", REPORTS, os.path.join(folder, "files"))

    inputs = {mbox: [mbox], files: [os.path.join(where, name) for where, _, names in os.walk(files)
                                    for name in names]}

    def ours(path, prepare=keep):
        clear(database)
        prepare(*inputs[path])
        return REPORTS / seconds([PROGRAM, "--store", database, "import", path])

    def naive(path, batch, *more, prepare=keep):
        clear(database)
        prepare(*inputs[path])
        return REPORTS / seconds([tool("bench_naive_import"), path, database, str(batch), *more])

    rates = {name: [] for name in (
        "mbox", "mbox 1", "mbox 1000", "files", "files 1", "files anew", "disk", "disk 1")}
    for _ in range(ROUNDS):
        rates["mbox"].append(ours(mbox))
        rates["mbox 1"].append(naive(mbox, 1))
        rates["mbox 1000"].append(naive(mbox, 1000))
        rates["files"].append(ours(files))
        rates["files 1"].append(naive(files, 1))
        rates["files anew"].append(naive(files, 1, "anew"))
        rates["disk"].append(ours(files, let_go))
        rates["disk 1"].append(naive(files, 1, prepare=let_go))
    heading("Importing %d reports (1/s)" % REPORTS)
    tell_flush(folder)
    compare("mbox, against commit each", rates["mbox"], rates["mbox 1"], "1/s", digits=0)
    compare("mbox, against groups of 1,000", rates["mbox"], rates["mbox 1000"], "1/s", digits=0)
    compare("folder, against commit each", rates["files"], rates["files 1"], "1/s", digits=0)
    compare("the same, statements prepared for each", rates["files"], rates["files anew"], "1/s",
            digits=0)
    compare("folder that is not in memory", rates["disk"], rates["disk 1"], "1/s", digits=0)
