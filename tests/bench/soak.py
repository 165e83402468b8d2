"""`serve` under good and bad input of all kinds for a while: what it has in memory from the first
minutes to the end, and whether all that it acknowledged is in the store. SECONDS (60 times SCALE) and
RATE (150 requests a second) in the environment; SAMPLES names a file for each sample."""
import collections
import gzip
import http.client
import os
import random
import re
import socket
import sqlite3
import statistics
import struct
import sys
import threading
import time

from resident import Place, Server, certificate, connect_tls, descriptors, peak, read_pack
from resident import resident, tls_context
from table import SCALE, corpus, heading, tell

from lmtp_client import Lmtp  # noqa: E402
from reports import gzipped, mail, report  # noqa: E402

SECONDS = int(os.environ.get("SECONDS", 60 * SCALE))
RATE = float(os.environ.get("RATE", "150"))
SAMPLES = os.environ.get("SAMPLES")
TIMEOUT = int(os.environ.get("TIMEOUT", "10"))  # after which serve hangs up on who stopped
POSTERS, SLOW = 6, 4
CACHE = 16 * 1048576
BOMB = gzip.compress(b'{"policies":[' + b" " * (40 * 1048576), mtime=0)
MAIL_WITHOUT_REPORT = b"From: a@sender.example\nSubject: hello\n\nNo report.\n"


class Soak:
    """The load, and what came of it."""

    def __init__(self, place, server, reports):
        self.place, self.server, self.reports = place, server, reports
        self.tls = tls_context()
        self.lock = threading.Lock()
        self.answers = collections.defaultdict(collections.Counter)  # kind: answers
        self.taken = set()  # report-ids that were acknowledged
        self.next = 0
        self.peak = 0  # kilobytes
        self.stop = threading.Event()

    def note(self, kind, answer, identity=None):
        with self.lock:
            self.answers[kind][answer] += 1
            if identity is not None:
                self.taken.add(identity)

    def take_report(self):
        with self.lock:
            self.next += 1
            return self.reports[(self.next - 1) % len(self.reports)]


def identity(body):
    return re.search(rb'"report-id"\s*:\s*"([^"]+)"', gzip.decompress(body))[1].decode()


