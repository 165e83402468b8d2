"""Goal: check as people and programs use it: history of looks, reports that are missing, the exit
status, JSON by its schema, a line for monitoring, a network that is closed, a resolver without DNSSEC."""
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from program import PROGRAM, Place, expect, expect_equal  # noqa: E402
from reports import report  # noqa: E402
from world import SHARED, World, policy  # noqa: E402
from world_web import Site  # noqa: E402

DAY = 86400
NAMES = ("good.example", "testing.example", "old.example")


class Run:
    """One run of check with the world's arguments."""

    def __init__(self, *arguments, status=None, config=None, env=None):
        command = [PROGRAM, "--config", config or place.config, "check", "--timeout", "60",
                   *world.arguments(), *arguments]
        done = subprocess.run(command, capture_output=True, timeout=400,
                              env=dict(os.environ, **(env or {})))
        self.text = done.stdout.decode()
        self.error = done.stderr.decode()
        self.status = done.returncode
        if status is not None and status != done.returncode:
            sys.exit("check %s: exit %d, expected %d\n%s%s" % (
                " ".join(arguments), done.returncode, status, self.text, self.error))

    def ids(self, domain):
        run = next(run for run in json.loads(self.text)["domains"] if run["domain"] == domain)
        return sorted({one["id"] for stage in run["stages"] for one in stage["findings"]})


def serve(name, body):
    """From now on the policy host of NAME serves BODY."""
    world.sites["mta-sts." + name].body = body


def look(name, expected, days=0, record=None):
    """A look at NAME that is kept, as if it were so many DAYS from now; its findings."""
    now = str(int(time.time()) + days * DAY)
    run = Run("--json", "--keep", "--no-smtp", "--now", now, name)
    expect_equal(" ".join(run.ids(name)), expected, "%s after %d days" % (name, days))
    return run


def check_output():
    """JSON, one line, text: the same facts, the exit status of the worst."""
    good = Run("--json", "good.example", status=0)
    bad = Run("--json", *NAMES, status=2)
    try:
        from jsonschema import Draft202012Validator
        with open(os.path.join(os.environ["SOURCE_DIR"], "schema", "check.schema.json")) as file:
            validator = Draft202012Validator(json.load(file))
        for run in (good, bad):
            errors = [error.message for error in validator.iter_errors(json.loads(run.text))]
            expect_equal(errors, [], "JSON by its schema")
    except ImportError:
        print("python3-jsonschema is not installed: the schema was not looked at")
    seen = json.loads(good.text)["domains"][0]
    expect_equal(seen["policy"]["mode"], "enforce", "the mode of the policy")
    expect(all(one["tls"] == "TLS1.3" and one["certificate_expires"] for one in seen["mx"][0]["seen"]),
           "what each address showed")

    line = Run("--nagios", *NAMES, status=2)
    expect(line.text.startswith("TLSGAUGE CRITICAL - 1 error, ") and line.text.count("\n") == 1 and
           "_mta-sts.old.example: sts-dns-syntax | errors=1 " in line.text and
           "certificate_days=" in line.text, "the line for monitoring: " + line.text)
    line = Run("--nagios", "good.example", status=0)
    expect(line.text.startswith("TLSGAUGE OK - nothing wrong | errors=0 warnings=0 untested=0 "),
           line.text)

    text = Run("old.example", status=2, env={"NO_COLOR": "1"}).text
    for wanted in ("old.example: 1 error", "  MX 10 " + SHARED,
                   "ERROR: Senders cannot read the MTA-STS record.",
                   "_mta-sts.old.example. IN TXT \"v=STSv1; id=",
                   "(sts-dns-syntax, RFC 8461 3.1, senders report sts-policy-invalid)"):
        expect(wanted in text, "%r in the text:\n%s" % (wanted, text))
    expect("\033" not in text, "no colour where nobody asked")
    too_wide = [line for line in text.split("\n") if len(line) > 80 and "IN TXT" not in line]
    expect_equal(too_wide, [], "lines for a terminal")


def check_usage():
    for arguments in ([], ["--all", "good.example"], ["no domain"], ["--jobs", "99", "a.example"],
                      ["--keep", "--no-store", "a.example"], ["--now", "soon", "a.example"],
                      ["--connect-to", "a:b", "a.example"], ["--resolver", "nobody", "a.example"]):
        run = Run(*arguments)
        expect(run.status in (64, 78) and run.error.startswith("tlsgauge: "),
               "%s: exit %d: %s" % (arguments, run.status, run.error))
    run = Run("--all", status=64)
    expect("accept=" in run.error, run.error)


def check_history():
    name = "testing.example"
    quiet = "sts-policy-testing"
    look(name, quiet)
    look(name, quiet, days=1)
    serve(name, policy(mode="enforce"))  # the id stays
    look(name, "sts-id-stale", days=2)
    look(name, "sts-id-stale", days=3)  # until the id is another

    # An id that is published before its policy, and one for nothing.
    stored = "new.example"
    keep_earlier(stored, [(-3, None, None)])
    look(stored, "rollout-testing-first")
    keep_earlier("churn.example", [(-3, "1", policy().decode())])
    look("churn.example", "sts-id-churn")
    keep_earlier("order.example", [(-3, "1", policy(mode="testing").decode()),
                                   (-2, "20261122", policy(mode="testing").decode())])
    look("order.example", "sts-id-stale sts-order")
    keep_earlier("gone.example", [(-3, "1", policy().decode())])
    look("gone.example", "rollout-removed sts-dns-missing")
    keep_earlier("gone-late.example", [(-31, "1", policy().decode())])
    look("gone-late.example", "sts-dns-missing tlsrpt-no-reports")  # a month, and none came


