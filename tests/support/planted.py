"""A store with a little of everything, its days counted back from today: the pages of the dashboard
are looked at over it."""
import datetime
import json
import zipfile

from support import reports

HOSTILE = '"><script>alert(1)</script>\u202e\u2066 &amp; \'quoted\' %00'


def ago(days):
    return str(datetime.datetime.now(datetime.timezone.utc).date() - datetime.timedelta(days=days))


def detail(result, sessions, mx, **more):
    return dict({"result-type": result, "receiving-mx-hostname": mx,
                 "sending-mta-ip": "192.0.2.7", "failed-session-count": sessions}, **more)


SENDERS = [("Google Inc.", "smtp-tls-reporting@google.example", 900),
           ("Microsoft Corporation", "tlsrpt-noreply@microsoft.example", 400),
           ("Mail Provider GmbH", "postmaster@provider.example", 90)]


def documents():
    """The reports as dicts; every report-id is its own."""
    out = []

    def add(domain, day, sender, contact, **more):
        out.append(reports.report("%s-%s-%s-%d" % (domain, day, contact, len(out)), day=day,
                                  domain=domain, organization=sender, contact=contact, **more))

    for back in range(1, 60):
        day = ago(back)
        weekend = 0.6 if back % 7 in (2, 3) else 1
        for i, (sender, contact, volume) in enumerate(SENDERS):
            sessions = int(volume * weekend) + (back * 7 + i * 13) % 40
            # Enforcing, and well.
            add("enforced.example", day, sender, contact, successful=sessions, mode="enforce")
            # Testing, and ready.
            if back < 40:
                add("ready.example", day, sender, contact, successful=sessions // 2)
            # Testing; a certificate has been expired for three days.
            failing = back <= 3
            add("broken.example", day, sender, contact, successful=sessions,
                failed=37 + i if failing else 0,
                details=[detail("certificate-expired", 37 + i, "mx2.broken.example",
                                **{"failure-reason-code": "certificate has expired"})]
                if failing else None)
        # Reports, and no policy that anybody sees.
        if back < 12:
            add("new.example", day, *SENDERS[0][:2], successful=40, policy_type="no-policy-found")
        # Enforcing, and held back today; over some days in the past another MX was broken.
        old = 14 <= back <= 16
        add("held.example", day, *SENDERS[0][:2], mode="enforce", successful=300,
            failed=12 if back <= 9 else 4 if old else 0,
            details=[detail("certificate-host-mismatch", 12, "mail.held.example")] if back <= 9 else
            [detail("starttls-not-supported", 4, "backup.held.example")] if old else None)
    # One report about two domains, and about one that is not ours.
    both = reports.report("shared", day=ago(1), domain="ready.example", organization="Shared Sender",
                          contact="tls@shared.example", successful=11)
    for domain, successful in (("enforced.example", 22), ("foreign.example", 33)):
        other = reports.report("x", domain=domain, successful=successful, mode="enforce")["policies"][0]
        other["summary"]["total-failure-session-count"] = 1
        other["failure-details"] = [detail("validation-failure", 1, "secret-mx." + domain)]
        both["policies"].append(other)
    out.append(both)
    # Hostile names wherever a sender may write.
    out.append(reports.report(
        HOSTILE, day=ago(2), domain="broken.example", organization=HOSTILE, contact=HOSTILE,
        successful=1, failed=2, details=[detail(
            HOSTILE, 2, HOSTILE, **{"failure-reason-code": HOSTILE, "receiving-mx-helo": HOSTILE,
                                    "additional-information": HOSTILE})]))
    return out


DOMAINS = ["broken.example", "enforced.example", "held.example", "new.example", "ready.example"]
CONFIG = "[domains]\naccept=%s;quiet.example\n" % ";".join(DOMAINS)


def plant(place):
    """Imports all into the store of PLACE, and some that go to quarantine."""
    archives = []
    batch = documents()
    for start in range(0, len(batch), 60):
        path = place.path + "/planted-%d.zip" % start
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for i, document in enumerate(batch[start:start + 60]):
                archive.writestr("%d.json" % i, json.dumps(document))
        archives.append(path)
    archives.append(place.write("defective.json", '{"organization-name": "%s"' % "x"))
    archives.append(place.write("hostile.json", json.dumps(
        {"organization-name": HOSTILE, "report-id": HOSTILE, "policies": "none"})))
    archives.append(place.write("foreign.json", json.dumps(
        reports.report("foreign", day=ago(1), domain="elsewhere.example"))))
    place.run("import", *archives, status=None)
