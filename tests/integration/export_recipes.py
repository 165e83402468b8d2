"""Goal: the recipes of examples/export do what they say. The very lines and files are run; only host
names and paths are put in place."""
import collections
import http.server
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time

SOURCE_DIR = os.environ["SOURCE_DIR"]
sys.path.insert(0, os.path.join(SOURCE_DIR, "tests", "support"))
from program import PROGRAM, Place, expect, expect_equal  # noqa: E402
from reports import day, mail, report  # noqa: E402

for tool in ("jq", "curl", "logger", "sqlite3", "kcat", "/usr/sbin/rsyslogd"):
    if shutil.which(tool) is None:
        print("SKIP: %s is not installed" % tool)
        sys.exit(77)
RSYSLOGD = shutil.which("rsyslogd") or "/usr/sbin/rsyslogd"
EXAMPLES = os.path.join(SOURCE_DIR, "examples", "export")
TRUST = "[trust]\nauthserv-ids=mx.receiver.example\n"


def recipe(heading, *changes):
    """The first block of commands below a heading of the README, with what each (old, new) of CHANGES
    says put in place."""
    with open(os.path.join(EXAMPLES, "README.md")) as file:
        section = file.read().split("\n## " + heading + "\n")[1].split("\n## ")[0]
    text = re.search(r"^```\n(.*?)^```", section, re.M | re.S)[1]
    for old, new in changes:
        expect(old in text, "%r is not in the recipe for %s" % (old, heading))
        text = text.replace(old, new)
    return text


class Recipes:
    """A store with failures, a late report and a displaced copy to come; `tlsgauge` is on the PATH."""

    def __init__(self):
        self.place = Place(TRUST)
        self.place.write("bin/tlsgauge", '#!/bin/sh\nexec "%s" --config "%s" "$@"\n' % (
            PROGRAM, self.place.config))
        os.chmod(os.path.join(self.place.path, "bin", "tlsgauge"), 0o755)
        self.env = dict(os.environ, STATE_DIRECTORY=os.path.join(self.place.path, "state"),
                        PATH=os.path.join(self.place.path, "bin") + ":" + os.environ["PATH"])
        for offset in range(3):
            self.put("early-%d" % offset, day(offset), 4)
        forged = report("one", day=day(1), organization="Delta", contact="tls@delta.example",
                        failed=500, details=self.details(500))
        self.place.run("deliver", stdin=mail(forged, submitter="evil.example"))

    @staticmethod
    def details(sessions):
        return [{"result-type": "certificate-expired", "failed-session-count": sessions,
                 "sending-mta-ip": "192.0.2.%d" % (sessions % 250), "failure-reason-code": "\u202e\t\x1b",
                 "receiving-mx-hostname": "mx1.example.org"}]

    def put(self, name, when, failed):
        one = report(name, day=when, organization=name.split("-")[0], failed=failed,
                     details=self.details(failed))
        self.place.run("import", self.place.write(name + ".json", json.dumps(one)))

    def later(self):
        """A late report, and the true copy of the forged one: without a failure."""
        self.put("late-1", day(1), 7)
        true = report("one", day=day(1), organization="Delta", contact="tls@delta.example")
        self.place.run("deliver", stdin=mail(true, submitter="delta.example",
                                             dkim_domain="delta.example"))

    def shell(self, text, status=0, **keywords):
        done = subprocess.run(["bash", "-o", "pipefail", "-ec", text], env=self.env, timeout=300,
                              cwd=self.place.path, capture_output=True, **keywords)
        expect_equal(done.returncode, status, text + (done.stdout + done.stderr).decode())
        return done

    def failures(self):
        """{(sender, result type): sessions} as the summary has it."""
        sums = collections.Counter()
        for each in self.place.json("report", "--json")["domains"][0]["failures"]:
            sums[each["sender"], each["result_type"]] += each["sessions"]
        return sums


def counted(documents):
    sums = collections.Counter()
    for each in documents:
        sums[each["sender"], each["result_type"]] += each["sessions"]
    return sums


