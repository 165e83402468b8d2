"""The domains of the world: each is right in all but one thing, and says which findings that makes."""
import ipaddress

from world import RUA, SHARED, STS, WEB, policy, tlsa
from world_smtp import server_context
from world_web import Site

DAY = 86400


def both_of(world, certificate):
    return [tlsa(3, 1, 1, certificate), tlsa(2, 1, 1, world.authority.sub)]


def dns(world):
    world.zone("unsigned.example.", signed=False)
    world.zone("bogus.example.", forged=True)
    world.zone("servfail.example.", signed=False, served=False)
    world.domain("good.example", "")
    world.expected["nowhere.example"] = {"dns-nxdomain"}
    world.expected["servfail.example"] = {"dns-failed"}
    world.domain("bogus.example", "dns-bogus")
    world.domain("unsigned.example", "dns-no-dnssec dane-none", mx=[world.host(
        "mx.no-tlsa.example", records=None)])
    addresses = world.addresses()
    world.host("mx-missing.example", addresses=addresses, rpt=False)
    world.domain("mx-missing.example", "mx-missing", records=[],
                 body=policy("mx-missing.example"))
    world.domain("mx-null.example", "mx-null", tlsrpt=(), sts=(), web=None, records=[
        "mx-null.example. 3600 IN MX 0 .", "mx-null.example. 3600 IN A 192.0.2.251"])
    world.domain("mx-null-records.example", "mx-null mx-null-records", sts=(), web=None, records=[
        "mx-null-records.example. 3600 IN MX 0 .", "mx-null-records.example. 3600 IN A 192.0.2.251"])
    world.domain("mx-null-no-addr.example", "mx-null mx-null-no-addr", tlsrpt=(), sts=(), web=None,
                 records=["mx-null-no-addr.example. 3600 IN MX 0 ."])
    for name, exchange, expected in (
            ("mx-null-mixed.example", ".", "mx-null-mixed"),
            ("mx-ip-literal.example", "192.0.2.9.", "mx-ip-literal"),
            ("mx-bad-name.example", "bad\\032name.example.", "mx-bad-name")):
        world.domain(name, expected, records=[
            "%s. 3600 IN MX 10 %s." % (name, SHARED), "%s. 3600 IN MX 5 %s" % (name, exchange)])
    world.domain("mx-duplicate.example", "mx-duplicate", records=[
        "mx-duplicate.example. 3600 IN MX %d %s." % (i, SHARED) for i in (10, 20)])
    world.add("mx.mx-cname.example. 3600 IN CNAME mx.real.example.")
    world.host("mx.real.example", world.authority.leaf("mx.mx-cname.example", "mx.real.example"))
    world.add("_smtp._tls.mx.mx-cname.example. 3600 IN TXT " + RUA)
    world.domain("mx-cname.example", "mx-cname", mx=["mx.mx-cname.example"])
    world.domain("mx-no-address.example", "mx-no-address", mx=[SHARED, "mx.mx-no-address.example"])
    world.domain("mx-private-address.example", "mx-private-address", mx=[world.host(
        "mx.private.example", addresses=("10.1.2.3", "2001:db8::a:1"))])
    world.domain("mx-no-ipv6.example", "mx-no-ipv6", mx=[world.host("mx.four.example", v6=False)])
    world.domain("mx-too-many.example", "mx-too-many mx-no-address", mx=[
        "h%d.mx-too-many.example" % i for i in range(33)], body=policy("*.mx-too-many.example"))


def name_servers(world):
    """A second name server beside that of the world: it has an old zone (open_doors), or is dead."""
    world.domain("mx-ns-agree.example", "", options=["--all-ns"])
    for name, address, expected in (("mx-ns-differs.example", "192.0.2.246", "mx-ns-differs"),
                                    ("mx-ns-untested.example", "192.0.2.245", "mx-ns-untested")):
        world.zone(name + ".")
        world.add("%s. 3600 IN NS ns2.%s." % (name, name), "ns2.%s. 3600 IN A %s" % (name, address))
        world.domain(name, expected, options=["--all-ns"])


def reverse_names(world):
    for name, target, expected in (("mx-named", "mx.mx-named", ""),
                                   ("mx-ptr", None, "mx-ptr"),
                                   ("mx-fcrdns", "mx.shared", "mx-fcrdns")):
        addresses = world.addresses()
        for address in addresses if target else ():
            world.add("%s. 3600 IN PTR %s.example." % (
                ipaddress.ip_address(address).reverse_pointer, target))
        world.domain(name + ".example", expected, options=["--ptr"], mx=[
            world.host("mx.%s.example" % name, addresses=addresses)])


