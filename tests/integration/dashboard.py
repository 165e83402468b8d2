"""Goal: every page of the dashboard answers, is sound HTML with an equal JSON twin, holds hostile names
inert, and survives hostile requests; users see their domains and nothing else."""
import json
import os
import socket
import subprocess
import sys
import threading
import urllib.parse

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests"))
from support import planted, reports
from support.pages import Html, Site
from support.program import PROGRAM, Place, Server, expect, expect_equal

CSP = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; " \
      "frame-ancestors 'none'; base-uri 'none'"


def check_pages(site):
    count = 0
    for target, seen, twin in site.crawl("/", 150):
        count += 1
        if seen is None:
            continue
        page, body = seen
        expect(body.startswith("<!DOCTYPE html>\n<html lang=\"en\">"), target + " is a document")
        expect("<script" not in body.lower(), target + " holds no script")
        expect("\u202e" not in body and "\u2066" not in body, target + " turns no text around")
        expect(set(page.forms) <= {"get"}, target + " has no form that changes anything")
        expect({"content"} <= page.ids, target + " has a place for the skip link")
    expect(count > 100, "the crawl found %d pages only" % count)
    print(count, "pages")


def check_facts(site):
    """What the pages say is what report and ready say."""
    board = {row["domain"]: row for row in site.json("/overview.json")["domains"]}
    expect_equal(sorted(board), sorted(planted.DOMAINS + ["quiet.example"]), "domains")
    stages = {name: row["stage"] for name, row in board.items()}
    expect_equal(stages, {"broken.example": "testing", "enforced.example": "enforcing",
                          "held.example": "enforcing", "new.example": "reporting only",
                          "quiet.example": "no reports", "ready.example": "ready"}, "stages")
    first = board["broken.example"]["failures"][0]
    expect_equal((first["result_type"], first["mx"], first["sessions"], first["senders"],
                  first["first_day"], first["new"], first["ended"]),
                 ("certificate-expired", "mx2.broken.example", 3 * (37 + 38 + 39), 3,
                  planted.ago(3), True, False), "the new failure")
    held = {row["mx"]: row for row in board["held.example"]["failures"]}
    expect_equal((held["mail.held.example"]["new"], held["mail.held.example"]["ended"]),
                 (False, False), "what goes on is neither new nor ended")
    expect(held["backup.held.example"]["ended"], "what is over is told as ended")
    order = [row["domain"] for row in site.json("/overview.json")["domains"]]
    expect_equal(order[0], "held.example", "mail that is held back comes first")

    summary = PLACE.json("report", "--domain", "broken.example", "--since", planted.ago(29),
                         "--until", planted.ago(0), "--format", "json")["domains"][0]
    page = site.json("/domain.json?domain=broken.example")
    for part in ("totals", "senders", "failures"):
        expect_equal(page["summary"][part], summary[part], part + " of a domain")
    explained = PLACE.json("explain", "broken.example", "--since", planted.ago(29), "--until",
                           planted.ago(0), "--addresses", "--json")["domains"][0]
    expect_equal(page["summary"]["problems"], explained["problems"], "its problems")
    text = site.get("/domain?domain=broken.example")[2]
    expect("certificate-expired at mx2.broken.example" in text and ">new</span>" in text,
           "the page tells what is new")
    days = site.json("/overview.json?days=10")["days"]
    expect_equal(sum(day["failed_sessions"] for day in days),
                 sum(row["failed_sessions"] for row in
                     site.json("/overview.json?days=10")["domains"]), "failures by day and domain")
    ready = json.loads(PLACE.run("ready", "broken.example", "--json", status=None).stdout)
    expect_equal(page["ready"], ready["domains"][0], "its verdict")
    decide = "; the days %s to %s decide" % (ready["domains"][0]["since"], ready["domains"][0]["until"])
    expect(decide in site.get("/domain?domain=broken.example&since=2024-01-01&until=2024-01-31")[2],
           "the verdict says its days, whatever the page shows")

    expect_equal(site.get("/")[2].count("<li class=\"domain\">"), 6, "domains on the page")
    filtered = site.json("/domain.json?domain=held.example&mx=mail.held.example&days=90")
    expect_equal({row["mx"] for row in filtered["summary"]["failures"]}, {"mail.held.example"},
                 "a filter by MX")
    hostile = [row["sender"] for row in summary["senders"] if "script" in row["sender"]][0]
    deviating = site.json("/sender.json?sender=" + urllib.parse.quote(hostile))
    expect(any(row["deviations"] for row in deviating["conformity"]), "deviations of a sender")
    sender = site.json("/sender.json?sender=Google+Inc.&domain=broken.example&days=10")
    expect_equal(sum(day["failed_sessions"] for day in sender["days"]), 3 * 37, "days of a sender")

    total = PLACE.json("list", "--json", "--since", planted.ago(89))["reports"]
    seen, before = [], ""
    while True:
        part = site.json("/reports.json?days=90" + before)
        seen += [row["id"] for row in part["reports"]]
        if part["next_before"] is None:
            break
        before = "&before=%d" % part["next_before"]
    expect_equal(seen, [row["id"] for row in total], "the list of reports, page by page")
    form = site.get("/reports?domain=held.example&sender=&since=%s" % planted.ago(5))[2]
    expect('name="domain" value="held.example"' in form, "the form shows the filter")
    expect_equal({row["domains"] for row in site.json(
        "/reports.json?domain=held.example&sender=&since=%s" % planted.ago(5))["reports"]},
        {"held.example"}, "a form with an empty field")
    expect_equal(len(site.json("/quarantine.json")["entries"]), 3, "entries in quarantine")


