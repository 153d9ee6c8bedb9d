"""Needs of docs/coverage.md that no single field says: what several of them say together, with exact objects compared."""

import datetime
import json
import sys

from definitions import FAR_FROM_NOW, documents
from harness import Folder, Server, expect_counters, main
from vendors.scripted import Answer, Running

DAYS_BACK = 30


class Need:
    """One row of the table: a list of a vendor, and the objects that come of it, columns as PostgreSQL writes them."""

    def __init__(self, name, answer, fields, objects, types=None, path=None, request=None,
                 below=lambda base: {}, credential=None, secrets=None, **integration):
        self.name, self.answer, self.fields, self.objects = name, answer, fields, objects
        self.types = {field: "string" for field in fields} | (types or {})
        self.path, self.request = path or name, request or {}
        self.below, self.integration = below, integration  # what needs the vendor's address, and what does not
        self.credential, self.secrets = credential, secrets  # how it signs in at that address, if it does

    @property
    def table(self):
        return self.name.replace("-", "_")

    def definitions(self, base):
        key = next(iter(self.fields))
        return [{"kind": "ObjectType", "name": self.table, "fields": [
                    {"name": field, "type": kind, **({"required": True, "unique": True} if field == key else {})}
                    for field, kind in self.types.items()]},
                {"kind": "Integration", "name": self.name, "objectType": self.table, "schedule": FAR_FROM_NOW,
                 "request": {"url": f"{base}/{self.path}", **self.request},
                 "mapping": {"syncKeys": [key], "fields": self.fields}, **self.integration, **self.below(base),
                 **({"credential": self.name} if self.credential else {})},
                *([{"kind": "Credential", "name": self.name, "allowedHosts": [base.removeprefix("http://")],
                    **self.credential(base)}] if self.credential else [])]


def dates(request):
    """Whoever asks must say from which day on: a month ago."""
    today = datetime.datetime.now(datetime.timezone.utc).date()
    wanted = {str(today - datetime.timedelta(days=DAYS_BACK + late)) for late in (0, 1)}  # the run began yesterday
    assert request.query["since"] in wanted, request.query
    return Answer([{"id": "1", "mail": "Tue, 14 Nov 2023 22:13:20 +0100", "net": "/Date(1700000000123+0000)/",
                    "never": "0000-00-00", "local": "14.11.2023 22:13", "day": 20231114, "seconds": 1700000000},
                   {"id": "2", "mail": None, "net": None, "never": "2023-11-14", "local": "", "day": None}])


DATES = Need(
    "dates", dates, {
        "id": "id",
        "mail": {"from": "mail", "timeFormat": "%a, %d %b %Y %H:%M:%S %z"},
        "net": "to_number(substring(default(net, ''), `6`, `13`))",
        "never": {"from": "never", "lookup": {"0000-00-00": ""}},
        "local": {"from": "local", "timeFormat": "%d.%m.%Y %H:%M", "timeZone": "Europe/Vienna"},
        "day": {"from": "day", "timeFormat": "%Y%m%d"},
        "seconds": "seconds",
    }, {"1": ["2023-11-14 21:13:20+00", "2023-11-14 22:13:20.123+00", None, "2023-11-14 21:13:00+00", "2023-11-14",
              "2023-11-14 22:13:20+00"],
        "2": [None, None, "2023-11-14", None, None, None]},
    types={"mail": "timestamp", "net": "timestamp", "never": "date", "local": "timestamp", "day": "date",
           "seconds": "timestamp"},
    request={"query": {"since": "{{format_time(sum([to_number(format_time(run.start_time, '%s')), "
                                f"`-{DAYS_BACK * 86400}`]), '%Y-%m-%d')}}}}"}})