def tlsrpt(world):
    world.sites["collector.example"] = Site(b"", status=405, path=None)
    world.sites["expired-collector.example"] = Site(
        b"", status=405, path=None, certificate=world.authority.leaf(
            "expired-collector.example", start=-9 * DAY, end=-DAY))
    for name, address in (("collector", WEB[0]), ("expired-collector", WEB[0]),
                          ("dead-collector", "192.0.2.252")):
        world.add("%s.example. 3600 IN A %s" % (name, address))
    world.add("null.example. 3600 IN MX 0 .")
    rua = "rua=mailto:tls-reports@inbox.example"
    for name, expected, *texts in (
            ("tlsrpt-https", "", "v=TLSRPTv1; rua=https://collector.example/v1"),
            ("tlsrpt-missing", "tlsrpt-missing rollout-tlsrpt-first"),
            ("tlsrpt-multiple", "tlsrpt-multiple rollout-tlsrpt-first", "v=TLSRPTv1; " + rua,
             "v=TLSRPTv1; rua=mailto:b@inbox.example"),
            ("tlsrpt-unrelated", "tlsrpt-unrelated", "v=TLSRPTv1; " + rua, "hello"),
            ("tlsrpt-syntax", "tlsrpt-syntax rollout-tlsrpt-first", "v=TLSRPTv1; %s; a b" % rua),
            ("tlsrpt-version-space", "tlsrpt-version-space", "v=TLSRPTv1 ; " + rua),
            ("tlsrpt-no-rua", "tlsrpt-no-rua tlsrpt-unknown-tag rollout-tlsrpt-first",
             "v=TLSRPTv1; x=y"),
            ("tlsrpt-bad-uri", "tlsrpt-bad-uri rollout-tlsrpt-first",
             "v=TLSRPTv1; rua=http://collector.example/v1"),
            ("tlsrpt-duplicate-rua", "tlsrpt-duplicate-rua", "v=TLSRPTv1; %s; rua=mailto:b@inbox.example" % rua),
            ("tlsrpt-rua-order", "tlsrpt-rua-order tlsrpt-unknown-tag", "v=TLSRPTv1; x=y; " + rua),
            ("tlsrpt-unknown-tag", "tlsrpt-unknown-tag", "v=TLSRPTv1; %s; x=y" % rua),
            ("tlsrpt-mailto-domain", "tlsrpt-mailto-domain",
             "v=TLSRPTv1; rua=mailto:a@null.example"),
            ("tlsrpt-mailto-self", "tlsrpt-mailto-self",
             "v=TLSRPTv1; rua=mailto:a@tlsrpt-mailto-self.example"),
            ("tlsrpt-https-host", "tlsrpt-https-host", "v=TLSRPTv1; rua=https://nowhere.example/"),
            ("tlsrpt-https-refused", "tlsrpt-https-refused",
             "v=TLSRPTv1; rua=https://dead-collector.example/"),
            ("tlsrpt-https-tls", "tlsrpt-https-tls",
             "v=TLSRPTv1; rua=https://expired-collector.example/")):
        world.domain(name + ".example", expected, tlsrpt=['"%s"' % text for text in texts])
    world.domain("tlsrpt-txt-split.example", "tlsrpt-txt-split",
                 tlsrpt=['"v=TLSRPTv1; rua=mailto:tls-reports@in" "box.example"'])
    world.domain("tlsrpt-txt-two.example", "",
                 tlsrpt=['"v=TLSRPTv1;" "rua=mailto:tls-reports@inbox.example"'])
    world.domain("tlsrpt-wrong-place.example", "tlsrpt-wrong-place rollout-tlsrpt-first", tlsrpt=())
    world.add("tlsrpt-wrong-place.example. 3600 IN TXT " + RUA)
    world.domain("tlsrpt-spf-wildcard.example", "tlsrpt-spf-wildcard rollout-tlsrpt-first", tlsrpt=())
    world.add('*.tlsrpt-spf-wildcard.example. 3600 IN TXT "v=spf1 -all"')
    world.domain("tlsrpt-host.example", "tlsrpt-host", mx=[world.host("mx.tlsrpt-host.example",
                                                                     rpt=False)])


