"""Goal: the recipe opensmtpd/lmtp.conf, run by a real OpenSMTPD: reports are stored, a locked store and
a server that does not start keep the message in the queue; nothing bounces."""
import os
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
import namespace  # noqa: E402
from mail_systems import Collector, Site, need_root, recipe, scenario  # noqa: E402
from opensmtpd import OpenSmtpd  # noqa: E402
from program import expect  # noqa: E402

need_root("an OpenSMTPD")
namespace.enter()

site = Site()
socket = os.path.join(site.folder("run", site.user, site.group), "lmtp.sock")
site.set_options("[lmtp]\nlisten=%s\n" % socket)
smtpd = OpenSmtpd(site, recipe("opensmtpd/lmtp.conf", {"/run/tlsgauge/lmtp.sock": socket,
                                                       '"tlsgauge" }': '"%s" }' % site.user}))
collector = None
try:
    collector = Collector(site)
    scenario(site, smtpd, collector.faults())
    expect("451 4.3.0" in smtpd.log(), "the locked store was told as 451 4.3.0")
    collector.stop()
finally:
    smtpd.stop()
    if collector is not None:
        collector.kill()
