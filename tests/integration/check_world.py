"""Goal: each domain of a fixture world gets the findings that it was made for, and no others."""
import os
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from program import Place, expect_equal  # noqa: E402
from world import World  # noqa: E402
import world_domains  # noqa: E402

BATCH = 40

place = Place()
world = World(place.path)
world_domains.build(world)
wanted = {name: ids for name, ids in world.expected.items()
          if len(sys.argv) < 2 or name in sys.argv[1:]}
names = sorted(wanted)
wrong = []
for start in range(0, len(names), BATCH):
    runs, _ = world.check(*names[start:start + BATCH], more=["--jobs", "8"])
    for name in names[start:start + BATCH]:
        findings = runs[name]["findings"]
        seen = {one["id"] for one in findings}
        if seen != wanted[name]:
            wrong.append("%s: missing %s, too many %s" % (
                name, sorted(wanted[name] - seen), sorted(seen - wanted[name])))
            wrong += ["    %s %s: %s" % (one["id"], one["subject"], one["fact"])
                      for one in findings if one["id"] not in wanted[name]]
expect_equal("\n".join(wrong), "", "%d of %d domains" % (len(wrong), len(names)))
print("%d domains" % len(names))
place.remove()
