"""Goal: explain tells the networks and names of what fails, keeps to what counts and to its limits, and
nothing foreign gets into a terminal or a shell."""
import json
import os
import re
import shlex
import sys
import urllib.request

import jsonschema

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
import mmdb  # noqa: E402
from program import Place, Server, expect, expect_equal  # noqa: E402
from reports import gzipped, mail, report  # noqa: E402

CONFIG = "[trust]\nauthserv-ids=mx.receiver.example\n"


def failing(number, addresses, result="certificate-expired", mx="mx1.example.org", to="198.51.100.1",
            sender="Alpha", day="2026-11-02", **more):
    """A report with a failed session for each of ADDRESSES."""
    details = [dict({"result-type": result, "sending-mta-ip": address, "receiving-ip": to,
                     "receiving-mx-hostname": mx, "failed-session-count": 1}, **more)
               for address in addresses]
    return report("%s-%s" % (sender, number), day=day, organization=sender,
                  contact="tls@%s.example" % sender.lower(), successful=20, failed=len(addresses),
                  details=details)


def store(place, *documents):
    mailbox = b""
    for document in documents:
        domain = document["contact-info"].split("@")[1]
        mailbox += (b"From x Mon Nov  2 00:00:00 2026\n" +
                    mail(document, submitter=domain, dkim_domain=domain) + b"\n")
    place.run("import", place.write("mailbox", mailbox))


def schema_text(name):
    with open(os.path.join(os.environ["SOURCE_DIR"], "schema", name + ".schema.json")) as file:
        return file.read()


def validator():
    """In one document: Debian 12's jsonschema joins no reference to a urn."""
    explain = json.loads(schema_text("explain").replace("urn:tlsgauge:summary:1#", "#"))
    explain["$defs"] = json.loads(schema_text("summary"))["$defs"]
    return jsonschema.Draft202012Validator(explain)


VALIDATOR = validator()


def explained(place, *arguments):
    page = place.json("explain", "example.org", "--json", *arguments)
    VALIDATOR.validate(page)
    return page["domains"]


def problems(place, *arguments):
    return explained(place, *arguments)[0]["problems"]


def shares(problem, member, name):
    return [(each[name], each["sessions"]) for each in problem[member]]


def networks():
    place = Place(CONFIG)
    store(place, failing(1, ["192.0.2.1", "192.0.2.200", "192.0.2.3", "203.0.113.9", "::ffff:203.0.113.1",
                             "2001:db8:1:2::1", "2001:db8:1:ffff::1", "not an address", ""]))
    found = problems(place)
    expect_equal(len(found), 1, "problems")
    expect_equal(shares(found[0], "networks", "network"),
                 [("192.0.2.0/24", 3), ("2001:db8:1::/48", 2), ("203.0.113.0/24", 2)], "networks")
    expect_equal(shares(found[0], "mx_addresses", "address"), [("198.51.100.1", 9)], "address of the MX")
    expect("from 3 networks" in found[0]["scope"], found[0]["scope"])
    bare = problems(place, "--no-addresses")
    expect_equal((bare[0]["networks"], bare[0]["network_count"]), ([], 0), "without addresses")
    expect_equal(bare[0]["sessions"], 9, "sessions without addresses")
    place.remove()


def only_what_counts():
    """A forged copy does not count, so its addresses are not told; neither are those of successes, of
    another result type, or of a day outside."""
    place = Place(CONFIG + "[https]\nlisten=127.0.0.1:0\n")
    server = Server(place)
    forged = failing(1, ["100.64.0.1", "100.64.0.2"])
    request = urllib.request.Request("http://127.0.0.1:%d/v1/tlsrpt" % server.port, data=gzipped(forged))
    urllib.request.urlopen(request, timeout=30).read()
    server.stop()
    store(place, failing(1, ["192.0.2.1"]), failing(2, ["192.0.2.9"], result="starttls-not-supported"),
          failing(3, ["203.0.113.1"], day="2026-10-02"))
    found = problems(place, "--since", "2026-11-01", "--result", "certificate-expired")
    expect_equal([each["title"] for each in found], ["certificate-expired at mx1.example.org"], "problems")
    expect_equal(shares(found[0], "networks", "network"), [("192.0.2.0/24", 1)], "networks")
    place.remove()


def policy_apart():
    """Under a policy that names the MX, one that does not, and one that is enforced a sender has three
    problems: each with the addresses of its own sessions."""
    place = Place(CONFIG)
    document = failing(1, ["192.0.2.1", "192.0.2.2"], result="validation-failure")
    other = failing(1, ["203.0.113.1"], result="validation-failure")["policies"][0]
    other["policy"]["policy-string"][2] = "mx: mx9.example.org"
    other["policy"]["mx-host"] = ["mx9.example.org"]
    enforced = failing(1, ["198.51.100.7"], result="validation-failure")["policies"][0]
    enforced["policy"]["policy-string"][1] = "mode: enforce"
    document["policies"] += [other, enforced]
    store(place, document)
    found = {(each["effect"], each["mx_not_in_policy"]): shares(each, "networks", "network")
             for each in problems(place)}
    expect_equal(found, {("would-block", False): [("192.0.2.0/24", 2)],
                         ("would-block", True): [("203.0.113.0/24", 1)],
                         ("blocked", False): [("198.51.100.0/24", 1)]}, "networks")
    place.remove()


