"""Fetches pages of the dashboard and follows their links; judges HTML and its JSON twin."""
import base64
import html.parser
import http.client
import json
import urllib.parse

VOID = {"meta", "link", "input", "br", "hr", "img", "col", "path", "rect", "line", "circle"}


class Html(html.parser.HTMLParser):
    """Balanced elements, links and ids of one page; faults are collected."""

    def __init__(self, text):
        super().__init__()
        self.open, self.faults, self.links, self.ids, self.text = [], [], [], set(), []
        self.forms = []
        self.feed(text)
        self.close()
        if self.open:
            self.faults.append("never closed: %s" % self.open)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if len(values) != len(attributes):
            self.faults.append("attribute twice in <%s>" % tag)
        for name, value in attributes:
            if name.startswith("on") or name == "style":
                self.faults.append("<%s %s=%r>" % (tag, name, value))
            if name in ("href", "src", "action") and (value or "").lower().startswith("javascript"):
                self.faults.append("a script as %s" % name)
        if tag in ("script", "iframe", "object", "embed", "base"):
            self.faults.append("<%s>" % tag)
        if tag == "a":
            self.links.append(values["href"])
        if tag == "form":
            self.forms.append(values.get("method"))
        if "id" in values:
            if values["id"] in self.ids:
                self.faults.append("id twice: " + values["id"])
            self.ids.add(values["id"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append("</%s> does not match" % tag)

    def handle_data(self, data):
        self.text.append(data)


class Site:
    """The pages at PORT, perhaps asked for by a user."""

    def __init__(self, port, user=None, password=None):
        self.port = port
        self.fields = {}
        if user is not None:
            pair = base64.b64encode(("%s:%s" % (user, password)).encode()).decode()
            self.fields["Authorization"] = "Basic " + pair

    def get(self, target, method="GET", **fields):
        """(status, fields, body as text); each on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, target, headers=dict(
                self.fields, **{name.replace("_", "-"): value for name, value in fields.items()}))
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def json(self, target):
        status, _, body = self.get(target)
        assert status == 200, (target, status, body)
        return json.loads(body)

    def crawl(self, start, at_most):
        """Follows links breadth first; yields (target, page, JSON twin)."""
        waiting, seen = [start], {start}
        for _ in range(at_most):
            if not waiting:
                return
            target = waiting.pop(0)
            status, fields, body = self.get(target)
            assert status == 200, (target, status, body)
            if fields["Content-Type"] == "application/json":
                yield target, None, json.loads(body)
                continue
            page = Html(body)
            assert not page.faults, (target, page.faults)
            for link in page.links:
                absolute = urllib.parse.urljoin(target, link)
                if link.startswith("#"):
                    assert link[1:] in page.ids, (target, link)
                elif absolute not in seen:
                    seen.add(absolute)
                    waiting.append(absolute)
            twin = self.twin(target)
            yield target, (page, body), twin

    def twin(self, target):
        path, _, query = target.partition("?")
        path = path + "overview" if path.endswith("/") else path
        twin = self.json(path + ".json" + ("?" + query if query else ""))
        assert twin["schema"].startswith("tlsgauge.dashboard."), twin
        return twin