def to_syslog():
    recipes = Recipes()
    server = socket.create_server(("127.0.0.1", 0))
    received = []
    threading.Thread(target=lambda: received.append(
        server.accept()[0].makefile("rb").read()), daemon=True).start()
    recipes.shell(recipe("syslog", ("/var/lib/tlsgauge/", recipes.place.path + "/"),
                         ("siem.example.org --tcp", "127.0.0.1 --tcp --port %d" % server.getsockname()[1])))
    deadline = time.monotonic() + 60
    while not received and time.monotonic() < deadline:
        time.sleep(0.05)
    documents = []
    for line in received[0].decode("ascii").rstrip("\n").split("\n"):
        frame = re.fullmatch(r"<21>1 \S+ \S+ tlsgauge - - (?:-|\[.*?\]) (\{.*\})", line)
        expect(frame, "no frame of RFC 5424: %r" % line)
        documents.append(json.loads(frame[1]))
    expect_equal(counted(documents), recipes.failures(), "by syslog")
    recipes.place.remove()


class Broker:
    """The broker inside librdkafka lives as long as the kcat that was asked for it."""

    def __init__(self):
        self.process = subprocess.Popen(["kcat", "-P", "-b", "none", "-X", "test.mock.num.brokers=1",
                                         "-t", "another"], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        found = re.search(rb"replaced with (127\.0\.0\.1:\d+)", self.process.stderr.readline())
        expect(found, "the broker says where it is")
        self.address = found[1].decode()

    def messages(self, topic):
        """[(key, document)] of all that is in TOPIC."""
        done = subprocess.run(["kcat", "-C", "-b", self.address, "-t", topic, "-e", "-q", "-o", "beginning",
                               "-K", " "], capture_output=True, timeout=120, check=True)
        pairs = [line.split(" ", 1) for line in done.stdout.decode().splitlines()]
        return [(key, json.loads(text)) for key, text in pairs]

    def stop(self):
        self.process.kill()
        self.process.wait()


def to_kafka():
    recipes = Recipes()
    broker = Broker()
    line = recipe("Kafka", ("examples/export", EXAMPLES), ("broker.example.org", broker.address))
    recipes.shell(line)
    expect_equal(counted(each for _, each in broker.messages("tls-failures")
                         if each["schema"] == "tlsgauge.export.failure/1"), recipes.failures(), "first")
    recipes.later()
    recipes.shell(line)
    messages = broker.messages("tls-failures")
    expect(all(key == each["id"] for key, each in messages), "keys")
    # As the README says: of each day the last revision.
    newest = {each["day"]: each["revision"] for _, each in sorted(
        messages, key=lambda pair: pair[1]["revision"]) if each["schema"] == "tlsgauge.export.day/1"}
    last = {key: each for key, each in messages if each["revision"] == newest[each["day"]]
            and each["schema"] == "tlsgauge.export.failure/1"}
    expect_equal(counted(last.values()), recipes.failures(), "after late reports")
    recipes.shell(line)
    expect_equal(len(broker.messages("tls-failures")), len(messages), "nothing new")
    broker.stop()
    # A broker that is not there: told by the exit status, and nothing counts as sent.
    with open(os.path.join(EXAMPLES, "kafka.sh")) as file:
        script = recipes.place.write("kafka.sh", file.read().replace("timeout.ms=60000", "timeout.ms=1000"))
    state = os.path.join(recipes.place.path, "state")
    before = sorted(os.listdir(state))
    recipes.shell("sh %s reports %s tls-reports" % (script, broker.address), status=1)
    expect_equal(sorted(os.listdir(state)), before, "places that are kept")
    recipes.place.remove()


class Search(http.server.BaseHTTPRequestHandler):
    """As much of an index as the recipe needs, strict about the format."""
    documents, refuse = {}, 0

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if Search.refuse:
            Search.refuse -= 1
            self.send_error(503)
            return
        answer = self.bulk(body) if self.path == "/_bulk" else self.delete(json.loads(body))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def bulk(self, body):
        assert self.headers["Content-Type"] == "application/x-ndjson", self.headers
        assert body.endswith("\n")
        lines = [json.loads(line) for line in body[:-1].split("\n")]
        for action, document in zip(lines[::2], lines[1::2], strict=True):
            assert list(action) == ["index"] and action["index"]["_id"] == document["id"]
            Search.documents[document["id"]] = document
        return {"errors": False, "items": []}

    def delete(self, query):
        assert self.path.startswith("/tls-failures/_delete_by_query?"), self.path
        schema, when, older = query["query"]["bool"]["filter"]
        Search.documents = {
            key: each for key, each in Search.documents.items()
            if not (each["schema"] == schema["term"]["schema.keyword"]
                    and each["day"] == when["term"]["day"]
                    and each["revision"] < older["range"]["revision"]["lt"])}
        return {"deleted": 1}

    def log_message(self, *arguments):
        pass


def to_opensearch():
    recipes = Recipes()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Search)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    line = recipe("OpenSearch, Elasticsearch", ("examples/export", EXAMPLES),
                  ("https://localhost:9200", "http://127.0.0.1:%d" % server.server_port))
    failures_alone, _ = line.splitlines()
    Search.refuse = 1
    recipes.shell(failures_alone, status=22)
    expect_equal(Search.documents, {}, "nothing was taken")
    recipes.shell(failures_alone)
    expect(any(each["sender"] == "Delta" for each in Search.documents.values()), "the forged failure")
    expect_equal(counted(Search.documents.values()), recipes.failures(), "first")
    recipes.later()
    recipes.shell(failures_alone)
    expect_equal(counted(Search.documents.values()), recipes.failures(), "after late reports")
    Search.documents = {}
    recipes.shell(line)
    kinds = collections.Counter(each["schema"] for each in Search.documents.values())
    expect_equal(kinds, {"tlsgauge.export.report/1": 6}, "only what is new, and the reports")
    server.shutdown()
    recipes.place.remove()


