"""Goal: who has a password for some domains sees these and nothing of the others, on no page and in no
JSON; passwords cannot be guessed fast; behind nginx under a prefix, and with TLS of its own."""
import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
import time
import urllib.request

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests"))
from support import planted
from support.pages import Html, Site
from support.program import Place, Server, expect, expect_equal

# Whatever would give away that there are other domains, or what befell them.
SECRETS = ["broken", "enforced", "held.example", "new.example", "foreign", "secret-mx", "quiet",
           "certificate-expired", "certificate-host-mismatch", "planted-", "elsewhere"]


def line(place, name, *domains):
    made = place.run("dashboard-password", name, *domains, stdin=b"pass of %s\n" % name.encode())
    return made.stdout.decode()


def check_alice(site, admin):
    count = 0
    for target, seen, twin in site.crawl("/", 60):
        texts = [json.dumps(twin)] + ([seen[1]] if seen else [])
        for secret in SECRETS:
            for text in texts:
                expect(secret not in text, "%s gives away %s" % (target, secret))
        expect("/quarantine" not in texts[-1], target + " leads to the quarantine")
        count += 1
    expect(count > 20, "alice finds %d pages only" % count)
    nothing = site.get("/domain?domain=nothing.example")
    for target in ("/domain?domain=broken.example", "/sender?sender=Google+Inc.&domain=held.example",
                   "/reports?domain=broken.example", "/?domain=enforced.example"):
        for path in (target, target.replace("?", ".json?").replace("/.json", "/overview.json")):
            status, _, body = site.get(path)
            expect_equal(status, 404, path)
            for secret in ("mx2", "mail.held", "failed_sessions"):
                expect(secret not in body, path + " gives away " + secret)
    expect_equal(site.get("/domain?domain=broken.example")[2].replace("broken", "nothing"),
                 nothing[2], "a domain of others is told like none at all")
    expect("tlsgauge_ready" in admin.get("/metrics")[2], "metrics for who sees all")
    for target in ("/quarantine", "/quarantine.json", "/entry?id=1", "/entry.json?id=1", "/metrics"):
        expect_equal(site.get(target)[0], 403, target)
    hidden = admin.json("/reports.json?domain=broken.example")["reports"][0]["id"]
    for target in ("/report?id=%d", "/report.json?id=%d"):
        expect_equal(site.get(target % hidden)[0], 404, "a report about another domain")
    expect_equal([row["domain"] for row in site.json("/overview.json")["domains"]],
                 ["ready.example"], "domains of alice")


def check_shared(sites, admin):
    """A report about a domain of hers, one of others, and one that nobody here has."""
    shared = admin.json("/reports.json?sender=Shared+Sender")["reports"]
    expect_equal((len(shared), shared[0]["successful_sessions"], shared[0]["failed_sessions"]),
                 (1, 66, 2), "the shared report as a whole")
    target = "/report.json?id=%d" % shared[0]["id"]
    for name, domains, successful, failed in (("alice", ["ready.example"], 11, 0),
                                              ("bob", ["ready.example", "enforced.example"], 33, 1)):
        rows = sites[name].json("/reports.json?sender=Shared+Sender")["reports"]
        expect_equal([(row["successful_sessions"], row["failed_sessions"]) for row in rows],
                     [(successful, failed)], "its sums for " + name)
        report = sites[name].json(target)["report"]
        expect_equal([entry["policy_domain"] for entry in report["policies"]], domains,
                     "its entries for " + name)
        expect_equal(report["document"], None, "its document for " + name)
        expect("source" not in report and "report_id" not in report, "where it came from: " + name)
    expect(admin.json(target)["report"]["document"] is not None, "its document for all")
    expect("foreign" not in sites["bob"].get(target.replace(".json", ""))[2], "foreign for bob")


def check_passwords(port, sites):
    status, fields, body = Site(port).get("/")
    expect_equal((status, fields["WWW-Authenticate"]),
                 (401, 'Basic realm="tlsgauge", charset="UTF-8"'), "without a name")
    expect("ready.example" not in body and "overview" not in body.lower().replace("overview</a>", ""),
           "the refusal shows nothing")
    for value in ("Basic", "Basic !!!!", "Bearer x", "Basic " + "QQ==", "Basic Og==", "Basic OjpB"):
        expect_equal(Site(port).get("/", Authorization=value)[0], 401, value)
    tries = [Site(port, "alice", "wrong %d" % i).get("/")[0] for i in range(12)]
    expect_equal((tries[0], tries[-1]), (401, 429), "guesses: %s" % tries)
    expect_equal(sites["alice"].get("/")[0], 200, "who logged in before is not locked out")
    expect_equal(Site(port, "carol", "pass of carol").get("/")[0], 429, "nobody else from there")


def reload(place, server, says):
    """SIGHUP, and the end of what it does: a line of the log that holds SAYS."""
    def lines():
        with open(place.path + "/serve.log") as log:
            return sum(says in line for line in log)
    before = lines()
    server.process.send_signal(signal.SIGHUP)
    for _ in range(300):
        if lines() > before:
            return
        time.sleep(0.1)
    sys.exit("FAILED: serve does not say %r" % says)


