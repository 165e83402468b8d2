"""Reports of a rollout, planted in the store of a place: what senders saw in the days before now."""
import datetime
import json
import time

SENDERS = ("Alpha", "Beta", "Gamma")


def days_ago(days, now=None):
    """That UTC day as text."""
    moment = datetime.datetime.fromtimestamp(now or time.time(), datetime.timezone.utc)
    return str(moment.date() - datetime.timedelta(days=days))


def plant(place, domain, mode, mx, ago, max_age=86400, failed=0, now=None):
    """A report of each sender on each of the days AGO (numbers of days before NOW), 20 sessions, all
    under one policy; FAILED of them with an expired certificate at the first MX. Imported as local
    files."""
    paths = []
    for days in ago:
        day = days_ago(days, now)
        for sender in SENDERS:
            entry = {
                "policy": {"policy-type": "sts", "policy-domain": domain,
                           "policy-string": ["version: STSv1", "mode: " + mode,
                                             *["mx: " + name for name in mx],
                                             "max_age: %d" % max_age]},
                "summary": {"total-successful-session-count": 20 - failed,
                            "total-failure-session-count": failed}}
            if failed:
                entry["failure-details"] = [{"result-type": "certificate-expired",
                                             "receiving-mx-hostname": mx[0],
                                             "failed-session-count": failed}]
            name = "%s-%s-%s-%s" % (domain, sender, day, mode)
            paths.append(place.write(name + ".json", json.dumps({
                "organization-name": sender, "contact-info": "tls@%s.example" % sender.lower(),
                "date-range": {"start-datetime": day + "T00:00:00Z",
                               "end-datetime": day + "T23:59:59Z"},
                "report-id": name, "policies": [entry]})))
    place.run("import", *paths)
