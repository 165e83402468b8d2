"""Goal: the metrics say what the store holds, promtool accepts them whatever names senders have, their
number is bounded; the alert rules fire when they should, the Grafana dashboard asks for metrics that
there are."""
import base64
import collections
import concurrent.futures
import datetime
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request

SOURCE_DIR = os.environ["SOURCE_DIR"]
sys.path.insert(0, os.path.join(SOURCE_DIR, "tests", "support"))
from program import Place, Server, expect, expect_equal  # noqa: E402
from reports import report  # noqa: E402

if shutil.which("promtool") is None:
    print("SKIP: promtool is not installed")
    sys.exit(77)

TODAY = datetime.datetime.now(datetime.timezone.utc).date()
SAMPLE = re.compile(r'^(\w+)(?:\{((?:\w+="(?:[^"\\\n]|\\.)*",?)+)\})? (\S+)$')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
HOSTILE = "\"} 1\ntlsgauge_ready{domain=\"x\" \\ \x1b[31m\u202e \u00fc" + "long" * 200


def days_ago(n):
    return str(TODAY - datetime.timedelta(days=n))


def parse(text):
    """{name: {labels as a sorted tuple: value}}; promtool has nothing to say about TEXT."""
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True)
    expect_equal((done.returncode, done.stdout, done.stderr), (0, b"", b""), "promtool")
    metrics = collections.defaultdict(dict)
    for line in text.decode().split("\n"):
        if line == "" or line.startswith("# "):
            continue
        found = SAMPLE.match(line)
        expect(found, "no sample: %r" % line)
        expect(all(c >= " " and c != "\x7f" for c in line), "control characters: %r" % line)
        labels = tuple(sorted(LABEL.findall(found[2] or "")))
        expect(labels not in metrics[found[1]], "told twice: " + line)
        metrics[found[1]][labels] = float(found[3])
    return metrics


def of(metrics, name, **labels):
    """The sum of the samples of NAME with these labels."""
    return sum(value for key, value in metrics[name].items()
               if set(labels.items()) <= {(a, b) for a, b in key})


