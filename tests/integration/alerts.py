"""Goal: what is news is told once, by every way that is set, whatever happens meanwhile: a command that
fails, hangs or takes tlsgauge down with it, a webhook that answers 500, redirects or never answers,
several processes at once. Nothing waits for it, and foreign text stays text."""
import datetime
import hashlib
import hmac
import base64
import json
import os
import sqlite3
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from hook_server import HookServer  # noqa: E402
from program import PROGRAM, Place, Server, expect, expect_equal, need_fetch  # noqa: E402
from reports import gzipped, mail, report  # noqa: E402
from smtp_server import SmtpServer, make_authority  # noqa: E402

TODAY = datetime.datetime.now(datetime.timezone.utc).date()
number = 0


def ago(days):
    return str(TODAY - datetime.timedelta(days=days))


def make(days, failed=0, mx="mx1.example.org", word="certificate-expired", sender="Test Sender",
         domain="example.org", contact="tls@sender.example"):
    """One report of DAYS ago."""
    global number
    number += 1
    details = [{"result-type": word, "receiving-mx-hostname": mx, "failed-session-count": failed}]
    return report("a-%d" % number, day=ago(days), domain=domain, organization=sender, contact=contact,
                  successful=100 - min(failed, 100), failed=failed, details=details if failed else None)


def put(place, *documents):
    """Stores them without a look for alerts: as a tlsgauge without [alerts] does."""
    folder = os.path.join(place.path, "in-%d" % number)
    for index, document in enumerate(documents):
        place.write("in-%d/%d.json" % (number, index), json.dumps(document))
    plain = place.write("plain.conf", "[store]\nuri=%s\n" % place.store)
    done = subprocess.run([PROGRAM, "--config", plain, "import", folder], capture_output=True)
    expect_equal(done.returncode, 0, "import: %r" % done.stderr)


def told(place):
    """The messages that the command of the tests wrote down."""
    path = os.path.join(place.path, "told")
    if not os.path.exists(path):
        return []
    with open(path) as file:
        return [json.loads(part) for part in file.read().split("\0") if part]


def kinds(message):
    return [(each["kind"], each.get("mx") or each.get("sender")) for each in message["alerts"]]


# Writes down what comes on standard input: first to a file of its own, so that nothing is mixed.
KEEP = "f=$(mktemp {0}/XXXXXX); cat >$f; printf '\\0' >>$f; cat $f >>{0}/told"


def new_place(extra="", command=KEEP):
    place = Place()
    command = command.format(place.path)
    place.configure("[alerts]\n%s%s\n" % ("command=%s\n" % command if command else "", extra))
    return place


def wait(condition, what):
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    sys.exit("FAILED: %s did not come" % what)


def rows(place):
    return place.json("alerts", "list", "--json")["alerts"]


def age(place):
    """The time of a claim runs out."""
    with sqlite3.connect(place.store) as database:
        database.execute("UPDATE alert SET claimed = 1 WHERE claimed > 0")
    database.close()


def later(place):
    """Time passes since the last message."""
    with sqlite3.connect(place.store) as database:
        database.execute("UPDATE alert SET told = 1 WHERE told > 0")
    database.close()


