"""The keys that seal credentials are exchanged while a hundred runs go on; none fails, the old key can
then be removed, and no dump of the database holds a secret. The memory of the server is shut."""

import concurrent.futures
import os
import pathlib
import pwd
import shutil
import subprocess

from definitions import case, documents
from harness import Folder, Process, Server, Vendor, find_binary, free_port, main, wait_until
from postgres import Postgres

PASSWORD = "sentinel-rotation-Pa55word"
RUNS = 100


def make_keyring(path):
    subprocess.run([find_binary("synclined"), "keys", "generate", "--out", path], check=True,
                   capture_output=True)
    return path


def write_keyring(path, *keyrings):
    """The keys of several files in one; the first seals."""
    lines = [line for keyring in keyrings for line in keyring.read_text().splitlines()
             if line and not line.startswith("#")]
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text("\n".join(lines) + "\n")
    return path


def key_id(keyring):
    return keyring.read_text().splitlines()[-1].split()[0]


class SecretVendor(Vendor):
    def __init__(self, folder):  # pylint: disable=super-init-not-called
        self.port = free_port()
        Process.__init__(self, [find_binary("demo_vendor"), "--port", self.port, "--devices", 40],
                         folder / "vendor.log", {"DEMO_VENDOR_PASSWORD": PASSWORD})
        self.url = f"http://127.0.0.1:{self.port}"
        wait_until(self.answers, 60, "the demo vendor")


def definitions_of(vendor, names):
    items = []
    for name in names:
        items.append({"kind": "Credential", "name": name,
                      "allowedHosts": [vendor.url.removeprefix("http://")],
                      "basic": {"username": "demo", "password": {"fromEnv": "DEMO_PASSWORD"}}})
        kind, integration = case(name, vendor, limit=10, credential="basic",
                                 query={"delay_ms": "5000"})
        integration["credential"] = name
        items += [kind, integration]
    return documents(*items)


def keys_command(postgres, keyring, command):
    done = subprocess.run(
        [find_binary("synclined"), "keys", command, "--keyring-file", keyring],
        env={**os.environ, "SYNCLINE_DATABASE_URL": postgres.url}, capture_output=True, text=True,
        timeout=120)
    assert done.returncode == 0, (command, done)
    return done.stdout


def table_of(text):
    """{key: (state, rows)} of `keys list`."""
    rows = [line.split() for line in text.splitlines()[1:]]
    return {row[0]: (row[1], int(row[2])) for row in rows}


def refused_start(folder, postgres, keyring):
    process = Process([find_binary("synclined"), "--listen", "127.0.0.1:0", "--keyring-file", keyring],
                      folder / "refused.log", {"SYNCLINE_DATABASE_URL": postgres.url})
    try:
        code = process.child.wait(60)
    finally:
        process.kill()
    return code, process.text()


def test_rotation_during_a_hundred_runs():
    with Folder() as folder, Postgres(folder, max_connections=500) as postgres:
        one = make_keyring(folder / "one")
        two = make_keyring(folder / "two")
        keyring = write_keyring(folder / "keyring", one)
        names = [f"run-{number}" for number in range(RUNS)]
        vendor = SecretVendor(folder)
        try:
            server = Server(folder, database_url=postgres.url,
                            arguments=["--keyring-file", keyring, "--executor-run-count", RUNS,
                                       "--database-connection-count", "60"])
            with server:
                server.apply(definitions_of(vendor, names), env={"DEMO_PASSWORD": PASSWORD})
                before = postgres.dump()
                # The new key seals, the old one still opens.
                server.process.stop()
                write_keyring(keyring, two, one)
                server.start()
                with concurrent.futures.ThreadPoolExecutor(4) as starters:
                    list(starters.map(lambda name: server.cli("run", "--detach", name), names))
                running = "SELECT count(*) FROM syncline.run_queue WHERE state = 'RUNNING'"
                wait_until(lambda: int(server.psql(running)) == RUNS, 60, "all runs to go on at once")
                said = keys_command(postgres, keyring, "rotate")
                assert int(server.psql(running)) > 0, "the rotation came after the runs"
                assert f"wrapped anew by \"{key_id(two)}\"" in said, said
                assert "the other keys can be removed" in said, said
                table = table_of(keys_command(postgres, keyring, "list"))
                assert table[key_id(one)] == ("opens", 0), table
                assert table[key_id(two)] == ("active", RUNS + 1), table  # and one of the server
                ended = "SELECT count(*) FROM syncline.run WHERE end_time IS NOT NULL"
                wait_until(lambda: int(server.psql(ended)) == RUNS, 300, "all runs to end")
                states = server.psql("SELECT state, count(*) FROM syncline.run GROUP BY state")
                assert states == f"SUCCEEDED|{RUNS}", states
                after = postgres.dump()
                events = server.cli("list", "audit-events").stdout
                assert "KEYS_ROTATED" in events and f"keys/{key_id(two)}" in events, events
                # The old key goes; what it sealed is read with the new one.
                server.process.stop()
                write_keyring(keyring, two)
                server.start()
                assert server.run(names[7])["state"] == "STATE_SUCCEEDED"
        finally:
            vendor.stop()
        code, text = refused_start(folder, postgres, one)
        assert code == 1 and "KEY_UNAVAILABLE" in text and key_id(two) in text, (code, text)
        for what, text in {"the dump before": before, "the dump after": after,
                           "the log": server.log.read_text(), "keys rotate": said}.items():
            assert "ciphertext" in text or "dump" not in what
            assert PASSWORD not in text and PASSWORD.encode().hex() not in text, what


def test_the_memory_of_the_server_is_shut():
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        print("skip: only root can run the server as another user here")
        return
    with Folder() as folder, Postgres(folder) as postgres:
        account = pwd.getpwnam("postgres")
        keyring = make_keyring(folder / "keyring")
        os.chown(keyring, account.pw_uid, account.pw_gid)
        log = folder / "shut.log"
        port = free_port()
        process = Process([*postgres.drop, find_binary("synclined"), "--listen", f"127.0.0.1:{port}",
                           "--keyring-file", keyring], log, {"SYNCLINE_DATABASE_URL": postgres.url})
        try:
            wait_until(lambda: "server.ready" in process.text() or not process.running(), 60,
                       "the server")
            assert process.running(), process.text()
            facts = pathlib.Path(f"/proc/{process.pid}")
            status = (facts / "status").read_text()
            assert f"Uid:\t{account.pw_uid}\t" in status, status
            # prctl(2): the files of a process that may not be dumped belong to root.
            assert (facts / "mem").stat().st_uid == 0 and (facts / "environ").stat().st_uid == 0
            peek = subprocess.run([*postgres.drop, "cat", facts / "environ"], capture_output=True,
                                  text=True, check=False)
            assert peek.returncode != 0 and "SYNCLINE_DATABASE_URL" not in peek.stdout, peek
            limits = [line.split() for line in (facts / "limits").read_text().splitlines()
                      if line.startswith("Max core file size")]
            assert limits[0][4:6] == ["0", "0"], limits
        finally:
            process.stop()


if __name__ == "__main__":
    main(test_rotation_during_a_hundred_runs, test_the_memory_of_the_server_is_shut)
