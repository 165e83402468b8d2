"""Goal: a year of reports with planted stories: every number equals an independent computation, the
verdict is right on every day, and each story is found, named and explained."""
import datetime
import json
import os
import subprocess
import sys
import urllib.request

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
import oracle  # noqa: E402
import year  # noqa: E402
from program import PROGRAM, Place, Server, expect, expect_equal  # noqa: E402
from reports import gzipped, mail  # noqa: E402

CONFIG = ("[trust]\nauthserv-ids=mx.receiver.example\n[domains]\naccept=example.org;example.net\n"
          "[https]\nlisten=127.0.0.1:0\n")


# ---- the store ---------------------------------------------------------------------------------


def post(server, item):
    request = urllib.request.Request("http://127.0.0.1:%d/v1/tlsrpt" % server.port,
                                     data=gzipped(item.document),
                                     headers={"Content-Type": "application/tlsrpt+gzip"})
    urllib.request.urlopen(request, timeout=60).read()


def take_in(items):
    """All by their roads; returns them in the order of arrival."""
    place = Place(CONFIG)
    by_road = {road: [item for item in items if item.road == road] for road in ("https", "mail", "file")}
    server = Server(place)
    for item in by_road["https"]:
        post(server, item)
    expect_equal(server.stop(), 0, "serve ends well")
    mailbox = [b"From x Mon Nov  2 00:00:00 2026\n" +
               mail(item.document, submitter=item.submitter, domain=item.domain,
                    dkim_domain=item.submitter if item.trust == "verified" else None) + b"\n"
               for item in by_road["mail"]]
    place.run("import", place.write("mailbox", b"".join(mailbox)), timeout=300)
    for number, item in enumerate(by_road["file"]):
        place.write("files/%d.json" % number, json.dumps(item.document))
    place.run("import", os.path.join(place.path, "files"), timeout=300)
    expect_equal(place.json("quarantine", "list", "--json")["entries"], [], "quarantine")
    return place, by_road["https"] + by_road["mail"] + by_road["file"]


# ---- numbers -----------------------------------------------------------------------------------


def seen_summary(document):
    result = {}
    for domain in document["domains"]:
        totals = {total.pop("policy_type"): total for total in domain["totals"]}
        senders = {(sender.pop("sender"), sender.pop("policy_type")): sender
                   for sender in domain["senders"]}
        failures = {}
        for failure in domain["failures"]:
            key = tuple(failure.pop(name) for name in ("sender", "mx", "policy_type", "mode",
                                                       "result_type", "reason"))
            expect(key not in failures, "a failure group told twice: %s" % (key,))
            failures[key] = failure
        result[domain["domain"]] = {"totals": totals, "senders": senders, "failures": failures}
    return result


def same_members(seen, expected, what):
    """All that EXPECTED has; SEEN may have more members (the summary may grow)."""
    expect_equal(sorted(map(str, seen)), sorted(map(str, expected)), what)
    for key, members in expected.items():
        expect_equal({name: seen[key].get(name) for name in members}, members, "%s: %s" % (what, key))


def compare_summary(place, rows, since=None, until=None):
    arguments = ["report", "--json"]
    arguments += ["--since", str(since)] if since else []
    arguments += ["--until", str(until)] if until else []
    seen = seen_summary(place.json(*arguments))
    expected = oracle.summary(rows, since, until)
    what = "%s to %s" % (since, until)
    expect_equal(sorted(seen), sorted(expected), "domains, " + what)
    for domain, parts in expected.items():
        for part, members in parts.items():
            same_members(seen[domain][part], members, "%s of %s, %s" % (part, domain, what))


def numbers(place, rows):
    compare_summary(place, rows)
    for month in range(1, 13):
        first = datetime.date(year.YEAR, month, 1)
        last = (first + datetime.timedelta(days=31)).replace(day=1) - datetime.timedelta(days=1)
        compare_summary(place, rows, first, last)
    for day in list(range(0, year.DAYS, 15)) + [year.POLICY_2, year.EXPIRED[0], year.OUTAGE[0]]:
        compare_summary(place, rows, year.date(day), year.date(day))


# ---- verdicts ----------------------------------------------------------------------------------


