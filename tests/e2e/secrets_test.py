"""Sentinel secrets: after syncs, failures, kills and listings, none is readable anywhere (I5)."""

import base64
import pathlib
import threading
import time
import urllib.parse

from definitions import case, credentials, documents, type_of
from harness import Folder, Process, Server, Vendor, find_binary, free_port, http_json, main, wait_until
from postgres import Postgres

PASSWORD = "sentinel-Pa55word/with?odd&chars"
TOKEN = "sentinel-T0ken-0123456789abcdef"
SECRETS = {"DEMO_PASSWORD": PASSWORD, "DEMO_TOKEN": TOKEN}
SHAPES = {
    "the password": PASSWORD,
    "the token": TOKEN,
    "the basic header": base64.b64encode(f"demo:{PASSWORD}".encode()).decode(),
    "the encoded password": urllib.parse.quote(PASSWORD, safe=""),
    "the password in base64": base64.b64encode(PASSWORD.encode()).decode(),
    "the token in base64": base64.b64encode(TOKEN.encode()).decode(),
    "the token in hex": TOKEN.encode().hex(),
    "the password in hex": PASSWORD.encode().hex(),
}


class ArgumentSampler:
    """Reads the arguments of all processes again and again."""

    def __init__(self):
        self.found = set()
        self.samples = 0
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.sample)

    def sample(self):
        while not self.stopping.is_set():
            for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    text = path.read_bytes().decode(errors="replace")
                except OSError:
                    continue
                if PASSWORD in text or TOKEN in text:
                    self.found.add(text.replace("\0", " "))
            self.samples += 1
            time.sleep(0.02)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *unused):
        self.stopping.set()
        self.thread.join()


def expect_absent(what, text):
    for name, shape in SHAPES.items():
        assert shape not in text, f"{name} is readable in {what}: …{text[max(0, text.index(shape) - 200):][:400]}"


def everything_of(server, name):
    """What the API shows of the newest run: events, rejects, objects, exchanges; and of a preview."""
    events = server.cli("-o", "json", "events", name).stdout
    assert '"ended"' in events, events
    objects = server.cli("-o", "json", "objects", type_of(name), "--limit", "0").stdout
    assert '"device_id"' in objects, objects[:500]
    exchanges = server.cli("-o", "json", "exchanges", name).stdout
    assert '"exchangeId"' in exchanges, exchanges
    preview = server.cli("-o", "json", "preview", name, check=False).stdout
    assert '"exchanges"' in preview, preview
    return [events, objects, exchanges, preview, server.cli("-o", "json", "rejects", name).stdout]


class SecretVendor(Vendor):
    """The demo vendor with our sentinels, given by environment."""

    def __init__(self, folder):  # pylint: disable=super-init-not-called
        self.port = free_port()
        Process.__init__(self, [find_binary("demo_vendor"), "--port", self.port, "--devices", 300],
                         folder / "vendor.log",
                         {"DEMO_VENDOR_PASSWORD": PASSWORD, "DEMO_VENDOR_TOKEN": TOKEN})
        self.url = f"http://127.0.0.1:{self.port}"
        wait_until(self.answers, 60, "the demo vendor")


def test_no_secret_is_readable():
    said = []
    with Folder() as folder, Postgres(folder) as postgres, ArgumentSampler() as sampler:
        keyring = folder / "keyring"
        Process([find_binary("synclined"), "keys", "generate", "--out", keyring],
                folder / "keys.log").child.wait(30)
        vendor = SecretVendor(folder)
        try:
            with Server(folder, database_url=postgres.url,
                        arguments=["--keyring-file", keyring, "--log-level", "debug"]) as server:
                items = credentials(vendor)
                for kind in ("basic", "header", "prefix", "query"):
                    items += case(f"good-{kind}", vendor, credential=kind)
                    items += case(f"bad-{kind}", vendor, credential=kind,
                                  query={"fault": "html", "fault_at": "1"})
                    items += case(f"cut-{kind}", vendor, credential=kind,
                                  query={"fault": "closed", "fault_at": "1"},
                                  limits={"attemptCountMax": 2})
                done = server.apply(documents(*items), env=SECRETS)
                said += [done.stdout, done.stderr]
                for kind in ("basic", "header", "prefix", "query"):
                    for name in (f"good-{kind}", f"bad-{kind}", f"cut-{kind}"):
                        done = server.cli("run", name, check=False)
                        said += [done.stdout, done.stderr]
                        assert (done.returncode == 0) == name.startswith("good"), (name, done)
                        said.append(server.cli("-o", "json", "list", "runs", name).stdout)
                        said += everything_of(server, name)
                # A wrong definition with a secret in it: the complaint must not quote it.
                wrong = {"kind": "Credential", "name": "Wrong Name", "allowedHosts": ["a b"],
                         "basic": {"username": "x:y", "password": {"fromEnv": "DEMO_PASSWORD"}}}
                done = server.apply(documents(wrong), env=SECRETS, check=False)
                assert done.returncode != 0
                said += [done.stdout, done.stderr]
                for kind in ("credentials", "integrations"):
                    for form in ("json", "yaml", "table"):
                        said.append(server.cli("-o", form, "list", kind).stdout)
                server.process.kill()
                server.start()
                # It still opens what it sealed, without ever having shown it.
                said.append(server.cli("run", "good-basic").stdout)
            http_json(vendor.url + "/control/ledger")
            dump = postgres.dump()
            assert "ciphertext" in dump and "good-basic" in dump
        finally:
            vendor.stop()
        expect_absent("what the syncline command said", "\n".join(said))
        expect_absent("pg_dump", dump)
        for log in folder.glob("*.log"):
            expect_absent(log.name, log.read_text(errors="replace"))
        for path in (postgres.home / "data").rglob("*"):
            if path.is_file():
                text = path.read_bytes().decode("latin-1")
                expect_absent(str(path), text)
        assert sampler.samples > 50, sampler.samples
    assert not sampler.found, f"in process arguments: {sampler.found}"


if __name__ == "__main__":
    main(test_no_secret_is_readable)
