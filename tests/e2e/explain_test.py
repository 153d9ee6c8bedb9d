"""docs/explain.md, with its own definition: what a preview and a run say of every request they sent, that no secret is
in it although the vendor repeats it everywhere, and what is left of it after a kill -9."""

import base64
import json
import re
import threading
import urllib.parse

from harness import ROOT, Folder, Server, expect_counters, main, wait_until
from http_vendor import HttpVendor

TOKEN = "sentinel-T0ken/with?odd&chars"
SHAPES = [TOKEN, base64.b64encode(TOKEN.encode()).decode().rstrip("="), urllib.parse.quote(TOKEN, safe=""),
          TOKEN.encode().hex()]
PLACEHOLDER = "https://api.vendor.example"


class Vendor(HttpVendor):
    """Two pages of people and a manager for some; repeats what it was sent wherever there is room for it."""

    methods = ("GET",)

    def __init__(self):
        super().__init__()
        self.asked = []
        self.busy = 0  # answers 503 so often before page 2
        self.broken = False
        self.hold = threading.Event()  # page 2 waits for it
        self.hold.set()

    def answer(self, request):
        self.asked.append(request.path)
        token = request.headers["Authorization"].removeprefix("Bearer ")
        path, _, query = request.path.partition("?")
        status, body = 200, {}
        if path == "/users" and "page=2" not in query:
            body = {"data": [{"id": 1, "mail": "a@x.example", "name": "A"}, {"id": 2, "mail": "b@x.example", "name": "B"}],
                    "next": f"{self.url}/users?page=2&echo={urllib.parse.quote(token, safe='')}"}
            if self.broken:
                body = {"items": []}
        elif path == "/users":
            if self.busy > 0:
                self.busy -= 1
                status = 503
            else:
                self.hold.wait(60)
                body = {"data": [{"id": 3, "mail": "c@x.example", "name": "C"}], "next": None}
        elif path == "/users/2/manager":
            status = 404
        body["repeats"] = SHAPES
        self.reply(request, status, body, {"X-Echo": token, "Set-Cookie": "session=unknown-to-anybody"})

    def __exit__(self, *unused):
        self.hold.set()
        super().__exit__(*unused)


def definition(vendor):
    block = re.search(r"^```yaml\n(.*?)^```", (ROOT / "docs/explain.md").read_text(), re.S | re.M)[1]
    return block.replace(PLACEHOLDER, vendor.url).replace("api.vendor.example", vendor.url.removeprefix("http://"))


def expect_no_secret(what, text):
    for shape in SHAPES + ["unknown-to-anybody"]:
        assert shape not in text, f"{shape} is readable in {what}: …{text[max(0, text.index(shape) - 200):][:400]}"
    assert "[withheld]" in text, what


def told(exchanges):
    return [(one.get("cause", ""), one.get("judgement", "")) for one in exchanges]


FIRST = ("page 1", "status 200; 2 records at data; more pages follow")
MANAGERS = [("detail manager of record 1 of page 1", "status 200"),
            ("detail manager of record 2 of page 1", "status 404, which stands for null")]
LAST = ("page 2: the next link of page 1", "status 200; 1 records at data; the list ends here")


def test_a_preview_shows_everything_and_writes_nothing():
    with Folder() as folder, Vendor() as vendor, Server(folder) as server:
        text = definition(vendor)
        server.apply(text, env={"VENDOR_TOKEN": TOKEN})
        (folder / "users.yaml").write_text(text)
        for target in ("explained-users", folder / "users.yaml"):
            shown = server.cli("-o", "json", "preview", target, "--records", "2").stdout
            expect_no_secret("a preview", shown)
            preview = json.loads(shown)
            assert "error" not in preview, preview
            exchanges = preview["exchanges"]
            assert told(exchanges)[0] == FIRST and sorted(told(exchanges)[1:]) == MANAGERS, told(exchanges)
            assert [json.loads(record)["mail"] for record in preview["records"]] == ["a@x.example", "b@x.example"]
            assert json.loads(preview["records"][1])["manager"] is None
            assert preview["paging"] == "The list goes on with page 2: the next link of page 1.", preview["paging"]
            assert preview["nextRequest"].startswith(f"GET {vendor.url}/users?page=2&"), preview["nextRequest"]
            assert preview["proposedPagination"] == {"cursor": {"nextUrl": "response.next"}}, preview
            assert "next" in preview["proposalReason"]
            mail = [field for field in preview["fields"] if field["path"] == "mail"]
            assert mail == [{"path": "mail", "types": ["string"], "recordCount": 2,
                             "samples": ['"a@x.example"', '"b@x.example"']}], mail
        table = server.cli("preview", "explained-users").stdout
        assert "detail manager of record 2 of page 1" in table and "next: GET " in table, table
        assert "instead of automatic: pagination:" in table, table
        for what in ("syncline.run", 'ws_default."user"', "ws_default.syncline_exchange", "ws_default.syncline_link"):
            exists = server.psql(f"SELECT to_regclass('{what}') IS NOT NULL")
            assert exists == "f" or server.psql(f"SELECT count(*) FROM {what}") == "0", what
        vendor.broken = True
        failed = server.cli("preview", "explained-users", check=False)
        assert failed.returncode == 1 and "RECORDS_NOT_FOUND" in failed.stdout, failed


