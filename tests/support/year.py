"""A year of reports as a domain owner gets them, with planted stories. The same at every run.

Every report is an Item: the document, and how it came (road, trust). The shapes are those of real
senders; the domains, addresses and counts are made up.
"""
import datetime
import json
import random

YEAR = 2025
FIRST = datetime.date(YEAR, 1, 1)
DAYS = 365
DOMAIN, SECOND = "example.org", "example.net"

# The planted stories, in days from the first of January on.
EXPIRED = range(60, 63)          # mx2 presents an expired certificate
TRAP = range(110, 150)           # mail goes to a.eu.mail.example.org, which "*.mail" does not match
POLICY_2 = 150                   # in the middle of a week: the policy that names it
OLD_CLIENT = range(170, 196)     # one sender does not trust any certificate of ours
STRIPPED = range(200, 207)       # STARTTLS disappears on the way from one network of one sender
SILENT = 230                     # a regular sender sends nothing from here on
LOST = range(250, 263)           # a sender does not see the policy any more, then it does
ENFORCE = 280                    # testing becomes enforce
OUTAGE = range(310, 316)         # our report address does not work: nobody's reports arrive
HELD = range(330, 333)           # under enforce: mx1 answers with a certificate of another host
FETCH = range(345, 348)          # the web server of the policy answers one sender with 503
BEFORE_SECOND = 180              # the second domain: reports without any policy, ...
POLICY_SECOND = 200              # ... then the policy is published
LOST_SECOND = 300                # a sender loses it and never finds it again

BAD_NETWORK = "203.0.113."       # where STARTTLS is stripped
TRAP_MX = "a.eu.mail.example.org"


class Item:
    """One report on its way."""

    def __init__(self, document, submitter, road="mail", trust="verified", domain=DOMAIN):
        self.document, self.submitter, self.road, self.trust = document, submitter, road, trust
        self.domain = domain


def date(day):
    return FIRST + datetime.timedelta(days=day)


def policy_lines(domain, day):
    """The policy as it is published on DAY."""
    if domain == SECOND:
        return ["version: STSv1", "mode: testing", "mx: mx1.example.net", "max_age: 604800"]
    mode = "enforce" if day >= ENFORCE else "testing"
    mx = ["mx: mx1.example.org", "mx: mx2.example.org", "mx: *.mail.example.org"]
    if day >= POLICY_2:
        mx.append("mx: *.eu.mail.example.org")
    return ["version: STSv1", "mode: " + mode] + mx + ["max_age: 604800"]


# name, submitter, sessions a day, shape, the share of days with a report
SENDERS = [
    ("Google Inc.", "google.com", 900, "google", 1.0),
    ("Microsoft Corporation", "microsoft.com", 400, "microsoft", 1.0),
    ("Yahoo Inc.", "yahoo.example", 150, "plain", 1.0),
    ("Mail.ru", "mail.ru", 60, "mailru", 0.9),
    ("Comcast", "comcast.example", 45, "plain", 0.95),
    ("Fastmail", "fastmail.example", 40, "plain", 1.0),
    ("GMX", "gmx.example", 120, "plain", 1.0),
    ("Zoho", "zoho.example", 30, "plain", 1.0),
    ("Old Appliance Ltd.", "appliance.example", 25, "plain", 1.0),
    ("Mimecast", "mimecast.example", 35, "plain", 1.0),
    ("mx.small.example", "small.example", 1, "stalwart", 1.0),
    ("Postfix Site", "site.example", 12, "postfix", 0.8),
    ("Unsigned Org", "unsigned.example", 10, "plain", 0.7),
]


