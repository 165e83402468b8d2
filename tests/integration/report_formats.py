#!/usr/bin/env python3
"""report in every format over two planted weeks: the same numbers, the right changes, and foreign
names that stay text in a spreadsheet, in Markdown, in a browser and in a mail program."""
import csv
import html.parser
import io
import itertools
import json
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from program import Place, expect, expect_equal  # noqa: E402
from reports import day, report  # noqa: E402

MONDAY = "2026-11-09"  # of the week before; the week in question is 2026-W47
NOW = "2026-11-23"
HOSTILE = ["=cmd|'/c calc'!A1", "+1+1", "-2+3", "@SUM(A1)", "\uff1dcmd", "x;=1+1", 'x",=1+1', "x, =1+1",
           "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a & b &lt; c",
           "[click](http://evil.example/)", "http://evil.example/", "www.evil.example", "**bold** _it_",
           "a | b", "`code`", "1. one", "# head", "- item", "<!-- gone", "--> back", "\\", "\u202eevil",
           "tab\there", "new\nline", "&#60;b&#62;"]


class Planter:
    def __init__(self):
        self.place = Place()
        self.number = 0

    def put(self, offset, sender, details=(), domain="example.org", **more):
        """One report of the day OFFSET days after MONDAY; details: (result type, MX, sessions)."""
        self.number += 1
        details = [dict({"result-type": kind, "failed-session-count": count, "failure-reason-code": sender},
                        **({"receiving-mx-hostname": mx} if mx else {})) for kind, mx, count in details]
        document = report("id-%d" % self.number, day=day(offset, MONDAY), organization=sender,
                          domain=domain, details=details, contact=None,
                          failed=sum(each["failed-session-count"] for each in details), **more)
        self.place.write("reports/%d.json" % self.number, json.dumps(document))

    def load(self):
        self.place.run("import", os.path.join(self.place.path, "reports"))
        return self.place


def two_weeks():
    planter = Planter()
    for offset in range(14):
        late = offset >= 7
        if offset != 9:
            planter.put(offset, "Big Mail", [
                ("certificate-expired", "mx2.example.org", 30)] * (offset in (10, 11)) + [
                ("certificate-not-trusted", "mx1.example.org", 40 if late else 2),
                ("certificate-host-mismatch", "mx1.example.org", 2 if late else 40)] + [
                ("starttls-not-supported", "mx1.example.org", 9)] * (not late), successful=1000)
            planter.put(offset, "Big Mail", [("dane-required", None, 1)], policy_type="tlsa",
                        successful=1000)
        if not late:
            planter.put(offset, "Gone", successful=5)
        if late and offset != 9:
            planter.put(offset, "Fresh", successful=5)
    planter.put(1, "Rare", [("validation-failure", "mx9.example.org", 1)], successful=1)
    planter.put(8, "Rare", successful=2)
    for number, name in enumerate(HOSTILE):
        planter.put(8, name, [(name, name, number + 1)], successful=1, domain="example.net")
    for offset in range(14):
        planter.put(offset, "Big Mail", domain="calm.example", successful=3)
    return planter.load()


# ---- reading the formats back ---------------------------------------------------------------

def one(document, domain):
    return [each for each in document["domains"] if each["domain"] == domain][0]


