"""Goal: posts and mails of nearly the largest size at once, some that are too large, and bombs: `serve`
holds little more of them than of one, small reports are taken meanwhile, and each input is told what
became of it."""
import base64
import gzip
import http.client
import os
import random
import sys
import threading

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from lmtp_client import Lmtp  # noqa: E402
from program import Place, Server, expect, expect_equal  # noqa: E402
from reports import gzipped, mail, report  # noqa: E402

MEGABYTE = 1048576
# AddressSanitizer keeps freed memory back; that is not what is measured here.
os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"
NOISE = random.Random(1).randbytes(9 * MEGABYTE)
BOMB = gzip.compress(b'{"policies":[' + b" " * (40 * MEGABYTE), mtime=0)

place = Place()
socket_path = os.path.join(place.path, "lmtp")
place.configure("cache-bytes=4194304\n[https]\nlisten=127.0.0.1:0\n[lmtp]\nlisten=%s\n" % socket_path)
server = Server(place)
answers, small, ended = [], [], threading.Event()


def peak():
    """The most megabytes that the server ever had resident."""
    with open("/proc/%d/status" % server.process.pid) as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1024


def post(body, chunked=False):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
    pieces = (body[at:at + 65536] for at in range(0, len(body), 65536)) if chunked else body
    try:
        connection.request("POST", "/v1/tlsrpt", pieces, {"Content-Type": "application/tlsrpt+gzip"},
                           encode_chunked=chunked)
    except OSError:
        pass  # it may answer and close before it has read all
    status = connection.getresponse().status
    connection.close()
    return status


def send(message):
    client = Lmtp(socket_path)
    client.socket.settimeout(300)
    client.ask("LHLO peak.example")
    reply = client.send(message)[0][:3]
    client.close()
    return reply


def run(kind, number, work, body):
    answers.append((kind, number, work(body)))


def send_small():
    """Reports of the usual size, one after the other, for as long as the large ones take."""
    number = 0
    while not ended.is_set() or number < 5:
        number += 1
        small.append(post(gzipped(report("small-%d" % number))))


for number in range(20):
    expect_equal(post(gzipped(report("before-%d" % number))), 201, "an ordinary report")
expect_equal(send(mail(report("before-mail"))), "250", "an ordinary mail")
before = peak()
jobs = [("noise", n, post, b"%d" % n + NOISE) for n in range(8)]
jobs += [("mail", n, send, b"Subject: %d\n\n" % n + base64.encodebytes(NOISE)) for n in range(4)]
jobs += [("large", n, lambda body: post(body, True), NOISE + NOISE[:2 * MEGABYTE]) for n in range(2)]
jobs += [("large mail", n, send, (b"x" * 70 + b"\n") * 245000) for n in range(2)]
jobs += [("bomb", n, post, BOMB) for n in range(4)]
threads = [threading.Thread(target=run, args=job) for job in jobs]
others = threading.Thread(target=send_small)
others.start()
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
ended.set()
others.join()
extra = peak() - before
print("%.0f MB, and %.1f more; %d small reports" % (before, extra, len(small)))

expected = {"noise": 400, "mail": "250", "large": 413, "large mail": "552", "bomb": 413}
expect_equal(sorted(answers), sorted((job[0], job[1], expected[job[0]]) for job in jobs), "answers")
expect_equal(set(small), {201}, "answers to small reports meanwhile")
expect(extra < 36, "%.0f MB more than for ordinary reports" % extra)
entries = place.json("quarantine", "list", "--json")["entries"]
expect_equal(sum(e["octets"] > 9 * MEGABYTE and e["outcome"] == "defective" for e in entries), 12,
             "entries that are kept whole")
expect(not [name for name in os.listdir(place.path) if name.startswith(".")], "no file is left")
expect_equal(server.stop(), 0, "exit status of serve")
place.remove()
