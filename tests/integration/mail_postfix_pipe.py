"""Goal: the recipes postfix-pipe and postfix-aliases, run on a real Postfix: good reports are stored,
what is no report is accepted, a broken configuration keeps the mail in the queue, nothing bounces."""
import os
import shutil
import smtplib
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from mail_systems import Site, need_root, recipe, scenario, wait  # noqa: E402
from program import expect_equal  # noqa: E402
from recipe_postfix import RecipePostfix, with_transport  # noqa: E402
from reports import mail, report  # noqa: E402

need_root("a Postfix")


def refusal(postfix, recipient):
    """The code with which RCPT is answered."""
    with smtplib.SMTP("127.0.0.1", postfix.port, timeout=30) as client:
        client.ehlo_or_helo_if_needed()
        client.mail("sender@sender.example")
        return client.rcpt(recipient)[0]


site = Site()
service = recipe("postfix-pipe/master.cf", {"tlsgauge:tlsgauge": "nobody:nogroup",
                                            "/usr/bin/tlsgauge": site.command})
postfix = RecipePostfix(site.path, master=service, **with_transport("postfix-pipe"))
try:
    expect_equal(refusal(postfix, "tls-reports@example.org"), 250, "RCPT of the address for reports")
    expect_equal(refusal(postfix, "unknown@example.org"), 550, "RCPT of an address that is not there")
    scenario(site, postfix, site.deliver_faults())
finally:
    postfix.stop()

# The alias: as the owner of the table it works; as root's, deliver runs as nobody and cannot.
site = Site(user="mail", group="mail")
os.chmod(os.path.dirname(site.store), 0o700)
main = recipe("postfix-aliases/main.cf", {"hash:/etc/aliases, ": ""})
table = recipe("postfix-aliases/tlsgauge-aliases", {"/usr/bin/tlsgauge": site.command})
postfix = RecipePostfix(site.path, main=main + "default_privs = nobody\n",
                        tables={"tlsgauge-aliases": ("postalias", table)})
try:
    postfix.send(mail(report("as-nobody")))
    wait(lambda: postfix.deferrals() > 0, "a deferral of the alias that belongs to root", postfix.log)
    expect_equal(site.stored(), [], "reports that nobody could store")
    for name in ("tlsgauge-aliases", "tlsgauge-aliases.db"):
        shutil.chown(os.path.join(postfix.etc, name), site.user)
    postfix.control("reload")
    postfix.retry()
    wait(lambda: postfix.queued() == 0, "delivery by the alias that belongs to the store's user",
         postfix.log, postfix.retry)
    expect_equal(site.stored(), ["as-nobody"], "reports stored by the alias")
    expect_equal(postfix.bounces(), 0, "bounces")
finally:
    postfix.stop()
