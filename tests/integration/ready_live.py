"""Goal: ready --live joins what senders reported with what the domain shows now: an error takes the
verdict back, what could not be tested is no pass, and without --live nothing is looked at."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from program import Place, expect, expect_equal  # noqa: E402
from rollout import plant  # noqa: E402
from world import SHARED, World, policy  # noqa: E402

GOOD, UNCOVERED, BLOCKED = "good.example", "uncovered.example", "failing.example"


def ready(domain, *arguments, status):
    done = place.run("ready", "--json", domain, *arguments, status=status, timeout=400)
    result = json.loads(done.stdout)["domains"][0]
    return result, {gate["gate"]: gate for gate in result["gates"]}


place = Place()
world = World(place.path)
for name, file in ((GOOD, (SHARED,)), (UNCOVERED, ("mx.elsewhere.example",)), (BLOCKED, (SHARED,))):
    world.domain(name, "", body=policy(*file, mode="testing", max_age=86400))
world.start()
live = ["--live", "--timeout", "60", *world.arguments()]
for name in (GOOD, UNCOVERED):
    plant(place, name, "testing", [SHARED], range(1, 15))
plant(place, BLOCKED, "testing", [SHARED], range(1, 15), failed=10)

result, gates = ready(UNCOVERED, status=0)
expect("live" not in gates, "nothing is looked at without --live")
expect_equal(result["verdict"], "READY", "by the reports alone")

result, gates = ready(GOOD, *live, status=0)
expect_equal((result["verdict"], gates["live"]["state"]), ("READY", "pass"), "both are right")

result, gates = ready(UNCOVERED, *live, status=2)
expect_equal((result["verdict"], gates["live"]["state"]), ("NOT READY", "fail"), "an error now")
expect(any("sts-mx-uncovered" in line and SHARED in line for line in gates["live"]["evidence"]),
       "the error and the host: %s" % gates["live"])
expect_equal(gates["live"]["fix"], "run: tlsgauge check " + UNCOVERED, "where more is")
expect_equal(result["next_step"]["policy"], None, "enforce is not proposed against the live look")

result, gates = ready(BLOCKED, *live, status=2)
expect_equal((gates["live"]["state"], gates["blocking"]["state"]), ("pass", "fail"),
             "right now, but not in the days of the reports")

# A network where nothing answers at port 25.
rows = [row for row in world.connect_to if ":25:" not in row] + ["::192.0.2.77:9"]
ends = world.arguments()[:6]  # resolver, trust anchor, CA
result, gates = ready(GOOD, "--live", "--timeout", "3", *ends,
                      *[word for row in rows for word in ("--connect-to", row)], status=3)
expect_equal((result["verdict"], gates["live"]["state"]), ("NOT ENOUGH DATA", "unknown"),
             "not tested is no pass")

text = place.run("ready", UNCOVERED, *live, status=2, timeout=400).stdout.decode()
expect("fail    live" in text, "the gate in the text:\n" + text)
place.run("ready", "--all", "--live", status=64)
place.remove()
