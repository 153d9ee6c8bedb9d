"""Vault, which holds the keys, goes away and comes back: what is kept in memory serves, the rest waits
and says for what, nothing counts as refused, and no token is lost."""

import os
import subprocess
import time

from definitions import case, documents
from harness import Folder, Process, Server, Vendor, find_binary, main, wait_until
from oauth_provider import Provider, integration
from oauth_test import authorize, expire, person, version
from postgres import Postgres
from vault import Vault

SECRETS = {"DEMO_PASSWORD": "demo-password", "PERSON_SECRET": "person-secret"}


def basic(vendor, name):
    """A credential of its own with an integration and an object type of its own."""
    kind, listed = case(name, vendor, credential="basic")
    listed["credential"] = name
    return [{"kind": "Credential", "name": name,
             "allowedHosts": [vendor.url.removeprefix("http://")],
             "basic": {"username": "demo", "password": {"fromEnv": "DEMO_PASSWORD"}}}, kind, listed]


def waits(server, name):
    """What the events of the newest run say that it waits for: [(reason, message)]"""
    events = server.json("events", name)
    events = events["events"] if isinstance(events, dict) else events
    return [(event["waiting"]["wait"]["reason"], event["waiting"]["wait"]["message"])
            for event in events if "waiting" in event]


def ended(server, name):
    run = server.newest_run(name)
    return run if run["state"] not in ("STATE_QUEUED", "STATE_RUNNING") else None


def expect_waiting(server, name, reason):
    """The run goes on, and shows what it waits for."""
    def shown():
        assert not ended(server, name), server.newest_run(name)
        return [wait for wait in waits(server, name) if wait[0] == reason]
    found = wait_until(shown, 60, f"{name} to wait")
    assert "Vault" in found[0][1], found


def expect_active(server, *names):
    for name in names:
        shown = server.json("get", "credential", name)
        assert shown.get("state") == "STATE_ACTIVE", shown


def test_vault_is_away():
    with Folder() as folder, Vault(folder) as vault, Postgres(folder) as postgres:
        vendor = Vendor(folder, devices=120)
        try:
            with Server(folder, database_url=postgres.url,
                        arguments=vault.arguments()) as server:
                server.apply(documents(*basic(vendor, "warm"), *basic(vendor, "cold"),
                                       *basic(vendor, "shut")), env=SECRETS)
                assert server.run("warm")["state"] == "STATE_SUCCEEDED"
                vault.leave()
                # What was unwrapped lately serves; the API answers all that needs no key.
                assert server.run("warm")["state"] == "STATE_SUCCEEDED"
                server.cli("run", "cold", "--detach")
                expect_waiting(server, "cold", "KEY_UNAVAILABLE")
                assert "warm" in server.cli("list", "integrations").stdout
                objects = server.json("objects", "warm", "--limit", "0")
                assert len(objects["objects"] if isinstance(objects, dict) else objects) == 120
                server.apply(documents({"kind": "Credential", "name": "open",
                                        "allowedHosts": ["vendor.example"], "none": {}}))
                refused = server.apply(documents(*basic(vendor, "new")), env=SECRETS, check=False)
                assert refused.returncode != 0 and "KEY_UNAVAILABLE" in refused.stderr, refused
                assert SECRETS["DEMO_PASSWORD"] not in refused.stderr
                expect_start_refused(folder, vault, postgres)
                # It may also be there and sealed.
                vault.sealed = True
                vault.come()
                server.cli("run", "shut", "--detach")
                expect_waiting(server, "shut", "KEY_UNAVAILABLE")
                assert not ended(server, "cold")
                expect_active(server, "warm", "cold", "shut")
                assert not vendor_refusals(server)
                vault.sealed = False
                for name in ("cold", "shut"):
                    run = wait_until(lambda name=name: ended(server, name), 60, f"{name} to end")
                    assert run["state"] == "STATE_SUCCEEDED", run
                server.apply(documents(*basic(vendor, "new")), env=SECRETS)
                assert server.run("new")["state"] == "STATE_SUCCEEDED"
                audit = server.cli("list", "audit-events").stdout
                assert "CREDENTIAL_CORRUPT" not in audit, audit
        finally:
            vendor.stop()


def vendor_refusals(server):
    return server.psql("SELECT count(*) FROM syncline.run WHERE error ->> 'reason' IN "
                       "('AUTH_FAILED', 'SIGN_IN_FAILED', 'REAUTH_REQUIRED')") != "0"


