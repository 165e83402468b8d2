"""Goal: the recipe dovecot-maildir: a real Dovecot delivers into a Maildir, the line for cron imports it
as a user who may only read it, a broken configuration loses nothing, and nothing counts twice."""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from dovecot import Dovecot  # noqa: E402
from mail_systems import FOREIGN, Site, need_root, recipe, set_up  # noqa: E402
from program import expect, expect_equal  # noqa: E402
from reports import mail, report  # noqa: E402

need_root("a Dovecot")

site = Site()
vmail = os.path.join(site.path, "vmail")
conf = recipe("dovecot-maildir/90-tlsgauge.conf", {
    "/var/vmail": vmail, "-o vmail": "-o mail", "-g vmail": "-g mail", "-g tlsgauge": "-g " + site.group})
cron = recipe("dovecot-maildir/tlsgauge-import.cron", {"/var/vmail": vmail,
                                                       "/usr/bin/tlsgauge": site.command})
command = re.search(r"^\*/10 \* \* \* \* tlsgauge (.*)$", cron, re.MULTILINE).group(1).split()


def run_cron():
    return subprocess.run([*site.as_user, *command], capture_output=True)


def tally(said):
    """What import says it stored, saw before and quarantined."""
    return tuple(int(re.search(rb"(\d+) " + word, said).group(1))
                 for word in (b"stored", b"duplicate", b"quarantined"))


set_up(conf)
dovecot = Dovecot(site.path, conf, "mail", "mail")
try:
    for message in (mail(report("good")), FOREIGN):
        expect_equal(dovecot.send(message)[:3], "250", "reply of Dovecot")
    expect_equal(tally(run_cron().stdout), (1, 0, 1), "first import")
    expect_equal((site.stored(), site.quarantined()), (["good"], ["not-a-report"]), "the store")

    site.spoil()
    expect_equal(dovecot.send(mail(report("kept")))[:3], "250", "reply of Dovecot")
    done = run_cron()
    expect(done.returncode != 0 and b"acept" in done.stderr, "import refuses the typo by name")
    site.mend()
    expect_equal(site.stored(), ["good"], "reports stored by the broken configuration")
    expect_equal(tally(run_cron().stdout), (1, 1, 1), "next import")
    expect_equal((site.stored(), site.quarantined()), (["good", "kept"], ["not-a-report"]), "the store")
    inbox = [os.path.join(vmail, "example.org", "tls-reports", "Maildir", "new", name) for name in
             os.listdir(os.path.join(vmail, "example.org", "tls-reports", "Maildir", "new"))]
    expect_equal(len(inbox), 3, "messages that are still in the Maildir")
finally:
    dovecot.stop()
