"""Goal: good and bad input of all kinds at once, over HTTPS and LMTP, with pages looked at, slow senders
and a certificate that changes: everyone gets the answer that is due, all that was acknowledged is in
the store once, and `serve` ends in order. The load is that of tests/bench/soak.py, which runs for as
long as one likes and watches the memory."""
import os
import sys

os.environ.update(SECONDS="15", RATE="50", TIMEOUT="20")
sys.argv[1:] = [os.environ["BUILD_DIR"]]
for folder in ("support", "bench"):
    sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", folder))
import soak  # noqa: E402
from program import Place, expect, expect_equal  # noqa: E402
from reports import day, gzipped, report  # noqa: E402

place = Place()
reports = [gzipped(report("soak-%d" % number, day=day(number % 30), domain="d%d.example" % (number % 7),
                          successful=number)) for number in range(3000)]
done, samples, status = soak.run(place, reports)
expect_equal(status, 0, "exit status of serve")
lost, doubles = soak.check_store(place, done.taken)
expect_equal((lost, doubles), ([], 0), "acknowledged reports that are not there, or twice")
expect(len(done.taken) > 30, "the load was a load: %d acknowledged" % len(done.taken))
expect_equal(soak.unexpected(done.answers), [], "answers that nobody should get")
expect_equal(place.json("report", "--json")["schema"], "tlsgauge.summary/1", "the summary")
print({kind: sum(counts.values()) for kind, counts in done.answers.items()})
place.remove()
