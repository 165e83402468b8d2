"""The policy hosts: one HTTPS server that answers each host name by its script."""
import http.server
import socketserver
import threading
import time

from world_smtp import listen, server_context

PATH = "/.well-known/mta-sts.txt"


class Site:
    """What a host answers. BODY of a dict is by the name of the door it is asked at. PATH: None is
    any."""

    def __init__(self, body, certificate=None, status=200, headers=(), content_type="text/plain",
                 delay=0, path=PATH):
        self.body, self.certificate, self.status, self.headers = body, certificate, status, headers
        self.content_type, self.delay, self.path = content_type, delay, path


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet

    def do_GET(self):
        site = self.server.sites.get(self.headers.get("Host", "").split(":")[0].lower())
        if site is None or site.path not in (None, self.path):
            self._answer(404, b"not here\n", "text/plain", ())
            return
        time.sleep(site.delay)
        body = site.body[self.server.door] if isinstance(site.body, dict) else site.body
        self._answer(site.status, body, site.content_type, site.headers)

    do_HEAD = do_GET

    def _answer(self, status, body, content_type, headers):
        self.send_response(status)
        if content_type:
            self.send_header("Content-Type", content_type)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


class _Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    def __init__(self, listener, sites, door):
        super().__init__(listener.getsockname(), _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket, self.sites, self.door = listener, sites, door

    def finish_request(self, request, client_address):  # in the thread of the connection
        if self.context is not None:
            request.settimeout(60)
            request = self.context.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)

    def handle_error(self, *_):
        pass  # a client that likes no certificate hangs up


class PolicyHosts:
    """SITES by host name. A client without SNI, or with another name, gets that of the first."""

    def __init__(self, sites):
        self.sites = sites
        made = {}
        for site in sites.values():
            if site.certificate not in made:
                made[site.certificate] = server_context(site.certificate)
        self.context = next(iter(made.values()))

        def choose(connection, server_name, _):
            site = sites.get(server_name)
            connection.context = made[site.certificate] if site else self.context
        self.context.sni_callback = choose

    def open(self, door="first", address="127.0.0.1", tls=True, context=None):
        """Serves a port of ADDRESS, which is returned; by plain HTTP unless TLS."""
        server = _Server(listen(address), self.sites, door)
        server.context = (context or self.context) if tls else None
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server.server_address[1]
