"""Goal: each domain of a fixture world gets the findings that it was made for, and no others."""
import os
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from program import Place, expect_equal  # noqa: E402
from world import World  # noqa: E402
import world_domains  # noqa: E402

JOBS = 8


def compare(names, world, jobs, options):
    """The names whose findings are not those that are expected, with what is wrong."""
    wrong = {}
    runs, _ = world.check(*names, more=["--jobs", str(jobs), "--timeout", "60", *options])
    for name in names:
        seen = {one["id"] for one in runs[name]}
        wanted = world.expected[name]
        weights = {(one["id"], one["severity"]) for one in runs[name]}
        if seen != wanted or not world.severities.get(name, set()) <= weights:
            wrong[name] = "%s: missing %s %s, too many %s%s" % (
                name, sorted(wanted - seen), sorted(world.severities.get(name, set()) - weights),
                sorted(seen - wanted), "".join(
                    "\n    %s %s: %s" % (one["id"], one["subject"], one["fact"])
                    for one in runs[name] if one["id"] not in wanted))
    return wrong


place = Place()
world = World(place.path)
world_domains.build(world)
names = {name for name in world.expected if len(sys.argv) < 2 or name in sys.argv[1:]}
wrong = {}
for options in sorted(set(world.options.values())):
    some = [name for name in names if world.options.get(name, ()) == options]
    # Those with a server that takes its time begin first, and the others go on beside them.
    some.sort(key=lambda name: ("slow" not in name, name))
    if some:
        wrong |= compare(some, world, JOBS, options)
for name in list(wrong):  # on a loaded machine a server may have been slow: once more, alone
    wrong.pop(name)
    wrong |= compare([name], world, 1, world.options.get(name, ()))
expect_equal("\n".join(wrong.values()), "", "%d of %d domains" % (len(wrong), len(names)))
print("%d domains" % len(names))
place.remove()