def check_changes(place, server, users, sites):
    with open(users) as file:
        text = file.read()
    place.write("users", "no line\n")
    reload(place, server, "what is in use stays")
    expect_equal(sites["alice"].get("/")[0], 200, "a broken file changes nothing")
    expect(b"users:1:" in place.run("config", "check", status=78).stderr, "config check names it")
    place.write("users", "".join(row for row in text.splitlines(True)
                                 if not row.startswith("alice:")))
    reload(place, server, "users read again")
    expect_equal(sites["alice"].get("/")[0], 401, "who is taken out of the file is out")
    expect_equal(sites["admin"].get("/")[0], 200, "the others stay")
    place.write("users", text)
    for _ in range(60):  # without a signal: seldom enough not to be taken for a guesser
        time.sleep(1.5)
        if sites["alice"].get("/")[0] == 200:
            return
    sys.exit("FAILED: the changed file is not read")


def check_nginx(place, port):
    if shutil.which("nginx") is None:
        print("no nginx here")
        return
    outer = 20000 + os.getpid() % 20000
    place.write("nginx.conf", """
daemon off; worker_processes 1; pid %(path)s/nginx.pid; error_log stderr;
events { worker_connections 64; }
http { access_log off; client_body_temp_path %(path)s/body; proxy_temp_path %(path)s/proxy;
 fastcgi_temp_path %(path)s/f; uwsgi_temp_path %(path)s/u; scgi_temp_path %(path)s/s;
 server { listen 127.0.0.1:%(outer)d;
  location /tlsgauge/ {
    proxy_pass http://127.0.0.1:%(inner)d;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  } } }
""" % {"path": place.path, "outer": outer, "inner": port})
    nginx = subprocess.Popen(["nginx", "-p", place.path, "-c", place.path + "/nginx.conf"],
                             stderr=subprocess.PIPE)
    site = Site(outer, "admin", "pass of admin")
    try:
        for _ in range(100):
            try:
                site.get("/tlsgauge/")
                break
            except OSError:
                time.sleep(0.1)
        count = 0
        for target, seen, _ in site.crawl("/tlsgauge/", 40):
            count += 1
            expect(target.startswith("/tlsgauge/"), target)
            if seen:
                expect(all(link.startswith(("/tlsgauge/", "#")) for link in seen[0].links), target)
        expect_equal(count, 40, "pages behind nginx")
        expect_equal(site.get("/tlsgauge/style.css")[0], 200, "the style sheet behind nginx")
        expect_equal(Site(outer).get("/tlsgauge/")[0], 401, "nobody behind nginx")
    finally:
        nginx.terminate()
        nginx.wait()


def check_tls(place, users):
    def certificate(serial):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3", "-subj",
                        "/CN=localhost", "-set_serial", str(serial), "-keyout",
                        place.path + "/key.pem", "-out", place.path + "/new.pem"], check=True,
                       capture_output=True)
        os.rename(place.path + "/new.pem", place.path + "/cert.pem")

    certificate(1)
    place.configure(planted.CONFIG + "[dashboard]\nlisten=0.0.0.0:0\nusers=%s\ncertificate=%s/cert.pem"
                    "\nkey=%s/key.pem\n" % (users, place.path, place.path))
    server = Server(place)
    trusting = ssl._create_unverified_context()
    request = urllib.request.Request("https://127.0.0.1:%d/overview.json" % server.dashboard_port,
                                     headers=Site(0, "bob", "pass of bob").fields)
    with urllib.request.urlopen(request, context=trusting, timeout=60) as answer:
        expect_equal(len(json.load(answer)["domains"]), 2, "over TLS")
    first = ssl.get_server_certificate(("127.0.0.1", server.dashboard_port))
    certificate(2)
    server.process.send_signal(signal.SIGHUP)
    for _ in range(100):
        if ssl.get_server_certificate(("127.0.0.1", server.dashboard_port)) != first:
            break
        time.sleep(0.1)
    else:
        sys.exit("FAILED: the renewed certificate is not used")
    expect_equal(server.stop(), 0, "serve ends")


def main():
    place = Place(planted.CONFIG)
    planted.plant(place)
    probe = place.run("dashboard-password", "x", stdin=b"y\n", status=None)
    if probe.returncode == 69:
        print(probe.stderr.decode())
        sys.exit(77)
    for name in ("a:b", "a b", "#a", ""):
        place.run("dashboard-password", name, stdin=b"x\n", status=64)
    place.run("dashboard-password", "a", "no domain", stdin=b"x\n", status=64)
    place.run("dashboard-password", "a", stdin=b"\n", status=65)
    users = place.write("users", "# who may look\n" + line(place, "admin") +
                        line(place, "alice", "ready.example") +
                        line(place, "bob", "ready.example", "enforced.example") +
                        line(place, "carol", "ready.example"))
    place.configure(planted.CONFIG + "[https]\nlisten=127.0.0.1:0\ntrusted-proxies=127.0.0.1\n"
                    "[dashboard]\nlisten=127.0.0.1:0\npath-prefix=/tlsgauge\nusers=" + users + "\n")
    server = Server(place)
    sites = {name: Site(server.dashboard_port, name, "pass of " + name)
             for name in ("admin", "alice", "bob")}
    for name, site in sites.items():
        page = Html(site.get("/")[2])
        expect(name in "".join(page.text), name + " is greeted")
    check_shared(sites, sites["admin"])
    check_nginx(place, server.dashboard_port)
    check_changes(place, server, users, sites)
    check_passwords(server.dashboard_port, sites)
    expect_equal(server.stop(), 0, "serve ends")
    place.configure(planted.CONFIG + "[dashboard]\nlisten=127.0.0.1:0\nusers=" + users + "\n")
    server = Server(place)
    check_alice(Site(server.dashboard_port, "alice", "pass of alice"),
                Site(server.dashboard_port, "admin", "pass of admin"))
    expect_equal(server.stop(), 0, "serve ends")
    check_tls(place, users)
    place.remove()


main()
