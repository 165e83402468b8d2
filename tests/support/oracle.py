"""The counting rules (DESIGN 5) and the gates of readiness (DESIGN 6) once more, straight from the raw
reports. It never asks tlsgauge: where the two differ, one of them is wrong."""
import bisect
import collections
import datetime

RANK = {"verified": 2, "local": 2, "unverified": 1, "unauthenticated": 0}
TRUST_ORDER = ("unauthenticated", "unverified", "verified", "local")
SESSION_FAILURES = ("starttls-not-supported", "certificate-host-mismatch", "certificate-expired",
                    "certificate-not-trusted", "validation-failure")
POLICY_FAILURES = ("sts-policy-fetch-error", "sts-policy-invalid", "sts-webpki-invalid")

# One policy entry of a counted report.
Entry = collections.namedtuple("Entry", "report day domain sender type policy mode trust good bad details")


def start_day(document):
    return datetime.date.fromisoformat(document["date-range"]["start-datetime"][:10])


def canonical(value):
    """Equal for equal content: an absent member is one that is null, "" or []."""
    if isinstance(value, dict):
        return tuple(sorted((key, canonical(each)) for key, each in value.items()
                            if each not in (None, "", [])))
    if isinstance(value, list):
        return tuple(canonical(each) for each in value)
    return value.strip() if isinstance(value, str) else value


def stands_for(item):
    """The domain that stands behind a copy, "" where nothing tells it."""
    if item.trust == "verified":
        return item.submitter
    contact = item.document["contact-info"]
    return contact.split("@")[1] if contact else ""


def counted(items):
    """(document, trust, item) of those that count, of ITEMS in the order of arrival (rule 4)."""
    claims = collections.OrderedDict()
    for item in items:
        document = item.document
        claim = (document["organization-name"], document["report-id"], start_day(document))
        copies = claims.setdefault(claim, [])
        for copy in copies:
            if copy["content"] == canonical(document):
                if RANK[item.trust] > RANK[copy["trust"]]:
                    copy.update(trust=item.trust, behind=stands_for(item))
                break
        else:
            copies.append({"content": canonical(document), "trust": item.trust, "item": item,
                           "behind": stands_for(item)})
    for copies in claims.values():
        chosen = []
        for copy in sorted(copies, key=lambda each: -RANK[each["trust"]]):  # stable: then the earliest
            if all(other["behind"] and copy["behind"] and other["behind"] != copy["behind"]
                   for other in chosen):
                chosen.append(copy)
                yield copy["item"].document, copy["trust"], copy["item"]


def read_policy(policy):
    """(what tells two versions apart, mode), None where the sender gives none."""
    lines = [line.strip() for line in policy.get("policy-string") or []]
    fields = collections.defaultdict(list)
    for line in lines:
        key, colon, value = line.partition(":")
        if colon:
            fields[key].append(value.strip())
    if not lines:
        return None, None
    return ((tuple(fields["mode"]), tuple(fields["max_age"]), tuple(sorted(fields["mx"])), len(fields)),
            fields["mode"][0] if fields["mode"] else None)


def entries(items):
    for number, (document, trust, item) in enumerate(counted(items)):
        for entry in document["policies"]:
            policy = entry["policy"]
            version, mode = (read_policy(policy) if policy["policy-type"] == "sts" else
                             (tuple(policy.get("policy-string") or ()) or None, None))
            details = [(d.get("receiving-mx-hostname") or None, d["result-type"],
                        d.get("failure-reason-code") or None, d["failed-session-count"])
                       for d in entry.get("failure-details") or []]
            yield Entry(number, start_day(document), policy.get("policy-domain") or item.domain,
                        document["organization-name"], policy["policy-type"], version, mode, trust,
                        entry["summary"]["total-successful-session-count"],
                        entry["summary"]["total-failure-session-count"], details)


def effect(kind, mode, result):
    if kind == "tlsa":
        return "dane"
    if kind != "sts":
        return "no-policy"
    if result in POLICY_FAILURES:
        return "policy-unreadable"
    return "blocked" if mode == "enforce" else "would-block"


# ---- numbers -----------------------------------------------------------------------------------