def test_life():
    """New, going on, recovered, silent, back: each told once."""
    place = new_place()
    put(place, *(make(days) for days in range(30, 2, -1)), make(2, 40), make(1, 40))
    place.run("alerts", "run")
    place.run("alerts", "run")
    expect_equal([kinds(each) for each in told(place)], [[("failing", "mx1.example.org")]], "told once")
    alert = told(place)[0]["alerts"][0]
    expect_equal((alert["failed_sessions"], alert["first_day"], alert["last_day"], alert["effect"],
                  alert["senders"], alert["clause"]),
                 (80, ago(2), ago(1), "would-block", ["Test Sender"], "RFC 8460 4.3.1"), "the facts")
    put(place, make(0, 40))
    place.run("alerts", "run", "--now", str(TODAY + datetime.timedelta(days=1)))
    expect_equal(len(told(place)), 1, "messages while it goes on")
    put(place, make(-1))
    place.run("alerts", "run", "--now", str(TODAY + datetime.timedelta(days=3)))
    expect_equal(kinds(told(place)[1]), [("recovered", "mx1.example.org")], "recovered")
    place.run("alerts", "run", "--now", str(TODAY + datetime.timedelta(days=6)))
    expect_equal(kinds(told(place)[2]), [("silent", "Test Sender")], "gone silent")
    put(place, make(-6))
    place.run("alerts", "run", "--now", str(TODAY + datetime.timedelta(days=8)))
    expect_equal(kinds(told(place)[3]), [("reporting-again", "Test Sender")], "back")
    expect_equal(len(told(place)), 4, "messages in all")
    expect(all(row["told"] and not row["waiting"] for row in rows(place)), "all is told")
    place.remove()


def test_history():
    """What happened long ago is no news today."""
    place = new_place()
    for days in range(400, 20, -1):
        failed = 40 if days > 100 or days < 40 else 0
        place.write("old/%d.json" % days, json.dumps(make(days, failed, mx="mx%d.example.org" % (days % 9))))
    place.run("import", os.path.join(place.path, "old"))
    expect_equal(told(place), [], "alerts about history")
    expect_equal(rows(place), [], "rows of history")
    place.remove()


def test_flood():
    """Hundreds of new groups make one message with twenty of them."""
    place = new_place()
    put(place, *(make(1, 1 + index, mx="mx%d.example.org" % index) for index in range(90)))
    place.run("alerts", "run")
    expect_equal(len(told(place)), 1, "messages")
    message = told(place)[0]
    expect_equal((len(message["alerts"]), message["more"]), (20, 70), "alerts told, and the rest")
    expect_equal(message["alerts"][0]["mx"], "mx89.example.org", "the gravest first")
    expect("and 89 more" in message["subject"], message["subject"])
    place.run("alerts", "run")
    expect_equal(len(told(place)), 1, "messages after a second look")
    place.remove()


def test_distance():
    """Messages keep a distance, however many new failures somebody makes up; none is lost."""
    place = new_place()
    place.run("import", place.write("1.json", json.dumps(make(1, 40, mx="mx1.example.org"))))
    for index in range(2, 5):
        document = make(1, 40, mx="mx%d.example.org" % index)
        place.run("import", place.write("%d.json" % index, json.dumps(document)))
    expect_equal([kinds(each) for each in told(place)], [[("failing", "mx1.example.org")]], "messages")
    expect_equal(sum(row["waiting"] == "command" for row in rows(place)), 3, "alerts that wait")
    later(place)
    place.run("import", place.write("5.json", json.dumps(make(1))))
    expect_equal(len(told(place)[1]["alerts"]), 3, "alerts of the second message")
    place.remove()


def test_hostile():
    """Names of senders and result types come as text, on one line, and are never run."""
    place = new_place(command="echo \"$TLSGAUGE_ALERT_SUBJECT\" >{0}/subject; env -0 | grep -z "
                              "^TLSGAUGE_ALERT >{0}/variables; " + KEEP)
    nasty = "$(touch %s/run) `id` \"'; rm -rf x\r\nBcc: a@b.example\x1b[2J \u202e" % place.path
    put(place, make(1, 5, word=nasty, sender=nasty))
    place.run("alerts", "run")
    with open(os.path.join(place.path, "subject")) as file:
        lines = file.read().splitlines()
    expect_equal(len(lines), 1, "lines of the subject: %r" % lines)
    expect(not os.path.exists(os.path.join(place.path, "run")), "a name was run")
    with open(os.path.join(place.path, "variables"), "rb") as file:
        variables = dict(each.split(b"=", 1) for each in file.read().split(b"\0") if each)
    for name, value in variables.items():
        expect(b"\x1b" not in value and b"\r" not in value and "\u202e".encode() not in value,
               "%s is not printable: %r" % (name, value))
        expect(b"\n" not in value or name == b"TLSGAUGE_ALERT_TEXT", "%r has lines" % name)
    expect_equal(variables[b"TLSGAUGE_ALERT_MX"], b"mx1.example.org", "the MX")
    name = told(place)[0]["alerts"][0]["senders"][0]
    expect(name.startswith("$(touch") and "\n" not in name, "the name in the JSON: %r" % name)
    place.remove()