class Poster:
    """One sender over TLS, which keeps its connection where nothing ends it."""

    def __init__(self, soak, number):
        self.soak, self.number = soak, number
        self.chance = random.Random(number)
        self.connection, self.last, self.made = None, None, 0
        self.kinds = {self.good: 60, self.again: 8, self.new_connection: 8, self.truncated: 5,
                      self.no_report: 5, self.no_json: 3, self.bomb: 1, self.announced_too_large: 1,
                      self.too_large: 0.05, self.many_failures: 0.3, self.broken_off: 4,
                      self.wrong_path: 2, self.wrong_method: 2, self.garbage: 0.5}

    def connect(self):
        if self.connection is None:
            self.connection = http.client.HTTPSConnection("127.0.0.1", self.soak.server.port,
                                                          timeout=30, context=self.soak.tls)
        return self.connection

    def drop(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def ask(self, body, method="POST", path="/v1/tlsrpt", type="application/tlsrpt+gzip", **fields):
        connection = self.connect()
        connection.request(method, path, body, dict(fields, **{"Content-Type": type}))
        return self.answer()

    def answer(self):
        answer = self.connection.getresponse()
        answer.read()
        if answer.will_close:
            self.drop()
        return answer.status

    def good(self, **fields):
        body = self.soak.take_report()
        name = identity(body)
        self.last = body
        status = self.ask(body, **fields)
        self.soak.note("good", status, name if status in (200, 201) else None)

    def again(self):
        if self.last is not None:
            self.soak.note("again", self.ask(self.last))

    def new_connection(self):
        self.drop()
        self.good(Connection="close")

    def truncated(self):
        body = self.soak.take_report()
        self.soak.note("truncated", self.ask(body[:self.chance.randrange(20, len(body) - 8)]))

    def no_report(self):
        self.soak.note("no report", self.ask(gzipped({"hello": [1, 2, 3]})))

    def no_json(self):
        octets = bytes(self.chance.getrandbits(8) for _ in range(2000))
        self.soak.note("no JSON", self.ask(b"\x89PNG" + octets, type="image/png"))

    def bomb(self):
        self.soak.note("bomb", self.ask(BOMB))

    def announced_too_large(self):
        connection = self.connect()
        connection.putrequest("POST", "/v1/tlsrpt")
        connection.putheader("Content-Length", str(12 * 1048576))
        connection.endheaders()
        self.soak.note("announced too large", self.answer())

    def too_large(self):
        self.drop()
        connection = self.connect()
        connection.putrequest("POST", "/v1/tlsrpt")
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()
        try:
            for _ in range(11):
                connection.send(b"100000\r\n" + b" " * 1048576 + b"\r\n")
            connection.send(b"0\r\n\r\n")
        except OSError:
            pass  # it may answer and close before it has read all
        self.soak.note("too large", self.answer())

    def many_failures(self):
        self.made += 1
        name = "many-%d-%d" % (self.number, self.made)
        details = [{"result-type": "certificate-expired", "failed-session-count": 1,
                    "receiving-mx-hostname": "mx%d.example.org" % (n % 4),
                    "sending-mta-ip": "192.0.2.%d" % (n % 256)} for n in range(3000)]
        document = report(name, successful=1, failed=3000, details=details)
        status = self.ask(gzipped(document))
        self.soak.note("many failures", status, name if status in (200, 201) else None)

    def broken_off(self):
        self.drop()
        body = self.soak.take_report()
        connection = connect_tls(self.soak.server.port, self.soak.tls)
        connection.sendall(b"POST /v1/tlsrpt HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
                           % len(body) + body[:len(body) // 2])
        if self.chance.random() < 0.5:  # a reset instead of an orderly end
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        self.soak.note("broken off", None)

    def wrong_path(self):
        self.soak.note("wrong path", self.ask(b"{}", path="/wp-login.php"))

    def wrong_method(self):
        self.soak.note("wrong method", self.ask(None, method="GET"))

    def garbage(self):
        with socket.create_connection(("127.0.0.1", self.soak.server.port), 30) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n" * self.chance.randrange(1, 50))
            connection.settimeout(5)
            try:
                connection.recv(100)
            except OSError:
                pass
        self.soak.note("garbage", None)

    def run(self):
        started, done = time.monotonic(), 0
        kinds, weights = list(self.kinds), list(self.kinds.values())
        while not self.soak.stop.is_set():
            kind = self.chance.choices(kinds, weights)[0]
            try:
                kind()
            except (OSError, http.client.HTTPException) as fault:
                self.soak.note(kind.__name__, type(fault).__name__)
                self.drop()
            done += 1
            self.soak.stop.wait(max(0, started + done * POSTERS / RATE - time.monotonic()))


def send_slowly(soak, number):
    """A report in twenty pieces; every other time it stops half-way, until the server hangs up."""
    finishes = number % 2 == 0
    while not soak.stop.is_set():
        body = soak.take_report()
        pieces = [body[at:at + 1 + len(body) // 20] for at in range(0, len(body), 1 + len(body) // 20)]
        try:
            with connect_tls(soak.server.port, soak.tls, 90) as connection:
                connection.sendall(b"POST /v1/tlsrpt HTTP/1.1\r\nHost: localhost\r\n"
                                   b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body))
                for piece in pieces[:None if finishes else 8]:
                    connection.sendall(piece)
                    time.sleep(0.5)
                status = connection.recv(64)[9:12].decode()
            soak.note("slow" if finishes else "stopped", status,
                      identity(body) if status in ("200", "201") else None)
        except OSError as fault:
            soak.note("slow" if finishes else "stopped", type(fault).__name__)
        finishes = not finishes


def send_mails(soak):
    number, client = 0, None
    while not soak.stop.is_set():
        number += 1
        try:
            if client is None:
                client = Lmtp(os.path.join(soak.place.path, "lmtp"))
                client.ask("LHLO soak.example")
            name = "mail-%d" % number
            if number % 200 == 0:
                soak.note("mail too large", client.send(b"x" * (17 * 1048576))[0][:3])
            elif number % 10 == 0:
                soak.note("mail without report", client.send(MAIL_WITHOUT_REPORT)[0][:3])
            elif number % 33 == 0:  # in the middle of a message
                client.ask("MAIL FROM:<>"), client.ask("RCPT TO:<a@example.org>"), client.ask("DATA")
                client.say("Subject: x\r\n")
                client.close()
                client = None
            else:
                reply = client.send(mail(report(name), dkim_domain="sender.example"))[0]
                soak.note("mail", reply[:3], name if reply.startswith("250") else None)
            if client is not None and number % 50 == 0:
                client.ask("QUIT")
                client.close()
                client = None
        except OSError as fault:
            soak.note("mail", type(fault).__name__)
            client = None
        soak.stop.wait(0.2)


def look(soak):
    """The pages of the dashboard, one after the other."""
    days = "&since=2023-01-01&until=2023-03-31"
    pages = ["/", "/metrics", "/overview.json", "/domain?domain=customer1.example" + days, "/reports",
             "/domain.json?domain=customer2.example" + days, "/quarantine", "/report?id=r1",
             "/sender?sender=Example+Mail+Inc." + days, "/entry?id=q1", "/nothing-there",
             "/domain?domain=" + "x" * 3000]
    number = 0
    while not soak.stop.is_set():
        number += 1
        connection = http.client.HTTPConnection("127.0.0.1", soak.server.dashboard_port, timeout=60)
        try:
            connection.request("GET", pages[number % len(pages)])
            answer = connection.getresponse()
            answer.read()
            soak.note("page", answer.status)
        except (OSError, http.client.HTTPException) as fault:
            soak.note("page", type(fault).__name__)
        connection.close()
        soak.stop.wait(0.4)


def watch(soak, renew):
    """Samples of (seconds, kB resident, kB anonymous, descriptors) until the time is over; renews the
    certificate now and then."""
    samples, started, renewed = [], time.monotonic(), 0
    pid = soak.server.process.pid
    file = open(SAMPLES, "w") if SAMPLES else None
    while (now := time.monotonic() - started) < SECONDS:
        samples.append((now, *resident(pid), descriptors(pid)))
        if file:
            print("%.0f\t%d\t%d\t%d" % samples[-1], file=file, flush=True)
        if now > SECONDS * (renewed + 1) / 10:
            renew()
            renewed += 1
        time.sleep(min(10, max(1, SECONDS / 60)))
    return samples


def check_store(place, taken):
    """The acknowledged report-ids that are not in the store, and those that are there twice."""
    with sqlite3.connect(place.store) as database:
        stored = [row[0] for row in database.execute("SELECT report_id FROM report")]
    return sorted(taken - set(stored)), len(stored) - len(set(stored))


EXPECTED = {
    "good": {201}, "again": {200}, "truncated": {400}, "no report": {400}, "no JSON": {400},
    "bomb": {413}, "announced too large": {413}, "too large": {413}, "many failures": {201},
    "broken off": {None}, "wrong path": {404}, "wrong method": {405}, "garbage": {None},
    "slow": {"201"}, "stopped": {"", "408"}, "mail": {"250"}, "mail without report": {"250"},
    "mail too large": {"552"}, "page": {200, 400, 404}}


def unexpected(answers):
    """Answers that no sender should get, as "KIND: ANSWER"."""
    return sorted("%s: %s" % (kind, answer) for kind, counts in answers.items() for answer in counts
                  if answer not in EXPECTED.get(kind, ()))


def run(place, reports):
    """The load of this file on a server of PLACE: what came of it, samples, and its exit status."""
    paths = certificate(place.path)
    place.configure("cache-bytes=%d\n[https]\nlisten=127.0.0.1:0\ncertificate=%s\nkey=%s\n"
                    "[lmtp]\nlisten=%s\n[dashboard]\nlisten=127.0.0.1:0\n[limits]\ntimeout=%d\n"
                    "[retention]\nraw-days=20000\n[alerts]\ncommand=true\n"
                    % ((CACHE,) + paths + (os.path.join(place.path, "lmtp"), TIMEOUT)))
    soak = Soak(place, Server(place), reports)
    workers = [threading.Thread(target=Poster(soak, n).run) for n in range(POSTERS)]
    workers += [threading.Thread(target=send_slowly, args=(soak, n)) for n in range(SLOW)]
    workers += [threading.Thread(target=work, args=(soak,)) for work in (send_mails, look)]
    for worker in workers:
        worker.start()
    try:
        samples = watch(soak, lambda: certificate(place.path))
    finally:
        soak.stop.set()
        for worker in workers:
            worker.join()
        soak.peak = peak(soak.server.process.pid)
    return soak, samples, soak.server.stop()


def main():
    place = Place()
    pack = corpus("pack", int(SECONDS * RATE), os.path.join(place.path, "pack"), 50, 90)
    soak, samples, status = run(place, read_pack(pack))
    lost, doubles = check_store(place, soak.taken)
    settled = samples[len(samples) // 10:]
    heading("Soak: %d s, %.0f requests a second over TLS" % (SECONDS, RATE))
    tell("resident, MB: start, end, most", "%.1f  %.1f  %.1f" % (
        settled[0][1] / 1024, settled[-1][1] / 1024, max(s[1] for s in settled) / 1024))
    tell("the most there ever was, MB", "%.1f" % (soak.peak / 1024))
    quarters = [samples[len(samples) * n // 4:len(samples) * (n + 1) // 4] for n in range(4)]
    middles = [statistics.median(sample[1] for sample in quarter) / 1024 for quarter in quarters]
    tell("medians of the quarters, MB", "  ".join("%.1f" % middle for middle in middles))
    tell("from the third to the last, kB an hour",
         "%.0f" % ((middles[3] - middles[2]) * 1024 * 4 * 3600 / SECONDS))
    tell("descriptors: start, end", "%d  %d" % (settled[0][3], settled[-1][3]))
    for kind, answers in sorted(soak.answers.items()):
        tell(kind, ", ".join("%s: %d" % pair for pair in sorted(answers.items(), key=str)))
    tell("acknowledged, lost, twice", "%d  %d  %d" % (len(soak.taken), len(lost), doubles))
    if status != 0 or lost or doubles:
        print("exit status %d, lost: %s" % (status, lost[:10]))
        sys.exit(1)
    place.remove()


if __name__ == "__main__":
    main()
