"""Goal: the weekly mail arrives by sendmail, by a relay with STARTTLS and by a real Postfix, reads well as
text and as HTML, in mutt too, says the verdict in its subject, and no name in it can do harm. Where it
cannot be sent, the reason and the exit status say whether trying again helps."""
import datetime
import email
import email.policy
import html.parser
import json
import os
import pty
import select
import shutil
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from ports import free_port  # noqa: E402
from postfix import Postfix  # noqa: E402
from program import Place, expect, expect_equal, need_fetch  # noqa: E402
from reports import report  # noqa: E402
from smtp_server import SmtpServer, make_authority  # noqa: E402

NASTY = "Evil\r\nBcc: x@evil.example <script>alert(1)</script> \u00fc\u202e"
MONDAY = datetime.date(2026, 11, 16)  # of week 2026-W47
NOW = ["--now", "2026-11-23"]

place = Place()
number = 0


def make(day, failed=0, sender="Test Sender", domain="example.org"):
    global number
    number += 1
    details = [{"result-type": "certificate-expired", "receiving-mx-hostname": "mx1.example.org",
                "failed-session-count": failed, "failure-reason-code": NASTY}]
    return report("m-%d" % number, day=str(MONDAY + datetime.timedelta(days=day)), organization=sender,
                  domain=domain, successful=60, failed=failed, details=details if failed else None)


def store(*documents):
    for document in documents:
        place.write("in/%s.json" % document["report-id"], json.dumps(document))
    place.run("import", os.path.join(place.path, "in"))


def fill():
    """Ten senders for two weeks; one that fails since Thursday and one whose name is an attack."""
    for day in range(-7, 7):
        store(*(make(day, 0, "Sender %d" % index) for index in range(3)))
        store(make(day, 40 if day >= 3 else 0, NASTY))


