"""Goal: the page of a sender who knows many domains stays one that can be read: the dozen with the most
failed sessions whole, every other one as a row that leads to a page of its own; the JSON has the same, and
says how much it leaves out of what would not fit."""
import os
import re
import sys
import urllib.parse

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests"))
from support import reports
from support.pages import Html, Site
from support.program import Place, Server, expect, expect_equal

WHOLE, DAYS = 12, "&since=2026-11-01&until=2026-11-03"


def documents(count):
    """COUNT domains: the more failures, the higher the number; two of them with a second type."""
    out = []
    for n in range(count):
        details = [{"result-type": "certificate-expired", "failed-session-count": n,
                    "receiving-mx-hostname": "mx.d%02d.example" % n}] if n else None
        out.append(reports.report("r%d" % n, domain="d%02d.example" % n, successful=100, failed=n,
                                  details=details))
    for n in (0, count - 1):
        out.append(reports.report("tlsa%d" % n, domain="d%02d.example" % n, policy_type="tlsa"))
    return out


def fill(place, count):
    place.run("import", *[place.write("%d.json.gz" % number, reports.gzipped(document))
                          for number, document in enumerate(documents(count))])


def rows(body, id):
    table = re.search(r'<table[^>]*id="%s".*?</table>' % id, body, re.S)
    expect(table is not None, "there is a table " + id)
    return [Html(row) for row in re.findall(r"<tr>.*?</tr>", table[0], re.S)[1:]]


def check_many(site):
    body = site.get("/sender?sender=Test+Sender" + DAYS)[2]
    expect_equal(Html(body).faults, [], "faults of the page")
    headings = re.findall(r"<h2[^>]*>(d\d\d\.example)</h2>", body)
    expect_equal(headings, ["d%02d.example" % n for n in range(19, 19 - WHOLE, -1)],
                 "the domains that are shown whole")
    others = rows(body, "domain-table")
    names = [row.text[0].strip() for row in others]
    expect_equal([name for name in names if name],
                 ["d%02d.example" % n for n in range(7, 0, -1)] + ["d00.example", "d00.example"],
                 "the others, two types of a policy in two rows")
    status, _, page = site.get(urllib.parse.urljoin("/sender", others[0].links[0]))
    expect_equal((status, re.findall(r"<h2[^>]*>(d\d\d\.example)</h2>", page)),
                 (200, ["d07.example"]), "where a row leads")
    expect("certificate-expired" in page, "with its failures")
    twin = site.json("/sender.json?sender=Test+Sender" + DAYS)
    expect_equal([row["domain"] for row in twin["domains"]], ["d%02d.example" % n for n in range(20)],
                 "domains of the JSON")
    whole = [row["domain"] for row in twin["domains"] if "failures" in row]
    expect_equal(whole, ["d%02d.example" % n for n in range(20 - WHOLE, 20)], "whole ones of the JSON")
    expect_equal([len(row["totals"]) for row in twin["domains"]], [2] + 18 * [1] + [2], "totals")
    expect_equal((twin["domains_left_out"], len(twin["days"]), twin["days_left_out"]), (0, 22, 0), "the rest")


def check_hundreds(site):
    """As many as a table has rows; of those with fewer failures it is told that they are there."""
    twin = site.json("/sender.json?sender=Test+Sender" + DAYS)
    expect_equal([row["domain"] for row in twin["domains"]],
                 ["d%02d.example" % n for n in range(100, 230)] + ["d%02d.example" % n for n in range(30, 100)],
                 "domains of the JSON: those with the most failures")
    expect_equal((twin["domains_left_out"], len(twin["days"]), twin["days_left_out"]), (30, 200, 32), "the rest")
    body = site.get("/sender?sender=Test+Sender" + DAYS)[2]
    expect_equal(len(rows(body, "day-table")), 200, "days of the page")


def check_dozen(site):
    body = site.get("/sender?sender=Test+Sender" + DAYS)[2]
    expect_equal(len(re.findall(r"<h2[^>]*>d\d\d\.example</h2>", body)), WHOLE, "a dozen is whole")
    expect("other-domains" not in body, "without a table of others")


for count, check in ((20, check_many), (WHOLE, check_dozen), (230, check_hundreds)):
    place = Place("[dashboard]\nlisten=127.0.0.1:0\n")
    fill(place, count)
    server = Server(place)
    check(Site(server.dashboard_port))
    expect_equal(server.stop(), 0, "serve ends")
    place.remove()