def loop_days(rows):
    """Days of ROWS (entries of one sender and type) with a single success that the report mailed the
    day before explains."""
    days = {}
    for row in rows:
        good, bad, mailed = days.get(row.day, (0, 0, False))
        days[row.day] = (good + row.good, bad + row.bad, mailed or row.trust != "unauthenticated")
    before = datetime.timedelta(days=1)
    return {day for day, (good, bad, _) in days.items()
            if (good, bad) == (1, 0) and days.get(day - before, (0, 0, False))[2]}


def summary(rows, since=None, until=None):
    """What `report --json` says of ROWS: {domain: {"totals", "senders", "failures"}}."""
    result = {}
    picked = [row for row in rows if (since is None or row.day >= since) and
              (until is None or row.day <= until)]
    for name in sorted({row.domain for row in picked}):
        own = [row for row in picked if row.domain == name]
        totals, senders, failures = {}, {}, {}
        for kind in {row.type for row in own}:
            some = [row for row in own if row.type == kind]
            reports = {row.report: row.trust for row in some}
            detailed = sum(detail[3] for row in some for detail in row.details)
            bad = sum(row.bad for row in some)
            totals[kind] = {"reports": len(reports), "successful_sessions": sum(r.good for r in some),
                            "failed_sessions": bad, "unattributed_sessions": bad - detailed,
                            "reports_by_trust": {trust: list(reports.values()).count(trust)
                                                 for trust in TRUST_ORDER}}
            for sender in {row.sender for row in some}:
                theirs = [row for row in some if row.sender == sender]
                senders[sender, kind] = {
                    "reports": len({row.report for row in theirs}),
                    "successful_sessions": sum(row.good for row in theirs),
                    "failed_sessions": sum(row.bad for row in theirs),
                    "newest_day": str(max(row.day for row in theirs)),
                    "days": len({row.day for row in theirs}), "loop_days": len(loop_days(theirs))}
        for row in own:
            for mx, word, reason, sessions in row.details:
                key = (row.sender, mx, row.type, row.mode, word, reason)
                one = failures.setdefault(key, {"effect": effect(row.type, row.mode, word), "sessions": 0,
                                                "first_day": str(row.day), "last_day": str(row.day)})
                one["sessions"] += sessions
                one["first_day"] = min(one["first_day"], str(row.day))
                one["last_day"] = max(one["last_day"], str(row.day))
        result[name] = {"totals": totals, "senders": senders, "failures": failures}
    return result


# ---- readiness ---------------------------------------------------------------------------------


class Side:
    """Entries, by day."""

    def __init__(self, rows):
        self.by_day = collections.defaultdict(list)
        self.appeared = {}  # version of the policy -> its first day
        self.days = collections.defaultdict(list)  # (sender, policy type) -> days
        for row in sorted(rows, key=lambda each: each.day):
            self.by_day[row.day].append(row)
            self.days[row.sender, row.type].append(row.day)
            if row.type == "sts" and row.policy:
                self.appeared.setdefault(row.policy, row.day)

    def between(self, first, before):
        return [row for days in range((before - first).days)
                for row in self.by_day.get(first + datetime.timedelta(days=days), ())]

    def newest(self, sender, kind, before):
        """The newest day before BEFORE on which SENDER reported KIND, or None."""
        days = self.days.get((sender, kind), [])
        at = bisect.bisect_left(days, before)
        return days[at - 1] if at else None


