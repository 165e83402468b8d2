"""Goal: an export says what is stored, line by line valid by its schema, and one that goes on where it
was (after a kill, late reports, a displaced copy, a rebuild) leads a reader that keeps documents by
their id to the same numbers as the summary."""
import collections
import json
import os
import select
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from program import PROGRAM, Place, expect, expect_equal  # noqa: E402
from reports import day, mail, report  # noqa: E402

try:
    from jsonschema import Draft202012Validator
except ImportError:
    print("SKIP: python3-jsonschema is not installed")
    sys.exit(77)

with open(os.path.join(os.environ["SOURCE_DIR"], "schema", "export.schema.json")) as file:
    VALIDATOR = Draft202012Validator(json.load(file))
TRUST = "[trust]\nauthserv-ids=mx.receiver.example\n"
HOSTILE = "=cmd|' /C calc'!A0 \x1b[31m\u202e\u2028\x7f\x85</script>\"\\ \u00fc"


def parse(output):
    """The lines as objects, each pure printable ASCII and valid by the schema."""
    lines = output.decode("ascii").split("\n")
    expect_equal(lines.pop(), "", "the end of the last line")
    objects = []
    for line in lines:
        expect(all(" " <= c <= "~" for c in line), "not printable: %r" % line)
        objects.append(json.loads(line))
        for fault in VALIDATOR.iter_errors(objects[-1]):
            sys.exit("FAILED: schema: %s\n%s" % (fault.message, line[:500]))
    return objects


def export(place, *arguments):
    return parse(place.run("export", *arguments).stdout)


class Index:
    """What a reader does: documents by id; at the end of a day those of a lower revision go."""

    def __init__(self):
        self.documents = {}

    def take(self, objects):
        for each in objects:
            if each["schema"] != "tlsgauge.export.day/1":
                self.documents[each["id"]] = each
                continue
            kind = {"failures": "failure", "totals": "total"}[each["what"]]
            self.documents = {
                key: old for key, old in self.documents.items()
                if old["day"] != each["day"] or old["schema"] != "tlsgauge.export.%s/1" % kind
                or old["revision"] >= each["revision"]}
            rows = [old for old in self.documents.values() if old["day"] == each["day"]
                    and old["schema"] == "tlsgauge.export.%s/1" % kind]
            expect_equal(len(rows), each["rows"], "rows of " + each["day"])

    def of(self, kind):
        return [each for each in self.documents.values()
                if each["schema"] == "tlsgauge.export.%s/1" % kind]


def numbers_of(place):
    """From the summary: {(domain, sender, type): (reports, good, failed)} and failure groups."""
    totals, failures = {}, collections.Counter()
    for domain in place.json("report", "--format", "json")["domains"]:
        for each in domain["senders"]:
            totals[domain["domain"], each["sender"], each["policy_type"]] = (
                each["reports"], each["successful_sessions"], each["failed_sessions"])
        for each in domain["failures"]:
            failures[(domain["domain"],) + tuple(each[key] for key in GROUP)] += each["sessions"]
    return totals, failures


GROUP = ("sender", "mx", "policy_type", "mode", "result_type", "reason", "effect")


def check_index(index, place, what):
    """The documents lead to the numbers of the summary."""
    totals, failures = numbers_of(place)
    sums = collections.defaultdict(lambda: (0, 0, 0))
    for each in index.of("total"):
        key = each["domain"], each["sender"], each["policy_type"]
        sums[key] = tuple(a + b for a, b in zip(sums[key], (
            each["reports"], each["successful_sessions"], each["failed_sessions"])))
    expect_equal(dict(sums), totals, what + ": totals")
    groups = collections.Counter()
    for each in index.of("failure"):
        groups[(each["domain"],) + tuple(each[key] for key in GROUP)] += each["sessions"]
        expect_equal(sum(each["sessions_by_trust"].values()), each["sessions"], "by trust")
    expect_equal(groups, failures, what + ": failures")
    # And the reports themselves, counted by hand.
    sums = collections.defaultdict(lambda: [0, 0])
    for each in index.of("report"):
        for entry in each["policies"] if each["counted"] else []:
            for domain in entry["counts_for"]:
                pair = sums[domain, each["sender"], entry["policy_type"]]
                pair[0] += entry["successful_sessions"]
                pair[1] += entry["failed_sessions"]
    expect_equal({key: tuple(value) for key, value in sums.items()},
                 {key: value[1:] for key, value in totals.items()}, what + ": reports")


def fill(place, days, senders=("Alpha", "Beta"), prefix="r"):
    failing = {"result-type": "certificate-expired", "failed-session-count": 3,
               "receiving-mx-hostname": "mx1.example.org"}
    for offset in days:
        for sender in senders:
            one = report("%s-%s-%d" % (prefix, sender, offset), day=day(offset), organization=sender,
                         successful=20, failed=4, details=[failing])
            place.write("in/%s-%s-%d.json" % (prefix, sender, offset), json.dumps(one))
    place.run("import", os.path.join(place.path, "in"))


