"""Goal: `fetch` against a real Dovecot: out of a mailbox of 5,000 mails every report is stored once,
also when the fetch is killed with -9 in between; every other mail stays as it was."""
import gzip
import io
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from contextlib import closing

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from imap_dovecot import ImapDovecot, make_certificate  # noqa: E402
from program import PROGRAM, Place, expect, expect_equal, need_fetch  # noqa: E402
from reports import day, mail, report  # noqa: E402

if os.geteuid() != 0:
    print("only root can start a Dovecot")
    sys.exit(77)

PASSWORD = 'pass "w\u00f6rd\\ with odd'
USERS = ("big", "moved", "deleted", "dry", "plain", "first", "second", "odd.user@example.org")
REPORTS, ALL = 1000, 5000
chance = random.Random(8460)
place = Place()
need_fetch(place)
dovecot = ImapDovecot(place.path, {user: PASSWORD for user in USERS})
password_file = place.write("password", PASSWORD + "\nsecond line\n")
os.chmod(password_file, 0o600)
login = ["--password-file", password_file, "--ca-file", dovecot.certificate]


def fetch(url, *arguments, status=0):
    done = place.run("fetch", *login, *arguments, url, status=status)
    expect(b"with odd" not in done.stderr, "the password is told: %r" % done.stderr)
    return done


def counts(url, *arguments, status=0):
    import json
    return json.loads(fetch(url, "--json", *arguments, status=status).stdout)


def dmarc(number):
    """A DMARC aggregate report: its subject is that of RFC 8460 5.3."""
    xml = b"<?xml version='1.0'?><feedback><report_metadata/>%d</feedback>" % number
    kind, body = "gzip", gzip.compress(xml)
    if number % 2:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("s!d!1!2.xml", xml)
        kind, body = "zip", out.getvalue()
    if number % 5 == 0:
        body = body[:-9]  # damaged, and still no business of ours
    import base64
    return (b"From: dmarc@sender.example\nSubject: Report Domain: example.org Submitter: sender.example "
            b"Report-ID: %d\nMIME-Version: 1.0\nContent-Type: application/%s; name=\"s!d!1!2.xml.%s\"\n"
            b"Content-Transfer-Encoding: base64\n\n%s" % (
                number, kind.encode(), kind[:2].encode(), base64.encodebytes(body)))


def other(number):
    """Somebody's mail, some of it nasty."""
    nasty = [
        b"", b"\n", b"\0" * 500, b"From nobody Mon Nov  2 00:00:00 2026\nSubject: mbox\n\nFrom here\n",
        b"Subject: long\n" + b"X-Long: " + b"a" * 200000 + b"\n\nx\n", b"no header at all",
        b"Subject: =?utf-8?q?caf=C3=A9?=\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n--b--",
        b"Subject: tlsrpt in the text\n\nContent-Type: application/tlsrpt+gzip\nTLS-Report-Domain: x\n",
        b"Subject: Re: Report Domain\n\nno colon\n", b"\xff\xfe\x00bin\r\r\n\n\n\x80" * 50,
    ]
    if number % 40 < len(nasty):
        return nasty[number % 40]
    return b"From: a@sender.example\nSubject: mail %d\n\n%s\n" % (number, b"text " * (number % 300))


def fill_big():
    """Returns the names of the messages that fetch takes, and how many defective ones are in it."""
    messages, taken = [], set()
    numbers = list(range(ALL))
    chance.shuffle(numbers)
    for number in numbers:
        flags = chance.choice((None, "", "S", "F", "RS"))
        name = "%05d" % len(messages)  # the order in which Dovecot numbers them
        if number < REPORTS:
            # Some twice: by another hand, byte for byte different, the same content.
            which = number if number >= 40 else number // 2
            content = mail(report("id-%04d" % which, day=day(which % 30)), line_end=("\n", "\r\n")[number % 2])
        elif number < REPORTS + 20:
            content = mail(report("bad-%d" % number)).replace(b"H4sI", b"H4sI!!AAAA", 1)
        elif number < REPORTS + 80:
            content = dmarc(number)
        elif number < REPORTS + 90:
            content = (b"Subject: Report Domain: of what?\nTo: u@example.org\n\nsomebody asks, %d\n" % number)
        else:
            content = other(number)
        if number < REPORTS + 20:
            taken.add(name)
        messages.append((name, flags, content))
    dovecot.deliver("big", messages)
    return taken


