"""The vendors of docs/requests.md and docs/paging.md: each path behaves as the page says, answers 400 to a
request that is not the one described there, and keeps what it was asked."""

import json
import urllib.parse

from http_vendor import HttpVendor

COUNT = 8  # records of each list: 3 + 3 + 2


class Refused(Exception):
    pass


def expect(seen, wanted, what):
    if seen != wanted:
        raise Refused(f"{what}: {seen!r} instead of {wanted!r}")


class Request:
    def __init__(self, handler):
        parts = urllib.parse.urlsplit(handler.path)
        self.method = handler.command
        self.path = parts.path
        self.raw_query = parts.query
        self.query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
        self.headers = handler.headers
        self.body = handler.rfile.read(int(handler.headers.get("Content-Length", 0))).decode()
        self.origin = f"http://{handler.headers['Host']}"

    def json(self):
        expect(self.headers["Content-Type"], "application/json", "Content-Type")
        return json.loads(self.body)


def records(name, offset=0, count=COUNT):
    """Some of the list of `name`."""
    return [{"id": i + 1, "mail": f"{name}-{i + 1}@vendor.example"}
            for i in range(offset, min(offset + count, COUNT))]


def mails(name):
    return sorted(record["mail"] for record in records(name))


# docs/requests.md: one page each, if the request is right.

def tenant(request):
    expect(request.headers["X-Tenant"], "acme", "X-Tenant")
    expect(request.headers["Cookie"], "region=eu1", "Cookie")
    return records("tenant")


def parameters(request):
    expect(request.raw_query,
           "sort=id&state=active&state=left&expand=id,mail&filter[team]=a%20b%7Cc"
           "&projection=(elements*(id,mail))", "query")
    return records("parameters")


def json_body(request):
    expect(request.body, '{"filter":{"state":["active","left"],"team":17},"limit":100,"note":""}', "body")
    return {"users": records("json")}


def form(request):
    expect(request.body, "action=list+users&format=json", "form")
    return {"users": records("form")}


def text(request):
    expect(request.headers["Content-Type"], "application/sql", "Content-Type")
    expect(request.body, "SELECT * FROM Person", "body")
    return {"users": records("text")}


def graphql(request):
    body = request.json()
    expect(body["variables"], {"team": "blue"}, "variables")
    expect(body["operationName"], "Users", "operationName")
    return {"data": {"users": records("graphql")}}


# docs/paging.md

def offset(request):
    at = int(request.query["startAt"])
    expect(request.query["max"], "3", "max")
    return {"values": records("offset", at, 3), "total": COUNT}


def offset_in_body(request):
    paging = request.json()["paging"]
    at, take = paging["skip"], paging["take"]
    # It serves fewer than asked for, and says that more follows.
    return {"items": records("offset-in-body", at, min(take, 2)), "more": at + 2 < COUNT}


def page(request):
    at = 3 * int(request.query["page"])
    return {"users": records("page", at, int(request.query["per_page"])), "pages": 3}


def page_in_path(request):
    number = int(request.path.rsplit("/", 1)[1])
    if 4 * (number - 1) >= COUNT:
        return 404, {}, {"error": "no such page"}
    return records("page-in-path", 4 * (number - 1), 4)


def token(request):
    expect(request.query["limit"], "3", "limit")
    at = int(request.query.get("cursor", "t0")[1:])
    after = at + 3
    return {"data": records("token", at, 3), "meta": {"next": f"t{after}" if after < COUNT else None}}


def token_in_header(request):
    at = int(request.headers.get("X-Cursor", "0"))
    following = {"X-Next-Cursor": str(at + 3)} if at + 3 < COUNT else {}
    return 200, following, records("token-in-header", at, 3)


def graphql_pages(request):
    variables = request.json()["variables"]
    at = variables.get("after", 0)
    if at and not isinstance(at, int):
        raise Refused(f"the cursor lost its type: {at!r}")
    return {"data": {"users": {
        "nodes": records("graphql-pages", at, 3),
        "pageInfo": {"endCursor": at + 3, "hasNextPage": at + 3 < COUNT}}}}


def last_record(request):
    return records("last-record", int(request.query.get("startingAfter", "0")), int(request.query["perPage"]))


def next_url(request):
    at = int(request.query.get("at", "0"))
    following = f"{request.origin}/next-url?at={at + 3}&x=a%20b" if at + 3 < COUNT else None
    return {"users": records("next-url", at, 3), "next_page": following}


def link_header(request):
    at = int(request.query.get("at", "0"))
    links = f'<{request.origin}/link-header?at=0>; rel="first"'
    if at + 3 < COUNT:
        links += f', </link-header?at={at + 3}>; rel="next"'
    return 200, {"Link": links}, records("link-header", at, 3)


def session(request):
    number = int(request.query.get("page", "1"))
    if number > 1:
        expect(request.headers["X-Session"], "s-1", "X-Session")
    elif "X-Session" in request.headers:
        raise Refused("a session before there is one")
    found = {"users": records("session", 3 * (number - 1), 3)}
    return {**found, "session": "s-1"} if number == 1 else found


def composite(request):
    at = int(request.query.get("after_id", "0"))
    if at:
        expect(request.query["after_time"], f"2024-01-0{at}", "after_time")
    return [{**record, "changed": f"2024-01-0{record['id']}"} for record in records("composite", at, 3)]


def dates(request):
    days = ["2024-02-28", "2024-02-29", "2024-03-01"]
    return records("dates", 3 * days.index(request.query["day"]), 3)


def automatic(request):
    at = int(request.query.get("cursor", "0"))
    return {"items": records("automatic", at, 3), "next_cursor": str(at + 3) if at + 3 < COUNT else ""}


HANDLERS = {
    "/eu1/tenants/acme/users": tenant, "/parameters": parameters, "/json": json_body, "/form": form,
    "/text": text, "/graphql": graphql, "/offset": offset, "/offset-in-body": offset_in_body,
    "/page": page, "/page-in-path": page_in_path, "/token": token, "/token-in-header": token_in_header,
    "/graphql-pages": graphql_pages, "/last-record": last_record, "/next-url": next_url,
    "/link-header": link_header, "/session": session, "/composite": composite, "/dates": dates,
    "/automatic": automatic,
}


class Vendor(HttpVendor):
    methods = ("GET", "POST")

    def answer(self, request):
        asked = Request(request)
        path = asked.path if asked.path in HANDLERS else asked.path.rsplit("/", 1)[0]
        try:
            answer = HANDLERS[path](asked)
        except Exception as error:  # pylint: disable=broad-except
            answer = (400, {}, {"error": f"{type(error).__name__}: {error}"})
        status, headers, value = answer if isinstance(answer, tuple) else (200, {}, answer)
        self.reply(request, status, value, headers)