def keep_earlier(name, looks, store=None):
    """Rows as an earlier look would have kept them: (days ago, id, policy)."""
    import sqlite3
    with sqlite3.connect(store or place.store) as database:
        for days, policy_id, text in looks:
            database.execute(
                "INSERT INTO check_run (domain, at, severity, policy_id, policy, document) "
                "VALUES (?, ?, 'ok', ?, ?, '{}')",
                (name, int(time.time()) + days * DAY, policy_id, text))
    database.close()


def check_all():
    """--all looks at the configured domains and keeps it; check alone keeps nothing."""
    config = place.write("all.conf", "[store]\nuri=%s/all.db\n[domains]\naccept=good.example;old.example\n"
                         "[check]\nexpect-rua=mailto:elsewhere@inbox.example\nexpect-mx=mx.a.example\n"
                         % place.path)
    Run("--no-smtp", "good.example", config=config)
    expect(not os.path.exists(place.path + "/all.db"), "a look alone makes no store")
    run = Run("--all", "--json", "--no-smtp", "--resolver", world.dns.address, config=config, status=2)
    expect_equal(run.ids("good.example"), ["mx-unapproved", "tlsrpt-rua-not-ours"], "what was expected")
    expect_equal([one["domain"] for one in json.loads(run.text)["domains"]],
                 ["good.example", "old.example"], "--all")
    import sqlite3
    with sqlite3.connect(place.path + "/all.db") as database:
        rows = database.execute("SELECT domain, severity, policy_id FROM check_run ORDER BY id").fetchall()
    expect_equal(rows, [("good.example", "error", "20261122"), ("old.example", "error", None)], "kept")


def check_reports():
    """A rua that brings nothing, and senders that go by another policy."""
    name = "reports.example"
    config = place.write("reports.conf", "[store]\nuri=%s/reports2.db\n[check]\nquiet-days=7\n" % place.path)
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 10 * DAY))
    path = place.write("one.json", json.dumps(report("one", domain=name, day=day)))
    subprocess.run([PROGRAM, "--config", config, "import", path], check=True, capture_output=True)
    run = Run("--json", "--no-smtp", name, config=config)
    expect_equal(run.ids(name), ["tlsrpt-no-reports"], "ten days without a report")
    recent = time.strftime("%Y-%m-%d", time.gmtime(time.time() - DAY))
    path = place.write("two.json", json.dumps(report("two", domain=name, day=recent)))
    subprocess.run([PROGRAM, "--config", config, "import", path], check=True, capture_output=True)
    run = Run("--json", "--no-smtp", name, config=config)
    expect_equal(run.ids(name), [], "a report of yesterday")
    keep_earlier(name, [(-6, "20261122", policy().decode())], place.path + "/reports2.db")
    run = Run("--json", "--no-smtp", name, config=config)
    expect_equal(run.ids(name), ["sts-mode-vs-reports"], "yesterday a sender went by another policy")


def check_untested():
    """What could not be tested is no pass."""
    closed = [word for row in world.connect_to if ":25:" not in row
              for word in ("--connect-to", row)]
    command = [PROGRAM, "check", "--json", "--no-store", "--timeout", "3", "--resolver",
               world.dns.address, "--trust-anchor", world.dns.anchor, "--ca-file",
               world.authority.trust_file, *closed, "--connect-to", "::192.0.2.77:9"]
    done = subprocess.run(command + ["good.example", "testing.example"], capture_output=True, timeout=400)
    runs = json.loads(done.stdout)["domains"]
    for run in runs:
        ids = [one["id"] for stage in run["stages"] for one in stage["findings"] if stage["stage"] == "smtp"]
        expect_equal(ids, ["smtp-blocked"], "a network without port 25")
    expect_equal(done.returncode, 3, "could not test")

    wrong = place.write("anchor", "example. IN DS 1 13 2 " + 64 * "0" + "\n")
    done = subprocess.run([PROGRAM, "check", "--json", "--no-store", "--no-smtp", *world.arguments(),
                           "--trust-anchor", wrong, "good.example"], capture_output=True, timeout=400)
    run = json.loads(done.stdout)["domains"][0]
    ids = {one["id"] for stage in run["stages"] for one in stage["findings"]}
    expect_equal(ids, {"dns-resolver-no-dnssec"}, "a resolver without DNSSEC")
    expect_equal(done.returncode, 3, "no DNSSEC is no pass")


place = Place()
world = World(place.path)
world.domain("good.example", "")
world.domain("testing.example", "", site=Site(policy(mode="testing", max_age=604800)))
world.domain("old.example", "", sts=['"v=STSv12; id=1"'])
for one in ("new.example", "churn.example", "order.example", "reports.example"):
    world.domain(one, "")
for one in ("gone.example", "gone-late.example"):
    world.domain(one, "", sts=(), web=None)
world.start()
check_output()
check_usage()
check_history()
check_all()
check_reports()
check_untested()
place.remove()