def to_sqlite():
    recipes = Recipes()
    load, ask = recipe("SQLite", ("sqlite.sql", os.path.join(EXAMPLES, "sqlite.sql"))).splitlines()

    def seen():
        done = recipes.shell("sqlite3 -separator '|' tls.db "
                             "'SELECT sender, result_type, SUM(sessions) FROM failure GROUP BY 1, 2'")
        return {tuple(line.split("|")[:2]): int(line.split("|")[2])
                for line in done.stdout.decode().splitlines()}
    recipes.shell(load)
    expect_equal(seen(), recipes.failures(), "first")
    recipes.later()
    recipes.shell(load)
    recipes.shell(load)
    expect_equal(seen(), recipes.failures(), "after late reports")
    expect(recipes.shell(ask).stdout.startswith(b"example.org|certificate-expired|"), "the question")
    # The other kinds go the same way; their views add up to the same.
    for what in ("reports", "totals"):
        recipes.shell(load.replace("failures", what))
    for view in ("detail", "failure"):
        done = recipes.shell("sqlite3 tls.db 'SELECT SUM(sessions) FROM %s'" % view)
        expect_equal(int(done.stdout), sum(recipes.failures().values()), view)
    done = recipes.shell("sqlite3 tls.db 'SELECT SUM(successful), SUM(failed) FROM total'")
    total = recipes.place.json("report", "--json")["domains"][0]["totals"][0]
    expect_equal(done.stdout.decode().strip(), "%d|%d" % (
        total["successful_sessions"], total["failed_sessions"]), "totals")
    recipes.place.remove()


def through_rsyslog():
    recipes = Recipes()
    where = recipes.place.path
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(120)
    with open(os.path.join(EXAMPLES, "rsyslog.conf")) as file:
        text = file.read()
    lines = os.path.join(where, "failures.ndjson")
    for old, new in (("/var/log/tlsgauge-failures.ndjson\" Tag", lines + "\" Tag"),
                     ("siem.example.org", "127.0.0.1"), ('"6514"', '"%d"' % server.getsockname()[1])):
        expect(old in text, old)
        text = text.replace(old, new)
    config = recipes.place.write("rsyslog.conf", 'global(workDirectory="%s")\n%s' % (where, text))
    recipes.shell("tlsgauge export --what failures --cursor c >>" + lines)
    daemon = subprocess.Popen([RSYSLOGD, "-n", "-f", config, "-i", os.path.join(where, "pid")],
                              stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        stream = server.accept()[0].makefile("rb")
        documents = []
        with open(lines) as file:
            wanted = [json.loads(line) for line in file]
        while len(documents) < len(wanted):
            size = b""
            while not size.endswith(b" "):
                size += stream.read(1)
            frame = stream.read(int(size)).decode("ascii").rstrip("\n")
            found = re.fullmatch(r"<21>1 \S+ \S+ tlsgauge - - - (\{.*\})", frame)
            expect(found, "no frame of RFC 5424: %r" % frame)
            documents.append(json.loads(found[1]))
        expect_equal(documents, wanted, "through rsyslog")
    finally:
        daemon.terminate()
        daemon.wait()
    recipes.place.remove()


to_syslog()
through_rsyslog()
to_kafka()
to_opensearch()
to_sqlite()
