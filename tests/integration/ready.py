"""Goal: the verdict of `ready` and the state of each gate, for one planted story each; the figures
equal what a few lines of Python compute from the same reports."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from program import Place, expect, expect_equal  # noqa: E402
from reports import day, mail, report  # noqa: E402

START, NOW = "2026-11-01", "2026-11-15"  # a window of 14 days: 1 to 14 November
SENDERS = ("Alpha", "Beta", "Gamma", "Delta")
TRUST = "[trust]\nauthserv-ids=mx.receiver.example\n"


class Story:
    """Reports of four senders, 20 sessions a day each, for 28 days; CHANGE edits or drops one."""

    def __init__(self, change=None, config=TRUST, signed=True, days=range(-14, 14)):
        self.place = Place(config)
        mailbox = b""
        for offset in days:
            for sender in SENDERS:
                one = report("%s-%s" % (sender, day(offset, START)), day=day(offset, START),
                             organization=sender, contact="tls@%s.example" % sender.lower(),
                             successful=20)
                if change:
                    one = change(offset, sender, one)
                if one:
                    domain = "%s.example" % sender.lower()
                    mailbox += (b"From x Mon Nov  2 00:00:00 2026\n" +
                                mail(one, submitter=domain, dkim_domain=domain if signed else None) + b"\n")
        self.place.run("import", self.place.write("mailbox", mailbox))

    def ready(self, status, *arguments):
        done = self.place.run("ready", "example.org", "--now", NOW, "--json", *arguments, status=status)
        self.result = json.loads(done.stdout)["domains"][0]
        self.gates = {gate["gate"]: gate["state"] for gate in self.result["gates"]}
        text = self.place.run("ready", "example.org", "--now", NOW, *arguments, status=status).stdout.decode()
        for line in text.splitlines():
            expect(len(line) <= 80 or "://" in line or "TXT" in line, "a long line: %r" % line)
        expect(text.startswith("example.org: " + self.result["verdict"]), text[:60])
        return text

    def end(self, verdict, **states):
        expect_equal(self.result["verdict"], verdict, "verdict; gates %s" % self.gates)
        odd = {name: state for name, state in self.gates.items() if state != "pass"}
        expect_equal(odd, states, "gates that do not pass")
        self.place.remove()


def entry(one):
    return one["policies"][0]


def failing(one, result, failed, mx="mx1.example.org", successful=20):
    entry(one)["summary"] = {"total-successful-session-count": successful,
                             "total-failure-session-count": failed}
    detail = {"result-type": result, "failed-session-count": failed}
    if mx:
        detail["receiving-mx-hostname"] = mx
    entry(one)["failure-details"] = [detail]
    return one


def clean():
    story = Story()
    text = story.ready(0)
    expect_equal(story.result["sessions"], 14 * 4 * 20, "sessions")
    expect_equal(round(story.result["upper_bound_95"], 6), round(1 - 0.05 ** (1 / 1120), 6), "upper bound")
    expect_equal(story.result["next_step"]["policy"],
                 "version: STSv1\nmode: enforce\nmx: mx1.example.org\nmax_age: 604800\n", "policy")
    expect_equal(story.result["next_step"]["record"],
                 '_mta-sts.example.org. IN TXT "v=STSv1; id=20261115T000000Z"', "record")
    expect("mode: enforce" in text, "the text has the policy")
    story.end("READY")


def expired_certificate_ended():
    """A certificate that was expired for three days, twelve days ago."""
    story = Story(lambda o, s, one: failing(one, "certificate-expired", 5) if o in (1, 2, 3) else one)
    story.ready(1)
    expect_equal(story.result["blocking_sessions"], 3 * 4 * 5, "blocking sessions")
    story.end("READY WITH WARNINGS", blocking="warn")


def expired_certificate_now():
    story = Story(lambda o, s, one: failing(one, "certificate-expired", 5) if o > 10 else one)
    text = story.ready(2)
    expect("mx1.example.org" in text and "certificate-expired" in text, text)
    story.end("NOT READY", blocking="fail")


def one_rare_failure():
    """One session among thousands: a warning; but not when it is all that one sender sends."""
    story = Story(lambda o, s, one: failing(one, "validation-failure", 1, successful=2000)
                  if o == 12 and s == "Alpha" else one)
    story.ready(1)
    story.end("READY WITH WARNINGS", blocking="warn")

    def change(offset, sender, one):
        entry(one)["summary"]["total-successful-session-count"] = 90000
        if sender == "Delta" and offset > 6:
            return failing(one, "validation-failure", 3, successful=0) if offset == 13 else None
        return one
    story = Story(change)
    story.ready(2)
    story.end("NOT READY", blocking="fail")


def failures_without_detail():
    def change(offset, sender, one):
        if offset == 12:
            entry(one)["summary"]["total-failure-session-count"] = 2
        return one
    story = Story(change)
    story.ready(1)
    story.end("READY WITH WARNINGS", blocking="warn")


def policy_cannot_be_fetched():
    story = Story(lambda o, s, one: failing(one, "sts-policy-fetch-error", 2, mx=None) if o == 13 else one)
    story.ready(2)
    story.end("NOT READY", readable="fail")


def a_sender_lost_the_policy():
    def change(offset, sender, one):
        if sender == "Beta" and offset >= 11:
            return report(one["report-id"], day=day(offset, START), organization=sender,
                          contact=one["contact-info"], policy_type="no-policy-found", successful=20)
        return one
    story = Story(change)
    text = story.ready(2)
    expect("Beta saw the policy last on 2026-11-11" in text, text)
    story.end("NOT READY", readable="fail")


def a_sender_that_never_saw_it():
    def change(offset, sender, one):
        if sender == "Beta":
            return report(one["report-id"], day=day(offset, START), organization=sender,
                          contact=one["contact-info"], policy_type="no-policy-found", successful=20)
        return one
    story = Story(change)
    story.ready(0)
    expect("Beta does no MTA-STS" in " ".join(story.result["notes"]), story.result["notes"])
    story.end("READY")


def few_reports():
    story = Story(lambda o, s, one: one if o in (12, 13) and s == "Alpha" else None)
    story.ready(3)
    expect("wait for more reports" in story.result["next_step"]["advice"], story.result["next_step"])
    story.end("NOT ENOUGH DATA", coverage="unknown", senders="unknown", sessions="unknown")


def reports_ended():
    """Nothing for weeks: the last day is told, and nothing is praised that rests on no report."""
    story = Story(days=range(-40, -19))
    text = " ".join(story.ready(3).split())
    expect("the newest is of 2026-10-12, 34 days old: too old" in text, text)
    expect("there is no report of these days" in text, text)
    expect("publish an _smtp._tls record" not in text, text)
    expect("no sender reported often enough before to be missed" in text, text)
    expect("the verdict rests on verified" not in text, text)
    story.end("NOT ENOUGH DATA", coverage="unknown", senders="unknown", sessions="unknown", mode="unknown")


def only_loops():
    """Four senders whose only mail is their report: no coverage."""
    def change(offset, sender, one):
        entry(one)["summary"]["total-successful-session-count"] = 1
        return one
    story = Story(change)
    story.ready(3)
    expect("wait for more reports" in story.result["next_step"]["advice"], story.result["next_step"])
    story.end("NOT ENOUGH DATA", coverage="unknown", senders="unknown", sessions="unknown")


def nobody_sees_a_policy():
    """Whether the reports are verified or not: that they exist is known."""
    for signed in (True, False):
        story = Story(lambda o, s, one: report(one["report-id"], day=day(o, START), organization=s,
                                               contact=one["contact-info"], policy_type="no-policy-found"),
                      signed=signed)
        text = story.ready(2)
        expect("wait" not in text, text)
        expect("mode: testing" in story.result["next_step"]["advice"], story.result["next_step"])
        expect_equal(story.result["rests_on_trusted"], signed, "on whose word it rests")
        # Who sees no policy where there is none may well do MTA-STS.
        expect_equal(story.result["notes"], [], "notes")
        story.end("NOT READY", coverage="unknown", senders="unknown", sessions="unknown", mode="fail")


def enforcing():
    def change(offset, sender, one):
        entry(one)["policy"]["policy-string"][1] = "mode: enforce"
        return one
    story = Story(change)
    story.ready(0)
    story.end("ALREADY ENFORCING")
    story = Story(lambda o, s, one: failing(change(o, s, one), "certificate-expired", 9) if o == 13 else
                  change(o, s, one))
    text = story.ready(2)
    expect("held back: mail is" in " ".join(text.split()), text)
    expect("mend what is named above now" in " ".join(text.split()), text)
    story.end("NOT READY", blocking="fail")


def dane_fails():
    """What fails under DANE does not stop the switch, but whoever decides must hear of it."""
    def change(offset, sender, one):
        if sender == "Alpha" and offset > 10:
            entry(one)["policy"] = {"policy-type": "tlsa", "policy-string": ["3 1 1 " + "ab" * 32],
                                    "policy-domain": "example.org"}
            return failing(one, "validation-failure", 5)
        return one
    story = Story(change)
    story.ready(0)
    expect_equal(story.result["notes"],
                 ["15 sessions of the last 7 days failed under DANE: that mail is held back whatever "
                  "the policy says, and enforce changes nothing for it"], "notes")
    story.end("READY")


def policy_changed():
    """The MX was missing from the policy until it was mended in mid-window: resolved."""
    def change(offset, sender, one):
        if offset < 9:
            entry(one)["policy"]["policy-string"][2] = "mx: other.example.org"
            return failing(one, "validation-failure", 4)
        return one
    story = Story(change)
    text = story.ready(1)
    expect("the policy has no mx line for it) (resolved" in " ".join(text.split()), text)
    story.end("READY WITH WARNINGS", blocking="warn", stable="warn")


def silent_sender():
    story = Story(lambda o, s, one: None if s == "Gamma" and o > 8 else one)
    text = story.ready(1)
    expect("Gamma: nothing since 2026-11-09" in text, text)
    story.end("READY WITH WARNINGS", silence="warn")


def not_verified():
    story = Story(signed=False)
    story.ready(1)
    story.end("READY WITH WARNINGS", trust="warn")


def forged_failures():
    """Unverified reports that claim failures do not stop the switch; the difference is shown."""
    def change(offset, sender, one):
        return one
    story = Story(change)
    forged = b""
    for offset in range(7, 14):
        one = failing(report("forged-%d" % offset, day=day(offset, START), organization="Forger",
                             contact="x@forger.example"), "certificate-expired", 500)
        forged += b"From x Mon Nov  2 00:00:00 2026\n" + mail(one, submitter="forger.example") + b"\n"
    story.place.run("import", story.place.write("forged", forged))
    text = story.ready(0)
    expect("alone say READY, all reports say NOT READY" in " ".join(text.split()), text)
    story.end("READY")


def candidate():
    """A policy not yet published: which MX it does not name, and what enforce would have held."""
    def change(offset, sender, one):
        if sender == "Alpha" and offset >= 10:
            return failing(one, "validation-failure", 2, mx="mx2.example.org")
        if sender == "Beta" and offset == 12:
            return failing(one, "certificate-expired", 3, mx="mx1.example.org")
        return one
    story = Story(change)
    path = story.place.write("new.txt", "version: STSv1\r\nmode: enforce\r\nmx: mx2.example.org\r\n"
                                        "max_age: 86400\r\n")
    text = story.ready(2, "--candidate", path)
    found = story.result["candidate"]
    expect_equal(found["unmatched_mx"], ["mx1.example.org"], "MX that no line matches")
    expect_equal(found["mended_sessions"], 8, "failures that the candidate mends")
    expect_equal([(h["sender"], h["day"], h["sessions"], h["mx_unmatched"]) for h in found["held"]],
                 [("Beta", "2026-11-13", 3, True)], "held back")
    expect("no mx line matches mx1.example.org" in text, text)
    story.place.run("ready", "example.org", "--candidate", "/no/such/file", status=66)
    story.place.run("ready", "example.org", "--candidate", story.place.write("x", "hello"), status=65)
    story.place.remove()


def overview():
    story = Story(config=TRUST + "[domains]\naccept=example.org;example.net\n")
    done = story.place.run("ready", "--all", "--now", NOW, "--json", status=3)
    rows = {row["domain"]: (row["stage"], row["days"], row["verdict"])
            for row in json.loads(done.stdout)["domains"]}
    # The window is full on the 14th day after the first report of 18 October.
    expect_equal(rows["example.net"], ("no reports", 0, "NOT ENOUGH DATA"), "a domain without reports")
    expect_equal(rows["example.org"][0::2], ("ready", "READY"), "a domain that is ready")
    expect(15 <= rows["example.org"][1] <= 19, "days in the stage: %d" % rows["example.org"][1])
    # A year later the same reports say nothing of the domain any more.
    done = story.place.run("ready", "--all", "--now", "2027-11-15", "--json", status=3)
    rows = {row["domain"]: (row["stage"], row["days"]) for row in json.loads(done.stdout)["domains"]}
    expect_equal(rows["example.org"], ("no reports", 366), "a domain whose reports ended")
    # Where none comes, waiting does not help.
    done = story.place.run("ready", "example.org", "--now", "2027-11-15", "--json", status=3)
    advice = json.loads(done.stdout)["domains"][0]["next_step"]["advice"]
    expect("see that the _smtp._tls record" in advice, advice)
    story.place.remove()


for scenario in (clean, expired_certificate_ended, expired_certificate_now, one_rare_failure,
                 failures_without_detail, policy_cannot_be_fetched, a_sender_lost_the_policy,
                 a_sender_that_never_saw_it, few_reports, reports_ended,
                 only_loops, nobody_sees_a_policy, enforcing, dane_fails,
                 policy_changed, silent_sender, not_verified, forged_failures, candidate, overview):
    scenario()
    print("ok", scenario.__name__)
