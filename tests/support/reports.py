"""Reports made for tests: the shapes of real senders, never their bytes."""
import datetime
import gzip
import io
import json


def report(report_id, day="2026-11-02", domain="example.org", organization="Test Sender",
           contact="tls@sender.example", successful=10, failed=0, details=None, mode="testing",
           policy_type="sts"):
    """One report with one policy entry as a dict."""
    policy = {"policy-type": policy_type, "policy-domain": domain}
    if policy_type == "sts":
        policy["policy-string"] = ["version: STSv1", "mode: " + mode, "mx: mx1." + domain,
                                   "max_age: 604800"]
        policy["mx-host"] = ["mx1." + domain]
    entry = {"policy": policy,
             "summary": {"total-successful-session-count": successful,
                         "total-failure-session-count": failed}}
    if details:
        entry["failure-details"] = details
    return {"organization-name": organization,
            "date-range": {"start-datetime": day + "T00:00:00Z", "end-datetime": day + "T23:59:59Z"},
            "contact-info": contact, "report-id": report_id, "policies": [entry]}


def gzipped(document):
    """DOCUMENT (dict, str or bytes) as one gzip member."""
    if isinstance(document, dict):
        document = json.dumps(document)
    if isinstance(document, str):
        document = document.encode()
    out = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=out, mode="wb", mtime=0) as member:
        member.write(document)
    return out.getvalue()


def mail(document, dkim_domain=None, authserv_id="mx.receiver.example", submitter="sender.example",
         domain="example.org", line_end="\n"):
    """DOCUMENT as the message that RFC 8460 5.3 describes, as bytes."""
    import base64
    body = base64.encodebytes(gzipped(document)).decode().strip()
    head = []
    if dkim_domain:
        head.append("Authentication-Results: %s;\n\tdkim=pass (2048-bit key; unprotected) "
                    "header.d=%s" % (authserv_id, dkim_domain))
    head += ["From: <tls@%s>" % submitter, "To: <tls-reports@%s>" % domain,
             "Date: Tue, 03 Nov 2026 05:00:00 +0000",
             "Subject: Report Domain: %s Submitter: %s Report-ID: <1@%s>" % (domain, submitter,
                                                                             submitter),
             "TLS-Report-Domain: " + domain, "TLS-Report-Submitter: " + submitter,
             "MIME-Version: 1.0",
             'Content-Type: multipart/report; report-type="tlsrpt"; boundary="b0"']
    text = "\n".join(head) + (
        "\n\n--b0\nContent-Type: text/plain\n\nA report.\n\n--b0\n"
        "Content-Type: application/tlsrpt+gzip\nContent-Transfer-Encoding: base64\n"
        'Content-Disposition: attachment; filename="%s!%s!1793577600!1793663999.json.gz"\n\n'
        "%s\n\n--b0--\n" % (submitter, domain, body))
    return text.replace("\n", line_end).encode()


def day(offset, start="2026-11-02"):
    """START plus OFFSET days, as text."""
    return str(datetime.date.fromisoformat(start) + datetime.timedelta(days=offset))