def check_headers(site):
    for target in ("/", "/overview.json", "/style.css", "/nothing", "/domain?domain=..", "/report"):
        for method in ("GET", "HEAD"):
            status, fields, body = site.get(target, method)
            expect_equal(fields["Content-Security-Policy"], CSP, target)
            for name, value in (("X-Content-Type-Options", "nosniff"),
                                ("Referrer-Policy", "no-referrer"),
                                ("Cross-Origin-Opener-Policy", "same-origin"),
                                ("Cross-Origin-Resource-Policy", "same-origin")):
                expect_equal(fields[name], value, "%s of %s" % (name, target))
            expect_equal(fields["Cache-Control"],
                         "no-cache" if target == "/style.css" else "no-store", target)
            expect((body == "") == (method == "HEAD"), "a body for GET only: " + target)
    _, fields, _ = site.get("/style.css")
    expect_equal(site.get("/style.css", If_None_Match=fields["ETag"])[0], 304, "style unchanged")
    expect_equal(site.get("/style.css", If_None_Match='"other"')[0], 200, "style changed")
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"):
        status, fields, _ = site.get("/", method)
        expect_equal((status, fields["Allow"]), (405, "GET, HEAD"), method)
    expect_equal(site.get("/", Accept="application/json")[1]["Content-Type"], "application/json",
                 "JSON by the Accept field")
    for host, status in (("localhost", 200), ("LOCALHOST:8461", 200), ("127.0.0.1", 200),
                         ("[::1]:8461", 200), ("evil.example", 421), ("127.0.0.1.evil.example", 421),
                         ("evil.example:80", 421), ("", 421), ("own.example", 200)):
        expect_equal(site.get("/", Host=host)[0], status, "Host: " + host)


def check_other_types(site):
    """Where nobody reports sessions under a policy the overview leads to those that are reported."""
    page = site.get("/?domain=new.example&days=30")[2]
    trend = page[page.index('id="trend"'):]
    expect("No report of this period tells of policy type sts." in trend, trend)
    expect("policy-type=no-policy-found" in trend, trend)
    expect("policy-type=tlsa" not in trend, trend)
    expect("<svg" not in trend, trend)
    expect("<svg" in site.get("/?domain=new.example&days=30&policy-type=no-policy-found")[2], "its chart")


def check_failures(site):
    for target, status in (
            ("/nothing", 404), ("/domain", 404), ("/domain?domain=unknown.example", 404),
            ("/domain?domain=a..b", 400), ("/report?id=99999999", 404), ("/report?id=0", 400),
            ("/report?id=99999999999999999999999999", 400), ("/report?id=-1", 400), ("/report", 404),
            ("/entry?id=q77", 404), ("/reports?since=2026-13-01", 400), ("/reports?days=401", 400),
            ("/reports?since=2020-01-01&until=2026-01-01", 400),
            ("/reports?since=2026-02-02&until=2026-01-01", 400), ("/reports?before=x", 400),
            ("/?policy-type=x", 400), ("/?sender=%ff", 400), ("/?sender=%zz", 400),
            ("/?sender=%00", 400), ("/?domain=%", 400), ("/?sender=" + "x" * 3000, 400),
            ("/%2e%2e/%2e%2e/etc/passwd", 404), ("/../../etc/passwd", 404), ("//evil.example", 404),
            ("/style.css/..", 404), ("/domain%00", 404), ("/?" + "&".join("a=b" for _ in
                                                                           range(100)), 200)):
        got, _, body = site.get(target)
        expect_equal(got, status, target[:80])
        page = Html(body)
        expect_equal(page.faults, [], "the page of " + target[:80])
        if status != 200 and "?" in target and "/domain?domain=a" not in target:
            path, _, query = target.partition("?")
            twin = site.get((path if path != "/" else "/overview") + ".json?" + query)
            expect_equal((twin[0], json.loads(twin[2])["status"]), (status, status), "its twin")