def test_deliver():
    """deliver ends while the alert is still being told, and however that ends."""
    place = new_place(command="touch {0}/begun; while [ ! -e {0}/go ]; do sleep 0.1; done; " + KEEP)
    document = make(1, 40)
    done = place.run("deliver", stdin=mail(document))  # waits for the end of its output, as Postfix does
    wait(lambda: os.path.exists(os.path.join(place.path, "begun")), "the command")
    expect_equal((done.stdout, done.stderr), (b"", b""), "output of deliver")
    expect_equal(told(place), [], "told before deliver ended")
    place.write("go", "")
    wait(lambda: told(place) and not rows(place)[0]["waiting"], "the alert")
    expect_equal(kinds(told(place)[0]), [("failing", "mx1.example.org")], "told by deliver")
    place.configure("[alerts]\ncommand=exit 3\n")
    later(place)
    place.run("deliver", stdin=mail(make(1, 40, mx="mx2.example.org")))
    wait(lambda: any(row["problem"] for row in rows(place)), "the failure")
    failed = [row for row in rows(place) if row["problem"]][0]
    expect("exit status 3" in failed["problem"] and failed["waiting"] == "command", "%r" % failed)
    place.remove()


def test_command_fails():
    """A command that fails is tried again by the next round; one that hangs is ended, all of it."""
    place = new_place(command="test -e {0}/ready || exit 7; " + KEEP)
    put(place, make(1, 40))
    done = place.run("alerts", "run", status=75)
    expect(b"exit status 7" in done.stderr, "the reason: %r" % done.stderr)
    expect(b"not told by command (1 tries)" in place.run("alerts", "list").stdout, "alerts list")
    # A look after a report comes too soon for a second try ...
    place.run("import", place.write("x.json", json.dumps(make(2))))
    expect_equal(rows(place)[0]["tries"], 1, "tries after a look")
    place.write("ready", "")
    place.run("alerts", "run")  # ... and a person does not.
    expect_equal(len(told(place)), 1, "told in the end")

    marker = "9%d" % os.getpid()
    place.configure("[alerts]\ntimeout=1\ncommand=sleep %s & sleep %s\n" % (marker, marker))
    put(place, make(1, 40, mx="mx3.example.org"))
    done = place.run("alerts", "run", status=75)
    expect(b"longer than 1 seconds" in done.stderr, "the reason: %r" % done.stderr)
    left = subprocess.run(["pgrep", "-f", "^sleep " + marker], capture_output=True).stdout
    expect_equal(left, b"", "processes that are left")
    place.remove()


def test_killed():
    """tlsgauge is killed when the command is done: the alert is told again, but not by others before."""
    place = new_place(command=KEEP + "; test -e {0}/mercy || kill -9 $PPID")
    put(place, make(1, 40))
    done = place.run("alerts", "run", status=None)
    expect_equal(done.returncode, -9, "killed")
    expect_equal(len(told(place)), 1, "told before")
    place.write("mercy", "")
    place.run("alerts", "run")
    expect_equal(len(told(place)), 1, "told while it is claimed")
    age(place)
    place.run("alerts", "run")
    place.run("alerts", "run")
    expect_equal([kinds(each) for each in told(place)], [[("failing", "mx1.example.org")]] * 2,
                 "told twice, not never")
    expect_equal(told(place)[0]["alerts"][0]["id"], told(place)[1]["alerts"][0]["id"], "its id")
    place.remove()