class Outline(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.links, self.text = [], [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.links += [value for name, value in attributes if name in ("href", "src", "background")]

    def handle_data(self, data):
        self.text.append(data)


def parse(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def check_message(raw, to, sender):
    """The message as a mail program sees it; returns text and HTML."""
    message = parse(raw)
    expect_equal([message[name] for name in ("To", "Auto-Submitted", "Bcc", "List-Id")],
                 [to, "auto-generated", None, None], "header fields")
    expect_equal(message["From"].addresses[0].addr_spec, sender, "the sender")
    expect(message["Message-ID"].endswith("@%s>" % sender.split("@")[1]), message["Message-ID"])
    expect(message["Date"].datetime.tzinfo is not None, "Date")
    expect_equal(message["Subject"], "example.org: NOT READY, 1 new failure (week 2026-W47)", "subject")
    expect_equal(message.get_content_type(), "multipart/alternative", "type")
    parts = list(message.iter_parts())
    expect_equal([part.get_content_type() for part in parts], ["text/plain", "text/html"], "parts")
    expect_equal([part.defects for part in [message, *parts]], [[]] * 3, "defects")
    text, page = (part.get_content() for part in parts)
    expect("NOT READY" in text and "certificate-expired" in text and "2026-W47" in text, "text:\n" + text)
    expect("\u202e" not in text and "\u202e" not in page and "\x1b" not in text, "names are inert")
    outline = Outline()
    outline.feed(page)
    expect(not {"script", "img", "link", "iframe", "svg", "form"} & set(outline.tags),
           "tags of the HTML: %r" % set(outline.tags))
    expect_equal(outline.links, [], "links")
    words = " ".join("".join(outline.text).split())
    expect("NOT READY" in words and "certificate-expired" in words and "<script>alert(1)" in words,
           "the HTML has the same: " + words)
    for line in raw.replace(b"\r\n", b"\n").split(b"\n"):
        expect(len(line) < 999, "a line of %d octets" % len(line))
    return text, page


def week(*arguments, status=0, verbose=False):
    return place.run(*(["-v"] if verbose else []), "report", "--week", *NOW, *arguments, status=status)


def test_sendmail():
    """The program gets the message and the addresses; its failure is ours."""
    script = place.write("sendmail", "#!/bin/sh\ncd %s\necho \"$@\" >arguments\ncat >message\nexit $(cat exit)\n"
                         % place.path)
    os.chmod(script, 0o755)
    place.configure("[mail]\nsendmail=%s\nfrom=all@example.org\n[digest]\nmail-to=pm@example.org;two@example.org\n"
                    "mail-from=digest@b\u00fccher.example\n" % script)
    for code, status in ((0, 0), (75, 75), (71, 75), (67, 69)):
        place.write("exit", str(code))
        done = week("--mail", status=status)
        expect_equal(done.stdout, b"", "standard output")
        expect(code == 0 or b"exit status %d" % code in done.stderr, "%r" % done.stderr)
    with open(os.path.join(place.path, "arguments")) as file:
        expect_equal(file.read(), "-i -f digest@xn--bcher-kva.example pm@example.org two@example.org\n",
                     "arguments")
    with open(os.path.join(place.path, "message"), "rb") as file:
        raw = file.read()
    expect(b"\r" not in raw, "line ends for sendmail")
    check_message(raw, "pm@example.org, two@example.org", "digest@xn--bcher-kva.example")
    place.configure("[mail]\nsendmail=%s/none\n" % place.path)
    expect(b"No such file" in week("--mail-to", "a@example.org", status=69).stderr, "no such program")
    for arguments, words in ((["--mail-to", "-oX@example.org"], b"not a mail address"),
                             (["--mail-to", "a@example.org,b c"], b'"b c" is not'),
                             (["--mail-to", "a@example.org\nBcc: b@example.org"], b"not a mail address"),
                             (["--mail-to", "a@example.org", "--mail-from", "x"], b"--mail-from"),
                             (["--mail-to", "a@example.org", "--format", "json"], b"--format"),
                             (["--mail"], b"[digest] mail-to"), (["--mail-from", "a@example.org"], b"--mail-to")):
        expect(words in week(*arguments, status=64).stderr, "%r" % arguments)


def relay(server, extra="", scheme="smtp", host="127.0.0.1"):
    place.configure("[mail]\nrelay=%s://%s:%d\nfrom=tlsgauge@example.org\n%s" % (scheme, host, server.port, extra))


def send(status=0, words=b""):
    done = week("--mail-to", "pm@example.org,two@example.org", status=status)
    expect(words in done.stderr, "expected %r in %r" % (words, done.stderr))
    expect(b"pass word" not in done.stderr, "the password is told: %r" % done.stderr)
    return done


def test_relay():
    """Loopback in clear; with ca-file STARTTLS is a must, and the certificate must hold."""
    ca, certificate, key = make_authority(place.path)
    os.mkdir(os.path.join(place.path, "other"))
    other_ca = make_authority(os.path.join(place.path, "other"))[0]
    secret = place.write("password", "pass word\n")
    os.chmod(secret, 0o600)
    login = "user=me\npassword-file=%s\n" % secret

    plain = SmtpServer()
    relay(plain)
    send()
    sender, recipients, raw, tls = plain.messages[0]
    expect_equal((sender, recipients, tls), ("<tlsgauge@example.org>", ["<pm@example.org>", "<two@example.org>"],
                                             False), "envelope")
    expect(b"\n" not in raw.replace(b"\r\n", b""), "line ends for SMTP")
    check_message(raw, "pm@example.org, two@example.org", "tlsgauge@example.org")
    relay(plain, "ca-file=%s\n" % ca)
    send(69, b"offers no TLS")

    server = SmtpServer(certificate, key, login=["me", "pass word"])
    relay(server, "ca-file=%s\n%s" % (ca, login))
    send()
    expect(server.messages[0][3] and server.logins == [([b"me", b"pass word"], True)], "over TLS, logged in")
    relay(server, "ca-file=%s\n%s" % (other_ca, login))
    send(69, b"certificate does not hold")
    server.login = ["me", "other"]
    relay(server, "ca-file=%s\n%s" % (ca, login))
    send(69, b"refuses the login of me (535)")
    expect_equal((len(server.messages), [tls for _, tls in server.logins]), (1, [True, True]), "logins")
    implicit = SmtpServer(certificate, key, implicit=True)
    relay(implicit, "ca-file=%s\n" % ca, scheme="smtps", host="localhost")
    send()
    expect(implicit.messages[0][3], "smtps")


def test_refusals():
    """What the server says decides whether trying again helps; nobody gets half of it."""
    for answers, status, words in (({"RCPT": b"550 5.1.1 no such user"}, 69, b"550 5.1.1 no such user"),
                                   ({"RCPT": b"451 4.3.0 later"}, 75, b"451 4.3.0 later"),
                                   ({"MAIL": b"553 5.7.1 who are you\x1b[2J"}, 69, b"553 5.7.1 who are you\\x1b"),
                                   ({".": b"554 5.7.1 looks like spam"}, 69, b"554 5.7.1 looks like spam"),
                                   ({".": b"452 4.3.1 disk full"}, 75, b"452 4.3.1 disk full"),
                                   ({"DATA": b"421 4.3.2 closing"}, 75, b"421")):
        server = SmtpServer(answers=answers)
        relay(server)
        send(status, words)
        expect_equal(server.messages, [], "messages with %r" % answers)
        server.close()
    place.configure("[mail]\nrelay=smtp://127.0.0.1:%d\n" % free_port())
    send(75, b"cannot connect")
    own = own_address()
    if own:  # not this machine's loopback: never in clear unless somebody says so
        server = SmtpServer(address=own)
        relay(server, host=own)
        send(69, b"offers no TLS")
        expect_equal(server.messages, [], "messages in clear")
        relay(server, "insecure-plain=true\n", host=own)
        send()
    for text, words in (("relay=imap://x", b"smtp://HOST"), ("relay=smtp://u:p@x", b"without user"),
                        ("relay=smtp://x/y", b"behind the port"), ("user=x", b"together"),
                        ("relay=smtp://x\nuser=x\npassword-file=/x\ninsecure-plain=true", b"without TLS"),
                        ("from=x", b"USER@DOMAIN")):
        place.configure("[mail]\n%s\n" % text)
        expect(words in place.run("config", "check", status=78).stderr, text)


def own_address():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        own = probe.getsockname()[0]
    return None if own.startswith("127.") else own


def test_quiet():
    """Nothing is sent where there is nothing to say."""
    server = SmtpServer()
    relay(server)
    week_before = ["--week", "2026-W46", "--mail-to", "pm@example.org"]
    place.run("report", *week_before, "--quiet-if-clean", *NOW)  # nothing is known of the week before it
    place.run("report", *week_before, "--only-new", *NOW)
    sent = len(server.messages)
    next_week = ["--week", "2026-W48", "--mail-to", "pm@example.org", "--now", "2026-11-30"]
    for day in range(7, 14):
        store(*(make(day, 0, "Sender %d" % index) for index in range(3)), make(day, 0, NASTY))
    place.run("report", *next_week, "--quiet-if-clean")
    place.run("report", *next_week, "--only-new")
    expect_equal(len(server.messages), sent, "mails about a clean week")
    place.run("report", *next_week)
    expect_equal(len(server.messages), sent + 1, "without these options it is sent")
    expect("new failure" not in parse(server.messages[-1][2])["Subject"], "its subject")


def pty_text(argv, keys, marker, seconds=60):
    """What ARGV shows on a terminal until MARKER is there; KEYS are pressed whenever it waits."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(TERM="vt100", HOME=place.path, LC_ALL="C.UTF-8")
        os.execvp(argv[0], argv)
    shown, deadline = b"", time.monotonic() + seconds
    while marker not in shown and time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.5)[0]:
            try:
                shown += os.read(terminal, 65536)
            except OSError:
                break
        else:
            os.write(terminal, keys)
    os.kill(child, 9)
    os.waitpid(child, 0)
    os.close(terminal)
    return shown


def test_postfix_and_mutt():
    """Postfix takes it, by SMTP and by its sendmail, and mutt shows the text."""
    if os.geteuid() != 0 or not shutil.which("postfix"):
        print("no Postfix: left out")
        return
    inbox = os.path.join(place.path, "inbox")
    os.mkdir(inbox)
    shutil.chown(inbox, "nobody", "nogroup")
    script = place.write("capture", "#!/bin/sh\nexec cat >%s/$$\n" % inbox)
    os.chmod(script, 0o755)
    postfix = Postfix(place.path, "capture unix - n n - 4 pipe\n  flags=Fq user=nobody:nogroup argv=%s" % script,
                      "capture:")
    try:
        place.configure("[mail]\nrelay=smtp://127.0.0.1:%d\nfrom=tlsgauge@example.org\n" % postfix.port)
        week("--mail-to", "pm@reports.example")
        place.configure("[mail]\nfrom=tlsgauge@example.org\n")
        place.run("report", "--week", *NOW, "--mail-to", "pm@reports.example",
                  env={"MAIL_CONFIG": postfix.etc})
        postfix.wait(lambda: len(os.listdir(inbox)) == 2, "two mails")
    finally:
        postfix.stop()
    for name in os.listdir(inbox):
        with open(os.path.join(inbox, name), "rb") as file:
            raw = file.read()
        expect(raw.startswith(b"From "), "an mbox")
        check_message(raw.split(b"\n", 1)[1], "pm@reports.example", "tlsgauge@example.org")
    if not shutil.which("mutt"):
        print("no mutt: left out")
        return
    shown = pty_text(["mutt", "-n", "-F", "/dev/null", "-R", "-f", os.path.join(inbox, name)], b"\n",
                     b"NOT READY. ")
    expect(b"NOT READY. " in shown and b"2026-11-16 to 2026-11-22" in shown and b"<table" not in shown,
           "mutt shows: %r" % shown[-3000:])


need_fetch(place)  # libcurl
fill()
for test in (test_sendmail, test_relay, test_refusals, test_postfix_and_mutt, test_quiet):
    print(test.__name__, flush=True)
    test()
place.remove()
