"""OAuth 2.0 against a certified server whose refresh tokens rotate: every way to sign in, and what
becomes of a fleet of workers that share one token."""

import copy
import os
import subprocess
import threading
import time

import refreshes
from definitions import documents
from harness import Folder, Process, Server, find_binary, main, wait_until
from oauth_provider import Person, Provider, credential, integration, signer_key
from postgres import Postgres

SECRETS = {"ROBOT_SECRET": "robot-secret", "PERSON_SECRET": "person-secret"}


def robot(provider, name="robot", **oauth2):
    return credential(provider, name, clientId="robot", clientSecret={"fromEnv": "ROBOT_SECRET"},
                      clientCredentials={}, **oauth2)


def person(provider, name="person"):
    return credential(provider, name, clientId="person", clientSecret={"fromEnv": "PERSON_SECRET"},
                      scopes=["openid", "offline_access"],
                      revocationUrl=f"{provider.url}/token/revocation",
                      authorizationCode={"authorizationUrl": f"{provider.url}/auth",
                                         "parameters": {"prompt": "consent"}})


def authorize(server, name="person"):
    """`syncline authorize`, with a person who consents in a browser."""
    log = server.folder / "authorize.log"
    log.unlink(missing_ok=True)
    command = Process([find_binary("syncline"), "--server", server.address, "authorize", name], log)
    try:
        url = wait_until(lambda: next((line.strip() for line in command.text().splitlines()
                                       if line.startswith("  http")), None), 30, "the address")
        Person().walk(url)
        assert command.child.wait(30) == 0, command.text()
        assert f"credential {name}: authorized" in command.text()
    finally:
        command.kill()


def expire(server, credential_name):
    """Time passes for the token that is held."""
    server.psql("UPDATE syncline.oauth_token SET issue_time = issue_time - interval '1 hour', "
                "expire_time = expire_time - interval '1 hour' "
                f"WHERE credential_id = '{credential_name}'")


def version(server, credential_name="person"):
    return int(server.psql("SELECT version FROM syncline.oauth_token "
                           f"WHERE credential_id = '{credential_name}'"))


def issue_time(server, credential_name="person"):
    return float(server.psql("SELECT extract(epoch FROM issue_time) FROM syncline.oauth_token "
                             f"WHERE credential_id = '{credential_name}'"))


def test_every_way_to_sign_in():
    with Folder() as folder, Provider(folder) as provider, Server(folder) as server:
        pem, _ = provider.signer
        server.apply(documents(
            robot(provider), integration(provider, "by-secret", "robot"),
            {"kind": "Credential", "name": "discovered", "allowedHosts": [provider.host],
             "oauth2": {"issuer": provider.url, "clientId": "robot", "clientCredentials": {},
                        "clientSecret": {"fromEnv": "ROBOT_SECRET"}}},
            integration(provider, "by-discovery", "discovered"),
            credential(provider, "signer", clientId="signer", clientCredentials={},
                       clientAuthentication="CLIENT_AUTHENTICATION_PRIVATE_KEY_JWT",
                       clientKey={"algorithm": "ALGORITHM_RS256", "keyId": "k1",
                                  "privateKey": {"fromFile": str(pem)}}),
            integration(provider, "by-key", "signer"),
            person(provider), integration(provider, "by-consent", "person"),
            credential(provider, "tv", clientId="tv", scopes=["openid", "offline_access"],
                       deviceCode={"deviceAuthorizationUrl": f"{provider.url}/device/auth"}),
            integration(provider, "by-device", "tv")), env=SECRETS)
        for name in ("by-secret", "by-discovery", "by-key"):
            run = server.run(name)
            assert run["state"] == "STATE_SUCCEEDED", run
        assert provider.requests("client_credentials") == 3, provider.ledger()
        server.run("by-secret")
        assert provider.requests("client_credentials") == 3, "one token serves many runs"

        # Nobody has consented yet: the run says so, the schedule pauses, the next start is refused.
        assert server.run("by-consent", check=False)["error"]["reason"] == "REAUTH_REQUIRED"
        shown = server.json("get", "credential", "person")
        assert shown["state"] == "STATE_REAUTH_REQUIRED", shown
        assert server.json("get", "schedule", "by-consent/default")["pauseReason"] == "REAUTH_REQUIRED"
        assert "REAUTH_REQUIRED" in server.cli("run", "by-consent", check=False).stderr
        authorize(server)
        shown = server.json("get", "credential", "person")
        assert shown["state"] == "STATE_ACTIVE" and "tokenExpireTime" in shown, shown
        assert not server.json("get", "schedule", "by-consent/default").get("paused", False)
        assert server.run("by-consent")["state"] == "STATE_SUCCEEDED"
        for expected in (1, 2):  # rotation: each refresh needs the token of the one before
            expire(server, "person")
            assert server.run("by-consent")["state"] == "STATE_SUCCEEDED"
            assert provider.requests("refresh_token") == expected, provider.ledger()
        # A token that the vendor takes back early is renewed once, in the middle of a run.
        provider.control("forget")
        server.psql("UPDATE syncline.oauth_token SET issue_time = issue_time - interval '20 s'")
        assert server.run("by-consent")["state"] == "STATE_SUCCEEDED"
        assert provider.requests("refresh_token") == 3, provider.ledger()
        assert provider.ledger()["refused"] == 1, provider.ledger()

        consent_by_device(server, provider)
        assert server.run("by-device")["state"] == "STATE_SUCCEEDED"
        assert not [e for e in provider.ledger()["errors"] if e != "authorization_pending"]

        for kind, name in (("integration", "by-consent"), ("credential", "person")):
            server.cli("delete", kind, name)
        assert provider.ledger()["revoked"] == 2, "both tokens are taken back at the provider"


