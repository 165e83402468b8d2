"""Goal: what an operator or an MTA meets at the command line: exit statuses, messages, escapes."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from program import PROGRAM, Place, expect, expect_equal  # noqa: E402
from reports import gzipped, mail, report  # noqa: E402


def wrong_words():
    place = Place()
    done = place.run("reprot", status=64)
    expect(b'did you mean "report"' in done.stderr, done.stderr)
    place.run("report", "--formt", "json", status=64)
    place.run("report", "--format", "yaml", status=64)
    place.run("report", "--since", "tomorrow", status=64)
    place.run("report", "--since", "2026-02-30", status=64)
    place.run("report", "--since", "2026-11-02", "--until", "2026-11-01", status=64)
    place.run("report", "--domain", "not a domain", status=64)
    place.run("deliver", "file.eml", status=64)
    place.run("import", status=64)
    place.run("show", "twelve", status=64)
    place.run("quarantine", "forget", status=64)
    expect_equal(subprocess.run([PROGRAM], capture_output=True).returncode, 64, "no command")
    for command in ("deliver", "import", "fetch", "serve", "validate", "report", "list", "show", "quarantine",
                    "rebuild", "config"):
        done = place.run(command, "--help")
        expect(b"Usage:" in done.stdout and not done.stderr, command + " --help")
    place.remove()


def nothing_stored():
    place = Place()
    done = place.run("report", status=66)
    expect(place.store.encode() in done.stderr, "the message names the store: %r" % done.stderr)
    place.write("empty-folder/.hidden", "")
    expect(b"0 stored" in place.run("import", os.path.join(place.path, "empty-folder")).stdout, "counts")
    expect_equal(place.json("report", "--json"), {
        "schema": "tlsgauge.summary/1", "period": {"since": None, "until": None}, "domains": []},
        "the summary of nothing")
    expect(b"No domain is known" in place.run("ready", "--all", status=3).stdout, "nothing is not ready")
    expect_equal(json.loads(place.run("ready", "--all", "--json", status=3).stdout)["domains"], [], "as JSON")
    for format in ("text", "markdown", "html"):
        text = place.run("report", "--week", "--conformity", "--format", format).stdout.decode()
        expect("0 of 0" not in text, "senders of nothing: " + text)
    place.run("show", "r1", status=66)
    place.run("quarantine", "drop", "q1", status=66)
    place.run("deliver", stdin=b"junk")
    expect_equal(place.run("backup", os.path.join(place.path, "copy.db")).stdout,
                 b"0 reports, 1 entry of quarantine in the copy\n", "what the copy holds")
    place.run("import", os.path.join(place.path, "no-such-file"), status=1)
    place.remove()


def broken_configuration():
    place = Place()
    for text, expected in (
            ("[domains]\nacept=example.org\n", ':4: unknown key "acept" in [domains]; did you mean "accept"?'),
            ("[domian]\n", ':3: unknown section [domian]; did you mean "domains"?'),
            ("[limits]\ntimeout=soon\n", ":4: [limits] timeout: expected seconds from 1 to 3600"),
            ("[trust]\nminimum=local\n", ":4: [trust] minimum: expected unauthenticated, unverified"),
            ("[trust]\nminimum=verified\nminimum=verified\n", ":5: [trust] minimum is set twice"),
            ("[domains]\naccept=exa mple.org\n", ":4: [domains] accept: expected domain names"),
            ("[domains]\n\x01junk\n", ":4: expected [section], key=value or # comment"),
            ("[https]\nlisten=127.0.0.1:0\ncertificate=/x\n", "expected certificate= and key= together")):
        place.configure(text)
        done = place.run("config", "check", status=78)
        expect(expected.encode() in done.stderr, "%r is not in %r" % (expected, done.stderr))
        expect(b"\x01" not in done.stderr, "no control byte reaches the terminal")
        place.run("report", status=78)
        place.run("deliver", stdin=mail(report("x")), status=75)
    place.configure("")
    place.run("config", "check")
    done = subprocess.run([PROGRAM, "--config", place.config, "--store", "/nowhere/x.db", "config", "check"],
                          capture_output=True)
    expect(b"store: /nowhere/x.db\n" in done.stdout, "the store that is used: %r" % done.stdout)
    example = os.path.join(os.environ["SOURCE_DIR"], "examples", "tlsgauge.conf")
    done = subprocess.run([PROGRAM, "--config", example, "config", "check"], capture_output=True)
    expect_equal(done.returncode, 0, "the example configuration: %r" % done.stderr)
    place.run("report", status=66)
    done = place.run("deliver", stdin=mail(report("x")), status=75, env={"TLSGAUGE_TRUST_MINIMUM": "high"})
    expect(b"$TLSGAUGE_TRUST_MINIMUM" in done.stderr, "the variable is named")
    place.remove()


def precedence():
    """Flags beat TLSGAUGE_*, which beat the file."""
    place = Place()
    flag, variable = place.path + "/flag.db", place.path + "/variable.db"
    body = json.dumps(report("x")).encode()
    place.run("deliver", stdin=body)
    place.run("deliver", stdin=body, env={"TLSGAUGE_STORE": variable})
    subprocess.run([PROGRAM, "--config", place.config, "--store", "sqlite:" + flag, "deliver"], input=body,
                   env=dict(os.environ, TLSGAUGE_STORE=variable + "2"), check=True)
    for path in (place.store, variable, flag):
        expect(os.path.getsize(path) > 0, path)
        expect_equal(os.stat(path).st_mode & 0o777, 0o600, "mode of the store")
    expect(not os.path.exists(variable + "2"), "the flag wins")
    place.remove()


def deliver_statuses():
    place = Place()
    place.run("deliver", stdin=mail(report("a")))
    place.run("deliver", stdin=mail(report("a")))
    place.run("deliver", stdin=b"From x Mon Nov  2 00:00:00 2026\n" + mail(report("b")))
    place.run("deliver", stdin=mail(report("c"), line_end="\r\n"))
    place.run("deliver", stdin=gzipped(report("d")))
    place.run("deliver", stdin=json.dumps(report("e")).encode())
    expect_equal(len(place.json("list", "--json")["reports"]), 5, "reports stored")
    for junk in (b"", b"\0" * 1000, b"hello", b"{", b"\x1f\x8b\x08junk", b"Subject: x\n\nno report\n",
                 gzipped(report("cut"))[:-20], b'{"a":' * 5000):
        place.run("deliver", stdin=junk)
        place.run("deliver", "--strict", stdin=junk, status=65)
    entries = place.json("quarantine", "list", "--json")["entries"]
    expect_equal(len(entries), 8, "each junk is kept once")
    expect(all(entry["times_seen"] == 2 and entry["reason"] for entry in entries), entries)
    # A store that cannot be: the message must stay with the MTA.
    place.configure("")
    done = subprocess.run([PROGRAM, "--store", place.path + "/no/such/folder/x.db", "deliver"],
                          input=mail(report("f")), capture_output=True)
    expect_equal(done.returncode, 75, "deliver without a store")
    with open(place.path + "/garbage.db", "wb") as file:
        file.write(b"this is not a database, it is a text file of some length\n" * 100)
    done = subprocess.run([PROGRAM, "--store", place.path + "/garbage.db", "deliver"],
                          input=mail(report("f")), capture_output=True)
    expect_equal(done.returncode, 75, "deliver into what is no database")
    place.remove()


def escapes():
    """Foreign text never moves the cursor, starts a line or an escape sequence of its own."""
    place = Place()
    evil = "Evil\x1b[2J\x07\r\nFAKE LINE\u202e"
    document = report("id\x1b]0;title\x07", organization=evil, successful=1, failed=2, details=[
        {"result-type": "x\x1b[31m", "failed-session-count": 2, "receiving-mx-hostname": "mx\x1b[1m",
         "receiving-mx-helo": "250-a\r\n250 b", "failure-reason-code": "\x9b31m"}])
    place.run("import", place.write("evil\x1bname.json", json.dumps(document)))
    place.run("deliver", stdin=b"Subject: \x1b[31mx\n\nno report \x1b[2J\n")
    outputs = [place.run("report").stdout, place.run("list").stdout, place.run("show", "r1").stdout,
               place.run("quarantine", "list").stdout, place.run("quarantine", "show", "q1").stdout,
               place.run("validate", place.path + "/evil\x1bname.json").stdout,
               place.run("import", place.path + "/evil\x1bname.json").stderr]
    for output in outputs:
        text = output.decode()
        expect(not any(ord(c) < 32 and c != "\n" or 127 <= ord(c) < 160 or c == "\u202e" for c in text),
               "control characters in %r" % text)
        expect("\nFAKE LINE" not in text, "a line of the sender's own in %r" % text)
    for number in ("report --json", "list --json"):
        place.json(*number.split())
    place.remove()


def output_that_cannot_be_written():
    place = Place()
    place.run("deliver", stdin=mail(report("a")))
    with open("/dev/full", "wb") as full:
        done = subprocess.run([PROGRAM, "--config", place.config, "report"], stdout=full,
                              stderr=subprocess.PIPE)
    expect_equal(done.returncode, 74, "a report into a full disk")
    place.remove()


def summary_schema():
    """The JSON summary is what summary.schema.json says, with every kind of row in it."""
    import jsonschema
    with open(os.path.join(os.environ["SOURCE_DIR"], "schema", "summary.schema.json")) as file:
        schema = json.load(file)
    validator = jsonschema.Draft202012Validator(schema)
    place = Place()
    validator.validate(place.json("report", "--json") if os.path.exists(place.store) else {
        "schema": "tlsgauge.summary/1", "period": {"since": None, "until": None}, "domains": []})
    details = [{"result-type": t, "failed-session-count": 1} for t in (
        "starttls-not-supported", "sts-policy-fetch-error", "brand-new-type")]
    for mode in ("testing", "enforce", "none"):
        place.run("deliver", stdin=json.dumps(report("m-" + mode, mode=mode, failed=3,
                                                     details=details)).encode())
    for policy_type in ("tlsa", "no-policy-found", "a-new-type"):
        place.run("deliver", stdin=json.dumps(report("t-" + policy_type, policy_type=policy_type,
                                                     failed=3, details=details)).encode())
    seen = place.json("report", "--json")
    validator.validate(seen)
    effects = {(f["policy_type"], f["mode"], f["result_type"]): f["effect"]
               for f in seen["domains"][0]["failures"]}
    for key, effect in ((("sts", "testing", "starttls-not-supported"), "would-block"),
                        (("sts", "testing", "brand-new-type"), "would-block"),
                        (("sts", "testing", "sts-policy-fetch-error"), "policy-unreadable"),
                        (("sts", "enforce", "sts-policy-fetch-error"), "policy-unreadable"),
                        (("sts", "enforce", "starttls-not-supported"), "blocked"),
                        (("tlsa", None, "starttls-not-supported"), "dane"),
                        (("no-policy-found", None, "starttls-not-supported"), "no-policy")):
        expect_equal(effects.get(key), effect, "effect of %s" % (key,))
    place.remove()


def filters():
    place = Place()
    for number, (sender, domain, kind) in enumerate((
            ("A", "example.org", "certificate-expired"), ("B", "example.org", "validation-failure"),
            ("B", "example.net", None))):
        details = [{"result-type": kind, "failed-session-count": 2,
                    "receiving-mx-hostname": "mx%d.example.org" % number}] if kind else None
        place.run("deliver", stdin=json.dumps(report(
            "id%d" % number, day="2026-11-0%d" % (number + 1), organization=sender, domain=domain,
            failed=2 if kind else 0, details=details)).encode())

    def pairs(*arguments):
        return [(d["domain"], s["sender"]) for d in place.json("report", "--json", *arguments)["domains"]
                for s in d["senders"]]
    expect_equal(pairs("--domain", "EXAMPLE.net."), [("example.net", "B")], "--domain")
    expect_equal(pairs("--sender", "A"), [("example.org", "A")], "--sender")
    expect_equal(pairs("--since", "2026-11-02", "--until", "2026-11-02"), [("example.org", "B")], "days")
    expect_equal(pairs("--only-failures"), [("example.org", "A"), ("example.org", "B")], "--only-failures")
    expect_equal(pairs("--policy-type", "tlsa"), [], "--policy-type")

    def failures(*arguments):
        return [f["mx"] for d in place.json("report", "--json", *arguments)["domains"]
                for f in d["failures"]]
    expect_equal(failures("--mx", "MX1.example.org"), ["mx1.example.org"], "--mx")
    expect_equal(failures("--result", "certificate-expired"), ["mx0.example.org"], "--result")
    for line in place.run("report").stdout.decode().splitlines():
        expect(len(line) <= 80, "a line of %d columns: %s" % (len(line), line))
    expect(b"\x1b" not in place.run("report").stdout, "no colour into a pipe")
    place.remove()


for scenario in (wrong_words, nothing_stored, broken_configuration, precedence, deliver_statuses, escapes,
                 output_that_cannot_be_written, summary_schema, filters):
    scenario()
    print("ok", scenario.__name__)