class Judge:
    """The gates of DESIGN 6 over the entries of one domain, with the default thresholds."""

    def __init__(self, rows):
        self.every = Side(rows)
        self.trusted = Side([row for row in rows if RANK[row.trust] == 2])

    def verdict(self, now):
        """(verdict, {gate: state}) on the day NOW."""
        every, trusted = self.weigh(self.every, now), self.weigh(self.trusted, now)
        enough = "unknown" not in trusted["gates"].values()
        rests = enough or trusted["sessions"] == every["sessions"] or (
            trusted["verdict"] == "NOT READY" and trusted["sessions"] > 0)
        decisive = trusted if rests else every
        decisive["gates"]["trust"] = ("pass" if rests or trusted["sessions"] == every["sessions"]
                                      else "warn")
        return self.decide(decisive["gates"], decisive["mode"]), decisive["gates"]

    @staticmethod
    def decide(gates, mode):
        states = set(gates.values())
        if "fail" in states:
            return "NOT READY"
        if "unknown" in states:
            return "NOT ENOUGH DATA"
        if mode == "enforce":
            return "ALREADY ENFORCING"
        return "READY WITH WARNINGS" if "warn" in states else "READY"

    def weigh(self, side, now):
        ago = lambda days: now - datetime.timedelta(days=days)  # noqa: E731
        rows = side.between(ago(28), now)
        window = side.between(ago(14), now)
        recent = side.between(ago(7), now)
        sts = [row for row in window if row.type == "sts"]
        gates = {}

        covered = set()
        for sender in {row.sender for row in sts}:
            theirs = [row for row in rows if row.sender == sender and row.type == "sts" and
                      row.day >= ago(15)]
            loops = loop_days(theirs)
            covered |= {(row.day, sender) for row in theirs if row.day >= ago(14) and
                        row.day not in loops}
        days = {day for day, _ in covered}
        gates["coverage"] = "pass" if len(days) >= 10 and max(days) >= ago(3) else "unknown"
        gates["senders"] = "pass" if len({sender for _, sender in covered}) >= 3 else "unknown"
        sessions = sum(row.good + row.bad for row in sts)
        gates["sessions"] = "pass" if sessions >= 100 else "unknown"

        # The newest version is the one that appeared last.
        versions = {row.policy for row in sts if row.policy}
        newest = max(versions, key=lambda each: side.appeared[each]) if versions else None
        mode = next((row.mode for row in sts if row.policy == newest and row.mode), None)
        if mode in ("testing", "enforce"):
            gates["mode"] = "pass"
        elif mode == "none" or (window and not sts):
            gates["mode"] = "fail"
        else:
            gates["mode"] = "unknown"

        gates["blocking"] = self.blocking(window, ago(7), newest)
        gates["readable"] = self.readable(side, now, recent, newest, ago)
        gates["stable"] = "warn" if len(versions) > 1 else "pass"
        gates["silence"] = self.silence(rows, ago)
        return {"gates": gates, "mode": mode, "sessions": sessions,
                "verdict": self.decide(gates, mode)}

    @staticmethod
    def blocking(window, since, newest):
        recent = [row for row in window if row.day >= since]
        held, groups, recent_groups = collections.Counter(), set(), set()
        for row in window:
            for mx, word, _, sessions in row.details:
                what = effect(row.type, row.mode, word)
                if what not in ("would-block", "blocked") or sessions == 0:
                    continue
                group = (row.sender, mx, word, what)
                groups.add(group)
                older = row.policy is not None and newest is not None and row.policy != newest
                if row.day >= since and not older:
                    recent_groups.add(group)
                    held[row.sender] += sessions
        gaps = collections.Counter()
        for row in recent:
            if row.type == "sts":
                gaps[row.day, row.sender, row.policy, row.trust] += row.bad - sum(
                    detail[3] for detail in row.details)
        unexplained = sum(gap for gap in gaps.values() if gap > 0)
        of = collections.Counter()
        for row in recent:
            if row.type == "sts":
                of[row.sender] += row.good + row.bad
        total = sum(held.values())
        hurt = [sender for sender, failed in held.items() if failed >= 3 and failed > 0.05 * of[sender]]
        if total > 0 and (total > 0.001 * sum(of.values()) or hurt):
            return "fail"
        if total > 0 or groups - recent_groups or unexplained:
            return "warn"
        return "pass"

    @staticmethod
    def readable(side, now, recent, newest, ago):
        for row in recent:
            older = row.policy is not None and newest is not None and row.policy != newest
            if not older and any(effect(row.type, row.mode, word) == "policy-unreadable" and sessions
                                 for _, word, _, sessions in row.details):
                return "fail"
        for sender in {sender for sender, _ in side.days}:
            saw = side.newest(sender, "sts", now)
            missed = side.newest(sender, "no-policy-found", now)
            if saw and missed and missed >= ago(7) and missed > saw:
                return "fail"
        return "pass"

    @staticmethod
    def silence(rows, ago):
        """Regular: on more than half of the days from its first one in 28 on, five at least."""
        for sender in {row.sender for row in rows}:
            days = {row.day for row in rows if row.sender == sender}
            before = {day for day in days if ago(28) <= day < ago(3)}
            if (len(before) >= 5 and 2 * len(before) > (ago(3) - min(before)).days and
                    max(days) < ago(3)):
                return "warn"
        return "pass"
