"""A vendor that behaves as its documentation says: an HTTP server around one function per vendor, and the
definition that docs/vendors.md gives for it, pointed at that server."""

import base64
import dataclasses
import http.server
import json
import re
import threading
import urllib.parse

from harness import ROOT


@dataclasses.dataclass
class Request:
    method: str
    path: str
    query: dict  # the last value of each parameter
    headers: object
    body: bytes
    base: str  # http://host:port

    def basic(self):
        """User name and password, or nothing."""
        kind, _, text = self.headers.get("Authorization", "").partition(" ")
        return tuple(base64.b64decode(text).decode().split(":", 1)) if kind == "Basic" else None


@dataclasses.dataclass
class Answer:
    body: object = None  # bytes as they are, everything else as JSON, None = no body
    status: int = 200
    headers: tuple = ()
    content_type: str = "application/json"

    def content(self):
        if self.body is None:
            return b""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclasses.dataclass
class Vendor:
    """One row of the table: what answers, what the objects must be, what the run must say."""
    name: str                 # the integration
    heading: str              # of docs/vendors.md
    answer: object            # Request -> Answer
    objects: list             # one dict of the columns that are not null per object, any order
    object_type: str = "asset"
    key: str = "external_id"
    secrets: dict = dataclasses.field(default_factory=dict)
    requests: int = 0         # of the first run, exactly so many
    verdict: str = "VERDICT_COMPLETE"
    rejected: list = dataclasses.field(default_factory=list)   # (reason, what its message must hold)
    refusals: list = dataclasses.field(default_factory=list)   # identities that were refused


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # a body after its head would wait for an acknowledgement

    def log_message(self, *unused):  # pylint: disable=arguments-differ
        pass

    def serve(self):
        parts = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        base = f"http://{self.headers['Host']}"
        request = Request(self.command, parts.path, query, self.headers, body, base)
        self.server.seen.append(request)
        try:
            answer = self.server.answer(request)
        except Exception as error:  # pylint: disable=broad-except
            # What the vendor did not expect is no answer of its own: the test shows it.
            self.server.surprises.append(f"{request.method} {self.path}: {type(error).__name__}: {error}")
            answer = Answer({"surprise": str(error)}, 400)
        content = answer.content()
        self.send_response(answer.status)
        for name, text in answer.headers:
            self.send_header(name, text)
        if content:
            self.send_header("Content-Type", answer.content_type)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(content)))
        try:
            self.end_headers()
            self.wfile.write(content)
        except ConnectionError:  # it does not wait for the answer any more
            self.close_connection = True

    do_GET = do_POST = serve  # pylint: disable=invalid-name


class Running:
    """The server of one vendor, on a port of its own, for the length of a with."""

    def __init__(self, answer):
        self.answer = answer

    def __enter__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.answer, self.server.seen, self.server.surprises = self.answer, [], []
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        self.host = f"127.0.0.1:{self.server.server_port}"
        return self

    def __exit__(self, *unused):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    @property
    def seen(self):
        return self.server.seen

    @property
    def surprises(self):
        return self.server.surprises


def sections():
    """The headings of docs/vendors.md, and the integrations that each defines."""
    page = (ROOT / "docs" / "vendors.md").read_text()
    headings = re.findall(r"^## (.*)$", page, re.M)
    return {heading: re.findall(r"^kind: Integration\nname: (.*)$", definition_of(heading), re.M)
            for heading in headings}


def definition_of(heading):
    """The YAML blocks under a heading of docs/vendors.md."""
    page = (ROOT / "docs" / "vendors.md").read_text()
    section = re.search(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", page, re.M | re.S)
    assert section, f"docs/vendors.md has no section '{heading}'"
    return "\n---\n".join(re.findall(r"```yaml\n(.*?)```", section[1], re.S))


def pointed_at(definition, host):
    """All of the vendor's hosts become the one that is given, without TLS."""
    for line in re.findall(r"^allowedHosts: \[(.*)\]$", definition, re.M):
        for name in line.split(", "):
            definition = definition.replace(f"https://{name}", f"http://{host}")
        definition = definition.replace(f"allowedHosts: [{line}]", f'allowedHosts: ["{host}"]')
    assert "https://" not in definition, definition
    return definition


def pages_of(records, size, start):
    """The slice of a list, and whether there is more behind it."""
    return records[start:start + size], start + size < len(records)