def names_of_networks():
    place = Place()
    path = os.path.join(place.path, "as.mmdb")
    mmdb.write(path, {"192.0.2.0/24": (64500, "Example Net"), "2001:db8::/32": (64501, "Six\x1b[2J<b>")})
    place.configure(CONFIG + "[explain]\nas-database=%s\n" % path)
    store(place, failing(1, ["192.0.2.1", "192.0.2.2", "203.0.113.9", "2001:db8:1:2::1"]))
    done = place.run("explain", "example.org", "--json", status=None)
    if done.returncode == 69 and b"without libmaxminddb" in done.stderr:
        print("skipped: no libmaxminddb")
        return place.remove()
    expect_equal(done.returncode, 0, done.stderr.decode())
    found = problems(place)[0]
    expect_equal(shares(found, "networks", "network"),
                 [("AS64500 Example Net 192.0.2.0/24", 2), ("203.0.113.0/24", 1),
                  ("AS64501 Six\\x1b[2J<b> 2001:db8:1::/48", 1)], "names of networks")
    # A database that is none, or not there: said, and nothing is printed that might mislead.
    for content in (b"", b"no database", None):
        if content is None:
            os.remove(path)
        else:
            place.write("as.mmdb", content)
        done = place.run("explain", "example.org", status=69)
        expect(path.encode() in done.stderr and not done.stdout, done.stderr)
        place.run("explain", "example.org", "--no-addresses")
    place.remove()


def limits():
    """Only so many raw reports are read for one problem, and that is said."""
    place = Place()
    for number in range(1010):
        network = "192.0.2.1" if number < 5 else "203.0.113.1"
        place.write("files/%04d.json.gz" % number, gzipped(failing(number, [network])))
    place.run("import", os.path.join(place.path, "files"), timeout=300)
    found = problems(place)[0]
    expect_equal((found["sessions"], found["networks_partial"]), (1010, True), "partial")
    # The newest thousand are read: the first ten are not.
    expect_equal(shares(found, "networks", "network"), [("203.0.113.0/24", 1000)], "networks")
    text = place.run("explain", "example.org").stdout.decode()
    expect("newest reports only" in text, text)
    many = failing("many", ["10.%d.%d.1" % (i // 256, i % 256) for i in range(600)], sender="Beta",
                   result="starttls-not-supported")
    store(place, many)
    found = problems(place, "--result", "starttls-not-supported")[0]
    expect_equal((found["network_count"], len(found["networks"]), found["networks_partial"]),
                 (600, 20, False), "many networks")
    place.remove()


def hostile_names():
    names = ["$(touch /tmp/x).example.org", "`id`", "-oProxyCommand=x", "a;b.example.org",
             "mx'1.example.org", "mx1.example.org\r\nSubject: x", "\x1b]0;title\x07", "\u202egro"]
    place = Place()
    documents = [failing(number, ["192.0.2.1"], mx=name, day="2026-11-%02d" % (2 + number),
                         result="certificate-host-mismatch", sender="Evil \x1b[31m\u202e %d" % number,
                         **{"failure-reason-code": "\x1b[2J\nfake: line"})
                 for number, name in enumerate(names)]
    for number, document in enumerate(documents):
        document["contact-info"] = "x@evil.example"
        place.write("files/%d.json.gz" % number, gzipped(document))
    place.run("import", os.path.join(place.path, "files"))
    text = place.run("explain", "example.org").stdout.decode()
    expect(not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text), "control bytes in the text")
    expect("fake: line" not in [line.strip() for line in text.splitlines()], "a line of its own")
    plain = re.compile(r"[A-Za-z0-9_.:/|<=+-]+")
    for problem in problems(place):
        for command in problem["commands"]:
            for word in shlex.split(command):
                expect(plain.fullmatch(word), "a word of a command: %r" % word)
            expect("example.org" in command, command)
    place.remove()


def commands_line():
    place = Place()
    store(place, failing(1, ["192.0.2.1"]), failing(2, ["192.0.2.1"], sender="Beta"))
    text = place.run("explain", "EXAMPLE.org.").stdout.decode()
    for line in text.splitlines():
        expect(len(line) <= 80 or "openssl" in line or "dig " in line, "a long line: %r" % line)
    expect("openssl s_client -starttls smtp -connect mx1.example.org:25" in text, text)
    expect("Both senders" in text and "RFC 8460 4.3.1" in text, text)
    expect_equal(explained(place, "--sender", "Nobody"), [],
                 "a sender that is not there")
    expect_equal(len(problems(place, "--sender", "Beta")[0]["senders"]), 2, "a problem is told whole")
    expect("no reports" in place.run("explain", "example.com").stdout.decode(), "another domain")
    for wrong in ([], ["a b"], ["example.org", "example.net"], ["example.org", "--since", "soon"],
                  ["example.org", "--policy-type", "x"]):
        place.run("explain", *wrong, status=64)
    place.remove()


for scenario in (networks, only_what_counts, policy_apart, names_of_networks, limits, hostile_names, commands_line):
    scenario()
    print("ok", scenario.__name__)
