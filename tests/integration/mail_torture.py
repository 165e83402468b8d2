"""Goal: swaks, a client that is not ours, against the LMTP of `serve` on a unix socket and on TCP: every
transaction gets the right replies, one for each recipient, and no octet of a message is lost."""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from ports import free_port  # noqa: E402
from program import Place, Server, expect, expect_equal  # noqa: E402
from reports import mail, report  # noqa: E402

HEAD = b"From: <a@sender.example>\r\nTo: <tls-reports@example.org>\r\nSubject: "


class Swaks:
    def __init__(self, place, address):
        self.place, self.address = place, address

    def ask(self, message, *options, recipients=1, protocol="LMTP", sender="a@sender.example"):
        """The exit status, and the replies after the greeting and LHLO, without QUIT's."""
        path = self.place.write("message.eml", message.removesuffix(b"\r\n"))  # swaks adds one
        done = subprocess.run(
            ["swaks", *self.address, "--protocol", protocol, "--hide-send", "--from", sender, "--to",
             ",".join("r%d@example.org" % number for number in range(recipients)), "--data", "@" + path,
             "--helo", "client.example", *options], capture_output=True, timeout=60)
        replies = re.findall(r"^<(?:-|\*\*) +(\d\d\d .*)$", done.stdout.decode(), re.MULTILINE)
        expect(replies and replies[0].startswith("220 "), "greeting: " + done.stdout.decode())
        return done.returncode, [reply for reply in replies[1:]
                                 if not reply.startswith(("221 ", "250 SIZE "))]


def codes(answer):
    """The replies of ask() as code and enhanced code."""
    return [" ".join(reply.split()[:2]) if reply[:3] != "354" else "354" for reply in answer[1]]


MAIL, RCPT, DATA, OK = "250 2.1.0", "250 2.1.5", "354", "250 2.0.0"


def torture(place, swaks, name):
    """All messages are new to the store: NAME is in each."""
    def quarantined(message):
        """Checks that the newest entry in quarantine is MESSAGE, octet for octet."""
        newest = max(entry["id"] for entry in place.json("quarantine", "list", "--json")["entries"])
        kept = place.run("quarantine", "show", "--raw", str(newest)).stdout
        expect(kept == message, "%s: %d octets are kept of %d" % (name, len(kept), len(message)))

    def stored():
        return sorted(row["report_id"] for row in place.json("list", "--json")["reports"]
                      if row["report_id"].startswith(name))

    # Ordinary, and the same again.
    once = mail(report(name + "-once"), line_end="\r\n")
    answer = swaks.ask(once)
    expect_equal((answer[0], codes(answer)), (0, [MAIL, RCPT, DATA, OK]), name + ": ordinary")
    expect(answer[1][-1].startswith("250 2.0.0 stored"), "the reply says stored")
    expect(swaks.ask(once)[1][-1].startswith("250 2.0.0 duplicate"), "the reply says duplicate")

    # Several recipients get a reply each, and are one report; pipelined and not.
    for number, options in ((3, []), (40, ["--pipeline"])):
        message = mail(report("%s-to-%d" % (name, number)), line_end="\r\n")
        answer = swaks.ask(message, *options, recipients=number)
        expect_equal((answer[0], codes(answer)), (0, [MAIL] + number * [RCPT] + [DATA] + number * [OK]),
                     "%s: %d recipients" % (name, number))

    # Octets above 127, long lines, lines of dots, an empty line at the end.
    odd = (HEAD + name.encode() + b" \xc3\xbcber\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: 8bit\r\n"
           b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\n.\r\n..\r\n.x\r\n" +
           bytes(range(128, 256)) + b"\r\n" + 5000 * b"long " + b"\r\n\r\n")
    answer = swaks.ask(odd, "--pipeline")
    expect_equal((answer[0], codes(answer)), (0, [MAIL, RCPT, DATA, OK]), name + ": 8-bit")
    quarantined(odd)

    # A dot between bare line feeds ends nothing: no second message can be smuggled in.
    bare = HEAD + name.encode() + b"\r\n\r\none\n.\nMAIL FROM:<evil@sender.example>\r\ntwo\n.\r\n"
    answer = swaks.ask(bare + b".\r\n", "--no-data-fixup")
    expect_equal(codes(answer)[:4], [MAIL, RCPT, DATA, OK], name + ": bare line feeds")
    quarantined(bare)

    # Big: a report with 20,000 failure details; a message below and one above the limit of 16 MiB.
    details = [{"result-type": "certificate-expired", "sending-mta-ip": "192.0.2.%d" % (number % 250),
                "receiving-mx-hostname": "mx%d.example.org" % number, "failed-session-count": 1}
               for number in range(20000)]
    big = mail(report(name + "-big", failed=20000, details=details), line_end="\r\n")
    answer = swaks.ask(big)
    expect_equal((answer[0], codes(answer)), (0, [MAIL, RCPT, DATA, OK]), name + ": a big report")
    line = b"%s, and so on: 78 octets in every line of this text, which is no report, again.\r\n"
    line = line % name.encode()
    large = HEAD + b"large\r\n\r\n" + (15 << 20) // len(line) * line
    answer = swaks.ask(large, recipients=2)
    expect_equal((answer[0], codes(answer)), (0, [MAIL, RCPT, RCPT, DATA, OK, OK]), name + ": 15 MiB")
    quarantined(large)
    answer = swaks.ask(HEAD + b"too large\r\n\r\n" + (17 << 20) // len(line) * line, recipients=2)
    expect_equal(codes(answer), [MAIL, RCPT, RCPT, DATA, "552 5.3.4", "552 5.3.4"], name + ": 17 MiB")
    expect(answer[0] != 0, "swaks sees the refusal")

    # No sender; a client that goes away; one that takes us for SMTP. None of them stores anything.
    answer = swaks.ask(mail(report(name + "-null"), line_end="\r\n"), sender="<>")
    expect_equal((answer[0], codes(answer)), (0, [MAIL, RCPT, DATA, OK]), name + ": null sender")
    answer = swaks.ask(mail(report(name + "-gone")), "--drop-after-send", "DATA")
    expect_equal(codes(answer)[:2], [MAIL, RCPT], name + ": a client that goes away")
    answer = swaks.ask(mail(report(name + "-smtp")), protocol="ESMTP")
    expect(answer[1][0].startswith("500 5.5.1"), "%s: EHLO is answered %s" % (name, answer[1][0]))
    expect_equal(stored(), [name + end for end in ("-big", "-null", "-once", "-to-3", "-to-40")],
                 name + ": reports stored")


place = Place()
server = None
socket = os.path.join(place.path, "lmtp.sock")
port = free_port()
try:
    for name, listen, address in (("unix", socket, ["--socket", socket]),
                                  ("tcp", "127.0.0.1:%d" % port, ["--server", "127.0.0.1:%d" % port])):
        place.configure("[lmtp]\nlisten=%s\n" % listen)
        server = Server(place)
        torture(place, Swaks(place, address), name)
        expect_equal(server.stop(), 0, "exit status on SIGTERM")
finally:
    if server is not None:
        server.kill()
    place.remove()