def consent_by_device(server, provider):
    log = server.folder / "device.log"
    command = Process([find_binary("syncline"), "--server", server.address, "authorize", "tv"], log)
    try:
        def shown():
            lines = [line.strip() for line in command.text().splitlines() if line.startswith("  ")]
            return lines if len(lines) == 2 else None
        uri, code = wait_until(shown, 30, "the code")
        assert uri.startswith(provider.url), uri
        Person().walk(uri, {"user_code": code})
        assert command.child.wait(60) == 0, command.text()
    finally:
        command.kill()


def test_a_worker_that_dies_while_it_refreshes():
    """kill -9 between the provider's answer and our commit: with a provider that takes a refresh token
    once only the token is lost, and a person is asked, after one retry. Before the provider's work,
    nothing is lost."""
    for when, outcome in (("before", "STATE_SUCCEEDED"), ("after", "STATE_FAILED")):
        with Folder() as folder, Provider(folder) as provider, Server(folder) as server:
            server.apply(documents(person(provider), integration(provider, "people", "person")),
                         env=SECRETS)
            authorize(server)
            expire(server, "person")
            provider.control(f"hold?when={when}")
            server.cli("run", "people", "--detach")
            wait_until(lambda: provider.ledger()["held"], 30, "the refresh to be under way")
            server.process.kill()
            provider.control("release")
            server.start()
            run = wait_until(lambda: ended(server, "people"), 180, "the run to be rescued and end")
            assert run["state"] == outcome, (when, run, provider.ledger())
            ledger = provider.ledger()
            # Held before its work, the provider has lost the dead worker's request.
            expected = 1 if when == "before" else 2
            assert ledger["token"].get("refresh_token", 0) == expected, (when, ledger)
            if outcome == "STATE_FAILED":
                assert run["error"]["reason"] == "REAUTH_REQUIRED", run
                shown = server.json("get", "credential", "person")
                assert shown["state"] == "STATE_REAUTH_REQUIRED", shown
                assert "REAUTH_REQUIRED" in server.cli("run", "people", check=False).stderr
                assert provider.ledger()["token"] == ledger["token"], "never a loop"
                authorize(server)
                assert server.run("people")["state"] == "STATE_SUCCEEDED"


def ended(server, name):
    run = server.newest_run(name)
    return run if run["state"] not in ("STATE_QUEUED", "STATE_RUNNING") else None