BAG = Need(
    "property-bag",
    lambda request: Answer({"results": [
        {"id": "a", "properties": {"Name": {"type": "title", "title": [{"plain_text": "Ada"}]},
                                   "Room": {"type": "number", "number": 7}},
         "traits": [{"key": "floor", "value": "03"}, {"key": "wing", "value": None}]},
        {"id": "b", "properties": {}, "traits": []}]}),
    {"id": "id", "name": "properties.Name.title[0].plain_text", "room": "properties.Room.number",
     "floor": "traits[?key == 'floor'].value | [0]", "wing": "traits[?key == 'wing'].value | [0]"},
    {"a": ["Ada", "7", "03", None], "b": [None, None, None, None]}, records="results")

KEYLESS = Need(
    "no-key-of-its-own",
    lambda request: Answer([{"host": "a", "port": 22, "open": True}, {"host": "a", "port": 80, "open": True},
                            {"host": "b", "port": 22, "open": False}]),
    {"place": {"template": "{{record.host}}:{{record.port}}"}, "open": "open"},
    {"a:22": ["true"], "a:80": ["true"], "b:22": ["false"]})

BY_TENANT = Need(
    "member-of-unknown-name",
    lambda request: Answer({"meta": None, "acme-7f3a": {"items": [{"id": "1"}, {"id": "2"}]}}),
    {"id": "id"}, {"1": [], "2": []}, records="values(@)[].items[]")


def busy(request, tries=iter(range(100))):  # pylint: disable=dangerous-default-value
    """Busy for a second, as a text says; then for as long as a member says; then there."""
    count = next(tries)
    if count == 0:
        return Answer({"message": "The report is being BUILT, try again"}, 400)
    if count == 1:
        return Answer({"state": "queued", "retry_in": 1})
    return Answer({"state": "done", "rows": [{"id": "1"}]})


WAITS = Need(
    "waits", busy, {"id": "id"}, {"1": []}, records="rows",
    response={"rules": [
        {"statuses": [400], "when": "contains(lower(response.message), 'being built')", "action": "WAIT", "wait": "`1`"},
        {"when": "response.state == 'queued'", "action": "WAIT", "wait": "response.retry_in"}]})

WIDE = {"1": {"a": "1a", "b": "1b", "c": "1c"}, "2": {"a": "2a", "b": None, "c": "2c"}}


def properties_in_parts(request):
    """The list has ids; a record has no more than two of its members in one answer."""
    if request.path == "/wide":
        return Answer([{"id": key} for key in WIDE])
    wanted = request.query["properties"].split(",")
    assert len(wanted) <= 2, wanted
    record = WIDE[request.path.removeprefix("/wide/")]
    return Answer({"properties": {name: record[name] for name in wanted}})


def part(base, name, properties):
    return {"name": name, "request": {"url": base + "/wide/{{record.id}}", "query": {"properties": properties}},
            "result": "properties", "intoRecord": True}


IN_PARTS = Need(
    "properties-in-parts", properties_in_parts, {"id": "id", "a": "a", "b": "b", "c": "c"},
    {"1": ["1a", "1b", "1c"], "2": ["2a", None, "2c"]}, path="wide",
    below=lambda base: {"details": [part(base, "first", "a,b"), part(base, "second", "c")]})

# Numbers that come in heaps; behind the first hundred of any list the vendor refuses to go.
HEAPS = [number for start in (0, 64, 500, 900) for number in range(start, start + 90)]


def walled(request):
    start, end = int(request.query["from"]), int(request.query["to"])
    found = [number for number in HEAPS if start <= number < end]
    offset, limit = int(request.query["offset"]), int(request.query["limit"])
    if offset + limit > 100:
        return Answer({"error": "result window is too large"}, 400)
    return Answer({"total": len(found), "items": [{"id": str(number)} for number in found[offset:offset + limit]]})


WALLED = Need(
    "result-window", walled, {"id": "id"}, {str(number): [] for number in HEAPS}, records="items",
    request={"query": {"from": "{{parent.from}}", "to": "{{parent.to}}"}},
    fanOut={"levels": [{"name": "part", "range": {"from": "0", "to": "1000"}}]},
    pagination={"limitOffset": {"limit": 50}, "total": "response.total", "resultWindow": "100"})