class Page(html.parser.HTMLParser):
    """Checks that elements are balanced and nothing is active or external; gathers tables."""
    VOID = {"meta", "img", "br", "hr", "input", "link"}

    def __init__(self, text, mail):
        super().__init__(convert_charrefs=True)
        self.mail, self.open, self.tables, self.text, self.heading = mail, [], {}, [], None
        self.domain, self.section, self.row = "", "", []
        self.feed(text)
        self.close()
        expect_equal(self.open, [], "elements left open")

    def handle_starttag(self, tag, attributes):
        expect(tag not in ("script", "iframe", "object", "embed", "link", "img", "form", "a", "base"),
               "an element <%s>" % tag)
        for name, value in attributes:
            expect(not name.startswith("on") and name not in ("src", "href", "action", "xlink:href", "srcset"),
                   "an attribute %s=%s" % (name, value))
            expect(not (self.mail and name == "class"), "a class in a mail")
        if self.mail:
            expect(tag not in ("style", "svg"), "<%s> in a mail" % tag)
        if tag not in self.VOID:
            self.open.append(tag)
        if tag in ("h1", "h2", "h3", "h4"):
            self.heading = [tag, ""]
        elif tag == "tr" and self.depth() == 0:
            self.row = []
        elif tag in ("td", "th") and self.depth() == 1:
            self.row.append("")

    def depth(self):
        """Cells within which we are: 1 in a table of data, 2 in a bar. A mail has one cell around all."""
        return self.open.count("td") + self.open.count("th") - (1 if self.mail else 0)

    def handle_endtag(self, tag):
        expect_equal(self.open.pop(), tag, "the element that ends")
        if tag in ("h1", "h2", "h3", "h4"):
            if tag == "h2":
                self.domain = self.heading[1]
            self.section = self.heading[1]
            self.heading = None
        elif tag == "tr" and self.depth() == 0:
            self.tables.setdefault((self.domain, self.section), []).append(self.row)
            self.row = []

    def handle_data(self, data):
        if "style" in self.open:
            expect(not re.search(r"url\(|@import|expression", data), "a style sheet that loads")
            return
        self.text.append(data)
        if self.heading is not None:
            self.heading[1] += data
        elif self.row and self.depth() == 1:
            self.row[-1] += data.replace("\xa0", "")


def markdown_tables(text):
    """{(level 2 heading, newest heading): rows}, by a real parser."""
    done = subprocess.run(["cmark-gfm", "--unsafe", "-e", "table", "-e", "autolink", "-e", "strikethrough"],
                          input=text.encode(), capture_output=True, check=True)
    rendered = done.stdout.decode()
    expect("<a " not in rendered, "a link of a sender's own: %s" % re.findall("<a .*", rendered)[:1])
    expect("<!-- gone" not in rendered, "a comment of a sender's own")
    rendered = re.sub(r"<!-- -->|<(hr|br) />", "", rendered)
    return Page(rendered, False)


def shown(text):
    """TEXT of the JSON as people are shown it: what moves or hides text is spelt out."""
    return text.replace("\u202e", "\\u{202E}").replace("\t", "\\x09").replace("\n", "\\x0a")


def as_sender(name):
    """The same for a hostile name as organization-name, where white space becomes a space."""
    return shown(name.replace("\t", " ").replace("\n", " "))


# ---- the tests -------------------------------------------------------------------------------

def schema(place):
    """JSON is valid with whatever is asked for, and the members of always do not change by it."""
    try:
        import jsonschema
    except ImportError:
        sys.exit("python3-jsonschema is missing")
    with open(os.path.join(os.environ["SOURCE_DIR"], "schema", "summary.schema.json")) as file:
        validator = jsonschema.Draft202012Validator(json.load(file))
    period = ["--since", day(7, MONDAY), "--until", day(13, MONDAY), "--now", NOW]
    plain = place.json("report", "--json", *period)
    validator.validate(plain)
    flags = (["--compare"], ["--by", "day"], ["--matrix"], ["--conformity", "--quality"],
             ["--only-failures"], ["--domain", "example.org"])
    for chosen in itertools.product((0, 1), repeat=len(flags)):
        arguments = sum((flag for flag, yes in zip(flags, chosen) if yes), [])
        seen = place.json("report", "--json", *period, *arguments)
        validator.validate(seen)
        for each in seen["domains"]:
            for member in ("totals", "failures"):
                expect_equal(each[member], one(plain, each["domain"])[member], "%s with %s" % (member, arguments))
    week = place.json("report", "--json", "--week", "2026-W47", "--now", NOW)
    validator.validate(week)
    for each in week["domains"]:
        expect_equal(each["totals"], one(plain, each["domain"])["totals"], "totals of the week")
    for arguments in (["--week", "--only-new"], ["--mx", "mx1.example.org"], ["--sender", "Gone"],
                      ["--policy-type", "tlsa", "--by", "day", "--matrix"], ["--addresses"],
                      ["--since", "2030-01-01"], ["--until", "1999-01-01", "--compare"]):
        validator.validate(place.json("report", "--json", "--now", NOW, *arguments))


