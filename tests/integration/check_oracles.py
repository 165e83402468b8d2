"""Goal: on the fixture world, check agrees with programs that others wrote: Postfix (posttls-finger)
on certificates, OpenSSL (whose DANE Postfix uses) and ldns-dane on TLSA records, danetool on what to
publish, delv on DNSSEC."""
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
os.environ["PATH"] += ":/usr/sbin:/sbin"
from program import Place, expect, expect_equal  # noqa: E402
from world import World  # noqa: E402
import world_domains  # noqa: E402

for tool in ("posttls-finger", "ldns-dane", "danetool", "delv"):
    if shutil.which(tool) is None:
        print(tool + " is not installed")
        sys.exit(77)

# What makes a sender that validates hold mail back; the rest of the ids does not concern Postfix.
BLOCKING = ("smtp-starttls", "smtp-ehlo", "smtp-greeting", "smtp-connect", "smtp-put-off", "tls-old-only",
            "tls-handshake", "cert-")

# Where posttls-finger decides otherwise, and why.
POSTFIX_DIFFERS = {
    "cert-common-name": "Postfix takes the common name of a certificate without DNS names; RFC 8461 4.2 "
                        "does not",
    "cert-weak-key": "OpenSSL at the level that Postfix sets takes RSA 1024",
    "smtp-starttls-in-name": "Postfix takes a keyword in the first line too, which is a greeting "
                             "(RFC 5321 4.1.1.1)",
    "cert-soon-days": "the certificate is good for some days yet; check tells before it fails",
    "smtp-connect": "check cannot say; nobody is there",
    "smtp-connect-one": "check looks at both addresses, posttls-finger at one",
}

# ldns-dane is not asked: OpenSSL does not load these certificates for it; with a file of records it
# compares the name with the dot at its end, which never fits, and DANE-TA needs the name.
LDNS_CANNOT = ("cert-weak-key", "cert-weak-hash")

# Where OpenSSL decides otherwise, whose DANE is that of Postfix, and why.
OPENSSL_DIFFERS = {
    "cert-weak-key": "the level of Debian's OpenSSL takes no RSA 1024; whether DANE matches is no "
                     "question of that",
}


def domain_of(host):
    return host.removeprefix("mx.")


def fixtures(world):
    """The mail hosts that are there for themselves."""
    return {host: how for host, how in world.hosts.items() if domain_of(host) in runs and
            re.match("mx[.](smtp|tls|cert|dane)-", host)}


def ids(host):
    return {one["id"] for one in runs[domain_of(host)] if one["severity"] in ("error", "could-not-test")}


def postfix_verifies(host, how):
    done = subprocess.run(
        ["posttls-finger", "-c", "-l", "secure", "-F", world.authority.trust_file, "-s", host, "-t", "30",
         "-p", ">=TLSv1.2", "[127.0.0.1]:%d" % how["port"], host],
        capture_output=True, text=True, timeout=120)
    text = done.stdout + done.stderr
    return "Verified TLS connection established" in text, text


def ldns_verifies(host, how):
    file = place.write("tlsa", "".join("_25._tcp.%s. 3600 IN TLSA %s\n" % (host, record)
                                       for record in how["records"]))
    done = subprocess.run(["ldns-dane", "-n", "-d", "-t", file, "-c", how["certificate"].chain, "-f",
                           world.authority.trust_file, "verify"], capture_output=True, text=True)
    return done.returncode == 0, done.stdout + done.stderr


