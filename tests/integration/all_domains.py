"""Goal: what report, metrics and ready --all say of many domains at once, read in one walk over the store,
is what each domain says when asked for alone: verdict, problems, changes, with filters too; so for those
that have no report in the days of the verdict, and those that only the period before had."""
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests"))
from support.planted import ago, detail
from support.program import PROGRAM, Place, expect, expect_equal
from support.reports import gzipped, report

# More than are read at once, with holes: ids of names do not follow one another, nor the names.
DOMAINS = ["d%02d.example" % number for number in range(20)]
SENDERS = [("Google Inc.", "tls@google.example"), ("Mail GmbH", "tls@mail.example"),
           ("Small Ltd", "tls@small.example")]
RESULTS = ["certificate-expired", "starttls-not-supported", "sts-policy-fetch-error",
           "validation-failure", "word-of-tomorrow"]
PERIOD = ["--since", ago(7), "--until", ago(1)]
FILTERS = [[], PERIOD, PERIOD + ["--compare", "--by", "day", "--matrix", "--conformity", "--quality"],
           PERIOD + ["--only-new"], PERIOD + ["--only-failures", "--addresses"],
           PERIOD + ["--sender", "Small Ltd"], ["--policy-type", "tlsa"],
           PERIOD + ["--result", "certificate-expired"], PERIOD + ["--now", ago(40)]]

place = Place("[domains]\naccept=%s;empty.example\n" % ";".join(DOMAINS))


def fill():
    for number, domain in enumerate(DOMAINS):
        for back in range(1, 25):
            for i, (sender, contact) in enumerate(SENDERS):
                # Some senders look at some domains, one domain fell silent, one is old.
                if i == 2 and number % 5 or number == 3 and back < 9 or number == 4 and back < 20:
                    continue
                failed = (number + back + i) % 4 if number % 3 and back < 12 + number else 0
                details = [detail(RESULTS[(number + i + back // 6) % 5], failed,
                                  "mx%d.%s" % (back % 2, domain))] if failed else None
                name = "%02d-%d-%d" % (number * 7 % len(DOMAINS), back, i)
                place.write("in/%s.json.gz" % name, gzipped(report(
                    name, ago(back), domain, sender, contact, 20 + number, failed, details,
                    mode="enforce" if number % 4 == 1 and back < 10 else "testing",
                    policy_type="tlsa" if number in (5, 9) and i == 1 else "sts")))
    expect(b"0 quarantined, 0 unreadable" in place.run("import", place.path + "/in").stdout,
           "all are taken in")


def check_reports():
    for filters in FILTERS:
        together = place.json("report", "--json", *filters)
        expect(len(together["domains"]) > 1, "several domains: %s" % filters)
        names = [domain["domain"] for domain in together["domains"]]
        expect_equal(names, sorted(names), "the order of names")
        for domain in together["domains"]:
            name = domain["domain"]
            alone = place.json("report", "--json", "--domain", name, *filters)
            expect_equal(json.dumps(domain), json.dumps(alone["domains"][0]),
                         "%s of %s" % (name, filters))
    seen = place.json("report", "--json")["domains"]
    verdicts = {domain["readiness"]["verdict"] for domain in seen}
    expect_equal(len(seen), len(DOMAINS), "all domains")
    expect(len(verdicts) > 2, "several verdicts: %s" % verdicts)
    expect(sum(len(domain["problems"]) for domain in seen) > 10, "problems to compare")


def sections(text, mark):
    """What TEXT says of each domain, by its name, without what stands behind all domains; the headings
    begin with MARK."""
    text = text.split("How the reports conform")[0]
    heads = [(text.find("\n%s%s\n" % (mark, name)), name) for name in DOMAINS]
    starts = sorted(head for head in heads if head[0] >= 0)
    ends = [start for start, _ in starts[1:]] + [len(text)]
    return {name: text[start:end].strip("\n# ") for (start, name), end in zip(starts, ends)}


def check_texts():
    """A long report is printed as it is made, and is whole."""
    long = PERIOD + ["--compare", "--by", "day", "--matrix", "--quality"]
    for form, mark in (("text", ""), ("markdown", "## ")):
        together = place.run("report", "--format", form, *long).stdout.decode()
        expect(len(together) > 100000, "%s: more than is printed at once: %d" % (form, len(together)))
        told = sections(together, mark)
        expect(len(told) > 16, "%s: nearly all domains have reports: %s" % (form, list(told)))
        for name, section in told.items():
            alone = place.run("report", "--format", form, "--domain", name, *long).stdout.decode()
            expect_equal(section, sections(alone, mark)[name], form)
    with open("/dev/full", "wb") as full:
        done = subprocess.run([PROGRAM, "--config", place.config, "report", "--json", *long],
                              stdout=full, stderr=subprocess.PIPE)
    expect_equal(done.returncode, 74, "a long report into a full disk")
    expect_equal(done.stderr.count(b"cannot write the output"), 1, "how often that is told")


def check_verdicts():
    overview = json.loads(place.run("ready", "--all", "--json", status=None).stdout)["domains"]
    metrics = place.run("metrics").stdout.decode()
    expect_equal([row["domain"] for row in overview], DOMAINS + ["empty.example"], "ready --all")
    for row in overview:
        alone = json.loads(place.run("ready", "--json", row["domain"], status=None).stdout)
        verdict = alone["domains"][0]["verdict"]
        expect_equal(row["verdict"], verdict, "verdict of " + row["domain"])
        told = re.findall(r'tlsgauge_ready\{domain="%s",verdict="([^"]*)"\} 1' % row["domain"], metrics)
        expect_equal(told, [verdict.lower().replace(" ", "-")], "metrics of " + row["domain"])
        told = re.findall(r'tlsgauge_stage\{domain="%s",stage="([^"]*)"\} 1' % row["domain"], metrics)
        expect_equal(told, [row["stage"].lower().replace(" ", "-")], "stage of " + row["domain"])


fill()
check_reports()
check_texts()
check_verdicts()
place.remove()
