"""Goal: `import --watch` follows Maildirs and folders: what is there, what arrives, what is moved
from new/ to cur/ (once), what is written slowly (when it is complete); SIGTERM ends it in order."""
import atexit
import json
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from program import PROGRAM, Place, expect, expect_equal  # noqa: E402
from reports import mail, report  # noqa: E402

place = Place()
maildir = os.path.join(place.path, "Maildir")
folder = os.path.join(place.path, "folder")
for name in ("tmp", "new", "cur"):
    os.makedirs(os.path.join(maildir, name))
os.mkdir(folder)


def deliver(name):
    """As a mail server delivers: written in tmp/, renamed into new/."""
    path = place.write("Maildir/tmp/" + name, mail(report(name)))
    os.rename(path, os.path.join(maildir, "new", name))


def ids():
    done = place.run("list", "--json", status=None)
    if done.returncode == 66:  # no store, or an empty one
        return []
    return sorted(row["report_id"] for row in json.loads(done.stdout)["reports"])


def wait_for(expected):
    for _ in range(200):
        if ids() == sorted(expected):
            return
        time.sleep(0.1)
    expect_equal(ids(), sorted(expected), "stored")


deliver("before")
place.write("Maildir/tmp/unfinished", b"From: nobody, never to be read\n\n")
process = subprocess.Popen([PROGRAM, "--config", place.config, "import", "--json", "--watch", maildir,
                            folder], stdout=subprocess.PIPE)
atexit.register(process.kill)
wait_for(["before"])
deliver("after")
wait_for(["before", "after"])
os.rename(maildir + "/new/after", maildir + "/cur/after:2,S")
# A large document that is written in pieces is judged once it is closed.
text = json.dumps(report("slow")).encode()
with open(folder + "/slow.json", "wb") as file:
    for start in range(0, len(text), 100):
        file.write(text[start:start + 100])
        file.flush()
        time.sleep(0.05)
wait_for(["before", "after", "slow"])
for number in range(40):
    deliver("burst-%d" % number)
wait_for(["before", "after", "slow"] + ["burst-%d" % n for n in range(40)])
process.send_signal(signal.SIGTERM)
output = json.loads(process.communicate(timeout=30)[0])
expect_equal(process.returncode, 0, "exit status")
expect_equal((output["stored"], output["defective"], output["unreadable"]), (43, 0, 0), "counts")
expect_equal(output["duplicate"], 0, "a message that moves to cur/ is not taken twice")
done = place.run("import", "--watch", place.path + "/no-such-folder", status=1)
expect(b"no-such-folder" in done.stderr, done.stderr)
place.remove()
print("ok")
