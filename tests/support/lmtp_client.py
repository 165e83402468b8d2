"""A hand-written LMTP client for the tests, which can also say what no sound client says."""
import socket


class Lmtp:
    def __init__(self, address):
        if isinstance(address, str):
            self.socket = socket.socket(socket.AF_UNIX)
        else:
            self.socket = socket.socket()
        self.socket.settimeout(30)
        self.socket.connect(address)
        self.buffer = b""
        self.greeting = self.reply()

    def reply(self):
        """The next reply as text, its lines joined; "" when the server has closed."""
        lines = []
        while True:
            while b"\n" not in self.buffer:
                try:
                    octets = self.socket.recv(65536)
                except ConnectionError:
                    octets = b""
                if not octets:
                    return "\n".join(lines)
                self.buffer += octets
            line, self.buffer = self.buffer.split(b"\n", 1)
            lines.append(line.decode().rstrip("\r"))
            if line[3:4] == b" ":
                return "\n".join(lines)

    def say(self, octets):
        self.socket.sendall(octets if isinstance(octets, bytes) else octets.encode())

    def ask(self, line):
        self.say(line + "\r\n")
        return self.reply()

    def send(self, message, recipients=1, sender="a@sender.example"):
        """One message after LHLO; the list of its replies."""
        for line in ["MAIL FROM:<%s>" % sender] + ["RCPT TO:<r%d@example.org>" % number
                                                    for number in range(recipients)] + ["DATA"]:
            answer = self.ask(line)
            if answer[:1] not in ("2", "3"):
                return [answer]
        lines = message.replace(b"\r\n", b"\n").split(b"\n")
        self.say(b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines) +
                 b"\r\n.\r\n")
        return [self.reply() for _ in range(recipients)]

    def close(self):
        self.socket.close()
