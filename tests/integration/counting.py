"""Goal: the summary follows the counting rules, whatever road a report takes and however often."""
import json
import os
import random
import sys
import urllib.request

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from program import Place, Server, expect, expect_equal  # noqa: E402
from reports import gzipped, mail, report  # noqa: E402

TRUST = "[trust]\nauthserv-ids=mx.receiver.example\n"


def summary(place, *arguments):
    return place.json("report", "--format", "json", *arguments)


def totals(place, domain):
    """{policy_type: (reports, successful, failed, unattributed)} of DOMAIN."""
    for each in summary(place)["domains"]:
        if each["domain"] == domain:
            return {t["policy_type"]: (t["reports"], t["successful_sessions"], t["failed_sessions"],
                                       t["unattributed_sessions"]) for t in each["totals"]}
    return {}


def post(server, body):
    request = urllib.request.Request("http://127.0.0.1:%d/v1/tlsrpt" % server.port, data=body,
                                     headers={"Content-Type": "application/tlsrpt+gzip"})
    try:
        return urllib.request.urlopen(request, timeout=30).status
    except urllib.error.HTTPError as error:
        return error.code


def example_of_the_rfc():
    """RFC 8460 appendix B with its erratum, as the design states the summary of it."""
    place = Place()
    details = [
        {"result-type": "certificate-expired", "sending-mta-ip": "2001:db8:abcd:0012::1",
         "receiving-mx-hostname": "mx1.mail.company-y.example", "failed-session-count": 100},
        {"result-type": "starttls-not-supported", "sending-mta-ip": "2001:db8:abcd:0013::1",
         "receiving-mx-hostname": "mx2.mail.company-y.example", "receiving-ip": "203.0.113.56",
         "failed-session-count": 200},
        {"result-type": "validation-failure", "sending-mta-ip": "198.51.100.62",
         "receiving-ip": "203.0.113.58", "receiving-mx-hostname": "mx-backup.mail.company-y.example",
         "failed-session-count": 3, "failure-reason-code": "X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED"}]
    document = report("5065427c-23d3-47ca-b6e0-946ea0e8c4be", day="2016-04-01",
                      domain="company-y.example", organization="Company-X",
                      contact="sts-reporting@company-x.example", successful=5326, failed=303,
                      details=details)
    place.run("import", place.write("rfc.json", json.dumps(document)))
    got = summary(place)
    expect_equal(got["schema"], "tlsgauge.summary/1", "schema")
    expect_equal(got["period"], {"since": "2016-04-01", "until": "2016-04-01"}, "period")
    domain = got["domains"][0]
    expect_equal(domain["domain"], "company-y.example", "domain")
    total = dict(domain["totals"][0])
    del total["reports_by_trust"]
    expect_equal(total, {"policy_type": "sts", "reports": 1, "successful_sessions": 5326,
                         "failed_sessions": 303, "unattributed_sessions": 0}, "totals")
    expect_equal(domain["senders"], [{
        "sender": "Company-X", "policy_type": "sts", "reports": 1, "successful_sessions": 5326,
        "failed_sessions": 303, "newest_day": "2016-04-01", "days": 1, "loop_days": 0}], "senders")
    expired = [f for f in domain["failures"] if f["result_type"] == "certificate-expired"]
    expect_equal(expired, [{
        "sender": "Company-X", "mx": "mx1.mail.company-y.example", "policy_type": "sts",
        "mode": "testing", "result_type": "certificate-expired", "reason": None,
        "effect": "would-block", "sessions": 100, "first_day": "2016-04-01",
        "last_day": "2016-04-01"}], "one failure group")
    expect_equal(sum(f["sessions"] for f in domain["failures"]), 303, "sessions of the failures")
    # The same with mx-host as a string, as the RFC prints it, is the same report.
    document["policies"][0]["policy"]["mx-host"] = document["policies"][0]["policy"]["mx-host"][0]
    place.run("import", place.write("printed.json", json.dumps(document, indent=7)))
    expect_equal(totals(place, "company-y.example"), {"sts": (1, 5326, 303, 0)}, "after the copy")
    place.remove()