def changes(place):
    week = one(place.json("report", "--json", "--week", "--now", NOW), "example.org")["comparison"]
    found = {(f["sender"], f["result_type"]): (f["change"], f["sessions_before"], f["sessions"])
             for f in week["failures"]}
    expect_equal(found, {
        ("Big Mail", "certificate-expired"): ("new", 0, 60),
        ("Big Mail", "certificate-not-trusted"): ("worse", 14, 240),
        ("Big Mail", "certificate-host-mismatch"): ("better", 280, 12),
        ("Big Mail", "starttls-not-supported"): ("resolved", 63, 0),
        ("Big Mail", "dane-required"): ("unchanged", 7, 6),
        ("Rare", "validation-failure"): ("not-seen", 1, 0)}, "what changed")
    expect_equal([(s["sender"], s["days"]) for s in week["silent_senders"]], [("Gone", 7)], "silent")
    expect_equal([s["sender"] for s in week["new_senders"]], ["Fresh"], "new senders")
    text = place.run("report", "--week", "--now", NOW, "--domain", "example.org").stdout.decode()
    expect("1 new, 1 worse, 1 unchanged, 1 better, 1 not-seen, 1 resolved" in text, text)
    expect("Gone: 7 days with reports before, none since 2026-11-15" in text, text)


def only_new(place):
    seen = place.json("report", "--json", "--week", "--only-new", "--now", NOW)
    expect_equal([f["result_type"] for f in one(seen, "example.org")["failures"]], ["certificate-expired"],
                 "only what is new")
    expect_equal([p["result_type"] for p in one(seen, "example.org")["problems"]], ["certificate-expired"],
                 "only the problem that is new")
    expect_equal(one(seen, "example.org")["comparison"]["counts"]["resolved"], 1, "the counts stay whole")


def parts_agree(place):
    """Each part is the sum of another, and the same as another command tells."""
    seen = place.json("report", "--json", "--week", "--now", NOW, "--by", "day", "--matrix")
    for domain in seen["domains"]:
        for series in domain["trend"]:
            total = [t for t in domain["totals"] if t["policy_type"] == series["policy_type"]][0]
            for member in ("reports", "successful_sessions", "failed_sessions"):
                expect_equal(sum(each[member] for each in series["days"]), total[member], member + " of the days")
        cells, groups = {}, {}
        for row in domain["matrix"]:
            expect_equal(sum(row["sessions_by_result_type"].values()), row["sessions"], "a row of the matrix")
            for kind, sessions in row["sessions_by_result_type"].items():
                cells[row["policy_type"], row["sender"], row["mx"], kind] = sessions
        for failure in domain["failures"]:
            key = failure["policy_type"], failure["sender"], failure["mx"], failure["result_type"]
            groups[key] = groups.get(key, 0) + failure["sessions"]
        expect_equal(cells, groups, "the matrix")
        ready = json.loads(place.run("ready", "--json", "--now", NOW, domain["domain"], status=None).stdout)
        verdict = ready["domains"][0]
        expect_equal((domain["readiness"]["verdict"], domain["readiness"]["next_step"]),
                     (verdict["verdict"], verdict["next_step"]["advice"]), "the verdict")
        expect_equal([(g["gate"], g["state"], g["why"]) for g in domain["readiness"]["open_gates"]],
                     [(g["gate"], g["state"], g["why"]) for g in verdict["gates"] if g["state"] != "pass"], "gates")
        explained = place.json("explain", "--json", "--no-addresses", "--since", seen["period"]["since"],
                               "--until", seen["period"]["until"], domain["domain"])["domains"]
        expect_equal(domain["problems"], explained[0]["problems"], "the problems of " + domain["domain"])


