"""An operator's own PostgreSQL and keyring; two replicas on one database; wrong settings."""

import shutil
import subprocess

from checks import expect_equal_to_vendor, expect_orderly_events
from definitions import case, credentials, documents
from harness import Folder, Process, Server, Vendor, expect_counters, find_binary, main, wait_until
from postgres import Postgres

SECRETS = {"DEMO_PASSWORD": "demo-password", "DEMO_TOKEN": "demo-token"}


def make_keyring(path):
    subprocess.run([find_binary("synclined"), "keys", "generate", "--out", path], check=True,
                   capture_output=True)
    return path


def refused(folder, *arguments, env=None):
    """Starts a synclined that must not come up; its exit code and its words."""
    process = Process([find_binary("synclined"), "--data-dir", folder / "refused", *arguments],
                      folder / "refused.log", env)
    try:
        code = process.child.wait(30)
    finally:
        process.kill()
    text = process.text()
    process.log.unlink()
    return code, text


def test_wrong_settings_are_told_all_at_once():
    with Folder() as folder:
        code, text = refused(folder, "--listen", "0.0.0.0:8470", "--roles", "cook",
                             "--executor-run-count", "0")
        assert code == 2, (code, text)
        for word in ("0.0.0.0:8470", "loopback", "cook", "1 to 256"):
            assert word in text, (word, text)


def test_own_database_and_keyring():
    with Folder() as folder, Postgres(folder) as postgres:
        url = {"SYNCLINE_DATABASE_URL": postgres.url}
        code, text = refused(folder, "--listen", "127.0.0.1:0", env=url)
        assert code == 1 and "keys generate" in text, (code, text)
        keyring = make_keyring(folder / "keyring")
        assert keyring.stat().st_mode & 0o077 == 0, oct(keyring.stat().st_mode)
        vendor = Vendor(folder, devices=500)
        try:
            with Server(folder, database_url=postgres.url,
                        arguments=["--keyring-file", keyring]) as server:
                server.apply(documents(*credentials(vendor),
                                       *case("own", vendor, credential="basic")), env=SECRETS)
                expect_counters(server.run("own"), records=500, created=500)
                expect_equal_to_vendor(server, vendor, "own")
        finally:
            vendor.stop()
        other = make_keyring(folder / "other-keyring")
        code, text = refused(folder, "--listen", "127.0.0.1:0", "--keyring-file", other, env=url)
        assert code == 1 and "KEY_UNAVAILABLE" in text, (code, text)


def test_two_replicas():
    with Folder() as folder, Postgres(folder) as postgres:
        keys = ["--keyring-file", make_keyring(folder / "keyring")]
        vendor = Vendor(folder, devices=3000)
        try:
            with Server(folder, "one", postgres.url, arguments=keys) as one, \
                 Server(folder, "two", postgres.url, arguments=keys) as two:
                names = [f"shared-{number}" for number in range(6)]
                items = []
                for name in names:
                    items += case(name, vendor, limit=50, query={"delay_ms": "20"})
                one.apply(documents(*items))
                watchers = [subprocess.Popen(
                    [find_binary("syncline"), "--server", two.address, "run", name],
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for name in names]
                count = "SELECT count(*) FROM syncline.run_queue WHERE state = 'RUNNING'"
                wait_until(lambda: int(two.psql(count)) == len(names), 30, "all to run")
                owners = int(two.psql("SELECT count(DISTINCT owner) FROM syncline.run_queue"))
                assert owners == 2, f"{owners} replicas took the runs"
                one.process.kill()
                done = "SELECT count(*) FROM syncline.run WHERE state = 'SUCCEEDED'"
                wait_until(lambda: int(two.psql(done)) == len(names), 120, "the survivor to finish all")
                for watcher in watchers:
                    assert watcher.wait(30) == 0, "a watcher of the survivor saw no success"
                for name in names:
                    expect_equal_to_vendor(two, vendor, name)
                    expect_orderly_events(two, name, pages=60)
                lost = two.psql("SELECT count(*) FROM syncline.run_event WHERE kind = 'released' AND "
                                "payload->>'reason' = 'WORKER_LOST'")
                assert int(lost) >= 1, lost
        finally:
            vendor.stop()


if __name__ == "__main__":
    if shutil.which("setpriv") is None:
        raise SystemExit("setpriv (util-linux) is missing")
    main(test_wrong_settings_are_told_all_at_once, test_own_database_and_keyring, test_two_replicas)