def sts_records(world):
    for name, expected, *texts in (
            ("sts-dns-multiple", "sts-dns-multiple", "v=STSv1; id=1", "v=STSv1; id=2"),
            ("sts-dns-unrelated", "sts-dns-unrelated", "v=STSv1; id=1", "hello"),
            ("sts-dns-syntax", "sts-dns-syntax", "v=STSv1; id=1; a b"),
            ("sts-dns-version", "sts-dns-syntax", "v=STSv12; id=1"),
            ("sts-dns-version-space", "sts-dns-version-space", "v=STSv1 ; id=1"),
            ("sts-dns-no-id", "sts-dns-no-id sts-dns-unknown-tag", "v=STSv1; x=y"),
            ("sts-dns-bad-id", "sts-dns-bad-id", "v=STSv1; id=2026-11-22"),
            ("sts-dns-long-id", "sts-dns-bad-id", "v=STSv1; id=" + 33 * "1"),
            ("sts-dns-duplicate-id", "sts-dns-duplicate-id", "v=STSv1; id=1; id=2"),
            ("sts-dns-unknown-tag", "sts-dns-unknown-tag", "v=STSv1; id=1; x=y")):
        world.domain(name + ".example", expected, sts=['"%s"' % text for text in texts])
    world.domain("sts-dns-split.example", "", sts=['"v=STSv1; i" "d=1"'])
    world.domain("sts-dns-ttl.example", "sts-dns-ttl", ttl=172800)
    world.domain("sts-dns-missing.example", "sts-dns-missing", sts=(), web=None)
    world.domain("sts-record-gone.example", "sts-dns-missing sts-record-gone", sts=())
    world.domain("sts-dns-wrong-place.example", "sts-dns-wrong-place", sts=(), web=None)
    world.add("sts-dns-wrong-place.example. 3600 IN TXT " + STS)
    world.domain("sts-dns-spf-wildcard.example", "sts-dns-spf-wildcard", sts=(), web=None)
    world.add('*.sts-dns-spf-wildcard.example. 3600 IN TXT "v=spf1 -all"')
    world.domain("sts-dns-cname.example", "sts-dns-cname", sts=())
    world.add("_mta-sts.sts-dns-cname.example. 3600 IN CNAME _mta-sts.provider.example.",
              "_mta-sts.provider.example. 3600 IN TXT " + STS)


def policy_hosts(world):
    authority = world.authority
    world.domain("sts-https-dns.example", "sts-https-dns", web=None)
    world.domain("sts-https-connect.example", "sts-https-connect=error", web=["192.0.2.249"])
    world.domain("sts-https-connect-one.example", "sts-https-connect=warning",
                 web=[WEB[0], "2001:db8::dead"])
    world.domain("sts-https-http-only.example", "sts-https-http-only", web=["192.0.2.248"])
    world.domain("sts-https-tls.example", "sts-https-tls", web=["192.0.2.247"])

    def bad(name, expected, *names, **recipe):
        domain = "sts-https-cert-%s.example" % name
        certificate = authority.leaf(*(names or ("mta-sts." + domain,)), **recipe)
        world.domain(domain, "sts-https-cert-" + expected, site=Site(policy(), certificate))
    bad("untrusted", "untrusted", signer=authority.other)
    bad("self-signed", "self-signed", signer=None)
    bad("incomplete", "incomplete", send="alone")
    bad("name", "name", "www.sts-https-cert-name.example")
    bad("name-wide", "name", "*.example")
    bad("expired", "expired", start=-90 * DAY, end=-DAY)
    bad("not-yet", "not-yet", start=DAY)
    bad("weak-key", "weak-key", rsa=1024)
    bad("weak-hash", "weak-hash", digest="SHA1")
    bad("purpose", "purpose", purpose="tls_www_client")
    bad("soon", "soon=warning", end=10 * DAY)
    bad("soon-days", "soon=error", end=2 * DAY)

    def site(name, expected, *arguments, **how):
        world.domain("sts-https-%s.example" % name, expected, site=Site(*arguments, **how))
    site("status", "sts-https-status", b"no\n", status=404)
    site("error", "sts-https-status", b"no\n", status=500)
    site("auth", "sts-https-auth", b"no\n", status=401, headers=[("WWW-Authenticate", "Basic")])
    site("redirect", "sts-https-redirect", b"", status=301,
         headers=[("Location", "https://www.example/policy.txt")])
    site("type", "sts-https-type", policy(), content_type="application/octet-stream")
    site("type-none", "sts-https-type", policy(), content_type=None)
    site("charset", "", policy(), content_type="text/plain; charset=utf-8")
    site("size", "sts-https-size", policy(more="x: %s\r\n" % (70000 * "y")))
    site("slow", "sts-https-slow", policy(), delay=6)
    site("differs", "sts-https-differs", {"first": policy(), "second": policy(max_age=2592001)})


