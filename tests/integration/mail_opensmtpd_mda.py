"""Goal: the recipe opensmtpd/mda.conf, run by a real OpenSMTPD: reports are stored, and a broken
configuration keeps the message in the queue; nothing bounces."""
import os
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
import namespace  # noqa: E402
from mail_systems import Site, need_root, recipe, scenario  # noqa: E402
from opensmtpd import OpenSmtpd  # noqa: E402

need_root("an OpenSMTPD")
namespace.enter()

site = Site()
smtpd = OpenSmtpd(site, recipe("opensmtpd/mda.conf", {"/usr/bin/tlsgauge": site.command,
                                                      "\"tlsgauge\" }": "\"%s\" }" % site.user}))
try:
    scenario(site, smtpd, site.deliver_faults())
finally:
    smtpd.stop()
