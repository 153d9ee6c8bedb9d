"""A vendor made of plain sockets, which may break every rule of HTTP, and the definitions that ask it. What
each path answers is a function of the test; a connection carries one request."""

import json
import socket
import threading
import time
import urllib.parse

from definitions import FAR_FROM_NOW


class Request:
    """What was asked; `number` counts the requests of this path from 1."""

    def __init__(self, text, number, origin):
        head = text.split("\r\n")
        self.target = head[0].split(" ")[1]
        parts = urllib.parse.urlsplit(self.target)
        self.path = parts.path
        self.query = dict(urllib.parse.parse_qsl(parts.query))
        self.headers = {name.lower(): value for name, value in
                        (line.split(": ", 1) for line in head[1:] if ": " in line)}
        self.number = number
        self.origin = origin
        self.time = time.monotonic()


def reply(body, status=200, kind="application/json", headers=()):
    """A whole, honest answer; `body` may be JSON."""
    if not isinstance(body, (str, bytes)):
        body = json.dumps(body)
    body = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} X", f"Content-Type: {kind}", f"Content-Length: {len(body)}",
             "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def head_of(*lines):
    """The head of an answer that does not end as it should."""
    return "\r\n".join(["HTTP/1.1 200 OK", "Content-Type: application/json", "Connection: close",
                        *lines]).encode() + b"\r\n\r\n"


class RawVendor:
    """`answers` maps a path to a function of the request that returns the bytes of the answer, or yields
    them in pieces; then the connection is closed."""

    def __init__(self, answers):
        self.answers = answers
        self.requests = []
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.host = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.host}"
        self.thread = threading.Thread(target=self._accept)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()

    def asked(self, path):
        """The requests of a path so far."""
        with self.lock:
            return [request for request in self.requests if request.path == path]

    def gaps(self, path):
        """Seconds between one request of a path and the next."""
        times = [request.time for request in self.asked(path)]
        return [later - earlier for earlier, later in zip(times, times[1:])]

    def _accept(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer):
        with peer:
            peer.settimeout(60)
            try:
                text = b""
                while b"\r\n\r\n" not in text:
                    piece = peer.recv(65536)
                    if not piece:
                        return
                    text += piece
                request = self._note(text.decode("latin-1"))
                answer = self.answers[request.path](request)
                for piece in [answer] if isinstance(answer, bytes) else answer:
                    peer.sendall(piece)
                peer.shutdown(socket.SHUT_WR)
                while peer.recv(65536):  # so that what was sent is not lost to a reset
                    pass
            except OSError:
                pass  # whoever asked has gone away

    def _note(self, text):
        path = urllib.parse.urlsplit(text.split(" ", 2)[1]).path
        with self.lock:
            number = 1 + sum(request.path == path for request in self.requests)
            request = Request(text, number, self.url)
            self.requests.append(request)
        return request


def credential(vendor, token="VENDOR_TOKEN"):
    return {"kind": "Credential", "name": "key", "allowedHosts": [vendor.host],
            "apiToken": {"header": "X-Api-Key", "token": {"fromEnv": token}}}


def listing(name, vendor, fields=None, mapping=None, **more):
    """An object type and an integration that reads the path `/name` into it. `fields`: name to type,
    beside `device_id`."""
    fields = fields or {}
    kind = name.replace("-", "_")
    return [{"kind": "ObjectType", "name": kind, "fields": [
                {"name": "device_id", "type": "STRING", "required": True, "unique": True},
                *({"name": field, "type": of} for field, of in fields.items())]},
            {"kind": "Integration", "name": name, "objectType": kind,
             "request": {"url": f"{vendor.url}/{name}"}, "pagination": {"none": {}}, "records": "@",
             "mapping": {"syncKeys": ["device_id"],
                         "fields": {"device_id": "id", **{field: field for field in fields},
                                    **(mapping or {})}},
             "schedule": FAR_FROM_NOW, **more}]


def table_of(name):
    return f"ws_default.{name.replace('-', '_')}"


def stored_ids(server, name):
    return server.psql(f"SELECT device_id FROM {table_of(name)} WHERE archive_time IS NULL "
                       "ORDER BY device_id").split()


def expect_failure(server, name, reason, pages=0):
    """The run fails with `reason`; what it committed before stays, nothing of what failed. Its error."""
    server.cli("run", name, check=False)
    run = server.newest_run(name)
    error = run.get("error", {})
    assert run["state"] == "STATE_FAILED", (name, run)
    assert error.get("reason") == reason, (name, error)
    assert error.get("message"), (name, "no message for people")
    assert int(run.get("counters", {}).get("pages", 0)) == pages, (name, run)
    return error
