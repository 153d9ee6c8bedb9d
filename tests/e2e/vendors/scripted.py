"""A vendor that behaves as its documentation says: an HTTP server around one function per vendor, and the
definition that docs/vendors.md gives for it, pointed at that server."""

import base64
import dataclasses
import json
import re
import urllib.parse

from harness import ROOT
from http_vendor import HttpVendor


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


class Running(HttpVendor):
    """The server of one vendor, on a port of its own, for the length of a with."""

    methods = ("GET", "POST")
    no_delay = True

    def __init__(self, answer_of):
        super().__init__()
        self.answer_of = answer_of
        self.seen = []
        self.surprises = []

    def answer(self, request):
        parts = urllib.parse.urlsplit(request.path)
        query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        base = f"http://{request.headers['Host']}"
        asked = Request(request.command, parts.path, query, request.headers, body, base)
        self.seen.append(asked)
        try:
            answer = self.answer_of(asked)
        except Exception as error:  # pylint: disable=broad-except
            # What the vendor did not expect is no answer of its own: the test shows it.
            self.surprises.append(f"{asked.method} {request.path}: {type(error).__name__}: {error}")
            answer = Answer({"surprise": str(error)}, 400)
        content = answer.content()
        kind = [("Content-Type", answer.content_type)] if content else []
        self.reply(request, answer.status, content, [*answer.headers, *kind])


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