def check_hostile(port):
    def talk(octets):
        with socket.create_connection(("127.0.0.1", port), timeout=60) as peer:
            try:
                peer.sendall(octets)
                peer.shutdown(socket.SHUT_WR)
                answer = b""
                while chunk := peer.recv(65536):
                    answer += chunk
                return answer
            except OSError:
                return b""

    host = b"\r\nHost: localhost\r\n\r\n"
    for octets in (b"", b"\0" * 100, b"GET\r\n\r\n", b"GET / HTTP/9.9" + host, b"\xff\xfe" * 500,
                   b"GET /" + b"a" * 100000 + b" HTTP/1.1" + host,
                   b"GET /?" + b"a=%41&" * 2500 + b" HTTP/1.1" + host,
                   b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 5000 + b"\r\n",
                   b"GET / HTTP/1.1\r\nX: " + b"z" * 70000 + host,
                   b"GET / HTTP/1.1\r\nAuthorization: Basic " + b"A" * 8000 + host,
                   b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                   b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
                   b"POST / HTTP/1.1\r\nContent-Length: 99999999999" + host,
                   b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked" + host + b"zz\r\n",
                   b"GET / HTTP/1.1\r\nContent-Length: 5" + host + b"hello"):
        answer = talk(octets)
        harmless = any(part in octets for part in (b"hello", b"%41", b"Basic"))
        expect(harmless or b" 200 " not in answer.split(b"\r\n")[0],
               "an answer to %r" % octets[:60])
    idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(40)]
    expect_equal(Site(port).get("/")[0], 200, "answers beside forty silent connections")
    for peer in idle:
        peer.close()


def check_intake(server):
    """Reports are taken while pages are made."""
    stop, pages, faults = threading.Event(), [], []

    def look(target):
        site = Site(server.dashboard_port)
        while not stop.is_set():
            status, _, body = site.get(target)
            if status != 200:
                faults.append((target, status, body))
            pages.append(target)

    threads = [threading.Thread(target=look, args=(target,)) for target in
               ("/?days=365", "/domain?domain=broken.example", "/reports", "/sender?sender=Google+Inc.")]
    for thread in threads:
        thread.start()
    site = Site(server.port)
    for i in range(60):
        body = reports.gzipped(reports.report("while-%d" % i, day=planted.ago(1),
                                              domain="ready.example", organization="Late Sender"))
        status, _, text = post(site, body)
        expect_equal(status, 201, "report %d while pages are made: %s" % (i, text))
    stop.set()
    for thread in threads:
        thread.join()
    expect_equal(faults, [], "pages while reports come in")
    expect(len(pages) > 8, "only %d pages were made meanwhile" % len(pages))
    found = Site(server.dashboard_port).json("/reports.json?sender=Late+Sender")["reports"]
    expect_equal(len(found), 50, "new reports are seen at once")


def post(site, body):
    import http.client
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    connection.request("POST", "/v1/tlsrpt", body, {"Content-Type": "application/tlsrpt+gzip"})
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read().decode()


PLACE = Place(planted.CONFIG + "[https]\nlisten=127.0.0.1:0\n[dashboard]\nlisten=127.0.0.1:0\n"
              "hosts=own.example\n")
planted.plant(PLACE)
server = Server(PLACE)
site = Site(server.dashboard_port)
check_facts(site)
check_headers(site)
check_other_types(site)
check_failures(site)
check_pages(site)
check_hostile(server.dashboard_port)
check_intake(server)
expect_equal(server.stop(), 0, "serve ends")
with open(PLACE.path + "/serve.log") as log:
    text = log.read()
expect("ERROR" not in text and "runtime error" not in text, text)

# No domain is named as ours, and all reports are old.
old = Place("[dashboard]\nlisten=127.0.0.1:0\n")
old.run("import", old.write("old.json", json.dumps(reports.report("old", day="2018-03-01", failed=1))))
server = Server(old)
site = Site(server.dashboard_port)
for since in ("", "?since=2018-02-01&until=2018-04-01"):
    expect(len(list(site.crawl("/" + since, 30))) > 5, "pages of old reports")
expect_equal(site.get("/domain?domain=other.example")[0], 404, "a domain without any")
expect_equal(server.stop(), 0, "serve ends")
old.remove()

# Only a dashboard; and what may not be.
PLACE.configure(planted.CONFIG + "[dashboard]\nlisten=127.0.0.1:0\n")
server = Server(PLACE)
expect_equal((server.port, Site(server.dashboard_port).get("/")[0]), (None, 200), "only a dashboard")
expect_equal(server.stop(), 0, "serve ends")
for text, said in (("listen=0.0.0.0:0\n", b"without users="),
                   ("listen=0.0.0.0:0\nusers=%s\n", b"without certificate="),
                   ("listen=127.0.0.1:0\nusers=/nowhere\n", b"/nowhere"),
                   ("listen=127.0.0.1:0\npath-prefix=x\n", b"path-prefix")):
    users = PLACE.write("users", "a:$6$x$y:*\n")
    PLACE.configure("[dashboard]\n" + (text % users if "%" in text else text))
    done = subprocess.run([PROGRAM, "--config", PLACE.config, "serve"], capture_output=True,
                          timeout=60)
    expect_equal(done.returncode, 78, text)
    expect(said in done.stderr, "%r does not say %r" % (done.stderr, said))
PLACE.remove()