def expect_start_refused(folder, vault, postgres):
    """A start needs the keys; so do the commands that ask for them."""
    env = {**os.environ, "SYNCLINE_DATABASE_URL": postgres.url}
    process = Process([find_binary("synclined"), "--listen", "127.0.0.1:0", *vault.arguments()],
                      folder / "refused.log", env)
    try:
        assert process.child.wait(60) == 1
    finally:
        process.kill()
    assert "KEY_UNAVAILABLE" in process.text(), process.text()
    done = subprocess.run([find_binary("synclined"), "keys", "list", *map(str, vault.arguments())],
                          env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1 and "KEY_UNAVAILABLE" in done.stderr, done


def test_no_token_is_lost_while_vault_is_away():
    """A refresh token that is spent must be stored, and storing it takes a key: without one the
    provider is not asked."""
    with Folder() as folder, Provider(folder) as provider, Vault(folder) as vault, \
            Postgres(folder) as postgres, \
            Server(folder, database_url=postgres.url, arguments=vault.arguments()) as server:
        server.apply(documents(person(provider), integration(provider, "people", "person")),
                     env=SECRETS)
        authorize(server)
        assert server.run("people")["state"] == "STATE_SUCCEEDED"
        vault.leave()
        assert server.run("people")["state"] == "STATE_SUCCEEDED", "the token serves"
        expire(server, "person")
        server.cli("run", "people", "--detach")
        wait_until(lambda: shows_lack_of_key(server, "people"), 60, "the run to miss the key")
        assert not ended(server, "people"), server.newest_run("people")
        assert provider.requests("refresh_token") == 0, provider.ledger()
        expect_active(server, "person")
        vault.come()
        run = wait_until(lambda: ended(server, "people"), 120, "the run to end")
        assert run["state"] == "STATE_SUCCEEDED", run
        assert provider.requests("refresh_token") == 1, provider.ledger()
        assert version(server) == 2 and not provider.ledger()["errors"], provider.ledger()
        expect_active(server, "person")


def shows_lack_of_key(server, name):
    """By a wait, or by going back to the queue until another worker has its turn."""
    events = server.json("events", name)
    events = events["events"] if isinstance(events, dict) else events
    return [event for event in events
            if event.get("waiting", {}).get("wait", {}).get("reason") == "KEY_UNAVAILABLE"
            or event.get("released", {}).get("reason") == "KEY_UNAVAILABLE"]


def test_vault_is_away_for_long():
    """SYNCLINE_SOAK=1: ten minutes. What was unwrapped serves for five; then runs wait, up to ten
    minutes at a time, and go back to the queue; none fails."""
    if os.environ.get("SYNCLINE_SOAK") != "1":
        print("  skip: SYNCLINE_SOAK=1 runs it", flush=True)
        return
    with Folder() as folder, Vault(folder) as vault, Postgres(folder) as postgres:
        vendor = Vendor(folder, devices=120)
        try:
            with Server(folder, database_url=postgres.url,
                        arguments=vault.arguments()) as server:
                server.apply(documents(*basic(vendor, "warm"), *basic(vendor, "cold")), env=SECRETS)
                assert server.run("warm")["state"] == "STATE_SUCCEEDED"
                unwrapped = time.monotonic()
                vault.leave()
                server.cli("run", "cold", "--detach")
                served = 0
                while time.monotonic() < unwrapped + 290:
                    assert server.run("warm")["state"] == "STATE_SUCCEEDED"
                    served += 1
                    time.sleep(5)
                wait_until(lambda: time.monotonic() > unwrapped + 301, 30, "the key to be dropped")
                server.cli("run", "warm", "--detach")
                expect_waiting(server, "warm", "KEY_UNAVAILABLE")
                wait_until(lambda: "released" in server.cli("-o", "json", "events", "cold").stdout,
                           400, "the run to go back to the queue")
                assert not ended(server, "cold") and not ended(server, "warm")
                expect_active(server, "warm", "cold")
                away = time.monotonic() - unwrapped
                vault.come()
                for name in ("cold", "warm"):
                    run = wait_until(lambda name=name: ended(server, name), 120, f"{name} to end")
                    assert run["state"] == "STATE_SUCCEEDED", run
                print(f"  away for {away:.0f} s, {served} runs served from memory", flush=True)
        finally:
            vendor.stop()


if __name__ == "__main__":
    main(test_vault_is_away, test_no_token_is_lost_while_vault_is_away, test_vault_is_away_for_long)