def openssl_verifies(host, how):
    records = [word for record in how["records"] for word in ("-dane_tlsa_rrdata", record)]
    done = subprocess.run(["openssl", "s_client", "-connect", "127.0.0.1:%d" % how["port"], "-starttls",
                           "smtp", "-name", "oracle.example", "-servername", host, "-dane_tlsa_domain",
                           host, "-dane_ee_no_namechecks", *records, "-verify_return_error"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    text = done.stdout + done.stderr
    return done.returncode == 0 and "Verification: OK" in text, text


def compare(what, ours, theirs, text, differs, host):
    name = domain_of(host).removesuffix(".example")
    if name in differs:
        if ours == theirs:
            wrong.append("%s: %s and check agree on %s, though we say: %s" % (
                host, what, ours, differs[name]))
    elif ours != theirs:
        wrong.append("%s: check says %s, %s says %s\n%s" % (host, ours, what, theirs, text))


place = Place()
world = World(place.path)
for part in (world_domains.dns, world_domains.dane_records, world_domains.mail_hosts):
    part(world)
world.start()
names = [name for name in world.expected if re.match("(smtp|tls|cert|dane|dns|good|nowhere|bogus|unsigned)",
                                                     name)]
runs, _ = world.check(*names, more=["--jobs", "3", "--timeout", "60"])
wrong, looked = [], 0
for host, how in fixtures(world).items():
    if host == "mx.smtp-slow.example":
        continue
    ours = not any(one.startswith(BLOCKING) for one in ids(host))
    compare("posttls-finger", ours, *postfix_verifies(host, how), POSTFIX_DIFFERS, host)
    name = domain_of(host).removesuffix(".example")
    ours = not ids(host) & {"dane-mismatch", "dane-ta-name"} and not any(
        one["id"] == "dane-unusable" for one in runs[domain_of(host)])
    if any(record.startswith("3") for record in how["records"]) and name not in LDNS_CANNOT:
        compare("ldns-dane", ours, *ldns_verifies(host, how), {}, host)
    if how["records"] and not any(one.startswith(("smtp-", "tls-")) for one in ids(host)):
        compare("openssl", ours, *openssl_verifies(host, how), OPENSSL_DIFFERS, host)
    looked += 1
expect_equal("\n".join(wrong), "", "agreement on %d hosts" % looked)
expect(looked > 40, "only %d hosts were compared" % looked)

# The record that we say to publish is the one that danetool makes.
finding = next(one for one in runs["dane-mismatch.example"] if one["id"] == "dane-mismatch")
host = "mx.dane-mismatch.example"
made = subprocess.run(["danetool", "--tlsa-rr", "--load-certificate",
                       world.hosts[host]["certificate"].file, "--host", host, "--port", "25"],
                      capture_output=True, text=True, check=True).stdout
digest = re.search(r"\( 03 01 01 ([0-9a-f]+) \)", made).group(1)
expect_equal(finding["copy"], "_25._tcp.%s. IN TLSA 3 1 1 %s" % (host, digest), "the record to publish")

# DNSSEC: the same answers are secure, insecure and bogus.
for name, kind, wanted, bad in (
        ("good.example", "MX", "secure", None),
        ("nowhere.example", "MX", "secure", "dns-nxdomain"),
        ("unsigned.example", "MX", "insecure", "dns-no-dnssec"),
        ("bogus.example", "MX", "bogus", "dns-bogus"),
        ("_25._tcp.mx.dane-bogus.example", "TLSA", "bogus", "dane-bogus"),
        ("_25._tcp.mx.dane-tlsa-servfail.example", "TLSA", "bogus", "dane-tlsa-servfail"),
        ("_25._tcp.mx.dane-tlsa-insecure.example", "TLSA", "insecure", "dane-tlsa-insecure"),
        ("mx.unsigned-host.example", "A", "insecure", None),
        ("_25._tcp.mx.dane-mismatch.example", "TLSA", "secure", None)):
    said, text = world.dns.delv(name, kind)
    expect_equal(said, wanted, "delv %s %s\n%s" % (name, kind, text))
    domain = next((one for one in runs if name == one or name.endswith("." + one)), None)
    if bad is not None:
        expect(bad in {one["id"] for one in runs[domain]}, "%s: no %s" % (domain, bad))

# No session of ours went on to mail.
said = {verb for server in world.servers.values() for verb in server.commands}
expect_equal(said - {"EHLO", "STARTTLS", "QUIT", "NOOP"}, set(), "what was said to mail servers")
print("%d hosts" % looked)
place.remove()
