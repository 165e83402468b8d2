"""LMTP intake: each message answered after its commit, beside Postfix's smtp-sink, which keeps nothing.
The client is Python and has its share of the processors, so the ratio flatters neither."""
import multiprocessing
import os
import socket
import subprocess
import tempfile
import time

from table import PROGRAM, ROUNDS, SCALE, clear, compare, corpus, heading

MESSAGES = 4000 * SCALE
SESSIONS = 16


def read_mails(path):
    with open(path, "rb") as file:
        mails = file.read().split(b"\nFrom tls-reports@")
    return [mail.split(b"\n", 1)[1].replace(b"\n", b"\r\n") + b"\r\n.\r\n" for mail in mails]


def expect(stream, code):
    while True:
        line = stream.readline()
        if not line.startswith(code):
            raise SystemExit("unexpected reply %r" % line)
        if line[3:4] != b"-":
            return


def session(path, mails):
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(path)
    stream = connection.makefile("rb")
    expect(stream, b"220")
    connection.sendall(b"LHLO bench.example\r\n")
    expect(stream, b"250")
    for mail in mails:
        connection.sendall(b"MAIL FROM:<>\r\nRCPT TO:<reports@example.org>\r\nDATA\r\n")
        for code in (b"250", b"250", b"354"):
            expect(stream, code)
        connection.sendall(mail)
        expect(stream, b"250")
    connection.sendall(b"QUIT\r\n")


def rate(command, path, mails):
    if os.path.exists(path):
        os.remove(path)
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not os.path.exists(path):
            time.sleep(0.02)
        time.sleep(0.2)
        workers = [multiprocessing.Process(target=session, args=(path, mails[n::SESSIONS]))
                   for n in range(SESSIONS)]
        started = time.perf_counter()
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        if any(worker.exitcode for worker in workers):
            raise SystemExit("a session failed")
        return len(mails) / (time.perf_counter() - started)
    finally:
        server.kill()
        server.wait()


with tempfile.TemporaryDirectory() as folder:
    mails = read_mails(corpus("mbox", MESSAGES, os.path.join(folder, "mbox")))
    database, config = os.path.join(folder, "db"), os.path.join(folder, "conf")
    path = os.path.join(folder, "socket")
    with open(config, "w") as file:
        file.write("[store]\nuri=%s\n[lmtp]\nlisten=%s\n" % (database, path))
    ours, sink = [], []
    for _ in range(ROUNDS):
        clear(database)
        ours.append(rate([PROGRAM, "--config", config, "serve"], path, mails))
        sink.append(rate(["/usr/sbin/smtp-sink", "-L", "-u", "root", "unix:" + path, "100"], path,
                         mails))
    heading("LMTP, %d sessions (messages/s)" % SESSIONS)
    compare("against smtp-sink, which keeps nothing", ours, sink, "1/s", digits=0)