def stored():
    try:
        with closing(sqlite3.connect("file:%s?mode=ro" % place.store, uri=True, timeout=10)) as database:
            return database.execute("SELECT COUNT(*) FROM report").fetchone()[0]
    except sqlite3.OperationalError:
        return 0


def fetch_and_kill(url, extra, until):
    """Kills a fetch with -9 soon after it has stored UNTIL reports; FALSE when it ended before."""
    process = subprocess.Popen([PROGRAM, "--config", place.config, "fetch", *login, *extra, url],
                               stdout=subprocess.DEVNULL)
    while process.poll() is None and stored() < until:
        time.sleep(0.005)
    time.sleep(chance.random() * 0.05)
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def check_untouched(before, after, taken, what):
    for name, state in before.items():
        if name not in taken:
            expect_equal(after.get(name), state, "%s: mail %s, which is no report" % (what, name))


def killed_and_resumed():
    taken, url = fill_big(), dovecot.url("big")
    before = dovecot.snapshot("big")
    kills = sum(fetch_and_kill(url, [], until) for until in (0, 1, 300, 600))
    expect(kills >= 2, "fetches that were killed: %d" % kills)
    check_untouched(before, dovecot.snapshot("big"), taken, "after the kills")
    seen = stored()
    last = counts(url)
    expect_equal(stored(), REPORTS - 20, "reports stored")
    rows = place.json("list", "--json")["reports"]
    expect_equal(len({row["report_id"] for row in rows}), len(rows), "reports stored twice")
    with closing(sqlite3.connect(place.store, isolation_level=None)) as database:
        # The transaction of a group holds the UID too: nothing is taken in again after a kill.
        expect_equal(database.execute("SELECT SUM(times_seen) FROM report").fetchone()[0], REPORTS,
                     "how often reports were taken in")
        expect_equal(database.execute("SELECT COUNT(*), SUM(times_seen) FROM quarantine").fetchone(),
                     (20, 20), "defective reports in quarantine")
        expect_equal(database.execute("SELECT unfinished FROM mailbox").fetchone()[0], "", "unfinished")
    expect(last["stored"] < REPORTS - 20 - seen + 1, "the last fetch went on where the others were cut off")
    after = dovecot.snapshot("big")
    check_untouched(before, after, taken, "at the end")
    for name in taken:
        flags = "".join(sorted(set(before[name][0]) | {"S"}))
        expect_equal(after[name], (flags, before[name][1]), "report %s stays, and is marked as seen" % name)
    again = counts(url)
    expect_equal([again[key] for key in ("stored", "duplicate", "defective", "not-a-report")], [0] * 4,
                 "a fetch when nothing is new")
    dovecot.deliver("big", [("99999", None, mail(report("new-one")))])
    expect_equal(counts(url)["stored"], 1, "a report that came later")
    print("ok killed_and_resumed (%d kills)" % kills)


def small(user, count=12):
    """COUNT messages, every third a report, one more of them defective; returns their names."""
    dovecot.deliver(user, [("%03d" % n, (None, "", "S")[n % 3], mail(report("%s-%d" % (user, n)))
                            if n % 3 == 0 else other(n + 10)) for n in range(count)])
    dovecot.deliver(user, [("900", "", mail(report(user)).replace(b"H4sI", b"H4sI!!AAAA", 1))])
    return {"%03d" % n for n in range(0, count, 3)} | {"900"}


def doveadm(*arguments):
    subprocess.run(["doveadm", "-c", dovecot.conf, *arguments], check=True, capture_output=True)


def moved():
    taken, folder = small("moved"), "Berichte & \u00dcbersicht"
    url = dovecot.url("moved")
    before = dovecot.snapshot("moved")
    done = fetch(url, "--move-to", folder, status=1)
    expect(b"Berichte" in done.stderr and b"exist" in done.stderr, "the missing folder is told: %r" % done.stderr)
    expect_equal(dovecot.snapshot("moved"), before, "nothing is done where the folder is missing")
    doveadm("mailbox", "create", "-u", "moved", folder)
    fetch_and_kill(url, ["--move-to", folder], 1)  # perhaps between the commit and the move
    fetch(url, "--move-to", folder)
    after = dovecot.snapshot("moved")
    expect_equal(set(after), set(before) - taken, "messages left in the inbox")
    check_untouched(before, after, taken, "--move-to")
    there = dovecot.snapshot("moved", ".Berichte &- &ANw-bersicht")
    expect_equal(sorted(digest for _, digest in there.values()),
                 sorted(before[name][1] for name in taken), "messages in the other folder")
    expect(all("S" in flags for flags, _ in there.values()), "they are marked as seen")
    # In that folder they can be fetched too, and are duplicates then.
    seen = counts(dovecot.url("moved", "Berichte%20%26%20%C3%9Cbersicht"))
    expect_equal((seen["stored"], seen["duplicate"]), (0, 4), "the other folder fetched")
    print("ok moved")


