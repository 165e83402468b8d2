"""A small IMAP server whose behaviour the tests bend; plain, on loopback, one folder."""
import base64
import re
import socket
import threading


class ImapServer:
    """Serves `messages` (uid to bytes) to user u with the password p. Subclasses override what they
    want to do badly. `commands` is all that clients said after the login, without tags."""

    capabilities = "IMAP4rev1 SASL-IR AUTH=PLAIN UIDPLUS MOVE"
    secret = "p"
    uidvalidity = 7

    def __init__(self, messages):
        self.messages = dict(messages)
        self.flags = {uid: set() for uid in messages}
        self.commands = []
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def url(self, folder=""):
        return "imap://u@127.0.0.1:%d/%s" % (self.port, folder)

    def stop(self):
        self.listener.close()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            with connection, connection.makefile("rb") as lines:
                self.connection = connection
                self.send(self.greeting())
                if not self.greeting().startswith("* OK"):
                    self.hang_up()
                for line in lines:
                    tag, _, command = line.decode().rstrip("\r\n").partition(" ")
                    self.answer(tag, command, lines)
        except (OSError, ValueError, EOFError):
            pass

    def send(self, text):
        self.connection.sendall(text if isinstance(text, bytes) else (text + "\r\n").encode())

    def hang_up(self):
        self.connection.shutdown(socket.SHUT_RDWR)
        raise EOFError

    def greeting(self):
        return "* OK ready"

    def answer(self, tag, command, lines):
        word = command.split(" ")[0].upper()
        if word == "UID":
            word = "UID " + command.split(" ")[1].upper()
        if word not in ("CAPABILITY", "AUTHENTICATE", "LOGIN"):
            self.commands.append(command)
        method = getattr(self, "do_" + word.lower().replace(" ", "_"), None)
        if method is None:
            self.send(tag + " BAD what?")
        else:
            method(tag, command, lines)

    def do_capability(self, tag, _command, _lines):
        self.send("* CAPABILITY " + self.capabilities)
        self.send(tag + " OK done")

    def check(self, tag, told):
        right = self.secret in told
        self.send(tag + (" OK in" if right else " NO [AUTHENTICATIONFAILED] not with " + told))

    def do_authenticate(self, tag, command, lines):
        words = command.split(" ")
        if len(words) < 3:
            self.send("+ ")
            words.append(lines.readline().decode().strip())
        self.mechanism = words[1]
        self.check(tag, base64.b64decode(words[2]).decode())

    def do_login(self, tag, command, _lines):
        self.mechanism = "LOGIN"
        self.check(tag, command)

    def do_logout(self, tag, _command, _lines):
        self.send("* BYE")
        self.send(tag + " OK out")
        self.hang_up()

    def do_status(self, tag, _command, _lines):
        self.send(tag + " OK done")

    def do_examine(self, tag, _command, _lines):
        if self.uidvalidity:
            self.send("* OK [UIDVALIDITY %d] valid" % self.uidvalidity)
        self.send("* OK [UIDNEXT %d] next" % (max(self.messages, default=0) + 1))
        self.send(tag + " OK [READ-ONLY] done")

    def do_select(self, tag, _command, _lines):
        self.send("* OK [UIDVALIDITY %d] valid" % self.uidvalidity)
        self.send(tag + " OK [READ-WRITE] done")

    def found(self, first):
        return [uid for uid in self.messages if uid >= first and "\\Deleted" not in self.flags[uid]]

    def do_uid_search(self, tag, command, _lines):
        first = int(re.search(r"UID (\d+):\*", command).group(1))
        self.send("* SEARCH " + " ".join(str(uid) for uid in self.found(first)))
        self.send(tag + " OK done")

    def chosen(self, command):
        uids = []
        for part in command.split(" ")[2].split(","):
            first, _, last = part.partition(":")
            uids += [u for u in range(int(first), int(last or first) + 1) if u in self.messages]
        return uids

    def size(self, uid):
        return len(self.messages[uid])

    def body(self, uid):
        content = self.messages[uid]
        return b"* %d FETCH (UID %d BODY[] {%d}\r\n%s)\r\n" % (uid, uid, len(content), content)

    def do_uid_fetch(self, tag, command, _lines):
        for uid in self.chosen(command):
            if "BODY.PEEK[]" in command:
                self.send(self.body(uid))
            else:
                self.send("* %d FETCH (FLAGS (%s) UID %d RFC822.SIZE %d)" % (
                    uid, " ".join(self.flags[uid]), uid, self.size(uid)))
        self.send(tag + " OK done")

    def do_uid_store(self, tag, command, _lines):
        flag = re.search(r"\((.*)\)", command).group(1)
        for uid in self.chosen(command):
            self.flags[uid].add(flag)
        self.send(tag + " OK done")

    def do_uid_copy(self, tag, _command, _lines):
        self.send(tag + " OK done")

    do_uid_move = do_uid_copy
    do_uid_expunge = do_uid_copy