def gaps(place):
    seen = place.json("report", "--json", "--week", "2026-W47", "--now", "2026-12-01")
    expect_equal(one(seen, "example.org")["quality"]["days_without_report"], 1, "days without a report")
    expect_equal(one(seen, "example.org")["quality"]["gaps"],
                 [{"first_day": "2026-11-18", "last_day": "2026-11-18"}], "where they are")
    # The reports of the last two days may still come.
    seen = place.json("report", "--json", "--week", "2026-W47", "--now", "2026-11-20")
    expect_equal((one(seen, "example.org")["quality"]["days"],
                  one(seen, "example.org")["quality"]["days_without_report"]), (2, 0), "days that are over")


def extremes():
    """The largest counts and the longest names stay within 80 columns, and nothing is cut."""
    planter = Planter()
    most = 2**53 - 1
    name = "A Sender With A Name That Goes On " * 9
    host = "a-host-name-of-some-length." * 7 + "example.org"
    for offset in (1, 8):
        planter.put(offset, name, [("certificate-host-mismatch", host, most - 1), ("x" * 300, None, 1)],
                    successful=most)
    place = planter.load()
    for arguments in ([], ["--week", "--now", NOW, "--by", "day", "--matrix"]):
        text = place.run("report", *arguments).stdout.decode()
        expect_equal([line for line in text.split("\n") if len(line) > 80 and " " in line.strip()], [], "wide lines")
        together = re.sub(r"\s+", "", text)
        for piece in (name.replace(" ", ""), host, str(most)):
            expect(piece in together, "%s in %s" % (piece, text))
    place.remove()


def week_choice(place):
    def week(*arguments):
        return place.json("report", "--json", *arguments)
    expect_equal(week("--week", "--now", "2026-11-22")["week"], "2026-W46", "on Sunday the week is not over")
    seen = week("--week", "--now", "2026-11-23")
    expect_equal((seen["week"], seen["period"], seen["compared_with"]),
                 ("2026-W47", {"since": "2026-11-16", "until": "2026-11-22"},
                  {"since": "2026-11-09", "until": "2026-11-15"}), "on Monday it is")
    expect_equal(week("--week", "2026-W53")["period"], {"since": "2026-12-28", "until": "2027-01-03"}, "W53")
    expect_equal(week("--week=2025-W01")["period"]["since"], "2024-12-30", "a year's turn")
    for wrong in ("2025-W53", "2026-W00", "monday", "2026-47"):
        place.run("report", "--week", wrong, status=64)
    place.run("report", "--week", "--since", "7d", status=64)
    place.run("report", "--by", "month", status=64)
    place.run("report", "--now", "soon", status=64)
    # Without a period: the last seven days that are over.
    expect_equal(week("--compare", "--now", NOW)["period"], {"since": "2026-11-16", "until": "2026-11-22"},
                 "the period of --compare")


def days_back(place):
    """So many days back are those before the day of --now, to that day, whatever is stored."""
    def period(*arguments):
        return place.json("report", "--json", "--now", NOW, *arguments)["period"]
    expect_equal(period("--since", "7d"), {"since": "2026-11-17", "until": "2026-11-23"}, "7d")
    expect_equal(period("--since", "14d", "--until", "8d"), {"since": "2026-11-10", "until": "2026-11-16"}, "14d to 8d")
    expect_equal(period("--since", "yesterday"), {"since": "2026-11-22", "until": "2026-11-23"}, "yesterday")
    expect_equal(period("--since", "7d", "--compare"), {"since": "2026-11-17", "until": "2026-11-22"}, "compared")
    expect_equal(place.json("report", "--json", "--now", "2030-01-07", "--since", "7d")["period"],
                 {"since": "2030-01-01", "until": "2030-01-07"}, "after all reports")