def deleted():
    taken = small("deleted")
    url = dovecot.url("deleted")
    # Somebody else has marked a mail as deleted and not expunged it: it is not ours to remove.
    dovecot.deliver("deleted", [("950", "ST", other(15)), ("951", "ST", mail(report("trash")))])
    before = dovecot.snapshot("deleted")
    seen = counts(url, "--delete")
    expect_equal((seen["stored"], seen["defective"]), (4, 1), "what was taken")
    after = dovecot.snapshot("deleted")
    expect_equal(set(after), set(before) - taken, "messages left")
    check_untouched(before, after, taken, "--delete")
    print("ok deleted")


def interrupted_before_deleting():
    """The state that a kill between the commit and the deletion leaves is finished by the next."""
    url = dovecot.url("odd.user%40example.org")
    taken = small("odd.user@example.org")
    fetch(url)
    with closing(sqlite3.connect(place.store, isolation_level=None)) as database:
        expect_equal(database.execute("UPDATE mailbox SET unfinished = '1,4,7,10' WHERE mailbox LIKE "
                                      "'%odd.user%'").rowcount, 1, "the mailbox is remembered")
    before = dovecot.snapshot("odd.user@example.org")
    fetch(url, "--delete")
    after = dovecot.snapshot("odd.user@example.org")
    expect_equal(set(before) - set(after), taken - {"900"}, "messages deleted by the next fetch")
    print("ok interrupted_before_deleting")


def dry_run():
    small("dry")
    before, database = dovecot.snapshot("dry"), open(place.store, "rb").read()
    done = fetch(dovecot.url("dry"), "--dry-run", "--delete")
    expect(done.stdout.count(b"report-id dry-") == 4 and b"to quarantine, defective" in done.stdout,
           "what would be taken: %r" % done.stdout)
    expect_equal(dovecot.snapshot("dry"), before, "the mailbox after a dry run")
    expect_equal(open(place.store, "rb").read(), database, "the store after a dry run")
    none = os.path.join(place.path, "none.db")
    subprocess.run([PROGRAM, "--config", place.config, "--store", none, "fetch", *login, "--dry-run",
                    dovecot.url("dry")], check=True, capture_output=True)
    expect(not os.path.exists(none), "a dry run makes no store")
    print("ok dry_run")


def new_uidvalidity():
    """The server numbers its messages anew: all are looked at again, and are duplicates."""
    url = dovecot.url("plain")
    small("plain")
    expect_equal(counts(url)["stored"], 4, "the first fetch")
    expect_equal(counts(url)["duplicate"], 0, "the second fetch")
    for name in os.listdir(dovecot.maildir("plain")):
        if name.startswith("dovecot"):
            os.remove(os.path.join(dovecot.maildir("plain"), name))
    time.sleep(1.1)  # UIDVALIDITY is the time in seconds
    seen = counts(url)
    expect_equal((seen["stored"], seen["duplicate"]), (0, 4), "the fetch after a new UIDVALIDITY")
    expect_equal(counts(url, "--all")["duplicate"], 4, "--all")
    print("ok new_uidvalidity")