def verdicts(place, rows):
    judges = {domain: oracle.Judge([row for row in rows if row.domain == domain])
              for domain in (year.DOMAIN, year.SECOND)}
    seen = set()
    running = []
    for day in range(1, year.DAYS + 20):
        now = year.date(day)
        running.append((now, subprocess.Popen(
            [PROGRAM, "--config", place.config, "ready", year.DOMAIN, year.SECOND, "--now", str(now),
             "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)))
        if len(running) == 2 or day == year.DAYS + 19:
            for each in running:
                seen |= judge(judges, *each)
            running = []
    # Nothing of this is worth much unless every gate had its say.
    expect_equal({each for each in seen if isinstance(each, str)},
                 {"ALREADY ENFORCING", "NOT ENOUGH DATA", "NOT READY", "READY", "READY WITH WARNINGS"},
                 "verdicts of the year")
    expect_equal({each for each in seen if isinstance(each, tuple) and each[1] != "pass"},
                 {("coverage", "unknown"), ("senders", "unknown"), ("sessions", "unknown"),
                  ("mode", "unknown"), ("mode", "fail"), ("blocking", "warn"), ("blocking", "fail"),
                  ("readable", "fail"), ("stable", "warn"), ("silence", "warn"), ("trust", "warn")},
                 "states of the gates of the year")


def judge(judges, now, process):
    out, error = process.communicate(timeout=300)
    expect(process.returncode <= 3, "ready on %s: exit %d: %s" % (now, process.returncode, error))
    found = set()
    for page in json.loads(out)["domains"]:
        verdict, gates = judges[page["domain"]].verdict(now)
        seen = {gate["gate"]: gate["state"] for gate in page["gates"]}
        expect_equal(seen, gates, "gates of %s on %s" % (page["domain"], now))
        expect_equal(page["verdict"], verdict, "verdict on %s on %s" % (page["domain"], now))
        found |= {verdict} | set(gates.items())
    return found


# ---- stories -----------------------------------------------------------------------------------


def problem(page, title, effect="would-block"):
    found = [each for each in page["problems"] if each["title"] == title and each["effect"] == effect]
    expect_equal(len(found), 1, "problems \"%s\" (%s) of %s" % (
        title, effect, [(each["effect"], each["title"]) for each in page["problems"]]))
    return found[0]


def notices(page, kind):
    return [each for each in page["notices"] if each["kind"] == kind]


def expect_story(story, days, **facts):
    """FACTS of a problem, which lay in DAYS of the year."""
    expect_equal((story["first_day"], story["last_day"], story["days"]),
                 (str(year.date(days[0])), str(year.date(days[-1])), len(days)), story["title"])
    for name, value in facts.items():
        expect_equal(story[name], value, "%s: %s" % (story["title"], name))


def names(story, member, name):
    return {each[name] for each in story[member]}


def sessions_of(rows, result, mx=None, days=None):
    return sum(detail[3] for row in rows for detail in row.details
               if detail[1] == result and (mx is None or detail[0] in mx) and
               (days is None or row.day in days))


def stories(place, rows):
    page = place.json("explain", year.DOMAIN, "--json")["domains"][0]
    own = [row for row in rows if row.domain == year.DOMAIN]
    senders = {row.sender for row in own if row.type == "sts"}

    # A certificate that had expired, seen by all that honour the policy; Microsoft names no MX.
    story = problem(page, "certificate-expired at mx2.example.org")
    expect_story(story, year.EXPIRED, ended=True, points_to="mx", course_kind="burst",
                 sessions=sessions_of(own, "certificate-expired"), clause="RFC 8460 4.3.1")
    expect("Microsoft Corporation" in names(story, "senders", "sender"), "nameless failures join")
    expect_equal(names(story, "mxs", "mx"), {"mx2.example.org", None}, "MX of the story")
    expect("Microsoft" not in story["title"] and "burst of 3 days" in story["course"], story["course"])

    # One label too deep for the wildcard; mended by the second version of the policy.
    story = problem(page, year.TRAP_MX + " is not in the policy")
    expect_story(story, year.TRAP, ended=True, points_to="policy", mx_not_in_policy=True,
                 sessions=sessions_of(own, "validation-failure", (year.TRAP_MX,)),
                 clause="RFC 8461 4.1")
    expect('"*.mail.example.org" comes near' in story["cause"] and
           "exactly one label" in story["cause"], story["cause"])
    expect("The newest policy that senders report names it" in story["fix"], story["fix"])

    # One sender's client.
    story = problem(page, "certificate-not-trusted for Old Appliance Ltd.")
    expect_story(story, year.OLD_CLIENT, ended=True, points_to="sender", course_kind="continuous")
    expect(story["network_count"] > 10, "many networks: %d" % story["network_count"])

    # One network on whose way STARTTLS disappears.
    story = problem(page, "starttls-not-supported at mx1.example.org")
    expect_story(story, year.STRIPPED, ended=True, points_to="path",
                 networks=[{"network": year.BAD_NETWORK + "0/24", "sessions": story["sessions"]}])
    expect("man in the middle" in story["likely"] and "cannot tell" in story["likely"], story["likely"])
    expect_equal(names(story, "senders", "sender"), {"GMX"}, "who meets it")

    # Under enforce mail was held back.
    story = problem(page, "certificate-host-mismatch at mx1.example.org", "blocked")
    expect_story(story, year.HELD, ended=True, points_to="mx")
    expect_equal(page["problems"][0]["title"], story["title"], "the worst comes first")

    # The policy could not be fetched by one sender; its details overlap.
    story = problem(page, "sts-policy-fetch-error for Mail.ru", "policy-unreadable")
    expect_equal((story["points_to"], story["ended"]), ("policy-host", True), story["title"])
    expect("503" in story["cause"], story["cause"])
    expect_equal([each["sender"] for each in notices(page, "overlap")], ["Mail.ru"], "overlap")

    # A session in thousands, now and then.
    story = problem(page, "validation-failure at mx1.example.org")
    expect_equal((story["rare"], story["points_to"], story["course_kind"]),
                 (True, "unclear", "scattered"), story["title"])

    # What fails is told once: no session is left out or told twice.
    expect_equal(sum(each["sessions"] for each in page["problems"]),
                 sum(detail[3] for row in own for detail in row.details), "sessions of all problems")

    expect_equal([each["sender"] for each in notices(page, "policy-never-seen")], ["Postfix Site"],
                 "who never sees the policy")
    missed = notices(page, "policy-missed")
    expect_equal([(each["sender"], each["first_day"], each["last_day"], each["days"]) for each in missed],
                 [("Mimecast", str(year.date(year.LOST[0])), str(year.date(year.LOST[-1])),
                   len(year.LOST))], "who missed it")
    expect_equal([(each["sender"], each["last_day"]) for each in notices(page, "silent")],
                 [("Zoho", str(year.date(year.SILENT - 1)))], "who fell silent")
    double = notices(page, "double-report")
    expect_equal([each["sender"] for each in double], ["Microsoft Corporation"], "who reports twice")
    expect("never added" in double[0]["text"], double[0]["text"])
    changed = notices(page, "policy-changed")
    expect_equal([each["first_day"] for each in changed], [str(year.date(year.POLICY_2))], "new policy")
    expect("mx added: *.eu.mail.example.org" in changed[0]["text"], changed[0]["text"])
    mode = notices(page, "mode-changed")
    expect_equal([each["first_day"] for each in mode], [str(year.date(year.ENFORCE))], "new mode")
    expect_equal(mode[0]["title"], "The policy went from testing to enforce on 2025-10-08", "title")
    for each in page["problems"] + page["notices"]:
        expect(each["clause"].startswith("RFC 8"), "clause of %s" % each["title"])

    # In mid-story it is not over, and one sender keeps the older policy for some days.
    def until(day):
        return place.json("explain", year.DOMAIN, "--json", "--since", str(year.date(day - 14)),
                          "--until", str(year.date(day)))["domains"][0]
    expect_equal(problem(until(year.STRIPPED[-1]), "starttls-not-supported at mx1.example.org")["ended"],
                 False, "ended while it goes on")
    expect_equal([each["sender"] for each in notices(until(year.POLICY_2 + 3), "old-policy")],
                 ["Comcast"], "who keeps the older policy")
    expect_equal([each["sender"] for each in notices(until(year.LOST[5]), "policy-lost")],
                 ["Mimecast"], "who lost the policy")

    second = place.json("explain", year.SECOND, "--json")["domains"][0]
    expect_equal([(each["sender"], each["first_day"]) for each in notices(second, "policy-lost")],
                 [("Yahoo Inc.", str(year.date(year.LOST_SECOND)))], "who lost the second policy")
    expect_equal([each["sender"] for each in notices(second, "unattributed")], ["Fastmail"],
                 "failures without a detail")
    expect(len(senders) > 10, "senders: %s" % senders)


def duplicates(place, arrived):
    """Copies by a second road are kept once, forged ones do not count."""
    reports = place.json("list", "--json")["reports"]
    copies = len(arrived) - len(reports)
    expect(copies > 150, "duplicates: %d" % copies)
    uncounted = [report for report in reports if not report["counted"]]
    expect_equal(len(uncounted), sum(1 for _ in arrived) - copies - len(list(oracle.counted(arrived))),
                 "copies that do not count")
    expect(uncounted and all(report["trust"] == "unauthenticated" for report in uncounted),
           "which copies do not count")


if __name__ == "__main__":
    made = year.Year()
    place, arrived = take_in(made.items)
    rows = list(oracle.entries(arrived))
    numbers(place, rows)
    print("ok numbers")
    stories(place, rows)
    print("ok stories")
    duplicates(place, arrived)
    print("ok duplicates")
    verdicts(place, rows)
    print("ok verdicts")
    place.remove()