def test_together():
    """Eight processes at once tell it once."""
    place = new_place(command="sleep 0.5; " + KEEP)
    put(place, make(1, 40))
    runs = [threading.Thread(target=place.run, args=("alerts", "run")) for _ in range(8)]
    for each in runs:
        each.start()
    for each in runs:
        each.join()
    expect_equal(len(told(place)), 1, "messages")
    place.remove()


def test_webhook():
    """The webhook: signed, with a token; 500, redirect and silence are told again."""
    place = new_place()
    need_fetch(place)  # libcurl
    ca, certificate, key = make_authority(place.path)
    hook, other = HookServer(certificate, key), HookServer()
    secret = base64.b64encode(b"a secret of thirty-two octets...").decode()
    place.write("secret", "whsec_%s\n" % secret)
    place.write("token", "t0ken\n")
    for name in ("secret", "token"):
        os.chmod(os.path.join(place.path, name), 0o600)
    settings = ("[alerts]\ncommand=%s\ntimeout=2\nwebhook=https://127.0.0.1:%d/hook?x=s3cret\n"
                "webhook-token-file=%s/token\nwebhook-secret-file=%s/secret\n%%s" % (
                    KEEP.format(place.path), hook.port, place.path, place.path))
    place.configure(settings % "")
    put(place, make(1, 40))
    done = place.run("alerts", "run", status=75)
    expect(b"certificate does not hold" in done.stderr, "TLS is verified: %r" % done.stderr)
    place.configure(settings % ("webhook-ca-file=%s\n" % ca))
    for status, location, words in ((500, None, b"answers 500"), (302, "http://127.0.0.1:%d/" % other.port,
                                    b"redirect"), (307, "https://127.0.0.1:%d/" % hook.port, b"redirect"),
                                    (404, None, b"answers 404"), (None, None, b"in time")):
        hook.status, hook.location = status, location
        done = place.run("alerts", "run", status=75)
        expect(words in done.stderr, "answer %s: %r" % (status, done.stderr))
        expect(b"s3cret" not in done.stderr, "the URL is told: %r" % done.stderr)
    expect_equal((len(hook.requests), other.requests), (5, []), "requests: no redirect is followed")
    hook.status, hook.location = 204, None
    place.run("alerts", "run")
    place.run("alerts", "run")
    expect_equal(len(hook.requests), 6, "requests")
    expect_equal(len(told(place)), 1, "the command, which worked at once, is not run again")
    path, fields, body = hook.requests[-1]
    fields = {name.lower(): value for name, value in fields.items()}
    expect_equal(path, "/hook?x=s3cret", "path")
    expect_equal(json.loads(body)["alerts"], told(place)[0]["alerts"], "the same for all")
    expect_equal((fields["authorization"], fields["content-type"]), ("Bearer t0ken", "application/json"),
                 "fields")
    signed = b"%s.%s.%s" % (fields["webhook-id"].encode(), fields["webhook-timestamp"].encode(), body)
    mine = hmac.new(base64.b64decode(secret), signed, hashlib.sha256).digest()
    expect_equal(fields["webhook-signature"], "v1," + base64.b64encode(mine).decode(), "signature")
    expect_equal({dict(each[1])["webhook-id"] for each in hook.requests}, {fields["webhook-id"]},
                 "every try has one id")
    expect(abs(int(fields["webhook-timestamp"]) - time.time()) < 300, "timestamp")
    hook.release.set()
    place.remove()