def test_a_fleet_on_one_rotating_token():
    """SYNCLINE_SOAK=1: three servers, 50 runs at a time, tokens of 60 s, ten minutes; else tokens of
    10 s for 40 s. A refresh per expiry, no refusal, nobody locked out."""
    soak = os.environ.get("SYNCLINE_SOAK") == "1"
    lifetime, duration, count = (60, 600, 50) if soak else (10, 40, 18)
    with Folder() as folder, Provider(folder, lifetime=lifetime) as provider, \
            Postgres(folder, max_connections=300) as postgres:
        keyring = folder / "keyring"
        subprocess.run([find_binary("synclined"), "keys", "generate", "--out", keyring], check=True)
        arguments = ["--keyring-file", keyring, "--executor-run-count", "20"]
        with Server(folder, "a", postgres.url, arguments=arguments) as first, \
                Server(folder, "b", postgres.url, arguments=arguments) as second, \
                Server(folder, "c", postgres.url, arguments=arguments) as third:
            names = [f"list-{i}" for i in range(count)]
            first.apply(documents(person(provider), *(
                integration(provider, name, "person", pages=20, delay=100) for name in names)),
                env=SECRETS)
            authorize(first)
            refreshes.watch(first)
            first_issue = issue_time(first)
            begin = time.monotonic()
            failures = []
            threads = [threading.Thread(target=keep_running, args=(
                (first, second, third)[i % 3], name, begin + duration, failures))
                for i, name in enumerate(names)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            took = time.monotonic() - begin
            assert not failures, failures[:3]
            ledger = provider.ledger()
            gaps = refreshes.check(refreshes.steps(first), ledger["refreshes"], first_issue, lifetime)
            print(f"  {took:.1f} s, {ledger['served']} pages, {len(gaps) + 1} refreshes, "
                  f"{min(gaps):.3f} to {max(gaps):.3f} s apart, {ledger['refused']} refused",
                  flush=True)
            assert not ledger["errors"], ledger["errors"]
            assert ledger["refused"] == 0, ledger
            # Somebody wants a token all the time, so none grows much older than it may.
            assert len(gaps) + 1 >= max(3, int(took / (lifetime / 2 + 2))), gaps
            assert version(first) == len(gaps) + 2
            assert first.psql("SELECT count(DISTINCT owner) FROM syncline.run_queue") == "0"


def test_the_check_of_refreshes_can_fail():
    """What two workers at once, or one that is early, would leave behind is told apart."""
    def story(count=3, lifetime=10.0):
        seen, asked, issue = [], [], 1000.0
        for number in range(count):
            begin = issue + lifetime / 2 + 0.01
            seen += [refreshes.Step("leased", begin, number + 1, issue),
                     refreshes.Step("marked", begin + 0.002, number + 1, issue)]
            issue = begin + 0.001
            # The first is long on its way: the next arrives less than half a life after it.
            arrived = begin + (0.4 if number == 0 else 0.004)
            asked.append({"arrived": int(arrived * 1000), "answered": int(arrived * 1000) + 3,
                          "presented": f"token-{number}", "status": 200})
            seen.append(refreshes.Step("stored", arrived + 0.01, number + 2, issue))
        return seen, asked

    gaps = refreshes.check(*story(), first_issue=1000.0, lifetime=10)
    assert gaps[0] < 5 < gaps[1], gaps

    def asked_twice(seen, asked):
        asked.append({**asked[1], "arrived": asked[1]["arrived"] + 1})

    def leased_twice(seen, asked):
        seen.insert(4, copy.copy(seen[3]))

    def asked_without_a_lease(seen, asked):
        asked.append({**asked[2], "presented": "token-x"})

    def refused(seen, asked):
        asked[1]["status"] = 400

    def begun_early(seen, asked):
        seen[3].at -= 0.02

    def arrived_before_the_life_began(seen, asked):
        asked[1]["arrived"] -= 20

    def life_said_to_begin_before_the_lease(seen, asked):
        seen[5].issue_time -= 0.2

    def ended_late(seen, asked):
        for step in seen[6:]:
            step.at += 5
        seen[8].issue_time += 5
        asked[2]["arrived"] += 5000
        asked[2]["answered"] += 5000

    for spoil in (asked_twice, leased_twice, asked_without_a_lease, refused, begun_early,
                  arrived_before_the_life_began, life_said_to_begin_before_the_lease, ended_late):
        seen, asked = story()
        spoil(seen, asked)
        try:
            refreshes.check(seen, asked, first_issue=1000.0, lifetime=10)
        except AssertionError:
            continue
        raise RuntimeError(f"{spoil.__name__} is not noticed")


def keep_running(server, name, until, failures):
    while time.monotonic() < until and not failures:
        done = server.cli("run", name, check=False)
        if done.returncode != 0:
            failures.append((name, done.stdout[-500:], done.stderr[-500:]))


if __name__ == "__main__":
    main(test_every_way_to_sign_in, test_a_worker_that_dies_while_it_refreshes,
         test_the_check_of_refreshes_can_fail, test_a_fleet_on_one_rotating_token)
