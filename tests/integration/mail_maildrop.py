"""Goal: the recipe mailfilter under a real maildrop that a real Postfix runs: reports are stored, other
mail goes to the mailbox, every failure of deliver keeps the message in Postfix and nowhere else."""
import os
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from mail_systems import FOREIGN, PRETENDER, Site, need_root, recipe, scenario, wait  # noqa: E402
from program import expect, expect_equal  # noqa: E402
from recipe_postfix import RecipePostfix  # noqa: E402

need_root("a Postfix")

site = Site()
home = site.folder("home", site.user, site.group)
mailbox = os.path.join(home, "mailbox")
filter_file = os.path.join(home, "mailfilter")


def install_filter():
    site.write("home/mailfilter", 'DEFAULT="%s"\n' % mailbox +
               recipe("mailfilter", {"/usr/bin/tlsgauge": site.command}))
    os.chown(filter_file, os.stat(home).st_uid, os.stat(home).st_gid)
    os.chmod(filter_file, 0o600)


install_filter()
postfix = RecipePostfix(
    site.path, main="transport_maps = inline:{ {example.org = maildrop:} }\n"
    "local_recipient_maps =\n",
    master="maildrop unix - n n - 4 pipe\n  flags=R user=nobody:nogroup argv=/usr/bin/maildrop " +
    filter_file)
try:
    scenario(site, postfix, site.deliver_faults(), PRETENDER)
    expect(not os.path.exists(mailbox), "no report went to the mailbox")
    postfix.send(FOREIGN)
    wait(lambda: postfix.queued() == 0, "delivery of other mail", postfix.log)
    with open(mailbox) as file:
        expect_equal(file.read().count("This is no report."), 1, "other mail in the mailbox")
    expect_equal(site.quarantined(), ["not-a-report"], "quarantine: other mail is not in it")
finally:
    postfix.stop()