def test_a_run_says_why_each_request_was_sent():
    with Folder() as folder, Vendor() as vendor, Server(folder, arguments=["--log-level", "debug"]) as server:
        server.apply(definition(vendor), env={"VENDOR_TOKEN": TOKEN})
        vendor.busy = 1
        expect_counters(server.run("explained-users"), records=3, created=3, rejected=0)
        shown = server.cli("-o", "json", "exchanges", "explained-users").stdout
        expect_no_secret("the exchanges", shown)
        exchanges = json.loads(shown)
        by_cause = {}
        for one in exchanges:
            by_cause.setdefault(one["cause"], []).append(one)
        assert told(exchanges)[0] == FIRST, told(exchanges)
        for cause, judgement in MANAGERS:
            assert by_cause[cause][0]["judgement"] == judgement, by_cause[cause]
        busy, good = by_cause[LAST[0]]
        assert (busy["status"], busy["reason"], busy["attempt"]) == (503, "VENDOR_ERROR", 1), busy
        assert (good["attempt"], good["judgement"]) == (2, LAST[1]), good
        assert good["waitCause"].startswith("VENDOR_ERROR: ") and good["wait"] != "0s", good
        assert good["url"].startswith(f"{vendor.url}/users?page=2&"), good
        for one in exchanges:
            names = [header["name"].lower() for header in one["requestHeaders"]]
            assert "authorization" not in names and "accept" in names, one
            cookie = [header["value"] for header in one["responseHeaders"] if header["name"] == "Set-Cookie"]
            assert cookie == ["[withheld]"], one
        vendor.broken = True
        run = server.run("explained-users", check=False)
        assert run["error"]["reason"] == "RECORDS_NOT_FOUND", run
        exchanges = server.json("exchanges", "explained-users")
        assert len(exchanges) == 1 and '"items"' in exchanges[0]["responseBody"], exchanges
        assert exchanges[0]["judgement"].startswith("status 200; RECORDS_NOT_FOUND: "), exchanges
        stored = server.psql("SELECT string_agg(exchange::text, ' ') FROM ws_default.syncline_exchange")
        expect_no_secret("the database", stored)


def test_after_a_kill_what_failed_is_still_there():
    with Folder() as folder, Vendor() as vendor, Server(folder) as server:
        server.apply(definition(vendor), env={"VENDOR_TOKEN": TOKEN})
        vendor.busy = 1
        vendor.hold.clear()
        server.cli("run", "explained-users", "--detach")
        wait_until(lambda: sum("page=2" in path for path in vendor.asked) >= 2, 60, "page 2, again")
        server.process.kill()
        server.start()
        vendor.hold.set()
        wait_until(lambda: server.newest_run("explained-users")["state"] == "STATE_SUCCEEDED", 120, "the run's end")
        exchanges = server.json("exchanges", "explained-users")
        assert 503 in [one.get("status", 0) for one in exchanges], exchanges
        assert LAST in told(exchanges), exchanges
        ids = [int(one["exchangeId"]) for one in exchanges]
        assert ids == sorted(set(ids)), ids


if __name__ == "__main__":
    main(test_a_preview_shows_everything_and_writes_nothing, test_a_run_says_why_each_request_was_sent,
         test_after_a_kill_what_failed_is_still_there)
