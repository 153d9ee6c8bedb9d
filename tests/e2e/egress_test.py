"""Where a server connects to: nothing but the public Internet, unless its settings name an address.
What is refused never sees a byte."""

from definitions import case, documents, object_type
from deployment_test import make_keyring
from harness import Folder, Server, Vendor, counters, free_port, main
from http_vendor import HttpVendor
from postgres import Postgres

QUICK = {"attemptCountMax": 1, "requestTimeout": "20s"}
DEVICES = 200


class Listener(HttpVendor):
    """A web server of ours that counts who comes."""

    methods = ("GET", "POST")
    protocol = "HTTP/1.0"  # bodies are left unread

    def __init__(self, location=None):
        super().__init__()
        self.location = location
        self.requests = []

    def answer(self, request):
        self.requests.append(request.path)
        if self.location:
            self.reply(request, 302, [], {"Location": self.location})
        else:
            self.reply(request, 200, [])


def one_request(name, url):
    """A list that is fetched with one request from `url`."""
    return [object_type(name),
            {"kind": "Integration", "name": name, "objectType": name.replace("-", "_"),
             "request": {"url": url}, "pagination": {"none": {}}, "records": "@", "limits": QUICK,
             "mapping": {"syncKeys": ["device_id"], "fields": {"device_id": "id"}}}]


def failed_with(server, name):
    server.cli("run", name, check=False)
    run = server.newest_run(name)
    assert run["state"] == "STATE_FAILED", (name, run)
    assert int(run.get("counters", {}).get("pages", 0)) == 0, run
    return run["error"]


def token_credential(url):
    return {"kind": "Credential", "name": "tokens", "allowedHosts": ["127.0.0.1"],
            "oauth2": {"clientCredentials": {}, "tokenUrl": url + "/token", "clientId": "c",
                       "clientSecret": {"fromEnv": "CLIENT_SECRET"}}}


def test_what_is_not_global_is_refused_before_a_byte_is_sent():
    port_hosts = ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0.0.0.0",
                  "127.255.255.254"]
    others = ["http://169.254.169.254/latest/meta-data/", "https://10.0.0.1/", "https://[fd00::1]/",
              "https://[64:ff9b::a9fe:a9fe]/", "https://[2002:7f00:1::]/", "https://100.100.100.200/"]
    with Folder() as folder, Listener() as listener:
        urls = [f"http://{host}:{listener.port}/x" for host in port_hosts] + others
        with Server(folder, egress="") as server:
            server.apply(documents(*[item for number, url in enumerate(urls)
                                     for item in one_request(f"case-{number}", url)]))
            for number, url in enumerate(urls):
                error = failed_with(server, f"case-{number}")
                assert error["reason"] == "ADDRESS_NOT_ALLOWED", (url, error)
                assert error["metadata"]["address"], (url, error)
                print(f"  {url}: {error['message']}", flush=True)
            # Sign-ins are no way around it.
            type_, signed = one_request("signed", listener.url)
            server.apply(documents(token_credential(listener.url), type_,
                                   {**signed, "credential": "tokens"}),
                         env={"CLIENT_SECRET": "s3cret"})
            assert failed_with(server, "signed")["reason"] == "ADDRESS_NOT_ALLOWED"
        assert not listener.requests, listener.requests


def test_names_that_do_not_resolve_are_not_connected_to():
    with Folder() as folder, Server(folder, egress="") as server:
        server.apply(documents(*one_request("nowhere", "https://vendor.invalid/")))
        assert failed_with(server, "nowhere")["reason"] == "VENDOR_UNREACHABLE"


def test_redirects_lead_no_further_than_requests():
    with Folder() as folder, Listener() as secret, \
            Listener("http://169.254.169.254/latest/meta-data/") as to_metadata, \
            Listener(secret.url) as to_other_port, Listener("/again") as endless:
        with Server(folder) as server:
            server.apply(documents(*one_request("metadata", to_metadata.url),
                                   *one_request("other-port", to_other_port.url),
                                   *one_request("endless", endless.url)))
            for name in ("metadata", "other-port", "endless"):
                error = failed_with(server, name)
                assert error["reason"] == "VENDOR_ERROR", (name, error)
                assert "redirects to" in error["message"], (name, error)
        assert len(to_metadata.requests) == 1 and len(to_other_port.requests) == 1
        assert len(endless.requests) == 4, endless.requests
        assert not secret.requests


def test_an_entry_opens_one_address_and_never_the_servers_own():
    with Folder() as folder, Postgres(folder, tcp_port=free_port()) as postgres, \
            Listener() as other:
        vendor = Vendor(folder, devices=DEVICES)
        try:
            arguments = ["--keyring-file", make_keyring(folder / "keyring")]
            with Server(folder, database_url=postgres.url, arguments=arguments,
                        egress=f"127.0.0.1:{vendor.port}") as server:
                server.apply(documents(*case("devices", vendor, limits=QUICK),
                                       *one_request("other", other.url)))
                assert counters(server.run("devices"))["created"] == DEVICES
                assert failed_with(server, "other")["reason"] == "ADDRESS_NOT_ALLOWED"
            assert not other.requests
            # Everything on the loopback is open, but not the server itself and its database.
            with Server(folder, "wide", postgres.url, arguments=arguments) as server:
                own = {"api": server.port, "database": postgres.port}
                server.apply(documents(*[item for name, port in own.items() for item in
                                         one_request(f"own-{name}", f"http://127.0.0.1:{port}/")]))
                for name in own:
                    error = failed_with(server, f"own-{name}")
                    assert error["reason"] == "ADDRESS_NOT_ALLOWED", (name, error)
                    assert "listens there" in error["message"], error
        finally:
            vendor.stop()


if __name__ == "__main__":
    main(test_what_is_not_global_is_refused_before_a_byte_is_sent,
         test_names_that_do_not_resolve_are_not_connected_to,
         test_redirects_lead_no_further_than_requests,
         test_an_entry_opens_one_address_and_never_the_servers_own)