def open_doors(world):
    """The policy hosts that are not at the usual door; after start()."""
    world.route("192.0.2.248", 80, world.web.open(tls=False))
    old = server_context(world.authority.leaf("mta-sts.sts-https-tls.example"), old=True,
                         current=False)
    name = "mx-ns-differs.example."
    world.route("192.0.2.246", 53, world.dns.serve_other(name, name + " 3600 IN MX 10 old.example."))
    world.route("192.0.2.247", 443, world.web.open(context=old))


def policy_files(world):
    good = policy().decode()
    for name, expected, body in (
            ("version", "sts-policy-version", policy(version="")),
            ("version-other", "sts-policy-version", policy(version="version: STSv2\r\n")),
            ("version-order", "sts-policy-version-order",
             policy(version="", more="version: STSv1\r\n")),
            ("mode", "sts-policy-mode", policy(mode="Enforce")),
            ("none", "sts-policy-none", policy(mode="none", max_age=86400)),
            ("testing", "sts-policy-testing", policy(mode="testing", max_age=604800)),
            ("max-age", "sts-policy-max-age", policy(max_age="1d")),
            ("max-age-eleven", "sts-policy-max-age", policy(max_age="00002592000")),
            ("max-age-large", "sts-policy-max-age-large", policy(max_age=31557601)),
            ("max-age-short", "sts-policy-testing sts-policy-max-age-short",
             policy(mode="testing", max_age=3600)),
            ("max-age-low", "sts-policy-testing sts-policy-max-age-low",
             policy(mode="testing", max_age=86400)),
            ("no-mx", "sts-policy-no-mx", good.replace("mx: %s\r\n" % SHARED, "").encode()),
            ("bad-mx", "sts-policy-bad-mx", policy(SHARED, ".shared.example")),
            ("bad-mx-star", "sts-policy-bad-mx", policy(SHARED, "mx.*.example")),
            ("bad-mx-dot", "sts-policy-bad-mx", policy(SHARED, "mx.shared.example.")),
            ("wide-mx", "sts-policy-wide-mx sts-mx-unused", policy(SHARED, "*.com")),
            ("duplicate-mx", "sts-policy-duplicate-mx", policy(SHARED, SHARED)),
            ("duplicate", "sts-policy-duplicate", policy(more="max_age: 86400\r\n")),
            ("unknown", "sts-policy-unknown", policy(more="x: y\r\n")),
            ("syntax", "sts-policy-syntax", policy(more="hello\r\n")),
            ("blank", "sts-policy-blank", policy(more="\r\n")),
            ("bom", "sts-policy-not-text", b"\xef\xbb\xbf" + policy()),
            ("nul", "sts-policy-not-text", policy(more="x: \0\r\n")),
            ("html", "sts-policy-html", b"<!DOCTYPE html>\n<html><body>Hello</body></html>\n"),
            ("lf", "", policy().replace(b"\r\n", b"\n")),
            ("no-end", "", policy().rstrip(b"\r\n"))):
        world.domain("sts-policy-%s.example" % name, expected, body=body)


def cross(world):
    second = world.host("mx.second.example")
    world.domain("sts-mx-uncovered.example", "sts-mx-uncovered", mx=[SHARED, second],
                 body=policy(SHARED))
    world.domain("sts-mx-unused.example", "sts-mx-unused=warning",
                 body=policy(SHARED, "old.gone.example"))
    world.domain("sts-mx-planned.example", "sts-mx-unused=notice",
                 body=policy(SHARED, "mx.real.example"))
    evil = world.host("evil-mx.shared.example.attacker.example")
    world.domain("sts-mx-suffix.example", "sts-mx-uncovered", mx=[SHARED, evil], body=policy(SHARED))
    deep, flat = world.host("a.b.wild.example"), world.host("c.wild.example")
    world.domain("sts-mx-deep.example", "sts-mx-uncovered", mx=[flat, deep],
                 body=policy("*.wild.example"))
    world.domain("sts-mx-wild.example", "", mx=[flat], body=policy("*.wild.example"))
    world.host("sts-mx-implicit.example", rpt=False)
    world.domain("sts-mx-implicit.example", "mx-missing sts-mx-implicit sts-mx-unused", records=[],
                 body=policy(SHARED))
    world.domain("rollout-max-age.example", "sts-policy-testing rollout-max-age",
                 body=policy(mode="testing", max_age=31557600))