def numbers():
    place = Place("[domains]\naccept=example.org;quiet.example\n")
    failing = {"result-type": "certificate-expired", "failed-session-count": 3,
               "receiving-mx-hostname": "mx1.example.org"}
    unknown = {"result-type": "word-of-" + HOSTILE, "failed-session-count": 1}
    senders = {"Alpha": 1, "Beta": 1, "Gone": 5, "Long gone": 20, HOSTILE: 2}
    for sender, newest in senders.items():
        for age in range(newest, 25):
            one = report("%s-%d" % (sender[:9], age), day=days_ago(age), organization=sender,
                         successful=100 + age, failed=5 if age < 3 else 0,
                         details=[failing, unknown] if age < 3 else None)
            place.write("in/%d-%d.json" % (list(senders).index(sender), age), json.dumps(one))
    # Today is not closed yet. Another policy type is another series.
    place.write("in/today.json", json.dumps(report("today", day=days_ago(0), organization="Alpha",
                                                   successful=7)))
    place.write("in/tlsa.json", json.dumps(report("tlsa", day=days_ago(1), organization="Alpha",
                                                  successful=11, policy_type="tlsa")))
    place.write("in/broken.json", "{")
    place.run("import", os.path.join(place.path, "in"))
    metrics = parse(place.run("metrics").stdout)
    good, failed = "tlsgauge_sessions_successful", "tlsgauge_sessions_failed"
    expect_equal(of(metrics, good, sender="Alpha", policy_type="sts"), 101, "Alpha yesterday")
    expect_equal(of(metrics, good, sender="Alpha", policy_type="tlsa"), 11, "its own series")
    expect_equal(of(metrics, good, sender="Gone"), 105, "its newest day")
    expect_equal(of(metrics, good, sender="Long gone"), 0, "too long ago to be told as of now")
    expect_equal(of(metrics, failed, sender="Beta"), 5, "by the summary, not by the details")
    # And all of it as the summary of these days says it.
    for sender, age in (("Alpha", 1), ("Beta", 1), ("Gone", 5)):
        summary = place.json("report", "--json", "--since", days_ago(age), "--until", days_ago(age),
                             "--sender", sender)
        for each in summary["domains"][0]["senders"]:
            key = dict(domain="example.org", sender=sender, policy_type=each["policy_type"])
            expect_equal((of(metrics, good, **key), of(metrics, failed, **key)),
                         (each["successful_sessions"], each["failed_sessions"]), sender)
    details = "tlsgauge_failure_sessions"
    expect_equal(of(metrics, details, sender="Beta", result_type="certificate-expired",
                    effect="would-block"), 3, "by result type")
    expect_equal(of(metrics, details, sender="Beta", result_type="(other)"), 1, "unknown words")
    newest = metrics["tlsgauge_last_report_timestamp_seconds"]
    midnight = datetime.datetime.combine(TODAY, datetime.time(), datetime.timezone.utc).timestamp()
    for sender, age in (("Alpha", 1), ("Gone", 5), ("Long gone", 20)):
        expect_equal(newest[("domain", "example.org"), ("sender", sender)],
                     midnight - (age - 1) * 86400, "newest of " + sender)
    # The verdicts are those of ready.
    for each in ready_of(place):
        label = each["verdict"].lower().replace(" ", "-")
        verdicts = {dict(key)["verdict"]: value for key, value in metrics["tlsgauge_ready"].items()
                    if dict(key)["domain"] == each["domain"]}
        expect_equal({name for name, value in verdicts.items() if value == 1}, {label}, "verdict")
        expect_equal(len(verdicts), 5, "verdicts")
        stage = each["stage"].replace(" ", "-")
        expect_equal(of(metrics, "tlsgauge_stage", domain=each["domain"], stage=stage), 1, "stage")
        since = of(metrics, "tlsgauge_stage_since_timestamp_seconds", domain=each["domain"])
        expect_equal(since, midnight - each["days"] * 86400, "since")
    expect_equal(of(metrics, "tlsgauge_quarantine_entries"), 1, "quarantine")
    expect_equal(of(metrics, "tlsgauge_stored_reports"), sum(25 - n for n in senders.values()) + 2,
                 "reports")
    expect(of(metrics, "tlsgauge_store_size_bytes") > 10000, "size")
    # The newest look at a live domain, here put in by hand; of the other domain there is none.
    with sqlite3.connect(place.store) as database:
        document = json.dumps({
            "stages": [{"findings": [{"severity": "warning"}, {"severity": "ok"}]}],
            "mx": [{"name": "mx1.example.org",
                    "seen": [{"certificate_expires": "2030-01-01T00:00:00Z"},
                             {"certificate_expires": "2029-01-01T00:00:00Z"},
                             {"certificate_expires": None}]}],
            "policy": {"certificate_expires": "2031-01-01T00:00:00Z"}})
        database.executemany("INSERT INTO check_run (domain, at, severity, document) VALUES (?, ?, ?, ?)",
                             [("example.org", 1000, "error", "{}"),
                              ("example.org", 2000, "warning", document)])
    metrics = parse(place.run("metrics").stdout)
    severities = {dict(key)["severity"]: value for key, value in metrics["tlsgauge_check_severity"].items()}
    expect_equal({name for name, value in severities.items() if value}, {"warning"}, "severity")
    expect_equal(metrics["tlsgauge_check_timestamp_seconds"], {(("domain", "example.org"),): 2000},
                 "when it was checked")
    expect_equal(of(metrics, "tlsgauge_check_findings", severity="warning"), 1, "findings")
    expect_equal(of(metrics, "tlsgauge_check_findings"), 1, "findings in all")
    expect_equal(metrics["tlsgauge_mx_certificate_expiry_timestamp_seconds"],
                 {(("domain", "example.org"), ("mx", "mx1.example.org")): 1861920000}, "the first")
    expect_equal(metrics["tlsgauge_policy_certificate_expiry_timestamp_seconds"],
                 {(("domain", "example.org"),): 1924992000}, "policy host")
    # To a file, whole, for others to read; nothing else is left in the folder.
    os.mkdir(os.path.join(place.path, "textfile"))
    path = os.path.join(place.path, "textfile", "tlsgauge.prom")
    place.run("metrics", "--output", path)
    with open(path, "rb") as written:
        expect_equal(parse(written.read()).keys(), metrics.keys(), "the file")
    expect_equal(os.listdir(os.path.dirname(path)), ["tlsgauge.prom"], "the folder")
    expect_equal(os.stat(path).st_mode & 0o777, 0o644, "its mode")
    place.run("metrics", "--output", "/nowhere/x.prom", status=74)
    place.remove()
    return metrics


