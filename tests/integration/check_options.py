"""Goal: what check says depends on what it was told: expected hosts and addresses, IPv6, a network that
lets nothing out; and its exit status follows the worst finding."""
import json
import os
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from program import PROGRAM, Place, expect, expect_equal  # noqa: E402
from world import SHARED, World, policy  # noqa: E402
from world_smtp import deaf  # noqa: E402
from world_web import Site  # noqa: E402

place = Place()
world = World(place.path)
world.domain("good.example", "")
world.domain("other.example", "")
world.domain("warned.example", "", tlsrpt=(), sts=(), web=None)
world.domain("broken.example", "", mx=[world.host(
    "mx.broken.example", world.authority.leaf("mail.broken.example"))])
world.domain("dark.example", "", mx=[world.host("mx.dark.example", down="46")])
world.domain("stuck.example", "", site=Site(policy(), delay=30))
world.domain("collected.example", "", tlsrpt=['"v=TLSRPTv1; rua=https://collector.example/v1"'])
world.add("collector.example. 3600 IN A 192.0.2.240")
world.start()
options = ["--timeout", "60", "--jobs", "2"]


def ids(findings):
    return {one["id"] for one in findings}


# The exit status is that of the worst.
for name, wanted, status in (("good.example", set(), 0),
                             ("warned.example", {"tlsrpt-missing", "sts-dns-missing"}, 1),
                             ("broken.example", {"cert-name"}, 2),
                             ("dark.example", {"smtp-connect"}, 3)):
    runs, code = world.check(name, more=options)
    expect_equal((ids(runs[name]), code), (wanted, status), name)
text = subprocess.run([PROGRAM, "check", *world.arguments(), *options, "broken.example"],
                      capture_output=True, text=True)
expect_equal(text.returncode, 2, "check as text: " + text.stderr)
for word in ("cert-name", "RFC 8461 4.2", "certificate-host-mismatch", "mail.broken.example"):
    expect(word in text.stdout, "check as text does not say %s:\n%s" % (word, text.stdout))

# Without IPv6 that is told: what was not looked at is no pass without a word.
sessions = world.servers[SHARED].sessions
runs, code = world.check("good.example", more=[*options, "--no-ipv6"])
expect_equal((ids(runs["good.example"]), code), ({"smtp-not-tried"}, 0), "--no-ipv6")
expect(world.servers[SHARED].sessions > sessions, "the IPv4 address was not tried")

# What is expected and is not there.
place.configure("[check]\nexpect-mx=mx.elsewhere.example\nexpect-rua=mailto:reports@elsewhere.example\n")
config = ["--config", place.config]
done = subprocess.run([PROGRAM, *config, "check", *world.arguments(), *options, "good.example"],
                      capture_output=True, text=True)
for word in ("mx-unapproved", "tlsrpt-rua-not-ours"):
    expect(word in done.stdout, "no %s:\n%s%s" % (word, done.stdout, done.stderr))

# Without CAs no certificate can be judged: that is neither a fault of theirs nor a pass.
runs, code = world.check("good.example", more=[*options, "--ca-file", place.path + "/none"])
expect_equal((ids(runs["good.example"]), code), ({"sts-https-untested", "cert-untested"}, 3), "no CAs")

# A policy that does not come in the time that senders give it.
runs, code = world.check("stuck.example", more=["--timeout", "3", "--no-smtp"])
expect_equal((ids(runs["stuck.example"]), code), ({"sts-https-timeout"}, 2), "a policy that does not come")

# No way to the web from here says nothing about the other side (nothing connects to multicast).
world.connect_to.insert(0, ":443:224.0.0.1:443")
runs, code = world.check("collected.example", more=[*options, "--no-smtp"])
expect_equal((ids(runs["collected.example"]), code), ({"sts-https-untested", "tlsrpt-untested"}, 3),
             "no way to the web")
world.connect_to.pop(0)

# A network that lets nothing out at port 25 is told once, and as that.
listener, waiting = deaf()
port = listener.getsockname()[1]
world.connect_to.insert(0, ":25:127.0.0.1:%d" % port)
runs, code = world.check("good.example", "other.example", more=["--timeout", "3"])
told = [one for run in runs.values() for one in run if one["id"].startswith("smtp-")]
expect(all(one["id"] == "smtp-blocked" for one in told), "all is blocked: %s" % told)
expect(told, "nothing is told of the blocked port")
expect_equal(code, 3, "the exit status where all is blocked")
expect_equal({one["severity"] for one in told}, {"could-not-test"}, "severity")

# One MX that answers, if only with a refusal, shows that port 25 is open: then it is the others.
world.connect_to.insert(0, "mx.dark.example:25:127.0.0.1:%d" % world.closed)
runs, code = world.check("good.example", "dark.example", more=["--timeout", "3"])
expect_equal({one for run in runs.values() for one in ids(run) if one.startswith("smtp-")}, {"smtp-connect"},
             "one silent, one refused")

# A resolver that never answers holds check for no longer than was said, and is told as that.
with socket.socket(type=socket.SOCK_DGRAM) as silent:
    silent.bind(("127.0.0.1", 0))
    done = subprocess.run([PROGRAM, "check", "--json", *world.arguments(), "--timeout", "2", "--resolver",
                           "127.0.0.1@%d" % silent.getsockname()[1], "good.example"],
                          capture_output=True, timeout=100)
told = [one for stage in json.loads(done.stdout)["domains"][0]["stages"] for one in stage["findings"]]
expect_equal([(one["id"], one["fact"]) for one in told], [("dns-resolver-silent", "no answer within 2 s")],
             "a resolver that never answers")
expect_equal(done.returncode, 3, "the exit status where the resolver is silent")
place.remove()