def mail_hosts(world):
    def mail(name, expected, *names, recipe=None, records="usual", **how):
        """A domain with an MX of its own; its certificate for NAMES (or the MX) by RECIPE. RECORDS
        may be a function of the certificate."""
        domain = name + ".example"
        host = "mx." + domain
        certificate = world.authority.leaf(*(names or (host,)), **(recipe or {}))
        records = records(certificate) if callable(records) else records
        world.domain(domain, expected, mx=[world.host(host, certificate, records=records, **how)])

    def one(certificate):
        return [tlsa(3, 1, 1, certificate)]

    sub, other = world.authority.sub, world.authority.other
    mail("smtp-connect", "smtp-connect", down="46")
    mail("smtp-connect-one", "smtp-connect", down="6")
    mail("smtp-greeting", "smtp-greeting", greeting="554 5.7.1 go away\r\n")
    mail("smtp-greeting-http", "smtp-greeting", greeting="HTTP/1.1 400 Bad Request\r\n\r\n")
    mail("smtp-greeting-none", "smtp-greeting", greeting=None)
    mail("smtp-put-off", "smtp-put-off", greeting="421 4.3.2 busy\r\n")
    mail("smtp-put-off-ehlo", "smtp-put-off", ehlo="451 4.7.1 later\r\n")
    mail("smtp-slow", "smtp-slow", delay=11)
    mail("smtp-ehlo", "smtp-ehlo", ehlo="502 5.5.1 what?\r\n")
    mail("smtp-ehlo-endless", "smtp-ehlo", ehlo=200 * "250-x\r\n")
    mail("smtp-starttls-missing", "smtp-starttls-missing", ehlo="250-mx\r\n250 8BITMIME\r\n")
    mail("smtp-starttls-in-name", "smtp-starttls-missing", ehlo="250-STARTTLS\r\n250 XSTARTTLS\r\n")
    mail("smtp-starttls-refused", "smtp-starttls-refused", starttls="454 4.7.0 no key\r\n")
    mail("smtp-starttls-closes", "smtp-starttls-refused", starttls=None)
    mail("smtp-ehlo-tls", "smtp-ehlo-tls", ehlo_tls=None)
    mail("smtp-ehlo-tls-refused", "smtp-ehlo-tls", ehlo_tls="503 5.5.1 no\r\n")
    mail("smtp-injection", "smtp-injection", keep=True)
    mail("tls-handshake", "tls-handshake", handshake=False)
    mail("tls-handshake-junk", "tls-handshake", handshake=False, junk=b"500 what is this?\r\n")
    mail("tls-old-only", "tls-old-only", old=True, current=False)
    mail("tls-old-offered", "tls-old-offered", old=True)
    mail("cert-untrusted", "cert-untrusted dane-no-rollover", recipe={"signer": other},
         records=one)
    mail("cert-self-signed", "cert-self-signed dane-no-rollover", recipe={"signer": None},
         records=one)
    mail("cert-incomplete", "cert-incomplete dane-none", recipe={"send": "alone"}, records=None)
    mail("cert-name", "cert-name", "mail.cert-name.example")
    unnamed = world.authority.leaf(common_name="mx.cert-common-name.example")
    world.domain("cert-common-name.example", "cert-name", mx=[world.host(
        "mx.cert-common-name.example", unnamed)])
    mail("cert-wildcard", "", "*.cert-wildcard.example")
    mail("cert-expired", "cert-expired dane-ee-expired", recipe={"start": -90 * DAY, "end": -DAY})
    mail("cert-not-yet", "cert-not-yet", recipe={"start": DAY})
    mail("cert-soon", "cert-soon=warning", recipe={"end": 20 * DAY})
    mail("cert-soon-days", "cert-soon=error", recipe={"end": 6 * DAY})
    mail("cert-weak-key", "cert-weak-key", recipe={"rsa": 1024})
    mail("cert-weak-hash", "cert-weak-hash", recipe={"digest": "SHA1"})
    mail("cert-purpose", "cert-purpose", recipe={"purpose": "tls_www_client"})
    dead = world.authority.expired_sub()
    mail("cert-expired-sub", "cert-expired dane-none", recipe={"signer": dead}, records=None)
    mail("cert-sni-differs", "cert-sni-differs", anonymous=world.authority.leaf("other.example"))
    mail("cert-addresses-differ", "cert-addresses-differ", records=[tlsa(2, 1, 1, sub)],
         second=world.authority.leaf("mx.cert-addresses-differ.example"))

    def both(certificate):
        return both_of(world, certificate)
    spare = world.authority.leaf("spare.example")
    mail("dane-none", "dane-none", records=None)
    mail("dane-unusable", "dane-unusable", records=lambda own: [tlsa(1, 1, 1, own)])
    mail("dane-unusable-record", "dane-unusable-record",
         records=lambda own: both(own) + [tlsa(0, 0, 1, sub)])
    mail("dane-unusable-size", "dane-unusable-record",
         records=lambda own: both(own) + ["3 1 1 0123456789abcdef"])
    mail("dane-mismatch", "dane-mismatch",
         records=[tlsa(3, 1, 1, spare), tlsa(2, 1, 1, other)])
    mail("dane-ta-not-sent", "dane-mismatch", records=[tlsa(2, 0, 1, world.authority.root)])
    mail("dane-ta-name", "dane-ta-name cert-name", "mail.dane-ta-name.example",
         records=[tlsa(2, 1, 1, sub)])
    mail("dane-ta-expired", "dane-mismatch cert-expired", records=[tlsa(2, 1, 1, sub)],
         recipe={"start": -90 * DAY, "end": -DAY})
    mail("dane-ta-full-chain", "", records=[tlsa(2, 0, 1, sub)])
    mail("dane-stale-record", "dane-stale-record",
         records=lambda own: both(own) + [tlsa(3, 1, 1, spare)])
    mail("dane-no-rollover", "dane-no-rollover", records=one)
    mail("dane-form-short", "dane-form", recipe={"start": -DAY, "end": 80 * DAY},
         records=lambda own: [tlsa(3, 0, 1, own), tlsa(2, 1, 1, sub)])
    mail("dane-form-long", "", records=lambda own: [tlsa(3, 0, 1, own), tlsa(2, 1, 1, sub)])
    mail("dane-form-full", "dane-form",
         records=lambda own: [tlsa(3, 1, 0, own), tlsa(2, 1, 1, sub)])
    mail("dane-form-sha512", "dane-form",
         records=lambda own: [tlsa(3, 1, 2, own), tlsa(2, 1, 2, sub)])


