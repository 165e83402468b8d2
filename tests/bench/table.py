"""What the benchmarks share: medians of runs that take turns, and the lines of the table."""
import os
import socket
import statistics
import subprocess
import sys
import time

BUILD = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build-bench")
PROGRAM = os.path.join(BUILD, "tlsgauge")
HERE = os.path.dirname(os.path.abspath(__file__))
SUPPORT = os.path.join(HERE, "..", "support")
sys.path.insert(0, SUPPORT)
from ports import free_port  # noqa: E402, F401
ROUNDS = int(os.environ.get("ROUNDS", "5"))
# The size of everything: 1 for a look, 10 for figures to be quoted.
SCALE = int(os.environ.get("SCALE", "1"))


def tool(name):
    return os.path.join(BUILD, "tests", "bench", name)


# A slower disk for all programs (flush.c).
FLUSH_US = int(os.environ.get("FLUSH_US", "0"))
if FLUSH_US:
    os.environ["LD_PRELOAD"] = tool("bench_flush.so")


def corpus(kind, reports, place, *more):
    """Writes a corpus unless it is there from an earlier run."""
    if not os.path.exists(place):
        subprocess.run([tool("bench_corpus"), kind, str(reports), place, *map(str, more)],
                       check=True)
    return place


def wait_for(port):
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the server does not listen")


def seconds(command, good=(0,), **options):
    """Seconds from start to exit, whose status must be a GOOD one."""
    started = time.perf_counter()
    status = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                            **options).returncode
    spent = time.perf_counter() - started
    if status not in good:
        raise SystemExit("%s ended with %d" % (" ".join(command), status))
    return spent


def clear(database):
    for suffix in ("", "-wal", "-shm", ".lock"):
        if os.path.exists(database + suffix):
            os.remove(database + suffix)


def let_go(*paths):
    """As after a restart, as far as the kernel lets go of what is in memory of these files."""
    for path in paths:
        with open(path, "rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def keep(*paths):
    """All of these files is in memory."""
    for path in paths:
        with open(path, "rb") as file:
            while file.read(1 << 20):
                pass


def tell_flush(folder):
    """What the figures of durable writing depend on: 4 KiB appended and flushed, as it is here."""
    samples = []
    with open(os.path.join(folder, "flush"), "wb", buffering=0) as file:
        for _ in range(500):
            started = time.perf_counter()
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            samples.append((time.perf_counter() - started) * 1e6)
    tell("4 KiB flushed to disk, us", "%.0f%s" % (
        statistics.median(samples), ", made to take %d" % FLUSH_US if FLUSH_US else ""))


def figure(samples, digits=1):
    """Median, and what the runs lay between."""
    return "%.*f (%.*f to %.*f)" % (digits, statistics.median(samples), digits, min(samples),
                                    digits, max(samples))


def heading(title):
    print("\n%s\n%-44s %-28s %-28s %s" % (title, "", "ours", "baseline", "ratio"))


def compare(name, ours, baseline, unit, more_is_better=True, digits=1):
    """One line; the ratio says how many times better ours is: the median of that of each round, as
    the machine may be twice as fast in one as in the next."""
    if len(ours) == len(baseline):
        ratio = statistics.median(one / other for one, other in zip(ours, baseline))
    else:
        ratio = statistics.median(ours) / statistics.median(baseline)
    if not more_is_better:
        ratio = 1 / ratio
    print("%-44s %-28s %-28s %.2f" % ("%s, %s" % (name, unit), figure(ours, digits),
                                      figure(baseline, digits), ratio), flush=True)


def tell(name, value):
    print("%-44s %s" % (name, value), flush=True)