class Year:
    def __init__(self, seed=8460):
        self.random = random.Random(seed)
        self.items = []
        for day in range(DAYS):
            for sender in SENDERS:
                self.sender_day(day, *sender)
        self.second_domain()
        self.second_roads()

    # ---- the main domain ------------------------------------------------------------------

    def sender_day(self, day, name, submitter, volume, shape, share):
        present = self.random.random() < share
        sessions = max(1, int(volume * self.random.uniform(0.7, 1.3) *
                              (0.4 if date(day).weekday() > 4 else 1)))
        if shape == "stalwart":
            sessions = 1 if day % 9 else 3  # little but the mail with its own report
        if not present or day in OUTAGE or (name == "Zoho" and day >= SILENT):
            return
        failures = self.failures(day, name, sessions)
        if shape == "postfix" or (name == "Mimecast" and day in LOST):
            policies = [self.no_policy(sessions, postfix=shape == "postfix")]
        elif name == "Google Inc." and day == POLICY_2:
            # Both versions in one report: those sessions do add.
            policies = [self.entry(day - 1, shape, sessions // 3, failures),
                        self.entry(day, shape, sessions - sessions // 3, [])]
        else:
            # Comcast keeps its copy of the older policy for five days.
            seen = day - 5 if name == "Comcast" and POLICY_2 <= day < POLICY_2 + 5 else day
            policies = [self.entry(seen, shape, sessions, failures)]
        if shape == "microsoft":
            policies.insert(0, self.tlsa(policies[0]))
        self.add(day, name, submitter, shape, policies)

    def failures(self, day, name, sessions):
        """(result type, MX, reason, addresses of the sender, of the MX, sessions)."""
        found = []
        own = "198.18.%d." % [sender[0] for sender in SENDERS].index(name)
        if day in EXPIRED and name not in ("Postfix Site", "mx.small.example"):
            found.append(("certificate-expired", "mx2.example.org", "", own, "198.51.100.2",
                          max(1, sessions // 2)))
        if day in TRAP and name in ("Google Inc.", "Yahoo Inc.", "Microsoft Corporation"):
            reason = "MX_HOSTS_MISMATCH" if name == "Microsoft Corporation" else ""
            found.append(("validation-failure", TRAP_MX, reason, own, "198.51.100.9",
                          max(1, sessions // 20)))
        if day in OLD_CLIENT and name == "Old Appliance Ltd.":
            for mx in ("mx1.example.org", "mx2.example.org"):
                found.append(("certificate-not-trusted", mx, "unable to get local issuer certificate",
                              None, "198.51.100.1", max(1, sessions // 3)))
        if day in STRIPPED and name == "GMX":
            found.append(("starttls-not-supported", "mx1.example.org", "", BAD_NETWORK,
                          "198.51.100.1", max(1, sessions // 12)))
        if day in HELD and name in ("Google Inc.", "Yahoo Inc.", "Fastmail", "GMX"):
            found.append(("certificate-host-mismatch", "mx1.example.org", "", own,
                          "198.51.100.1", max(1, sessions // 4)))
        if day in FETCH and name == "Mail.ru":
            found.append(("sts-policy-fetch-error", None, "bad https response code: 503", None, None,
                          max(1, sessions // 2)))
        if name == "Google Inc." and day % 97 == 13:
            # One session in a thousand: the internet.
            found.append(("validation-failure", "mx1.example.org", "", own, "198.51.100.1", 1))
        return found

    def details(self, shape, failures):
        details = []
        for result, mx, reason, network, to, sessions in failures:
            if shape == "microsoft":
                one = {"result-type": result, "failed-session-count": sessions}
                if reason:
                    one["failure-reason-code"] = reason
                    one["receiving-mx-hostname"] = mx
                details.append(one)
                continue
            # One detail an address of the sender.
            parts = [sessions // 2, sessions - sessions // 2] if sessions > 1 else [sessions]
            for i, part in enumerate(parts):
                if part == 0:
                    continue
                one = {"result-type": result, "failed-session-count": part,
                       "sending-mta-ip": "%s%d" % (network, 10 + i) if network else
                       "100.%d.0.7" % (64 + self.random.randrange(60)),
                       "receiving-ip": to or "", "additional-information": "",
                       "failure-reason-code": reason, "receiving-mx-hostname": mx or ""}
                if shape == "google":
                    del one["additional-information"]
                details.append({key: value for key, value in one.items()
                                if value != "" or shape != "google"})
        return details

    def entry(self, day, shape, sessions, failures, domain=DOMAIN):
        failed = sum(failure[5] for failure in failures)
        lines = policy_lines(domain, day)
        mx = [line[4:] for line in lines if line.startswith("mx: ")]
        if shape == "google":
            lines = [line + "\r" for line in lines]
        elif shape in ("microsoft", "stalwart"):
            lines = lines[:2] + lines[-1:] + lines[2:-1]
        policy = {"policy-type": "sts", "policy-string": lines, "policy-domain": domain}
        if shape != "microsoft":
            policy["mx-host"] = mx
        entry = {"policy": policy, "summary": {"total-successful-session-count": sessions - failed,
                                               "total-failure-session-count": failed}}
        if failures and failures[0][0] == "sts-policy-fetch-error":
            del policy["policy-string"], policy["mx-host"]
        details = self.details(shape, failures)
        if shape == "mailru" and details and details[0]["result-type"].startswith("sts-"):
            details.append(dict(details[0], **{"failure-reason-code": "bad https response code: 500"}))
        if details or shape == "stalwart":
            entry["failure-details"] = details
        return entry

    @staticmethod
    def tlsa(entry):
        """Microsoft tells the sessions of ENTRY once more, under DANE."""
        records = '["3 1 1 %s"]' % ("ab" * 32)
        twin = {"policy": {"policy-type": "tlsa", "policy-string": [records],
                           "policy-domain": entry["policy"]["policy-domain"]},
                "summary": dict(entry["summary"])}
        summary = twin["summary"]
        summary["total-successful-session-count"] += summary["total-failure-session-count"]
        summary["total-failure-session-count"] = 0
        return twin

    @staticmethod
    def no_policy(sessions, domain=DOMAIN, postfix=False):
        policy = {"policy-type": "no-policy-found"}
        if not postfix:
            policy["policy-domain"] = domain
        return {"summary": {"total-successful-session-count": sessions,
                            "total-failure-session-count": 0}, "policy": policy}

    def document(self, day, name, submitter, shape, policies, domain=DOMAIN, part=""):
        start = str(date(day))
        end = "%sT23:59:59Z" % start
        begin = start + "T00:00:00Z"
        number = "%s.%s%s" % (start, name.replace(" ", "-").lower(), part)
        if shape == "google":
            number = "%sT00:00:00Z_%s" % (start, domain)
        elif shape == "microsoft":
            begin, end = begin[:-1], end[:-1]
            number = "%d+%s" % (133000000000000000 + day * 864000000000, domain)
        elif shape in ("mailru", "stalwart"):
            end = str(date(day + 1)) + "T00:00:00Z"
        elif shape == "postfix":
            number = "%sT00:00:00Z_idx1_%s" % (start, domain)
        contact = None if shape == "stalwart" else "tls-reports@" + submitter
        return {"organization-name": name, "date-range": {"start-datetime": begin, "end-datetime": end},
                "contact-info": contact, "report-id": number, "policies": policies}

    def add(self, day, name, submitter, shape, policies):
        trust = "unverified" if name == "Unsigned Org" else "verified"
        if name == "Fastmail" and day % 11 == 5 and len(policies) == 1:
            # A report that is split over two: both count.
            whole = policies[0]
            failed = whole["summary"]["total-failure-session-count"]
            good = whole["summary"]["total-successful-session-count"]
            first = json.loads(json.dumps(whole))
            rest = json.loads(json.dumps(whole))
            first["summary"]["total-successful-session-count"] = good // 2
            rest["summary"] = {"total-successful-session-count": good - good // 2,
                               "total-failure-session-count": 0}
            rest.pop("failure-details", None)
            for part, entry in (("_idx1", first), ("_idx2", rest)):
                self.items.append(Item(self.document(day, name, submitter, shape, [entry],
                                                     part=part), submitter, trust=trust))
            expected = first["summary"]["total-failure-session-count"] + good
            assert expected == failed + good
            return
        self.items.append(Item(self.document(day, name, submitter, shape, policies), submitter,
                               trust=trust))

    # ---- the second domain: three senders, files that the operator gives -------------------

    def second_domain(self):
        for day in range(BEFORE_SECOND, DAYS):
            for name, submitter in (("Google Inc.", "google.com"), ("Yahoo Inc.", "yahoo.example"),
                                    ("Fastmail", "fastmail.example")):
                sessions = self.random.randrange(5, 12)
                shape = "google" if name == "Google Inc." else "plain"
                lost = day < POLICY_SECOND or (name == "Yahoo Inc." and day >= LOST_SECOND)
                entry = (self.no_policy(sessions, SECOND) if lost
                         else self.entry(day, shape, sessions, [], SECOND))
                if name == "Fastmail" and day in (230, 231):
                    # It fails and does not say how.
                    entry["summary"]["total-failure-session-count"] = 2
                document = self.document(day, name, submitter, shape, [entry], SECOND,
                                         part=".second")
                self.items.append(Item(document, submitter, "file", "local", SECOND))

    # ---- what comes twice ------------------------------------------------------------------

    def second_roads(self):
        """Some reports come by HTTPS as well, some mails through a backup MX, and somebody forges."""
        genuine = [item for item in self.items if item.road == "mail"]
        for i, item in enumerate(genuine):
            if i % 41 == 7:
                self.items.append(Item(item.document, item.submitter, "https", "unauthenticated"))
            if i % 53 == 11:
                self.items.append(Item(item.document, item.submitter, "mail", "unverified"))
            if i % 211 == 3 and item.trust == "verified":
                forged = json.loads(json.dumps(item.document))
                summary = forged["policies"][-1]["summary"]
                summary["total-failure-session-count"] += 5000
                self.items.append(Item(forged, item.submitter, "https", "unauthenticated"))