def policy_types_never_add():
    """One sender reports the same sessions under sts and tlsa; versions of one sts policy do add."""
    place = Place()
    both = report("both", successful=7)
    both["policies"].append({
        "policy": {"policy-type": "tlsa", "policy-domain": "example.org",
                   "policy-string": ["[\"3 1 1 AB\",\"3 1 1 CD\"]"]},
        "summary": {"total-successful-session-count": 7, "total-failure-session-count": 0}})
    versions = report("versions", successful=0, failed=3, details=[
        {"result-type": "validation-failure", "failed-session-count": 3}])
    other = json.loads(json.dumps(versions["policies"][0]))
    other["policy"]["policy-string"][2] = "mx: *.example.org"
    other["summary"] = {"total-successful-session-count": 2, "total-failure-session-count": 10}
    other["failure-details"] = [{"result-type": "validation-failure", "failed-session-count": 10}]
    versions["policies"].append(other)
    versions["policies"].append({
        "policy": {"policy-type": "no-policy-found", "policy-domain": "example.org"},
        "summary": {"total-successful-session-count": 1, "total-failure-session-count": 0}})
    overlap = report("overlap", failed=1, successful=0, details=[
        {"result-type": "sts-policy-fetch-error", "failed-session-count": 1},
        {"result-type": "sts-policy-fetch-error", "failed-session-count": 1,
         "failure-reason-code": "500"}])
    for name, document in (("a", both), ("b", versions), ("c", overlap)):
        place.run("import", place.write(name + ".json", json.dumps(document)))
    expect_equal(totals(place, "example.org"), {"sts": (3, 9, 14, -1), "tlsa": (1, 7, 0, 0),
                                                "no-policy-found": (1, 1, 0, 0)}, "totals")
    place.remove()


def missing_policy_domain():
    """Postfix leaves policy-domain out: header, file name and report-id tell it, in that order."""
    place = Place()

    def nameless(report_id):
        document = report(report_id, policy_type="no-policy-found", successful=1)
        del document["policies"][0]["policy"]["policy-domain"]
        return document
    place.run("deliver", stdin=mail(nameless("one"), domain="by-header.example"))
    place.run("import", place.write("s.example!by-file.example!1793577600!1793663999.json.gz",
                                    gzipped(nameless("two"))))
    place.run("import", place.write("x.json", json.dumps(nameless("2026_idx1_by-id.example"))))
    done = place.run("deliver", stdin=json.dumps(nameless("nothing-tells")).encode())
    expect(b"policy-domain" in done.stderr, "the reason names the member: %r" % done.stderr)
    expect_equal([d["domain"] for d in summary(place)["domains"]],
                 ["by-file.example", "by-header.example", "by-id.example"], "domains")
    place.remove()


def own_domains_only():
    """[domains] accept and [mx]: foreign reports go to quarantine, MX hosts stand for their domains."""
    place = Place("[domains]\naccept=example.org;example.net\n"
                  "[mx]\nmx1.host.example=example.org;example.net\n[https]\nlisten=127.0.0.1:0\n")
    mixed = report("mixed", successful=4)
    mixed["policies"].append(report("x", domain="stranger.example", successful=9)["policies"][0])
    dane = report("dane", policy_type="tlsa", domain="MX1.host.example.", successful=3)
    foreign = report("foreign", domain="stranger.example")
    place.run("import", place.write("a.json", json.dumps(mixed)), place.write("b.json", json.dumps(dane)))
    server = Server(place)
    expect_equal(post(server, gzipped(foreign)), 403, "status for a report about another's domain")
    expect_equal(server.stop(), 0, "serve ends with 0 on SIGTERM")
    expect_equal(totals(place, "example.org"), {"sts": (1, 4, 0, 0), "tlsa": (1, 3, 0, 0)}, "org")
    expect_equal(totals(place, "example.net"), {"tlsa": (1, 3, 0, 0)}, "net")
    expect_equal(len(summary(place)["domains"]), 2, "no other domain counts")
    entries = place.json("quarantine", "list", "--json")["entries"]
    expect_equal([e["outcome"] for e in entries], ["foreign"], "quarantine")
    # Once it is ours, the entry can be taken in, and what had been stored counts after a rebuild.
    place.configure("[domains]\naccept=example.org;stranger.example\n")
    place.run("quarantine", "retry", "--all")
    expect_equal(totals(place, "stranger.example"), {"sts": (1, 10, 0, 0)}, "after the retry")
    expect_equal(place.json("quarantine", "list", "--json")["entries"], [], "quarantine is empty")
    place.run("rebuild")
    expect_equal(totals(place, "stranger.example"), {"sts": (2, 19, 0, 0)}, "after the rebuild")
    place.remove()


