"""deliver: start to exit for one report, beside an empty GMime + SQLite program in the same run; and
what a gzip bomb costs. Medians; the runs of both programs alternate, because the machine drifts."""
import os
import statistics
import subprocess
import sys
import tempfile
import time
import zlib

build = sys.argv[1]
os.environ["TLSGAUGE"] = program = os.path.join(build, "tlsgauge")
SUPPORT = os.path.join(os.path.dirname(__file__), "..", "support")
sys.path.insert(0, SUPPORT)
from program import Place  # noqa: E402
from reports import mail, report  # noqa: E402

RUNS = 200


def timed(command, stdin):
    """Seconds of one run."""
    with tempfile.TemporaryFile() as file:
        file.write(stdin)
        file.seek(0)
        started = time.perf_counter()
        subprocess.run(command, stdin=file, stderr=subprocess.DEVNULL, check=True)
        return time.perf_counter() - started


def row(name, samples):
    ordered = sorted(samples)
    print("%-34s %8.2f ms   (%.2f to %.2f)" % (name, statistics.median(samples) * 1000,
                                              ordered[0] * 1000, ordered[-1] * 1000))


place = Place()
deliver = [program, "--config", place.config, "deliver"]
empty = [os.path.join(build, "tests", "bench", "bench_empty")]
timed(deliver, mail(report("warm")))
ours, baseline = [], []
for number in range(RUNS):
    ours.append(timed(deliver, mail(report("id-%d" % number))))
    baseline.append(timed(empty, b""))
row("deliver, one mailed report", ours)
row("baseline: empty GMime + SQLite", baseline)
print("%-34s %8.2f ms" % ("difference of the medians",
                         (statistics.median(ours) - statistics.median(baseline)) * 1000))

packer = zlib.compressobj(9, zlib.DEFLATED, 31)
bomb = b"".join(packer.compress(b" " * 1048576) for _ in range(300)) + packer.flush()
row("gzip bomb, 300 MB from %d kB" % (len(bomb) // 1024), [timed(deliver, bomb) for _ in range(5)])
path = place.write("bomb", bomb)
peaks = [int(subprocess.run([sys.executable, os.path.join(SUPPORT, "peak.py"), path] + deliver,
                            capture_output=True, check=True).stdout.split()[1]) for _ in range(5)]
print("%-34s %8.1f MB" % ("peak memory for it", statistics.median(peaks) / 1024))
place.remove()
