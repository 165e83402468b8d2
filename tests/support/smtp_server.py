"""A mail server of our own that takes what it is told to take, with STARTTLS and a login if wanted."""
import base64
import os
import socket
import ssl
import subprocess
import threading


def make_authority(folder, host="127.0.0.1"):
    """A throw-away CA and a certificate of HOST by it: the paths of CA, certificate and key."""
    ca, ca_key, certificate, key, request, names = (
        os.path.join(folder, name) for name in
        ("ca.pem", "ca.key", "server.pem", "server.key", "server.csr", "names"))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-keyout", ca_key, "-out", ca, "-days", "2", "-subj", "/CN=Test CA"],
                   check=True, capture_output=True)
    subprocess.run(["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-keyout", key, "-out", request, "-subj", "/CN=server"], check=True,
                   capture_output=True)
    with open(names, "w") as file:
        file.write("subjectAltName=IP:%s,DNS:localhost\n" % host)
    subprocess.run(["openssl", "x509", "-req", "-in", request, "-CA", ca, "-CAkey", ca_key,
                    "-CAcreateserial", "-out", certificate, "-days", "2", "-extfile", names],
                   check=True, capture_output=True)
    return ca, certificate, key


class SmtpServer:
    """ANSWERS replaces the reply to a verb ("RCPT": b"550 5.1.1 no such user"); a reply of None says
    nothing more. What was taken is in messages: (from, recipients, bytes, was it over TLS)."""

    def __init__(self, certificate=None, key=None, login=None, answers=None, implicit=False,
                 address="127.0.0.1"):
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate, key)
        self.login, self.answers, self.implicit = login, answers or {}, implicit
        self.messages, self.commands, self.logins = [], [], []
        self.listener = socket.create_server((address, 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            if self.implicit:
                connection = self.context.wrap_socket(connection, server_side=True)
            self.talk(connection, self.implicit)
        except (OSError, ValueError):
            pass
        finally:
            connection.close()

    def talk(self, connection, tls):
        reader = connection.makefile("rb")
        sender, recipients = None, []
        connection.sendall(b"220 test.example ESMTP\r\n")
        while True:
            line = reader.readline()
            if not line:
                return
            self.commands.append(line)
            verb = line.split(None, 1)[0].upper().decode()
            if verb in self.answers:
                if self.answers[verb] is None:
                    reader.read()
                    return
                connection.sendall(self.answers[verb] + b"\r\n")
                continue
            if verb == "EHLO":
                lines = [b"test.example", b"8BITMIME"]
                if self.context and not tls:
                    lines.append(b"STARTTLS")
                if self.login:
                    lines.append(b"AUTH PLAIN")
                reply = b"".join(b"250-" + each + b"\r\n" for each in lines) + b"250 HELP\r\n"
                connection.sendall(reply)
            elif verb == "STARTTLS" and self.context and not tls:
                connection.sendall(b"220 go ahead\r\n")
                connection = self.context.wrap_socket(connection, server_side=True)
                reader, tls = connection.makefile("rb"), True
            elif verb == "AUTH":
                words = line.split()
                if len(words) < 3:
                    connection.sendall(b"334 \r\n")
                    words.append(reader.readline().strip())
                given = base64.b64decode(words[2]).split(b"\0")[1:]
                self.logins.append((given, tls))
                good = given == [each.encode() for each in self.login]
                connection.sendall(b"235 fine\r\n" if good else
                                   b"535 5.7.8 wrong: " + words[2] + b"\r\n")
            elif verb == "MAIL":
                sender = line.decode().split(":", 1)[1].strip()
                connection.sendall(b"250 fine\r\n")
            elif verb == "RCPT":
                recipients.append(line.decode().split(":", 1)[1].strip())
                connection.sendall(b"250 fine\r\n")
            elif verb == "DATA":
                connection.sendall(b"354 go on\r\n")
                body = []
                while (part := reader.readline()) not in (b".\r\n", b""):
                    body.append(part[1:] if part.startswith(b"..") else part)
                if "." in self.answers:
                    connection.sendall(self.answers["."] + b"\r\n")
                else:
                    self.messages.append((sender, recipients, b"".join(body), tls))
                    connection.sendall(b"250 2.0.0 taken\r\n")
                recipients = []
            elif verb == "QUIT":
                connection.sendall(b"221 bye\r\n")
                return
            else:
                connection.sendall(b"250 fine\r\n" if verb in ("RSET", "NOOP", "HELO") else
                                   b"502 5.5.2 no\r\n")

    def close(self):
        self.listener.close()