def forged_copies():
    """Report-ids are predictable: whatever arrives first, the verified copy is what counts."""
    genuine = mail(report("2026-11-02T00:00:00Z_example.org", successful=50),
                   dkim_domain="sender.example")
    forged_mail = mail(report("2026-11-02T00:00:00Z_example.org", successful=0, failed=999))
    forged_post = gzipped(report("2026-11-02T00:00:00Z_example.org", successful=0, failed=777))
    # Signed, but by the forger's own domain and under the genuine contact-info.
    forged_dkim = mail(report("2026-11-02T00:00:00Z_example.org", successful=0, failed=555),
                       dkim_domain="forger.example", submitter="forger.example")
    for order in ([0, 1, 2], [2, 1, 0], [1, 2, 0], [1, 0, 2], [2, 0, 1], [0, 2, 1]):
        place = Place(TRUST + "[https]\nlisten=127.0.0.1:0\n")
        server = Server(place)
        for which in order:
            if which == 2:
                expect_equal(post(server, forged_post), 201, "a copy is kept and acknowledged")
            else:
                place.run("deliver", stdin=genuine if which == 0 else forged_mail)
        server.stop()
        expect_equal(totals(place, "example.org"), {"sts": (1, 50, 0, 0)}, "order %s" % order)
        flags = sorted(r["counted"] for r in place.json("list", "--json")["reports"])
        expect_equal(flags, [False, False, True], "the others are kept and flagged")
        place.run("rebuild")
        expect_equal(totals(place, "example.org"), {"sts": (1, 50, 0, 0)}, "rebuilt, %s" % order)
        place.remove()
    for order in ((genuine, forged_dkim), (forged_dkim, genuine)):
        place = Place(TRUST)
        for each in order:
            place.run("deliver", stdin=each)
        senders = {s["sender"]: s["successful_sessions"]
                   for s in summary(place)["domains"][0]["senders"]}
        expect_equal(senders.get("Test Sender"), 50, "the genuine sender keeps its own row")
        expect_equal(len(senders), 2, "the forger is another sender: %s" % senders)
        place.remove()


def minimum_trust():
    place = Place(TRUST + "minimum=verified\n[https]\nlisten=127.0.0.1:0\n")
    place.run("deliver", stdin=mail(report("unsigned", successful=1)))
    place.run("deliver", stdin=mail(report("signed", successful=2), dkim_domain="sender.example"))
    place.run("deliver", stdin=mail(report("other", successful=4), dkim_domain="sender.example",
                                    authserv_id="mx.forger.example"))
    server = Server(place)
    expect_equal(post(server, gzipped(report("posted", successful=8))), 403, "a POST below minimum")
    server.stop()
    expect_equal(totals(place, "example.org"), {"sts": (1, 2, 0, 0)}, "only the verified counts")
    expect_equal([e["outcome"] for e in place.json("quarantine", "list", "--json")["entries"]],
                 ["untrusted"] * 3, "quarantine")
    place.remove()


def report_loops():
    """A sender whose only mail to us is its report: one success a day, echo of the day before."""
    place = Place()
    for number in range(5):
        place.run("deliver", stdin=mail(report("echo-%d" % number, day="2026-11-%02d" % (number + 2),
                                               successful=1, organization="Echo")))
        place.run("deliver", stdin=mail(report("real-%d" % number, day="2026-11-%02d" % (number + 2),
                                               successful=9, organization="Real")))
    senders = {s["sender"]: (s["days"], s["loop_days"]) for s in summary(place)["domains"][0]["senders"]}
    expect_equal(senders, {"Echo": (5, 4), "Real": (5, 0)}, "days and loop days")
    expect(b"4 of 5 days show one session only" in place.run("report").stdout, "the text says so")
    place.remove()


def any_order_any_road():
    """The same mailbox three times, shuffled, and posted once more: byte-identical summaries."""
    chance = random.Random(8460)
    documents = []
    for number in range(60):
        failed = number % 4
        details = [{"result-type": "certificate-expired", "failed-session-count": failed,
                    "receiving-mx-hostname": "mx1.example.org"}] if failed else None
        documents.append(report("id-%d" % number, day="2026-11-%02d" % (1 + number % 28),
                                organization="Sender %d" % (number % 5), successful=number,
                                failed=failed, details=details))
    expected = (60, sum(range(60)), sum(number % 4 for number in range(60)), 0)
    place = Place("[https]\nlisten=127.0.0.1:0\n")
    outputs = set()
    for _ in range(3):
        chance.shuffle(documents)
        mailbox = b"".join(b"From sender Mon Nov  2 00:00:00 2026\n" + mail(d) + b"\n"
                           for d in documents)
        place.run("import", place.write("mailbox", mailbox))
        outputs.add(place.run("report", "--json").stdout + place.run("report").stdout)
    server = Server(place)
    for document in documents:
        expect_equal(post(server, json.dumps(document, indent=3).encode()), 200, "a known report")
    server.stop()
    outputs.add(place.run("report", "--json").stdout + place.run("report").stdout)
    expect_equal(totals(place, "example.org"), {"sts": expected}, "totals")
    place.run("rebuild")
    outputs.add(place.run("report", "--json").stdout + place.run("report").stdout)
    expect_equal(len(outputs), 1, "number of different summaries")
    place.remove()


for scenario in (example_of_the_rfc, policy_types_never_add, missing_policy_domain,
                 own_domains_only, forged_copies, minimum_trust, report_loops,
                 any_order_any_road):
    scenario()
    print("ok", scenario.__name__)