def test_mail():
    """A mail: one text, made for people; a refusal is told again by mail alone."""
    server = SmtpServer(answers={"RCPT": b"450 4.2.0 greylisted"})
    place = new_place("mail-to=pm@example.org\n[mail]\nrelay=smtp://127.0.0.1:%d\nfrom=alerts@example.org" %
                      server.port)
    put(place, make(1, 40, mx="mx9.other.example", word="validation-failure",
                    sender="Evil\r\nBcc: x@evil.example"))
    done = place.run("alerts", "run", status=75)
    expect(b"450 4.2.0 greylisted" in done.stderr, "%r" % done.stderr)
    expect_equal(rows(place)[0]["waiting"], "mail", "waits for")
    server.answers.clear()
    place.run("alerts", "run")
    expect_equal((len(server.messages), len(told(place))), (1, 1), "mails, and runs of the command")
    import email
    import email.policy
    message = email.message_from_bytes(server.messages[0][2], policy=email.policy.default)
    expect_equal((message["Subject"], message["Auto-Submitted"], message["Bcc"], message["To"]),
                 ("example.org: new failure: validation-failure at mx9.other.example (40 sessions)",
                  "auto-generated", None, "pm@example.org"), "header")
    text = message.get_content()
    expect("40 failed (sts), " + ago(1) in text and "no mx line for this MX" in text and
           "\nBcc" not in text and max(map(len, text.splitlines())) <= 80, "text:\n" + text)
    server.close()
    place.remove()


def test_import_watch():
    """import --watch tells what it takes, while it goes on."""
    place = new_place()
    folder = os.path.join(place.path, "drop")
    os.mkdir(folder)
    following = subprocess.Popen([PROGRAM, "--config", place.config, "import", "--watch", folder],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    place.write("drop/1.json", json.dumps(make(1, 40)))
    wait(lambda: told(place), "the alert")
    following.terminate()
    expect_equal(following.wait(timeout=60), 0, "exit")
    place.remove()


def test_serve():
    """serve answers the report, and tells the alert soon after."""
    place = Place()
    place.configure("[https]\nlisten=127.0.0.1:0\n[alerts]\ncommand=%s\n" % KEEP.format(place.path))
    server = Server(place)
    body = gzipped(make(1, 40))
    import urllib.request
    request = urllib.request.Request("http://127.0.0.1:%d/v1/tlsrpt" % server.port, data=body, method="POST",
                                     headers={"Content-Type": "application/tlsrpt+gzip"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        expect_equal(answer.status, 201, "answer")
    wait(lambda: told(place), "the alert")
    expect_equal(kinds(told(place)[0]), [("failing", "mx1.example.org")], "told by serve")
    expect_equal(server.stop(), 0, "exit of serve")
    # A server that is told to stop does not wait for ever for a command.
    place.configure("[https]\nlisten=127.0.0.1:0\n[alerts]\ncommand=touch %s/begun; sleep 120\ntimeout=120\n"
                    % place.path)
    put(place, make(1, 40, mx="mx2.example.org"))
    later(place)
    server = Server(place)
    wait(lambda: os.path.exists(os.path.join(place.path, "begun")), "the command")
    expect_equal(server.stop(), 0, "exit of serve")
    place.remove()


def test_settings():
    """Wrong settings are told; without any there is nothing to run."""
    place = Place()
    expect(b"no way to tell" in place.run("alerts", "run", status=64).stderr, "no settings")
    for text, words in (("webhook=http://hooks.example/x", b"https://HOST/PATH"),
                        ("webhook=https://user:pw@hooks.example/x", b"without user"),
                        ("webhook-token-file=/x", b"for a webhook"), ("mail-to=a b@c", b"mail address"),
                        ("mail-to=-oX@example.org", b"mail address"), ("timeout=0", b"seconds"),
                        ("quiet-day=3", b"did you mean \"quiet-days\"")):
        place.configure("[alerts]\n%s\n" % text)
        expect(words in place.run("config", "check", status=78).stderr, text)
    place.remove()


for test in (test_life, test_history, test_flood, test_distance, test_hostile, test_deliver,
             test_command_fails, test_killed, test_together, test_webhook, test_mail, test_import_watch,
             test_serve, test_settings):
    print(test.__name__, flush=True)
    test()
