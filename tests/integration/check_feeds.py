"""Goal: what a look at the live domains found and kept is what the metrics and the dashboard show of it:
severities, findings, certificates, history; nothing where nobody looked; hostile words stay inert."""
import datetime
import json
import os
import sqlite3
import sys

for part in ("tests/support", "tests"):
    sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], part))
from support.pages import Site  # noqa: E402
from program import Place, Server, expect, expect_equal  # noqa: E402
from world import World, policy  # noqa: E402

GOOD, BAD, NEVER, HOSTILE = "good.example", "bad.example", "never.example", "hostile.example"
DAY = 86400
CONFIG = "[domains]\naccept=%s\n[dashboard]\nlisten=127.0.0.1:0\n"
WEIGHT = ["ok", "notice", "warning", "could-not-test", "error"]


def look():
    done = place.run("check", "--all", "--json", "--timeout", "60", *world.arguments(), status=2,
                     timeout=400)
    return {run["domain"]: run for run in json.loads(done.stdout)["domains"]}


def told(run):
    """The findings that count, of one run as check prints it."""
    return [one for stage in run["stages"] for one in stage["findings"] if one["severity"] != "ok"]


def seconds(text):
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


def expiry(run):
    """The first certificate to expire of each MX host."""
    return {host["name"]: min(one["certificate_expires"] for one in host["seen"])
            for host in run["mx"] if any(one["certificate_expires"] for one in host["seen"])}


def check_metrics(runs):
    text = place.run("metrics").stdout.decode()
    for name, run in runs.items():
        for severity in WEIGHT[1:]:
            count = sum(one["severity"] == severity for one in told(run))
            line = 'tlsgauge_check_findings{domain="%s",severity="%s"} %d\n' % (name, severity, count)
            expect(line in text, "%s in\n%s" % (line, text))
        line = 'tlsgauge_check_timestamp_seconds{domain="%s"} %d\n' % (name, seconds(run["at"]))
        expect(line in text, line)
        for host, expires in expiry(run).items():
            line = 'tlsgauge_mx_certificate_expiry_timestamp_seconds{domain="%s",mx="%s"} %d\n' % (
                name, host, seconds(expires))
            expect(line in text, "%s in\n%s" % (line, text))
        line = 'tlsgauge_policy_certificate_expiry_timestamp_seconds{domain="%s"} %d\n' % (
            name, seconds(run["policy"]["certificate_expires"]))
        expect(line in text, line)
    expect('tlsgauge_check_findings{domain="%s"' % NEVER not in text, "nobody looked there")


def check_pages(site, runs):
    board = {row["domain"]: row["live"] for row in site.json("/overview.json")["domains"]}
    expect_equal(board[NEVER], None, "nobody looked there")
    for name, run in runs.items():
        live = site.json("/domain.json?domain=" + name)["live"]
        expect_equal((live["severity"], live["at"]), (run["severity"], run["at"]), name)
        expect_equal(sorted((one["id"], one["subject"]) for one in live["findings"]),
                     sorted((one["id"], one["subject"]) for one in told(run)), "findings of " + name)
        weights = [WEIGHT.index(one["severity"]) for one in live["findings"]]
        expect_equal(weights, sorted(weights, reverse=True), "the worst first")
        expect_equal({one["mx"]: one["expires"] for one in live["mx_certificates"]}, expiry(run),
                     "certificates of " + name)
        expect_equal(len(live["history"]), 2, "looks at " + name)
        expect_equal((board[name]["severity"], board[name]["findings"]),
                     (live["severity"], live["findings"]), "the overview")
    page = site.get("/domain?domain=" + BAD)[2]
    for wanted in ("The live domain", "1 error", "The certificate of the MX has expired.",
                   "To do:", "mx.bad.example", "Looks that were kept"):
        expect(wanted in page, "%r on the page" % wanted)
    expect("&lt;" not in page, "no element of ours as text")
    expect("live: 1 error" in site.get("/")[2], "the overview names the error")
    expect("tlsgauge check --keep " + NEVER in site.get("/domain?domain=" + NEVER)[2], "how to look")


def check_hostile(site):
    """Words of a server that were kept, and documents that are none."""
    words = '"><script>alert(1)</script>\u202e'
    document = {"stages": [{"findings": [
        {"severity": "error", "id": "smtp-greeting", "subject": words, "title": words,
         "fact": words, "fix": words}, {"severity": 7}, "x"]}, 5],
        "mx": [{"name": words, "seen": [{"certificate_expires": "2030-01-01T00:00:00Z"}]}, {"seen": 3}],
        "policy": []}
    for text in (json.dumps(document), "[", "[]", '{"stages": {"findings": 1}}', "", "9" * 5000):
        with sqlite3.connect(place.store) as database:
            database.execute("INSERT INTO check_run (domain, at, severity, document) VALUES "
                             "(?, 1700000000, 'error', ?)", (HOSTILE, text))
        database.close()
        status, _, page = site.get("/domain?domain=" + HOSTILE)
        expect_equal(status, 200, "the page over %r" % text[:20])
        expect("<script" not in page and "\u202e" not in page, "inert: %r" % text[:20])
        expect_equal(site.get("/")[0], 200, "the overview")
        place.run("metrics")


place = Place(CONFIG % ";".join((GOOD, BAD)))
world = World(place.path)
world.domain(GOOD, "")
world.domain(BAD, "", mx=[world.host("mx.bad.example", world.authority.leaf(
    "mx.bad.example", start=-9 * DAY, end=-DAY), records=None)])
world.start()
look()
last = look()
expect_equal({name: run["severity"] for name, run in last.items()}, {GOOD: "ok", BAD: "error"},
             "what was seen")
place.configure(CONFIG % ";".join((GOOD, BAD, NEVER, HOSTILE)))
check_metrics(last)
server = Server(place)
check_pages(Site(server.dashboard_port), last)
check_hostile(Site(server.dashboard_port))
expect_equal(server.stop(), 0, "serve ends")
place.remove()
