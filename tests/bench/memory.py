"""What tlsgauge has in memory: an idle TLS connection and an idle LMTP session, `serve` beside the page
cache that is configured, and import of a mailbox of any size. MAILBOX_MB (400 times SCALE) in the
environment; STORED reports that are in the store before (0)."""
import http.client
import os
import re
import subprocess
import sys
import threading
import time

from resident import Place, Server, certificate, peak, read_pack, resident, tls_context
from table import PROGRAM, SCALE, SUPPORT, clear, compare, corpus, free_port, heading, tell
from table import tool, wait_for

from lmtp_client import Lmtp  # noqa: E402
from reports import mail, report  # noqa: E402

CONNECTIONS, SESSIONS, POSTS = 500, 100, 20000 * SCALE
MAILBOX_MB = int(os.environ.get("MAILBOX_MB", 400 * SCALE))
STORED = int(os.environ.get("STORED", 0))
CACHE = 8 * 1048576


def post(connection, body):
    connection.request("POST", "/v1/tlsrpt", body, {"Content-Type": "application/tlsrpt+gzip"})
    answer = connection.getresponse()
    answer.read()
    if answer.status // 100 != 2:
        raise SystemExit("a post was answered %d" % answer.status)


def connect(port, context):
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=60)
    connection.connect()
    return connection


def idle_connections(pid, port, bodies):
    """Kilobytes that each of many connections costs after one post, once a few were there before."""
    context = tls_context()
    first = connect(port, context)
    for body in bodies[:500]:
        post(first, body)
    before = resident(pid)[0]
    connections = []
    for body in bodies[500:500 + CONNECTIONS]:
        connections.append(connect(port, context))
        post(connections[-1], body)
    after = resident(pid)[0]
    for connection in connections + [first]:
        connection.close()
    return (after - before) / CONNECTIONS


def idle_sessions(server, path):
    sessions, before = [], None
    for number in range(SESSIONS):
        client = Lmtp(path)
        client.ask("LHLO bench.example")
        client.send(mail(report("idle-%d" % number)))
        sessions.append(client)
        if number == 19:
            before = resident(server.process.pid)[0]
    after = resident(server.process.pid)[0]
    for client in sessions:
        client.close()
    return (after - before) / (SESSIONS - 20)