def dane_records(world):
    """What the DNS alone shows of TLSA records."""
    world.zone("dane-bogus.example.", strip=True)
    world.zone("_tcp.mx.dane-tlsa-servfail.example.", signed=False, served=False)
    world.zone("_tcp.mx.dane-tlsa-insecure.example.", signed=False)
    world.zone("unsigned-host.example.", signed=False)
    world.zone("unsigned-domain.example.", signed=False)
    world.domain("dane-bogus.example", "dane-bogus", mx=[
        world.host("mx.dane-bogus.example", records=None)])
    world.domain("dane-tlsa-servfail.example", "dane-tlsa-servfail", mx=[
        world.host("mx.dane-tlsa-servfail.example", records=None)])
    world.domain("dane-tlsa-insecure.example", "dane-tlsa-insecure", mx=[
        world.host("mx.dane-tlsa-insecure.example", rpt=False)])
    world.domain("dane-addr-insecure.example", "dane-addr-insecure", mx=[
        world.host("mx.unsigned-host.example", rpt=False)])
    world.domain("unsigned-domain.example", "dns-no-dnssec dane-mx-insecure")
    world.domain("dane-partial.example", "dane-partial", mx=[
        SHARED, world.host("mx2.dane-partial.example", records=None)])
    own = world.authority.leaf("mx.dane-tlsa-cname.example")
    world.domain("dane-tlsa-cname.example", "dane-tlsa-cname", mx=[
        world.host("mx.dane-tlsa-cname.example", own, records=None)])
    world.add("_25._tcp.mx.dane-tlsa-cname.example. 3600 IN CNAME _dane.provider.example.",
              "_smtp._tls.mx.dane-tlsa-cname.example. 3600 IN TXT " + RUA,
              *["_dane.provider.example. 3600 IN TLSA " + record for record in both_of(world, own)])


def build(world):
    for part in (dns, name_servers, reverse_names, tlsrpt, sts_records, policy_hosts, policy_files, cross, dane_records,
                 mail_hosts):
        part(world)
    world.start()
    open_doors(world)
