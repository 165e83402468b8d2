"""A small Internet on loopback: a signed tree of zones, policy hosts, mail servers and a CA, with
addresses of the documentation networks that `tlsgauge check` is told to find on loopback."""
import hashlib
import json
import socket
import subprocess
import sys

from program import PROGRAM
from world_ca import Authority
from world_dns import NameServer, Zone
from world_smtp import SmtpServer, closed
from world_web import PolicyHosts, Site

SHARED = "mx.shared.example"
WEB = ("192.0.2.250", "2001:db8::fa")
RUA = '"v=TLSRPTv1; rua=mailto:tls-reports@inbox.example"'
STS = '"v=STSv1; id=20261122"'


def policy(*mx, mode="enforce", max_age=2592000, version="version: STSv1\r\n", more=""):
    lines = "".join("mx: %s\r\n" % name for name in mx or (SHARED,))
    return ("%smode: %s\r\n%smax_age: %s\r\n%s" % (version, mode, lines, max_age, more)).encode()


def tlsa(usage, selector, matching, certificate):
    """One TLSA record of CERTIFICATE as in a zone file."""
    data = certificate.der() if selector == 0 else certificate.public_key()
    data = {0: lambda: data, 1: hashlib.sha256(data).digest,
            2: hashlib.sha512(data).digest}[matching]()
    return "%d %d %d %s" % (usage, selector, matching, data.hex())


def loopback6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return "::1"
    except OSError:
        return "127.0.0.1"


