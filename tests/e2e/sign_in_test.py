"""Sign-ins with a beginning and an end, against vendors that hold to them: Tanium (JSON login, header
`session`, logout) and Open-AudIT (form login, cookie). One login a run; no token in a reject."""

import http.server
import json
import threading
import urllib.parse

from definitions import documents
from harness import Folder, Server, expect_counters, main

PASSWORD = "sentinel-Pa55word"
SESSION = "session-0123456789"
PAGES = 3
PER_PAGE = 2


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *unused):  # pylint: disable=arguments-differ
        pass

    def answer(self, status, value, headers=()):
        body = json.dumps(value).encode()
        self.send_response(status)
        for name, text in headers:
            self.send_header(name, text)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):  # pylint: disable=invalid-name
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        path = urllib.parse.urlsplit(self.path).path
        self.server.seen.append(path)
        if path == "/tanium/login":
            good = json.loads(body) == {"username": "svc", "password": PASSWORD}
            self.answer(200 if good else 403, {"data": {"session": SESSION}} if good else {"got": body})
        elif path == "/audit/logon":
            good = urllib.parse.parse_qs(body) == {"username": ["svc"], "password": [PASSWORD]}
            self.answer(303 if good else 401, {}, [("Set-Cookie", f"PHPSESSID={SESSION}; Path=/audit")])
        elif path == "/tanium/logout":
            assert self.headers["session"] == SESSION and json.loads(body) == {"session": SESSION}
            self.answer(200, {})
        else:
            self.answer(404, {})

    def do_GET(self):  # pylint: disable=invalid-name
        parts = urllib.parse.urlsplit(self.path)
        self.server.seen.append(parts.path)
        if parts.path == "/tanium/assets":
            signed = self.headers["session"] == SESSION
        else:
            signed = self.headers["Cookie"] == f"PHPSESSID={SESSION}"
        page = int(urllib.parse.parse_qs(parts.query).get("page", ["1"])[0])
        if not signed:
            return self.answer(401, {"error": "sign in first"})
        records = [{"id": str(PER_PAGE * page + i), "self": f"/x?token={SESSION}"} for i in range(PER_PAGE)]
        records.append({"id": "", "self": f"/x?token={SESSION}", "note": PASSWORD})  # to be rejected
        return self.answer(200, {"data": records if page <= PAGES else []})


class Vendor:
    def __enter__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.seen = []
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        return self

    def __exit__(self, *unused):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


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
            vendor.server.seen.clear()
            run = server.run("tanium-assets")
            expect_counters(run, records=PAGES * (PER_PAGE + 1), rejected=PAGES)
            assert vendor.server.seen == ["/tanium/login", *lists, "/tanium/logout"], vendor.server.seen
        vendor.server.seen.clear()
        server.run("audit-devices")
        assert vendor.server.seen == ["/audit/logon"] + ["/audit/devices"] * (PAGES + 1)
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
        assert vendor.server.seen == ["/tanium/login"], vendor.server.seen


def test_credentials_are_tested_from_the_command_line():
    with Folder() as folder, Vendor() as vendor, Server(folder) as server:
        server.apply(documents(*credentials(vendor.url)), env={"VENDOR_PASSWORD": PASSWORD})
        url = f"{vendor.url}/tanium/assets"
        for command in (["test"], ["credentials", "test"]):
            vendor.server.seen.clear()
            accepted = server.cli(*command, "tanium", "--url", url)
            assert accepted.stdout.startswith("credential tanium: accepted\n"), accepted.stdout
            assert vendor.server.seen == ["/tanium/login", "/tanium/assets", "/tanium/logout"]
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
