"""Goal: mails through a real Postfix, over LMTP (unix socket) while `serve` is killed with -9 and
started again, and over a pipe while deliveries are killed: all are in the store once, none bounced.
TLSGAUGE_MAILS=10000 for the full number on each road."""
import os
import shutil
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from mail_systems import Site, need_root  # noqa: E402
from postfix import Postfix, pipe_to  # noqa: E402
from program import Place, Server, expect, expect_equal  # noqa: E402
from reports import mail, report  # noqa: E402

need_root("a Postfix")
SENDERS = 4
FULL = os.environ.get("TLSGAUGE_MAILS")


def load(place, postfix, mails, relay, trouble):
    """Injects MAILS with several clients while TROUBLE happens; all must arrive once."""
    def inject(which):
        for number in range(which, mails, SENDERS):
            postfix.send(mail(report("id-%d" % number, successful=number)))
    threads = [threading.Thread(target=inject, args=(which,)) for which in range(SENDERS)]
    for thread in threads:
        thread.start()
    trouble()
    for thread in threads:
        thread.join()
    for _ in range(1200):
        if postfix.queued() == 0:
            break
        postfix.flush()
        time.sleep(1)
    expect_equal(postfix.queued(), 0, "messages left in the queue")
    stored = [row["report_id"] for row in place.json("list", "--json")["reports"]]
    expect_equal(len(stored), mails, "reports stored")
    expect_equal(len(set(stored)), mails, "different reports stored")
    statuses = [status for _, status in postfix.statuses(relay)]
    expect("status=bounced" not in postfix.log(), "nothing bounced")
    expect_equal(statuses.count("sent"), mails, "deliveries that Postfix saw acknowledged")
    print("%s: %d mails, %d deferrals, none bounced" % (relay, mails, statuses.count("deferred")))


def over_lmtp():
    place = Place()
    run = os.path.join(place.path, "run")
    os.mkdir(run)
    shutil.chown(run, "postfix", "postfix")
    # Debian's lmtp client runs chrooted; this one does not, so the socket may lie anywhere.
    place.configure("[lmtp]\nlisten=%s/lmtp.sock\ngroup=postfix\nmode=0660\n" % run)
    server = [Server(place)]
    postfix = Postfix(place.path, "", "lmtp:unix:%s/lmtp.sock" % run)

    def kill_and_restart():
        for _ in range(3):
            time.sleep(1)
            server[0].kill()
            time.sleep(0.3)
            server[0] = Server(place)
    try:
        load(place, postfix, int(FULL or 600), "[^,]*lmtp.sock[^,]*", kill_and_restart)
        expect_equal(server[0].stop(), 0, "exit status on SIGTERM")
    finally:
        postfix.stop()
    place.remove()


def over_pipe():
    site = Site()
    postfix = Postfix(site.path, pipe_to(site), "tlsgauge:")

    def kill_deliveries():
        """Five times, whatever deliveries are under way just then."""
        killed = 0
        for _ in range(600):
            done = subprocess.run(["pkill", "-KILL", "-f", "^%s --config" % site.program])
            killed += done.returncode == 0
            if killed == 5:
                return
            time.sleep(0.05)
        expect(killed > 0, "a delivery was killed")
    try:
        load(site, postfix, int(FULL or 150), "tlsgauge", kill_deliveries)
    finally:
        postfix.stop()


over_lmtp()
over_pipe()