class World:
    """Build it with zone(), host() and domain(), then start(). `expected` is filled by domain()."""

    def __init__(self, folder):
        self.folder = folder
        self.authority = Authority(folder)
        self.closed_socket, self.closed = closed()
        self.zones = {}
        self.connect_to = []
        self.sites = {}
        self.expected = {}
        self.severities = {}  # of findings, where it is not always the same
        self.options = {}  # the domains that are looked at with options of their own
        self.servers = {}
        self.hosts = {}  # what others have to know of a mail host
        self.loopback6 = loopback6()
        self.count = 0
        for name in (".", "example."):
            self.zone(name)
        self.add("ns.example. 3600 IN A 127.0.0.1")
        self.host(SHARED)
        self.add("inbox.example. 3600 IN MX 10 %s." % SHARED)

    # ---- the DNS ------------------------------------------------------------------------------

    def zone(self, name, **how):
        self.zones[name] = Zone(name, **how)

    def add(self, *lines):
        """Lines of a zone file, each into the zone that its first word belongs to."""
        for line in lines:
            self._zone_of(line.split()[0]).add(line)

    def _zone_of(self, owner):
        fitting = [zone for name, zone in self.zones.items()
                   if name == "." or owner == name or owner.endswith("." + name)]
        return max(fitting, key=lambda zone: len(zone.name))

    def publish(self, owner, *lines):
        """After the start: LINES (of a zone file, with or without TTL) take the place of all that has
        their type at OWNER; without lines all of OWNER goes."""
        owner = owner.rstrip(".") + "."
        zone = self._zone_of(owner)
        kept = []
        for line in zone.lines:
            words = line.split()
            if words[0] == owner and (not lines or any(" IN %s " % words[3] in one for one in lines)):
                continue
            kept.append(line)
        zone.lines = kept + [one.replace(" IN ", " 3600 IN ", 1) if " 3600 IN " not in one else one
                             for one in lines]
        self.dns.republish(zone)

    # ---- mail servers -------------------------------------------------------------------------

    def addresses(self):
        """A new pair that nobody has."""
        self.count += 1
        network = ("192.0.2", "198.51.100", "203.0.113")[self.count // 200]
        return "%s.%d" % (network, self.count % 200 + 1), "2001:db8::1:%x" % self.count

    def route(self, address, port, to_port, to=None):
        """What goes to ADDRESS at PORT goes to loopback at TO_PORT."""
        to = to or ("127.0.0.1" if ":" not in address else self.loopback6)
        wrap = ("[%s]" if ":" in address else "%s") % address
        self.connect_to.append("%s:%d:%s:%d" % (wrap, port, ("[%s]" if ":" in to else "%s") % to,
                                                to_port))

    def host(self, name, certificate=None, records="usual", v4=True, v6=True,
             addresses=None, down=(), second=None, rpt=True, **script):
        """A mail host: addresses, TLSA RECORDS ("usual": 3 1 1 of its key and 2 1 1 of the
        intermediate; None; or a list), a server with SCRIPT at both addresses. DOWN: "4", "6":
        nobody is there. SECOND: the certificate at the IPv6 address. RPT: with a TLS-RPT record of
        its own, as DANE hosts need."""
        certificate = certificate or self.authority.leaf(name)
        four, six = addresses or self.addresses()
        server = SmtpServer(name, certificate, **script)
        self.servers[name] = server
        port = server.listen()
        other = SmtpServer(name, second, **script) if second else server
        if v4:
            self.add("%s. 3600 IN A %s" % (name, four))
            self.route(four, 25, self.closed if "4" in down else port)
        if v6:
            self.add("%s. 3600 IN AAAA %s" % (name, six))
            self.route(six, 25, self.closed if "6" in down else other.listen(self.loopback6))
        if records == "usual":
            records = [tlsa(3, 1, 1, certificate), tlsa(2, 1, 1, self.authority.sub)]
        self.hosts[name] = {"certificate": certificate, "records": records or [], "port": port}
        for record in records or ():
            self.add("_25._tcp.%s. 3600 IN TLSA %s" % (name, record))
        if records and rpt:
            self.add("_smtp._tls.%s. 3600 IN TXT %s" % (name, RUA))
        return name

    # ---- domains ------------------------------------------------------------------------------

    def domain(self, name, expected, mx=(SHARED,), records=None, tlsrpt=(RUA,), sts=(STS,),
               body="usual", site=None, web=WEB, ttl=3600, options=()):
        """A domain that is right in all but what is said, and the ids of the findings EXPECTED, one
        whose severity depends as "id=severity".
        RECORDS: lines in place of the MX records. BODY: of the policy; SITE in place of it; WEB: the
        addresses of the policy host (None: it has none). OPTIONS: of check, to look at it with."""
        self.options[name] = tuple(options)
        told = [word.partition("=") for word in expected.split()]
        self.expected[name] = {word for word, _, _ in told}
        self.severities[name] = {(word, severity) for word, _, severity in told if severity}
        self.add(*(records if records is not None else
                   ["%s. 3600 IN MX %d %s." % (name, 10 * (i + 1), host)
                    for i, host in enumerate(mx)]))
        self.add(*["_smtp._tls.%s. %d IN TXT %s" % (name, ttl, text) for text in tlsrpt])
        self.add(*["_mta-sts.%s. %d IN TXT %s" % (name, ttl, text) for text in sts])
        if web is None:
            return
        for address in web:
            self.add("mta-sts.%s. 3600 IN %s %s" % (name, "AAAA" if ":" in address else "A", address))
        if site is None and body is not None:
            site = Site(policy(*mx) if body == "usual" else body)
        if site is not None:
            self.sites["mta-sts." + name] = site

    def start(self):
        plain = [site for site in self.sites.items() if site[1].certificate is None]
        for start in range(0, len(plain), 50):  # certtool takes no more than 128 names
            some = plain[start:start + 50]
            certificate = self.authority.leaf(*[name for name, _ in some])
            for _, site in some:
                site.certificate = certificate
        self.web = PolicyHosts(self.sites)
        self.route(WEB[0], 443, self.web.open())
        self.route(WEB[1], 443, self.web.open("second", self.loopback6))
        self.dns = NameServer(self.folder, list(self.zones.values()))
        self.connect_to.append("ns.example:53:127.0.0.1:%d" % self.dns.port)

    # ---- looking ------------------------------------------------------------------------------

    def arguments(self):
        rest = "::127.0.0.1:%d" % self.closed  # nothing leaves this machine
        return ["--resolver", self.dns.address, "--trust-anchor", self.dns.anchor, "--ca-file",
                self.authority.trust_file,
                *[word for row in self.connect_to + [rest] for word in ("--connect-to", row)]]

    def check(self, *domains, more=(), timeout=400):
        """`tlsgauge check --json` of DOMAINS; the findings by domain, and the exit status."""
        done = subprocess.run([PROGRAM, "check", "--json", *self.arguments(), *more, *domains],
                              capture_output=True, timeout=timeout)
        try:
            runs = json.loads(done.stdout)["domains"]
        except (ValueError, KeyError):
            sys.exit("check: exit %d\n%s%s" % (done.returncode, done.stdout.decode()[-2000:],
                                               done.stderr.decode()[-4000:]))
        return {run["domain"]: [one for stage in run["stages"] for one in stage["findings"]]
                for run in runs}, done.returncode
