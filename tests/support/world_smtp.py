"""SMTP servers on loopback, each with its script: what it says, and what is wrong with it."""
import socket
import ssl
import threading
import time
import warnings

warnings.filterwarnings("ignore", category=DeprecationWarning)  # old TLS is what we want here


def server_context(certificate, old=False, current=True):
    """OLD: TLS 1.0 and 1.1 too; not CURRENT: these alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT@SECLEVEL=0")  # else OpenSSL loads no weak certificate
    context.load_cert_chain(certificate.chain, certificate.key)
    context.minimum_version = ssl.TLSVersion.TLSv1 if old else ssl.TLSVersion.TLSv1_2
    if not current:
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


def listen(address="127.0.0.1"):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, 0))
    listener.listen(64)
    return listener


def deaf():
    """A port at which a connection is neither taken nor refused: its queue is full."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    waiting = []
    for _ in range(4):
        one = socket.socket()
        one.setblocking(False)
        one.connect_ex(listener.getsockname())
        waiting.append(one)
    time.sleep(0.1)
    return listener, waiting


def closed():
    """A port at which a connection is refused: it is bound, so that nobody else is given it, and no more."""
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    return holder, holder.getsockname()[1]


class SmtpServer:
    """CERTIFICATE is shown (ANONYMOUS instead where the client says no name). The rest is the script:
    GREETING and the other replies are sent as they are; None hangs up. DELAY is waited before the
    greeting. KEEP: what came in the clear behind STARTTLS is carried out after the handshake."""

    def __init__(self, name, certificate=None, anonymous=None, greeting="220 {name} ESMTP\r\n", delay=0,
                 ehlo="250-{name}\r\n250-PIPELINING\r\n250-STARTTLS\r\n250 8BITMIME\r\n",
                 starttls="220 2.0.0 Ready\r\n", handshake=True, junk=b"", keep=False,
                 ehlo_tls="250-{name}\r\n250 8BITMIME\r\n", old=False, current=True):
        self.name, self.delay, self.keep, self.junk = name, delay, keep, junk
        self.greeting, self.ehlo, self.starttls, self.ehlo_tls = greeting, ehlo, starttls, ehlo_tls
        self.handshake = handshake
        self.context = server_context(certificate, old, current) if certificate else None
        if anonymous is not None:
            named = self.context
            self.context = server_context(anonymous, old, current)

            def choose(connection, server_name, _):
                if server_name:
                    connection.context = named
            self.context.sni_callback = choose
        self.sessions = 0
        self.commands = []  # every one that came

    def listen(self, address="127.0.0.1"):
        """Serves a port of ADDRESS, which is returned."""
        listener = listen(address)
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return listener.getsockname()[1]

    def _accept(self, listener):
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        self.sessions += 1
        try:
            connection.settimeout(60)
            self._talk(connection)
        except OSError:  # SSLError is one
            pass
        finally:
            connection.close()

    def _say(self, connection, reply):
        if reply is None:
            return False
        connection.sendall(reply.format(name=self.name).encode("latin-1"))
        return True

    def _talk(self, connection):
        buffer, encrypted = b"", False
        time.sleep(self.delay)
        if not self._say(connection, self.greeting):
            return
        while True:
            while b"\n" not in buffer:
                more = connection.recv(4096)
                if not more:
                    return
                buffer += more
            line, buffer = buffer.split(b"\n", 1)
            verb = line.decode("latin-1").strip().upper().split(" ")[0]
            self.commands.append(verb)
            if verb == "EHLO":
                if not self._say(connection, self.ehlo_tls if encrypted else self.ehlo):
                    return
            elif verb == "STARTTLS" and not encrypted:
                if not self._say(connection, self.starttls):
                    return
                if not self.starttls.startswith("220"):
                    continue
                if self.junk:
                    connection.sendall(self.junk)
                if not self.handshake:
                    return
                connection = self.context.wrap_socket(connection, server_side=True)
                encrypted = True
                buffer = buffer if self.keep else b""
            elif verb == "QUIT":
                self._say(connection, "221 2.0.0 Bye\r\n")
                return
            elif verb == "NOOP":
                self._say(connection, "250 2.0.0 Ok\r\n")
            else:
                self._say(connection, "502 5.5.2 no such command\r\n")
