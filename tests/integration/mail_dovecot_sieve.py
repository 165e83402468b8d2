"""Goal: the recipes dovecot-sieve under a real Dovecot: reports are piped to deliver as the mail user or
as the owner of the store; what deliver cannot store stays in INBOX and is imported from there."""
import os
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from dovecot import Dovecot  # noqa: E402
from mail_systems import FOREIGN, PRETENDER, Site, need_root, recipe, run_quietly  # noqa: E402
from program import expect, expect_equal  # noqa: E402
from reports import mail, report  # noqa: E402

need_root("a Dovecot")


def check(site, dovecot, copies):
    """COPIES: the script has :copy, so what is stored is in INBOX as well."""
    inbox = 0

    def send(message, stays, what):
        nonlocal inbox
        inbox += 1 if stays else 0
        expect_equal(dovecot.send(message)[:3], "250", "reply to " + what)
        expect_equal(len(dovecot.inbox()), inbox, "messages in INBOX after " + what)

    send(mail(report("good")), copies, "a report")
    expect_equal(site.stored(), ["good"], "reports stored")
    send(PRETENDER, copies, "what is no report")
    expect_equal(site.quarantined(), ["not-a-report"], "quarantine")
    send(FOREIGN, True, "other mail")
    expect_equal(site.quarantined(), ["not-a-report"], "quarantine after other mail")

    site.spoil()
    send(mail(report("kept")), True, "a report that cannot be stored")
    expect("acept" in dovecot.log(), "the log of Dovecot names the unknown key")
    site.mend()
    expect_equal(site.stored(), ["good"], "reports stored by the broken configuration")
    done = site.run("import", dovecot.maildir()).stdout.decode()
    expect_equal(site.stored(), ["good", "kept"], "reports stored after the import")
    expect(done.startswith("1 stored, %d duplicate" % (1 if copies else 0)), "import said " + done)


def try_recipe(name, mail_user, mail_group, replacements, copies):
    site = Site()
    folder = site.folder("sieve")
    text = recipe("dovecot-sieve/tls-reports.sieve", {" :copy": " :copy" if copies else ""})
    site.write("sieve/tls-reports.sieve", text)
    program = recipe("dovecot-sieve/tlsgauge-deliver", {"/usr/bin/tlsgauge": site.command})
    os.chmod(site.write("sieve-pipe/tlsgauge-deliver", program), 0o755)
    replacements = {"/etc/dovecot/sieve": folder, **{
        placeholder: value.format(command=site.command, folder=site.path)
        for placeholder, value in replacements.items()}}
    dovecot = Dovecot(site.path, recipe("dovecot-sieve/" + name, replacements), mail_user, mail_group)
    try:
        run_quietly("sievec", "-c", dovecot.config, folder)
        check(site, dovecot, copies)
    finally:
        dovecot.stop()


try_recipe("90-tlsgauge.conf", "nobody", "nogroup",
           {"/usr/lib/dovecot/sieve-pipe": "{folder}/sieve-pipe"}, True)
try_recipe("90-tlsgauge-service.conf", "mail", "mail",
           {"/usr/bin/tlsgauge": "{command}", "user = tlsgauge": "user = nobody",
            "user = vmail": "user = mail"}, False)