def nothing_there(place):
    """A period without a report tells where the reports are."""
    stored = place.json("report", "--json")["period"]
    for arguments in (["--now", "2030-01-08", "--week"], ["--since", "2030-01-01"], ["--until", "1999-01-01"]):
        for format in ("text", "markdown"):
            text = " ".join(place.run("report", "--format", format, *arguments).stdout.decode().split())
            expect("Nothing in this period matches. The reports of the store are of %s to %s." %
                   (stored["since"], stored["until"]) in text.replace("\\", ""), "%s: %s" % (arguments, text))
    empty = Place()
    empty.run("quarantine", "list")
    text = empty.run("report", "--week").stdout.decode()
    expect("Nothing in this period matches. No report is stored." in text, text)
    empty.remove()


def quiet(place):
    """Silent only where nothing failed and nobody fell silent."""
    def lines(*arguments):
        return place.run("report", "--week", "--quiet-if-clean", *arguments).stdout
    expect_equal(lines("--domain", "calm.example", "--now", NOW), b"", "a calm week")
    expect(b"calm.example" in place.run("report", "--week", "--domain", "calm.example", "--now", NOW).stdout,
           "without the option it is told")
    expect(b"certificate-expired" in lines("--now", NOW), "failures are told")
    expect(b"No report about this domain" in lines("--domain", "calm.example", "--now", "2026-11-30"),
           "a domain that nobody reports on any more is told")
    expect(lines("--domain", "calm.example", "--now", "2027-03-01") != b"", "no reports at all is not clean")
    planter = Planter()
    for offset in range(14):
        planter.put(offset, "Stays", successful=9)
        if offset < 7:
            planter.put(offset, "Leaves", successful=9)
    quiet_place = planter.load()
    expect(b"Leaves" in quiet_place.run("report", "--week", "--quiet-if-clean", "--now", NOW).stdout,
           "a sender gone silent is told although nothing failed")
    quiet_place.remove()


def spreadsheet(place):
    output = place.run("report", "--week", "--now", NOW, "--format", "csv").stdout.decode()
    rows = list(csv.DictReader(io.StringIO(output, newline="")))
    expect(output.endswith("\r\n") and "\n" not in output.replace("\r\n", ""), "lines end in CRLF")
    plain = place.json("report", "--json", "--week", "--now", NOW)
    expected = [(d["domain"], f["policy_type"], f["mode"] or "", f["effect"], str(f["sessions"]), f["first_day"],
                 f["last_day"]) for d in plain["domains"] for f in d["failures"]]
    expect_equal([(r["domain"], r["policy_type"], r["mode"], r["effect"], r["sessions"], r["first_day"],
                   r["last_day"]) for r in rows], expected, "one row a failure group")
    expect(any(r["change"] == "new" for r in rows), "the change is told")
    # A spreadsheet set to any usual separator sees no cell that begins a formula.
    for separator in ",;\t|":
        for row in csv.reader(io.StringIO(output, newline=""), delimiter=separator):
            for cell in row:
                for part in re.split("[%s]" % separator, cell):
                    expect(not re.match(r"[\s\"]*[=+\-@\uff1d\uff0b\uff0d\uff20]", part),
                           "a formula in %r (separator %r)" % (cell, separator))
    names = {r["sender"].replace("'", "") for r in rows}
    for name in HOSTILE:
        expect(as_sender(name).replace("'", "") in names, "%r is in the CSV: %s" % (name, sorted(names)))