def load(port, bodies):
    """All BODIES over a few connections."""
    context = tls_context()

    def work(which):
        connection = connect(port, context)
        for body in bodies[which::8]:
            post(connection, body)
        connection.close()
    threads = [threading.Thread(target=work, args=(which,)) for which in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def look(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for path in ("/?days=400", "/metrics", "/reports", "/domain?domain=customer1.example&days=400") * 5:
        connection.request("GET", path)
        connection.getresponse().read()
    connection.close()


def serve(place, paths):
    clear(place.store)
    place.configure("cache-bytes=%d\n[https]\nlisten=127.0.0.1:0\ncertificate=%s\nkey=%s\n"
                    "[lmtp]\nlisten=%s\n[dashboard]\nlisten=127.0.0.1:0\n"
                    "[limits]\nconnections=2000\nconnections-per-address=2000\n"
                    % ((CACHE,) + paths + (os.path.join(place.path, "lmtp"),)))
    return Server(place)


def idling(place, paths, bodies):
    server = serve(place, paths)
    ours = idle_connections(server.process.pid, server.port, bodies)
    session = idle_sessions(server, os.path.join(place.path, "lmtp"))
    server.stop()
    port = free_port()
    naive = subprocess.Popen([tool("bench_naive_https"), str(port), *paths])
    wait_for(port)
    bare = idle_connections(naive.pid, port, bodies)
    naive.kill()
    naive.wait()
    heading("Memory of who is connected (kB)")
    compare("an idle TLS connection", [ours], [bare], "kB", more_is_better=False)
    tell("an idle LMTP session", "%.1f" % session)


def serving(place, paths, bodies):
    server = serve(place, paths)
    pid = server.process.pid
    started = resident(pid)[0]
    load(server.port, bodies)
    posted = resident(pid)[0]
    look(server.dashboard_port)
    heading("Memory of serve (MB), of which the page cache is %.1f" % (CACHE / 1e6))
    tell("at the start", "%.1f" % (started / 1024))
    tell("after %d posts" % len(bodies), "%.1f" % (posted / 1024))
    tell("after pages of the dashboard too", "%.1f" % (resident(pid)[0] / 1024))
    tell("at its peak", "%.1f" % (peak(pid) / 1024))
    server.stop()


def watch_import(store, producer):
    """Runs an import of what PRODUCER writes: samples of (seconds, kB resident, octets given)."""
    started = time.monotonic()
    made = subprocess.Popen(producer, stdout=subprocess.PIPE)
    process = subprocess.Popen([PROGRAM, "--store", store, "import", "-"], stdin=made.stdout,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    made.stdout.close()
    samples = []
    while process.poll() is None:
        try:
            with open("/proc/%d/io" % made.pid) as file:  # what it has written, for a pipe is short
                octets = int(re.search(r"wchar: (\d+)", file.read())[1])
            samples.append((time.monotonic() - started, resident(process.pid)[0], octets))
        except (OSError, KeyError, StopIteration):
            pass  # it has just ended
        time.sleep(0.5)
    if made.wait() != 0 or process.returncode != 0:
        raise SystemExit("the import ended with %d" % process.returncode)
    return samples, time.monotonic() - started


def mailbox(place):
    store = os.path.join(place.path, "mailbox.db")
    clear(store)
    heading("Memory of import")
    reports = MAILBOX_MB * 1000000 // 2900
    if STORED:
        _, spent = watch_import(store, [tool("bench_corpus"), "mbox", str(STORED), "/dev/stdout"])
        tell("%d reports into an empty store" % STORED, "%.0f/s" % (STORED / spent))
    samples, spent = watch_import(store, [tool("bench_corpus"), "mbox", str(reports), "/dev/stdout",
                                          "151" if STORED else "150"])
    tenth = max(1, len(samples) // 10)
    tell("a mailbox of %d MB" % MAILBOX_MB, "%d reports, %.0f/s" % (reports, reports / spent))
    tell("MB after a tenth, at the end, most", "%.1f  %.1f  %.1f" % (
        samples[tenth][1] / 1024, samples[-1][1] / 1024, max(s[1] for s in samples) / 1024))
    rates = [(b[2] - a[2]) / (b[0] - a[0]) / 1e6 for a, b in
             ((samples[0], samples[tenth]), (samples[-tenth - 1], samples[-1]))]
    tell("MB a second: first tenth, last tenth", "%.1f  %.1f" % tuple(rates))
    tell("MB of the store", "%.0f" % (os.path.getsize(store) / 1e6))


HOSTILE = {
    "one message of 1 GB": r"""
o.write(b"From a@b Thu Jan  1 00:00:00 1970\nSubject: x\n\n")
for n in range(1024): o.write((b"x" * 75 + b"\n") * 13797)""",
    "one line of 1 GB": r"""
o.write(b"From a@b Thu Jan  1 00:00:00 1970\nSubject: x\n\n")
for n in range(1024): o.write(b"x" * 1048576)""",
    "a header of 500 MB": r"""
o.write(b"From a@b Thu Jan  1 00:00:00 1970\n")
for n in range(500): o.write((b"X-%d: " % n + b"y" * 60 + b"\n") * 16000)""",
    "no message, 1 GB": r"""
for n in range(1024): o.write(b"\0" * 1048576)""",
    "100,000 From lines": r"""
for n in range(100): o.write(b"From a@b Thu Jan  1 00:00:00 1970\n\n" * 1000)""",
    "messages of 10,000 parts each": r"""
part = b"--b\nContent-Type: application/tlsrpt+gzip\n\nx\n\n" * 10000
for n in range(50): o.write(b"From a@b Thu Jan  1 00:00:00 1970\nTLS-Report-Domain: a.example\n"
    b"Content-Type: multipart/mixed; boundary=b\n\n" + part + b"--b--\n\n")""",
}


def hostile(place):
    store = os.path.join(place.path, "hostile.db")
    heading("Memory of import of what is no mailbox of reports")
    for name, script in HOSTILE.items():
        made = subprocess.Popen([sys.executable, "-c", "import sys\no = sys.stdout.buffer\n" + script],
                                stdout=subprocess.PIPE)
        started = time.monotonic()
        done = subprocess.run([sys.executable, os.path.join(SUPPORT, "peak.py"), "/dev/stdin", PROGRAM,
                               "--store", store, "import", "-"], stdin=made.stdout,
                              capture_output=True, check=True)
        made.stdout.close()
        made.kill()
        made.wait()
        status, kilobytes = done.stdout.split()
        tell(name, "%.1f MB at its peak, %.1f s, exit %d" % (int(kilobytes) / 1024,
                                                           time.monotonic() - started, int(status)))


def main():
    place = Place()
    paths = certificate(place.path)
    parts = sys.argv[2:] or ["serving", "mailbox", "hostile"]
    if "serving" in parts:
        bodies = read_pack(corpus("pack", POSTS, os.path.join(place.path, "pack")))
        idling(place, paths, bodies)
        serving(place, paths, bodies)
    if "mailbox" in parts:
        mailbox(place)
    if "hostile" in parts:
        hostile(place)
    place.remove()


if __name__ == "__main__":
    main()
