"""Goal: LMTP in `serve`: right replies for good mail, for hostile dialogues and for trouble with the
store; nothing acknowledged and lost; memory does not grow; SIGTERM ends it in order."""
import os
import socket
import sqlite3
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from lmtp_client import Lmtp  # noqa: E402
from ports import free_port  # noqa: E402
from program import Place, Server, expect, expect_equal  # noqa: E402
from reports import mail, report  # noqa: E402

# AddressSanitizer keeps freed memory back; that is not what is measured here.
os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"
place = Place()
path = os.path.join(place.path, "lmtp.sock")
port = free_port()


def resident():
    """Kilobytes of the server."""
    with open("/proc/%d/statm" % server.process.pid) as file:
        return int(file.read().split()[1]) * 4


def ids():
    return sorted(row["report_id"] for row in place.json("list", "--json")["reports"])


def good_mail():
    client = Lmtp(path)
    expect(client.greeting.startswith("220 "), client.greeting)
    hello = client.ask("LHLO client.example")
    for word in ("PIPELINING", "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8", "CHUNKING", "SIZE 16777216"):
        expect(word in hello, "%s is not in %r" % (word, hello))
    expect_equal([r[:9] for r in client.send(mail(report("one")), recipients=3)], ["250 2.0.0"] * 3,
                 "one reply for each recipient")
    expect_equal([r[:9] for r in client.send(mail(report("one")))], ["250 2.0.0"], "a duplicate")
    expect_equal([r[:9] for r in client.send(b"Subject: x\n\n.a dot\n.\nno report\n")], ["250 2.0.0"],
                 "what is no report is taken into quarantine")
    message = mail(report("chunked"), line_end="\r\n")
    client.say(b"MAIL FROM:<a@b.example> BODY=8BITMIME\r\nRCPT TO:<r@example.org>\r\n"
               b"BDAT 100\r\n" + message[:100] + b"BDAT %d LAST\r\n" % (len(message) - 100) +
               message[100:] + b"QUIT\r\n")
    expect_equal([client.reply()[:3] for _ in range(5)], ["250", "250", "250", "250", "221"], "pipelined")
    expect_equal(client.reply(), "", "closed after QUIT")
    expect_equal(ids(), ["chunked", "one"], "stored")
    kept = place.json("quarantine", "list", "--json")["entries"]
    raw = place.run("quarantine", "show", "--raw", str(kept[0]["id"])).stdout
    expect(b"\r\n.a dot\r\n.\r\nno report" in raw, "dots are put right: %r" % raw)


def torture():
    before = resident()
    client = Lmtp(path)
    client.ask("LHLO x")
    expect(client.ask("MAIL FROM:<a@b>")[:3] == "250", "MAIL")
    refused = sum(client.ask("RCPT TO:<r%d@example.org>" % n).startswith("452 4.5.3")
                  for n in range(10000))
    expect_equal(refused, 9000, "recipients over the limit are told to come again")
    client.ask("RSET")
    for line in ("x" * 1000000, "NO\0OP", "\x1b[2J", "MAIL FROM:<a@b> SIZE=999999999999",
                 "MAIL FROM:<a@b", "BDAT"):
        expect(client.ask(line)[0] == "5", "the reply to %r" % line[:20])
    expect_equal(client.reply(), "", "closed after a BDAT that cannot be followed")
    rubbish = Lmtp(path)
    rubbish.say(b"RUBBISH\r\n" * 5000)
    replies = []
    while replies[-1:] != [""]:
        replies.append(rubbish.reply())
    expect(len(replies) < 30 and replies[-2].startswith("421 "), "rubbish ends: %r" % replies[-3:])
    too_large = Lmtp(path)
    too_large.ask("LHLO x")
    answer = too_large.send(b"Subject: x\n\n" + (b"y" * 998 + b"\n") * 40000)
    expect(answer[0].startswith("552 5.3.4"), answer)
    expect(too_large.ask("NOOP").startswith("250"), "the conversation goes on")
    for cut in (b"", b"LHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nhalf a mess",
                b"LHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 1000\r\nhalf"):
        half = Lmtp(path)
        half.say(cut)
        half.socket.shutdown(socket.SHUT_WR)
        while half.reply():
            pass
    for _ in range(30):
        again = Lmtp(path)
        again.ask("LHLO x")
        again.send(b"Subject: x\n\n" + (b"z" * 998 + b"\n") * 5000)
        again.close()
    expect(resident() - before < 64 * 1024, "memory grew by %d kB" % (resident() - before))
    # Pieces of one octet are a message all the same.
    slow = Lmtp(("127.0.0.1", port))
    dialogue = (b"LHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n" +
                mail(report("slow"), line_end="\r\n") + b".\r\n")
    for octet in dialogue:
        slow.say(bytes([octet]))
    answers = [slow.reply() for _ in range(5)]
    expect(answers[4].startswith("250 2.0.0 stored"), answers)


def store_in_trouble():
    lock = sqlite3.connect(place.store, isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    client = Lmtp(path)
    client.ask("LHLO x")
    expect(client.send(mail(report("later")))[0].startswith("451 4.3.0"), "locked: try again")
    lock.execute("ROLLBACK")
    lock.close()
    expect(client.send(mail(report("later")))[0].startswith("250 2.0.0"), "and now it is taken")


def killed_under_load():
    """kill -9 while eight clients deliver: what was acknowledged is there, once."""
    global server
    acknowledged, guard = [], threading.Lock()

    def deliver(prefix):
        number = 0
        try:
            client = Lmtp(path)
            client.ask("LHLO x")
            while True:
                name = "%s-%d" % (prefix, number)
                answer = client.send(mail(report(name)))
                if not answer[0].startswith("250"):
                    return
                with guard:
                    acknowledged.append(name)
                number += 1
        except OSError:
            pass
    for round_number in range(4):
        threads = [threading.Thread(target=deliver, args=("%d-%d" % (round_number, n),)) for n in range(8)]
        for thread in threads:
            thread.start()
        time.sleep(0.7)
        server.kill()
        for thread in threads:
            thread.join()
        server = Server(place)  # finds the socket of the dead one and replaces it
    stored = ids()
    expect(len(acknowledged) > 50, "the load was a load: %d" % len(acknowledged))
    expect_equal(sorted(set(acknowledged) - set(stored)), [], "acknowledged and not stored")
    expect_equal(len(stored), len(set(stored)), "stored twice")


def orderly_end():
    idle = Lmtp(path)
    idle.ask("LHLO x")
    expect_equal(server.stop(), 0, "exit status on SIGTERM")
    expect(idle.reply().startswith("421 "), "an idle client is told")
    expect(not os.path.exists(path), "the socket is removed")
    with open(path, "w"):
        pass
    done = place.run("serve", status=78)
    expect(path.encode() in done.stderr and b"no socket" in done.stderr, done.stderr)


place.configure("[lmtp]\nlisten=%s\nmode=0600\n" % path)
server = Server(place)
expect_equal(os.stat(path).st_mode & 0o777, 0o600, "mode of the socket")
good_mail()
store_in_trouble()
server.stop()
place.configure("[lmtp]\nlisten=127.0.0.1:%d\n" % port)
server = Server(place)
tcp = Lmtp(("127.0.0.1", port))
expect(tcp.ask("LHLO x").startswith("250"), "LMTP over TCP")
tcp.close()
path = ("127.0.0.1", port)
torture()
server.stop()
path = os.path.join(place.path, "lmtp.sock")
place.configure("[lmtp]\nlisten=%s\n" % path)
server = Server(place)
killed_under_load()
orderly_end()
place.remove()
print("ok")