def same_numbers(place):
    """The tables of all formats that people read hold what the JSON says."""
    plain = place.json("report", "--json", "--week", "--now", NOW, "--by", "day", "--matrix")
    arguments = ["report", "--week", "--now", NOW, "--by", "day", "--matrix", "--format"]
    pages = {"html": Page(place.run(*arguments, "html").stdout.decode(), False),
             "html-mail": Page(place.run(*arguments, "html-mail").stdout.decode(), True)}
    if shutil.which("cmark-gfm"):
        pages["markdown"] = markdown_tables(place.run(*arguments, "markdown").stdout.decode())
    for name, page in pages.items():
        for domain in plain["domains"]:
            def rows(section):
                return page.tables[(domain["domain"], section)][1:]
            expect_equal([[r[0], *r[1:4]] for r in rows("Sessions")],
                         [[t["policy_type"], str(t["reports"]), str(t["successful_sessions"]),
                           str(t["failed_sessions"])] for t in domain["totals"]], "totals in " + name)
            expect_equal([[r[0], r[1], r[2], r[3]] for r in rows("Senders")],
                         [[shown(s["sender"]), s["policy_type"], str(s["successful_sessions"]),
                           str(s["failed_sessions"])] for s in domain["senders"]], "senders in " + name)
            for series in domain["trend"]:
                seen = [r[:4] for r in rows("By day: " + series["policy_type"]) if r[1] != "none"]
                expect_equal(seen, [[d["day"], str(d["reports"]), str(d["successful_sessions"]),
                                     str(d["failed_sessions"])] for d in series["days"]], "days in " + name)
            for kind in {m["policy_type"] for m in domain["matrix"]}:
                section = "Failed sessions by sender, MX and result type: " + kind
                head = page.tables[(domain["domain"], section)][0]
                seen = {(r[0], r[1], h): v for r in rows(section) for h, v in zip(head[2:], r[2:]) if v != "0"}
                expect_equal(seen, {(shown(m["sender"]), shown(m["mx"] or "(no MX named)"), shown(t)):
                                    str(v) for m in domain["matrix"] if m["policy_type"] == kind
                                    for t, v in m["sessions_by_result_type"].items()}, "matrix in " + name)
        everything = " ".join(page.text)
        for hostile in HOSTILE:
            expect(as_sender(hostile) in everything, "%r is told as text in %s" % (hostile, name))
    text = place.run(*arguments, "text").stdout.decode()
    for sender in one(plain, "example.org")["senders"]:
        expect(re.search(r"%s +%s +%d +%d " % (re.escape(sender["sender"]), sender["policy_type"],
                                               sender["successful_sessions"], sender["failed_sessions"]), text),
               "%s in the text" % sender["sender"])
    wide = [line for line in text.split("\n") if len(line) > 80 and " " in line.strip()]
    expect_equal(wide, [], "lines of more than 80 columns")
    expect("2026-11-18   " in text and re.search(r"2026-11-18 +none", text), "a day without a report is a gap")


def copies():
    """What came twice, and what contradicts."""
    planter = Planter()
    for offset in range(7, 14):
        planter.put(offset, "Big Mail", successful=10)
    place = planter.load()
    place.run("import", os.path.join(place.path, "reports", "1.json"))
    other = json.load(open(os.path.join(place.path, "reports", "2.json")))
    other["policies"][0]["summary"]["total-successful-session-count"] = 999
    place.run("import", place.write("other.json", json.dumps(other)))
    odd = report("odd", day=day(8, MONDAY), organization="Odd", successful=1)
    odd["policies"][0]["policy"]["mx-host"] = "mx1.example.org"
    place.run("import", place.write("odd.json", json.dumps(odd)))
    seen = place.json("report", "--json", "--week", "--now", "2026-12-07", "--week=2026-W47", "--conformity")
    quality_seen = one(seen, "example.org")["quality"]
    expect_equal([quality_seen[k] for k in ("reports", "duplicate_copies", "uncounted_copies", "untrusted_reports",
                                            "days", "days_without_report")], [8, 1, 1, 0, 7, 0], "quality")
    senders = {s["sender"]: s for s in seen["conformity"]}
    expect_equal([(d["code"], d["reports"]) for d in senders["Odd"]["deviations"] if "mx-host" in d["code"]],
                 [("mx-host-not-array", 1)], "the deviation of the odd sender")
    expect_equal(senders["Odd"]["deviating_reports"], 1, "reports that deviate")
    place.remove()


def main():
    place = two_weeks()
    schema(place)
    changes(place)
    only_new(place)
    parts_agree(place)
    gaps(place)
    week_choice(place)
    days_back(place)
    nothing_there(place)
    quiet(place)
    spreadsheet(place)
    same_numbers(place)
    place.remove()
    extremes()
    copies()


main()