def go_on(place, index):
    for what in ("reports", "failures", "totals"):
        index.take(export(place, "--what", what, "--cursor", os.path.join(place.path, what)))


def late_displaced_and_rebuilt():
    place, index = Place(TRUST), Index()
    fill(place, range(3))
    go_on(place, index)
    check_index(index, place, "first")
    for what in ("reports", "failures", "totals"):
        expect_equal(export(place, "--what", what, "--cursor", os.path.join(place.path, what)), [],
                     "nothing new")
    # A late report of a day that was told; only this day is told again.
    fill(place, [1], senders=["Gamma"], prefix="late")
    again = export(place, "--what", "totals", "--cursor", os.path.join(place.path, "totals"))
    expect_equal({each["day"] for each in again}, {day(1)}, "days told again")
    index.take(again)
    # A forged report with failures; then the true one, by signed mail and without a failure.
    forged = report("true-1", day=day(7), organization="Delta", contact="tls@delta.example", failed=500,
                    details=[{"result-type": "validation-failure", "failed-session-count": 500}])
    true = report("true-1", day=day(7), organization="Delta", contact="tls@delta.example")
    place.run("deliver", stdin=mail(forged, submitter="evil.example"))
    go_on(place, index)
    check_index(index, place, "forged")
    expect(any(each["sessions"] == 500 for each in index.of("failure")), "the forged failure counts")
    place.run("deliver", stdin=mail(true, submitter="delta.example", dkim_domain="delta.example"))
    go_on(place, index)
    check_index(index, place, "displaced")
    copies = sorted((each["counted"], each["trust"]) for each in index.of("report")
                    if each["sender"] == "Delta")
    expect_equal(copies, [(False, "unverified"), (True, "verified")], "copies")
    # The same content with more trust: no new report, other numbers by trust.
    again = report("raised", day=day(8), organization="Delta", contact="tls@delta.example")
    place.run("deliver", stdin=mail(again, submitter="delta.example"))
    go_on(place, index)
    place.run("deliver", stdin=mail(again, submitter="delta.example", dkim_domain="delta.example"))
    go_on(place, index)
    check_index(index, place, "raised")
    raised = [each for each in index.of("total") if each["day"] == day(8)]
    expect_equal([each["reports_by_trust"]["verified"] for each in raised], [1], "verified")
    # A rebuild under other rules: nothing of example.org counts any more but what it says now.
    before = dict(index.documents)
    place.run("rebuild")
    go_on(place, index)
    expect_equal({key: value["reference"] for key, value in index.documents.items()
                  if "reference" in value},
                 {key: value["reference"] for key, value in before.items() if "reference" in value},
                 "ids over a rebuild")
    check_index(index, place, "rebuilt")
    place.configure(TRUST + "[domains]\naccept=other.example\n")
    place.run("rebuild")
    go_on(place, index)
    expect_equal((index.of("total"), index.of("failure")), ([], []), "nothing counts any more")
    check_index(index, place, "foreign")
    place.remove()


def filters_and_limit():
    place = Place()
    fill(place, range(4))
    lines = export(place, "--since", day(1), "--until", day(2), "--sender", "Alpha")
    expect_equal([(each["day"], each["sender"]) for each in lines],
                 [(day(1), "Alpha"), (day(2), "Alpha")], "filtered")
    lines = export(place, "--what", "failures", "--since", day(3))
    expect_equal({each["day"] for each in lines}, {day(3)}, "days")
    expect_equal(export(place, "--domain", "other.example"), [], "another domain")
    # By the cursor in each line, two at a time.
    seen, after = [], []
    while True:
        lines = export(place, "--limit", "2", *after)
        if not lines:
            break
        expect_equal(len(lines), 2, "lines")
        seen += [each["id"] for each in lines]
        after = ["--after", lines[-1]["cursor"]]
    expect_equal(seen, [each["id"] for each in export(place)], "two at a time")
    lines = export(place, "--what", "totals", "--limit", "1")
    expect_equal({each["day"] for each in lines}, {day(0)}, "a day is finished")
    for wrong in (["--what", "all"], ["--after", "x"], ["--limit", "-1"], ["more"],
                  ["--what", "totals", "--after", export(place)[0]["cursor"]]):
        place.run("export", *wrong, status=64)
    place.run("export", "--cursor", place.write("cursor", "nonsense"), status=65)
    # Another store under the same name: the cursor means nothing there.
    cursor = os.path.join(place.path, "moved")
    export(place, "--cursor", cursor)
    for name in os.listdir(place.path):
        if name.startswith("reports.db"):
            os.remove(os.path.join(place.path, name))
    place.run("import", os.path.join(place.path, "in", "r-Alpha-0.json"))
    expect_equal(len(export(place, "--cursor", cursor)), 1, "of the new store")
    place.remove()