def bounded():
    """Anyone can send reports with any name: the number of series has an end, the sums stay."""
    place = Place("[metrics]\nsenders=3\ndomains=2\n")
    for domain in range(4):
        for sender in range(6):
            one = report("r-%d-%d" % (domain, sender), day=days_ago(1), organization="S%d" % sender,
                         domain="d%d.example" % domain, successful=10 * (domain + 1) + sender)
            place.write("in/%d-%d.json" % (domain, sender), json.dumps(one))
    place.run("import", os.path.join(place.path, "in"))
    metrics = parse(place.run("metrics").stdout)
    good = metrics["tlsgauge_sessions_successful"]
    expect_equal(sum(good.values()), sum(10 * (d + 1) + s for d in range(4) for s in range(6)), "sum")
    names = collections.defaultdict(set)
    for key in good:
        names[dict(key)["domain"]].add(dict(key)["sender"])
    expect_equal(dict(names), {"d3.example": {"S5", "S4", "S3", "(other)"},
                               "d2.example": {"S5", "S4", "S3", "(other)"}, "(other)": {"(other)"}},
                 "names")
    expect_equal({dict(key)["domain"] for key in metrics["tlsgauge_ready"]},
                 {"d2.example", "d3.example"}, "verdicts")
    place.remove()


def empty():
    place = Place()
    place.run("metrics", status=66)
    place.run("import", place.write("broken.json", "{"))
    expect_equal(of(parse(place.run("metrics").stdout), "tlsgauge_stored_reports"), 0, "reports")
    place.remove()



def running():
    """The same by HTTP, with what the process takes in; from several askers while reports come."""
    place = Place("[https]\nlisten=127.0.0.1:0\n[dashboard]\nlisten=127.0.0.1:0\n")
    server = Server(place)
    with open(server.log.name) as log:
        port = int(re.search(r"dashboard at port (\d+)", log.read())[1])

    def ask():
        with urllib.request.urlopen("http://127.0.0.1:%d/metrics" % port, timeout=120) as answer:
            expect_equal(answer.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8", "type")
            return answer.read()

    def post(body):
        try:
            urllib.request.urlopen(urllib.request.Request(
                "http://127.0.0.1:%d/v1/tlsrpt" % server.port, data=body), timeout=120)
        except urllib.error.HTTPError as error:
            expect_equal(error.code, 400, "answer")

    ask()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask) for _ in range(10)]
        for i in range(20):
            post(json.dumps(report("r-%d" % (i % 15), day=days_ago(1), organization="S%d" % (i % 15))).encode())
        post(b"{")
        for each in asking:
            each.result()
    metrics = parse(ask())
    received = "tlsgauge_reports_received_total"
    for outcome, number in (("stored", 15), ("duplicate", 5), ("defective", 1), ("unavailable", 0)):
        expect_equal(of(metrics, received, road="https", outcome=outcome), number, outcome)
    expect_equal(of(metrics, received, road="lmtp"), 0, "LMTP")
    expect_equal(of(metrics, "tlsgauge_store_duration_seconds_count"), 21, "durations")
    expect_equal(of(metrics, "tlsgauge_stored_reports"), 15, "stored, as of now")
    expect_equal(server.stop(), 0, "exit status")
    place.remove()
    return metrics


