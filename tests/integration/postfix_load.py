"""Goal: mails through a real Postfix over LMTP (unix socket), while `serve` is killed with -9 and
started again: all are in the store once, none bounced. TLSGAUGE_MAILS=10000 for the full number."""
import os
import shutil
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from postfix import Postfix  # noqa: E402
from program import Place, Server, expect, expect_equal  # noqa: E402
from reports import mail, report  # noqa: E402

if os.geteuid() != 0:
    print("only root can start a Postfix")
    sys.exit(77)

MAILS = int(os.environ.get("TLSGAUGE_MAILS", "600"))
SENDERS = 4
place = Place()
run = os.path.join(place.path, "run")
os.mkdir(run)
shutil.chown(run, "postfix", "postfix")
# Debian's lmtp client runs chrooted; this one does not, so the socket may lie anywhere.
place.configure("[lmtp]\nlisten=%s/lmtp.sock\ngroup=postfix\nmode=0660\n" % run)
server = Server(place)
postfix = Postfix(place.path, "", "lmtp:unix:%s/lmtp.sock" % run)


def inject(which):
    for number in range(which, MAILS, SENDERS):
        postfix.send(mail(report("id-%d" % number, successful=number)))


try:
    threads = [threading.Thread(target=inject, args=(which,)) for which in range(SENDERS)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        time.sleep(1)
        server.kill()
        time.sleep(0.3)
        server = Server(place)
    for thread in threads:
        thread.join()
    for _ in range(1200):
        if postfix.queued() == 0:
            break
        postfix.flush()
        time.sleep(1)
    expect_equal(postfix.queued(), 0, "messages left in the queue")
    stored = [row["report_id"] for row in place.json("list", "--json")["reports"]]
    expect_equal(len(stored), MAILS, "reports stored")
    expect_equal(len(set(stored)), MAILS, "different reports stored")
    statuses = [status for _, status in postfix.statuses("[^,]*lmtp.sock[^,]*")]
    expect("bounced" not in statuses and "status=bounced" not in postfix.log(), "nothing bounced")
    expect_equal(statuses.count("sent"), MAILS, "deliveries that Postfix saw acknowledged")
    expect_equal(server.stop(), 0, "exit status on SIGTERM")
finally:
    postfix.stop()
print("%d mails, %d deferrals, none bounced" % (MAILS, statuses.count("deferred")))
place.remove()
