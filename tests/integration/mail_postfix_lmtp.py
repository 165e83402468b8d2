"""Goal: the recipe postfix-lmtp with the lmtp client chrooted as Debian has it: the socket in the spool
works for a tlsgauge that is not in the group postfix, one outside is the trap that the recipe names."""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from mail_systems import Collector, Site, need_root, recipe, scenario, set_up, wait  # noqa: E402
from program import expect, expect_equal  # noqa: E402
from recipe_postfix import RecipePostfix, with_transport  # noqa: E402
from reports import mail, report  # noqa: E402

need_root("a Postfix")

with open("/usr/share/postfix/master.cf.dist") as file:
    debian_lmtp = re.search(r"^lmtp\s+unix\s.*$", file.read(), re.MULTILINE).group(0)
expect_equal(debian_lmtp.split()[4], "y", "Debian's lmtp client is chrooted")

site = Site()
spool = os.path.join(site.path, "postfix", "spool")
postfix = RecipePostfix(site.path, master=debian_lmtp, **with_transport("postfix-lmtp"))
collector = None
try:
    text = recipe("postfix-lmtp/tlsgauge.conf", {"/var/spool/postfix": spool,
                                                 "-o tlsgauge": "-o " + site.user})
    set_up(text)
    site.set_options(text)
    collector = Collector(site)
    scenario(site, postfix, collector.faults())
    expect("451 4.3.0" in postfix.log(), "the locked store was told as 451 4.3.0")

    # The trap: the same server at a path outside of the spool.
    collector.stop()
    outside = os.path.join(site.folder("run", site.user, "postfix", 0o2750), "lmtp.sock")
    site.set_options("[lmtp]\nlisten=%s\nmode=0660\n" % outside)
    collector.start()
    with open(os.path.join(postfix.etc, "transport"), "a") as file:
        file.write("outside@example.org lmtp:unix:%s\n" % outside)
    subprocess.run(["postmap", "-c", postfix.etc, os.path.join(postfix.etc, "transport")], check=True)
    postfix.control("reload")
    before = postfix.deferrals()
    postfix.send(mail(report("outside")), "outside@example.org")
    wait(lambda: postfix.deferrals() > before, "a deferral by the chroot", postfix.log)
    expect(outside + "]: No such file or directory" in postfix.log(), "the log shows the trap")
    collector.stop()
finally:
    postfix.stop()
    if collector is not None:
        collector.kill()