def users():
    """Who sees only some domains gets no numbers of the others."""
    place = Place()
    hashed = subprocess.run(["openssl", "passwd", "-6", "secret"], capture_output=True, check=True)
    hashed = hashed.stdout.decode().strip()
    file = place.write("users", "all:%s:*\nsome:%s:example.org\n" % (hashed, hashed))
    place.configure("[dashboard]\nlisten=127.0.0.1:0\nusers=%s\n" % file)
    server = Server(place)
    with open(server.log.name) as log:
        url = "http://127.0.0.1:%s/metrics" % re.search(r"dashboard at port (\d+)", log.read())[1]
    for name, expected in (("all", 200), ("some", 403), ("nobody", 401)):
        token = base64.b64encode(("%s:secret" % name).encode()).decode()
        request = urllib.request.Request(url, headers={"Authorization": "Basic " + token})
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                status, body = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, body = error.code, error.read()
        expect_equal((status, b"tlsgauge_stored" in body), (expected, expected == 200), name)
    server.stop()
    place.remove()


def expressions(panel):
    expect(panel.get("targets"), "a panel asks for nothing: " + panel["title"])
    for target in panel["targets"]:
        expect_equal(target["datasource"]["uid"], "${DS_PROMETHEUS}", "data source")
        yield target["expr"]


def dashboard_and_rules(metrics):
    known = set(metrics)
    with open(os.path.join(SOURCE_DIR, "packaging", "grafana-dashboard.json")) as file:
        dashboard = json.load(file)
    expect_equal([each["name"] for each in dashboard["__inputs"]], ["DS_PROMETHEUS"], "inputs")
    panels = dashboard["panels"]
    expect_equal(len({each["id"] for each in panels}), len(panels), "ids of panels")
    asked = [each for panel in panels for each in expressions(panel)]
    asked += [each["query"]["query"] for each in dashboard["templating"]["list"]
              if each["type"] == "query"]
    variables = {"$" + each["name"] for each in dashboard["templating"]["list"]}
    rules = []
    for expression in asked:
        used = set(re.findall(r"\btlsgauge_\w+", expression))
        expect(used and used <= known, "no such metric: %s in %s" % (used - known, expression))
        expect(set(re.findall(r"\$\w+", expression)) <= variables, "no such variable: " + expression)
        if not expression.startswith("label_values"):
            rules.append({"record": "a:b", "expr": re.sub(r"\$\w+", "x", expression)})
    # Prometheus itself reads the expressions.
    place = Place()
    path = place.write("rules.yml", json.dumps({"groups": [{"name": "g", "rules": [
        dict(rule, labels={"n": str(n)}) for n, rule in enumerate(rules)]}]}))
    alerts = os.path.join(SOURCE_DIR, "packaging", "prometheus-alerts.yml")
    for each in (path, alerts):
        done = subprocess.run(["promtool", "check", "rules", each], capture_output=True)
        expect_equal(done.returncode, 0, (done.stdout + done.stderr).decode())
    with open(alerts) as file:
        used = set(re.findall(r"\btlsgauge_\w+", file.read()))
    expect(used <= known, "alerts ask for %s" % (used - known))
    done = subprocess.run(["promtool", "test", "rules", os.path.join(
        SOURCE_DIR, "tests", "integration", "prometheus-alerts.test.yml")], capture_output=True)
    expect_equal(done.returncode, 0, (done.stdout + done.stderr).decode())
    place.remove()


def ready_of(place):
    return json.loads(place.run("ready", "--all", "--json", status=None).stdout)["domains"]


SEEN = {**numbers(), **running()}
bounded()
users()
empty()
dashboard_and_rules(SEEN)