CLOSED = Need(
    "some-parents-are-closed",
    lambda request: {"/teams": Answer([{"id": 1}, {"id": 2}, {"id": 3}]), "/teams/1/people": Answer([{"id": "a"}]),
                     "/teams/2/people": Answer({"error": "no"}, 403), "/teams/3/people": Answer({"error": "gone"}, 404)
                     }[request.path],
    {"id": "id", "team": {"template": "{{parent.id}}"}}, {"a": ["1"]}, path="teams/{{parent.id}}/people",
    below=lambda base: {"fanOut": {"levels": [{"name": "team", "request": {"request": {"url": f"{base}/teams"}}}]}},
    response={"rules": [{"statuses": [403, 404], "action": "SKIP"}]})

def cognito(request):
    if request.path == "/sign-in":
        assert request.headers["X-Amz-Target"] == "AWSCognitoIdentityProviderService.InitiateAuth"
        assert request.headers["Content-Type"] == "application/x-amz-json-1.1"
        assert json.loads(request.body) == {"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "3n4b5c", "AuthParameters": {
            "USERNAME": "reader", "PASSWORD": "sentinel-password"}}
        return Answer({"AuthenticationResult": {"IdToken": "sentinel-token", "ExpiresIn": 3600}},
                      content_type="application/x-amz-json-1.1")
    return Answer([{"id": "1"}]) if request.headers["Authorization"] == "sentinel-token" else Answer({}, 401)


COGNITO = Need(
    "cognito", cognito, {"id": "id"}, {"1": []}, secrets={"PASSWORD": "sentinel-password"},
    credential=lambda base: {"session": {
        "secrets": {"password": {"fromEnv": "PASSWORD"}},
        "login": [{"request": {
            "method": "POST", "url": f"{base}/sign-in",
            "headers": {"X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth",
                        "Content-Type": "application/x-amz-json-1.1"},
            "body": {"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "3n4b5c",
                     "AuthParameters": {"USERNAME": "reader", "PASSWORD": "{{secrets.password}}"}}},
            "capture": {"token": "response.AuthenticationResult.IdToken",
                        "expires_in": "response.AuthenticationResult.ExpiresIn"}}],
        "headers": {"Authorization": "{{session.token}}"}}})

NEEDS = [COGNITO, DATES, BAG, KEYLESS, BY_TENANT, WAITS, IN_PARTS, WALLED, CLOSED]


def check(server, need):
    with Running(need.answer) as running:
        server.apply(documents(*need.definitions(f"http://{running.host}")), env=need.secrets)
        run = server.run(need.name)
        assert not running.surprises, running.surprises
    assert (run["state"], run["verdict"]) == ("STATE_SUCCEEDED", "VERDICT_COMPLETE"), run
    expect_counters(run, created=len(need.objects), rejected=0)
    key, *others = need.fields
    columns = ", ".join(f'"{field}"::text' for field in others)
    stored = json.loads(server.psql(
        f"SET timezone = 'UTC'; SELECT coalesce(json_object_agg(\"{key}\", json_build_array({columns})), '{{}}') "
        f"FROM ws_default.{need.table}"))
    assert stored == need.objects, f"stored {stored}, expected {need.objects}"
    print(f"  {need.name}", flush=True)


def test_every_need():
    failed, wanted = [], sys.argv[1:]
    with Folder() as folder, Server(folder) as server:
        for need in NEEDS:
            if wanted and need.name not in wanted:
                continue
            try:
                check(server, need)
            except Exception as error:  # pylint: disable=broad-except
                failed.append(f"{need.name}: {type(error).__name__}: {error}")
    assert not failed, "\n".join(failed)


if __name__ == "__main__":
    main(test_every_need)
