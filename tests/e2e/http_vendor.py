"""The HTTP server behind the scripted vendors: what it answers is up to each of them."""

import http.server
import json
import sys
import threading

BODILESS = (204, 304)


def pairs(headers):
    return list(headers.items() if isinstance(headers, dict) else headers)


class Handler(http.server.BaseHTTPRequestHandler):
    """Hands each request to the vendor, whose server makes a class of its own of this one."""
    vendor = None

    def log_message(self, *unused):  # pylint: disable=arguments-differ
        pass

    def serve(self):
        if self.command in self.vendor.methods:
            self.vendor.answer(self)
        else:
            self.send_error(501)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = serve  # pylint: disable=invalid-name


class QuietServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        # Whoever asked was killed. Everything else is a mistake of the vendor, and is shown.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class HttpVendor:
    """A vendor on a port of its own of 127.0.0.1, for the length of a `with`. Subclasses say what it answers.

    Bounds: plain HTTP only; a thread per connection, so that `answer` may wait but must lock what it shares; the end
    of the `with` closes the port and leaves connections that are open to their threads, which nobody waits for."""

    methods = ("GET", "POST", "PUT", "PATCH", "DELETE")  # any other is answered with 501
    protocol = "HTTP/1.1"
    no_delay = False  # a body is sent at once; else after its head was acknowledged

    def __init__(self):
        self.server = QuietServer(("127.0.0.1", 0), type("OwnHandler", (Handler,), {
            "vendor": self, "protocol_version": self.protocol, "disable_nagle_algorithm": self.no_delay}))
        self.port = self.server.server_port
        self.host = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.host}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *unused):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def answer(self, request):
        """Answers the request, a BaseHTTPRequestHandler whose body was not read yet."""
        raise NotImplementedError

    def head(self, request, status, headers):
        """Sends the status line and these headers, a dict or pairs."""
        request.send_response(status)
        for name, text in pairs(headers):
            request.send_header(name, text)
        request.end_headers()

    def reply(self, request, status, value=None, headers=None):
        """Sends a whole answer: bytes as they are, everything else as JSON, no body for None. A Content-Type among
        the headers, a dict or pairs, replaces the one of JSON."""
        if value is None or status in BODILESS:
            body = b""
        else:
            body = value if isinstance(value, bytes) else json.dumps(value).encode()
        sent = pairs(headers or {})
        if body and not any(name == "Content-Type" for name, _ in sent):
            sent.append(("Content-Type", "application/json"))
        if status not in BODILESS:
            sent.append(("Content-Length", str(len(body))))
        self.head(request, status, sent)
        request.wfile.write(body)
