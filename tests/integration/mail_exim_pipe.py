"""Goal: the recipe exim with the pipe transport, run by a real Exim: reports are stored, and what keeps
deliver from storing, its death included, keeps the message in the queue; nothing bounces."""
import os
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
import namespace  # noqa: E402
from exim import Exim  # noqa: E402
from mail_systems import Site, need_root, recipe, scenario  # noqa: E402

need_root("an Exim")
namespace.enter()

site = Site()


exim = Exim(site, recipe("exim/150_tlsgauge", {"example.org": "example.org"}),
            recipe("exim/30_tlsgauge_pipe", {"/usr/bin/tlsgauge": site.command,
                                             "user = tlsgauge": "user = " + site.user,
                                             "group = tlsgauge": "group = " + site.group}))
try:
    scenario(site, exim, site.deliver_faults())
finally:
    exim.stop()