def hostile_texts():
    place = Place()
    one = report("id" + HOSTILE, organization=HOSTILE, contact=HOSTILE, failed=1, details=[
        {"result-type": HOSTILE, "failed-session-count": 1, "failure-reason-code": HOSTILE,
         "receiving-mx-helo": HOSTILE, "receiving-mx-hostname": HOSTILE}])
    place.run("import", place.write("hostile.json", json.dumps(one)))
    found = export(place)[0]
    expect_equal(found["organization_name"], HOSTILE, "organization-name")
    expect_equal(found["policies"][0]["failures"][0]["reason"], HOSTILE, "reason")
    index = Index()
    go_on(place, index)
    check_index(index, place, "hostile")
    expect_equal(index.of("failure")[0]["result_type"], HOSTILE, "result type")
    place.remove()


def many(place, n):
    """N small reports by one mbox-free import of a folder of one-line files."""
    for i in range(n):
        place.write("many/%d.json" % i, json.dumps(report("m-%d" % i, day=day(i % 20))))
    place.run("import", os.path.join(place.path, "many"), timeout=300)


def start(place, *arguments, **keywords):
    return subprocess.Popen([PROGRAM, "--config", place.config, "export", *arguments],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0, **keywords)


def killed_in_mid_stream():
    place = Place()
    many(place, 3000)
    cursor = os.path.join(place.path, "cursor")
    everything = {each["id"] for each in export(place)}
    expect_equal(len(everything), 3000, "reports")
    # The reader is slow, so the export stands in the midst of a write when it dies.
    process = start(place, "--cursor", cursor)
    output = b""
    while len(output) < 1500000:
        output += process.stdout.read(65536)
    process.kill()
    output += process.stdout.read()
    process.wait()
    whole, _, _ = output.rpartition(b"\n")
    first = {each["id"] for each in parse(whole + b"\n")}
    expect(0 < len(first) < 3000, "it died in the midst: %d" % len(first))
    expect(os.path.exists(cursor), "and after the first piece")
    rest = {each["id"] for each in export(place, "--cursor", cursor)}
    expect(len(rest) < 3000, "it goes on, and does not begin anew")
    expect_equal(first | rest, everything, "nothing is lost")
    # The same into a file that is appended to: the cut line stands alone.
    path = os.path.join(place.path, "out.ndjson")
    with open(path, "wb") as out:
        out.write(b'{"schema":"tlsgauge.export.rep')
    with open(path, "ab") as out:
        subprocess.run([PROGRAM, "--config", place.config, "export", "--limit", "5"], stdout=out,
                       check=True)
    with open(path, "rb") as written:
        expect_equal(len(parse(written.read().partition(b"\n")[2])), 5, "lines after the cut one")
    # A reader that goes away is no fault worth a word.
    done = subprocess.run("'%s' --config '%s' export | head -n 1" % (PROGRAM, place.config), shell=True,
                          capture_output=True)
    expect_equal((len(parse(done.stdout)), done.stderr), (1, b""), "head")
    place.remove()


def read_until(process, wanted, objects):
    """Reads lines until WANTED is true of them."""
    deadline = time.monotonic() + 120
    while not wanted(objects):
        ready, _, _ = select.select([process.stdout], [], [], max(0, deadline - time.monotonic()))
        expect(ready, "the export does not tell it; %d lines: %s" % (len(objects), objects[-1:]))
        line = process.stdout.readline()
        if not line:
            sys.exit("FAILED: the export ended: %r" % process.stderr.read())
        objects += parse(line)


def followed():
    place = Place()
    cursor = os.path.join(place.path, "cursor")
    fill(place, [0])
    process = start(place, "--follow", "--cursor", cursor)
    objects = []
    read_until(process, lambda seen: len(seen) == 2, objects)
    fill(place, [1])
    read_until(process, lambda seen: len(seen) == 4, objects)
    place.run("rebuild")
    read_until(process, lambda seen: len(seen) == 8, objects)
    expect_equal(len({each["id"] for each in objects}), 4, "the same reports again")
    fill(place, [2])
    read_until(process, lambda seen: len(seen) == 10, objects)
    process.send_signal(signal.SIGTERM)
    expect_equal(process.wait(timeout=60), 0, "SIGTERM")
    expect_equal(export(place, "--cursor", cursor), [], "all was told")
    days = start(place, "--follow", "--what", "failures", "--interval", "1")
    objects = []
    read_until(days, lambda seen: len(seen) == 3 * 3, objects)
    fill(place, [1], senders=["Gamma"], prefix="late")
    read_until(days, lambda seen: len(seen) == 3 * 3 + 4, objects)
    expect_equal({each["day"] for each in objects[9:]}, {day(1)}, "the late day")
    days.stdout.close()  # the reader goes
    expect_equal(days.wait(timeout=60), 0, "the reader has gone")
    expect_equal(days.stderr.read(), b"", "words about it")
    # One that nobody reads can be ended.
    many(place, 1500)
    stuck = start(place)
    stuck.stdout.read(1)
    stuck.send_signal(signal.SIGTERM)
    expect_equal(stuck.wait(timeout=60), 0, "SIGTERM while it writes")
    place.remove()


late_displaced_and_rebuilt()
filters_and_limit()
hostile_texts()
killed_in_mid_stream()
followed()
