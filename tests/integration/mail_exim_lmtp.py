"""Goal: the recipe exim with the lmtp transport, run by a real Exim: reports are stored, a locked store
and a server that does not start keep the message in the queue; nothing bounces."""
import os
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
import namespace  # noqa: E402
from exim import Exim  # noqa: E402
from mail_systems import Collector, Site, need_root, recipe, scenario  # noqa: E402
from program import expect  # noqa: E402

need_root("an Exim")
namespace.enter()

site = Site()
socket = os.path.join(site.folder("run", site.user, site.group), "lmtp.sock")
site.set_options("[lmtp]\nlisten=%s\n" % socket)
exim = Exim(site, recipe("exim/150_tlsgauge", {"example.org": "example.org"}),
            recipe("exim/30_tlsgauge_lmtp", {"/run/tlsgauge/lmtp.sock": socket,
                                             "user = tlsgauge": "user = " + site.user,
                                             "group = tlsgauge": "group = " + site.group}))
collector = None
try:
    collector = Collector(site)
    scenario(site, exim, collector.faults())
    expect("451 4.3.0" in exim.log(), "the locked store was told as 451 4.3.0")
    collector.stop()
finally:
    exim.stop()
    if collector is not None:
        collector.kill()