def faults():
    wrong = place.write("wrong", "not-the-password")
    os.chmod(wrong, 0o600)
    url, tls = dovecot.url("plain"), ["--ca-file", dovecot.certificate]
    done = place.run("fetch", *tls, "--password-file", wrong, url, status=1)
    expect(b"refuses the login" in done.stderr and b"not-the-password" not in done.stderr, done.stderr)
    done = place.run("fetch", "--password-file", password_file, url, status=1)
    expect(b"certificate" in done.stderr, "a certificate that nobody vouches for: %r" % done.stderr)
    other_ca = os.path.join(place.path, "other")
    os.mkdir(other_ca)
    make_certificate(other_ca)
    done = place.run("fetch", "--password-file", password_file, "--ca-file", other_ca + "/cert.pem", url,
                     status=1)
    expect(b"certificate" in done.stderr, "another CA: %r" % done.stderr)
    expect(b"PLAIN" not in dovecot.log().split("\n")[-2].encode(), "no login was tried")
    done = fetch("imaps://plain@localhost:1/", status=1)
    expect(b"cannot connect" in done.stderr, "nobody is there: %r" % done.stderr)
    fetch("imaps://plain@localhost:%d/No/such" % dovecot.tls_port, status=1)
    # STARTTLS is wanted from imap://, and a login without TLS only to this machine.
    fetch("imap://plain@localhost:%d" % dovecot.port)
    for wrong_use in (["--insecure-plain", "imap://u@mail.example/"], ["imaps://u:secret@localhost/"],
                      ["http://u@localhost/"], ["imaps://localhost/"], ["imaps://u@localhost/a%0ab"],
                      ["--move-to", "INBOX", "imaps://u@localhost/"], ["--move-to", "a\nb", url],
                      ["--move-to", "x", "--delete", url], ["--only", "x", url], [url, url],
                      ["--credential", "x", url]):
        done = place.run("fetch", "--password-file", password_file, *wrong_use, status=64)
        expect(b"secret" not in done.stderr, "a password in a URL is not repeated: %r" % done.stderr)
    place.run("fetch", url, status=64)
    place.run("fetch", "--password-file", place.path + "/no-such-file", url, status=1)
    lock = sqlite3.connect(place.store, isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    before = dovecot.snapshot("first")
    try:
        fetch(dovecot.url("first"), "--delete", status=75)
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    expect_equal(dovecot.snapshot("first"), before, "the mailbox when the store is locked")
    print("ok faults")


def configured():
    """Two mailboxes, of which one fails: the other is fetched all the same."""
    credentials = os.path.join(place.path, "credentials")
    os.mkdir(credentials)
    place.write("credentials/second", PASSWORD)
    tls = "ca-file=%s\n" % dovecot.certificate
    place.configure("[fetch broken]\nurl=imaps://u@localhost:1/\npassword-file=%s\n%s"
                    "[fetch second]\nurl=%s\ncredential=second\ndelete=true\n%s"
                    % (password_file, tls, dovecot.url("second"), tls))
    small("second")
    environment = {"CREDENTIALS_DIRECTORY": credentials}
    expect(b"mailbox second: imaps://second@localhost" in place.run("config", "check").stdout, "config check")
    done = place.run("fetch", status=1, env=environment)
    expect(b"fetch broken: cannot connect" in done.stderr and b"4 stored" in done.stdout, done)
    expect_equal(len(dovecot.snapshot("second")), 8, "messages left in the second mailbox")
    place.run("fetch", "--only", "second", status=0, env=environment)
    place.run("fetch", "--only", "third", status=64)
    place.run("fetch", "--only", "second", status=1, env={"CREDENTIALS_DIRECTORY": "/nowhere"})
    place.run("fetch", "--delete", status=64)
    for text, expected in (
            ("[fetch]\nurl=x\n", ":3: expected [fetch NAME]"), ("[fetch a b]\n", ":3: expected [fetch NAME]"),
            ("[fecth a]\n", 'unknown section [fecth a]; did you mean "fetch"?'),
            ("[fetch a]\npasswordfile=x\n", ':4: unknown key "passwordfile" in [fetch a]; did you mean "password-file"?'),
            ("[fetch a]\ndelete=maybe\n", ":4: [fetch a] delete: expected true or false"),
            ("[fetch a]\ncredential=x\n", ":3: [fetch a]: expected url="),
            ("[fetch a]\nurl=imaps://u:p@h/\ncredential=x\n", ":3: [fetch a]: expected imaps://USER@HOST"),
            ("[fetch a]\nurl=imaps://u@h/\n", ":3: [fetch a]: expected one of password-file"),
            ("[fetch a]\nurl=imaps://u@h/\nurl=imaps://u@h/\n", ":5: [fetch a] url is set twice"),
            ("[fetch a]\nurl=imaps://u@h/\ncredential=x\ndelete=true\nmove-to=y\n", "expected move-to or delete")):
        place.configure(text)
        done = place.run("config", "check", status=78)
        expect(expected.encode() in done.stderr, "%r is not in %r" % (expected, done.stderr))
    place.configure("")
    print("ok configured")


try:
    small("first")
    for scenario in (killed_and_resumed, moved, deleted, interrupted_before_deleting, dry_run, new_uidvalidity,
                     faults, configured):
        scenario()
except BaseException:
    print(dovecot.log()[-3000:])
    raise
finally:
    dovecot.stop()
    place.remove()
