"""Sign-ins with a beginning and an end, against vendors that hold to them: Tanium (JSON login, header
`session`, logout) and Open-AudIT (form login, cookie). One login a run; no token in a reject."""

import json
import urllib.parse

from definitions import documents
from harness import Folder, Server, expect_counters, main
from http_vendor import HttpVendor

PASSWORD = "sentinel-Pa55word"
SESSION = "session-0123456789"
PAGES = 3
PER_PAGE = 2


class Vendor(HttpVendor):
    methods = ("GET", "POST")

    def __init__(self):
        super().__init__()
        self.seen = []

    def answer(self, request):
        parts = urllib.parse.urlsplit(request.path)
        self.seen.append(parts.path)
        if request.command == "POST":
            self.sign_in_or_out(request, parts.path)
        else:
            self.list(request, parts)

    def sign_in_or_out(self, request, path):
        body = request.rfile.read(int(request.headers.get("Content-Length", 0))).decode()
        if path == "/tanium/login":
            good = json.loads(body) == {"username": "svc", "password": PASSWORD}
            self.reply(request, 200 if good else 403, {"data": {"session": SESSION}} if good else {"got": body})
        elif path == "/audit/logon":
            good = urllib.parse.parse_qs(body) == {"username": ["svc"], "password": [PASSWORD]}
            self.reply(request, 303 if good else 401, {}, {"Set-Cookie": f"PHPSESSID={SESSION}; Path=/audit"})
        elif path == "/tanium/logout":
            assert request.headers["session"] == SESSION and json.loads(body) == {"session": SESSION}
            self.reply(request, 200, {})
        else:
            self.reply(request, 404, {})

    def list(self, request, parts):
        if parts.path == "/tanium/assets":
            signed = request.headers["session"] == SESSION
        else:
            signed = request.headers["Cookie"] == f"PHPSESSID={SESSION}"
        page = int(urllib.parse.parse_qs(parts.query).get("page", ["1"])[0])
        if not signed:
            self.reply(request, 401, {"error": "sign in first"})
            return
        records = [{"id": str(PER_PAGE * page + i), "self": f"/x?token={SESSION}"} for i in range(PER_PAGE)]
        records.append({"id": "", "self": f"/x?token={SESSION}", "note": PASSWORD})  # to be rejected
        self.reply(request, 200, {"data": records if page <= PAGES else []})


def credentials(url):
    host = [url.removeprefix("http://")]
    secrets = {"password": {"fromEnv": "VENDOR_PASSWORD"}}
    return [
        {"kind": "Credential", "name": "tanium", "allowedHosts": host, "session": {
            "secrets": secrets, "vars": {"username": "svc"},
            "login": [{"request": {"method": "POST", "url": f"{url}/tanium/login", "body": {
                "username": "{{vars.username}}", "password": "{{secrets.password}}"}},
                "capture": {"token": "response.data.session"}}],
            "headers": {"session": "{{session.token}}"},
            "logout": {"method": "POST", "url": f"{url}/tanium/logout",
                       "body": {"session": "{{session.token}}"}}}},
        {"kind": "Credential", "name": "audit", "allowedHosts": host, "none": {}, "alternatives": {
            "form": {"session": {
                "secrets": secrets,
                "login": [{"request": {"method": "POST", "url": f"{url}/audit/logon", "form": {
                    "username": "svc", "password": "{{secrets.password}}"}}}]}}}},
    ]


def integration(name, url, **more):
    return {"kind": "Integration", "name": name, "objectType": "thing", "records": "data",
            "request": {"url": url}, "pagination": {"limitPage": {"limit": PER_PAGE,
                                                                  "stopOnShortPage": False}},
            "mapping": {"syncKeys": ["key"], "fields": {"key": "id"}}, **more}


THING = {"kind": "ObjectType", "name": "thing",
         "fields": [{"name": "key", "type": "STRING", "required": True, "unique": True}]}


def test_sessions():
    with Folder() as folder, Vendor() as vendor, Server(folder) as server:
        server.apply(documents(
            THING, *credentials(vendor.url),
            integration("tanium-assets", f"{vendor.url}/tanium/assets", credential="tanium"),
            integration("audit-devices", f"{vendor.url}/audit/devices", credential="audit",
                        credentialAlternative="form"),
            integration("audit-unsigned", f"{vendor.url}/audit/devices", credential="audit")),
                     env={"VENDOR_PASSWORD": PASSWORD})
        lists = ["/tanium/assets"] * (PAGES + 1)
        for _ in range(2):
            vendor.seen.clear()
            run = server.run("tanium-assets")
            expect_counters(run, records=PAGES * (PER_PAGE + 1), rejected=PAGES)
            assert vendor.seen == ["/tanium/login", *lists, "/tanium/logout"], vendor.seen
        vendor.seen.clear()
        server.run("audit-devices")
        assert vendor.seen == ["/audit/logon"] + ["/audit/devices"] * (PAGES + 1)
        failed = server.run("audit-unsigned", check=False)
        assert failed["error"]["reason"] == "AUTH_FAILED", failed
        rejects = server.psql("SELECT string_agg(record, ' ') FROM ws_default.syncline_reject")
        assert "[withheld]" in rejects, rejects
        for secret in (SESSION, PASSWORD):
            assert secret not in rejects, rejects
            for log in folder.glob("*.log"):
                assert secret not in log.read_text(errors="replace"), log


def test_a_refused_login_says_which_step():
    with Folder() as folder, Vendor() as vendor, Server(folder) as server:
        server.apply(documents(THING, credentials(vendor.url)[0],
                               integration("tanium-assets", f"{vendor.url}/tanium/assets",
                                           credential="tanium")),
                     env={"VENDOR_PASSWORD": "sentinel-wrong"})
        failed = server.run("tanium-assets", check=False)
        assert failed["error"]["reason"] == "SIGN_IN_FAILED", failed
        assert "Step 1 of 1 of the login" in failed["error"]["message"], failed
        assert "sentinel-wrong" not in json.dumps(failed), failed
        assert vendor.seen == ["/tanium/login"], vendor.seen


def test_credentials_are_tested_from_the_command_line():
    with Folder() as folder, Vendor() as vendor, Server(folder) as server:
        server.apply(documents(*credentials(vendor.url)), env={"VENDOR_PASSWORD": PASSWORD})
        url = f"{vendor.url}/tanium/assets"
        for command in (["test"], ["credentials", "test"]):
            vendor.seen.clear()
            accepted = server.cli(*command, "tanium", "--url", url)
            assert accepted.stdout.startswith("credential tanium: accepted\n"), accepted.stdout
            assert vendor.seen == ["/tanium/login", "/tanium/assets", "/tanium/logout"]
        devices = f"{vendor.url}/audit/devices"
        server.cli("test", "audit", "--url", devices, "--alternative", "form")
        refused = server.cli("test", "audit", "--url", devices, check=False)
        assert refused.returncode == 1, refused
        assert "refused (AUTH_FAILED)" in refused.stdout, refused.stdout
        assert "it says: {\"error\": \"sign in first\"}" in refused.stdout, refused.stdout
        answer = json.loads(server.cli("-o", "json", "test", "audit", "--url", devices,
                                       check=False).stdout)
        assert answer["status"] == 401 and answer["reason"] == "AUTH_FAILED", answer
        assert server.cli("test", "absent", "--url", devices, check=False).returncode == 3


if __name__ == "__main__":
    main(test_sessions, test_a_refused_login_says_which_step,
         test_credentials_are_tested_from_the_command_line)
