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
from postgres import Postgres, dump

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


def definitions_of(vendor, names, delay_ms=5000):
    items = []
    for name in names:
        items.append({"kind": "Credential", "name": name,
                      "allowedHosts": [vendor.url.removeprefix("http://")],
                      "basic": {"username": "demo", "password": {"fromEnv": "DEMO_PASSWORD"}}})
        kind, integration = case(name, vendor, limit=10, credential="basic",
                                 query={"delay_ms": str(delay_ms)})
        integration["credential"] = name
        items += [kind, integration]
    return documents(*items)


def keys(command, *settings, **env):
    return subprocess.run([find_binary("synclined"), "keys", command, *settings],
                          env={**os.environ, **env}, capture_output=True, text=True, timeout=120,
                          check=False)


def keys_command(postgres, keyring, command):
    done = keys(command, "--keyring-file", keyring, SYNCLINE_DATABASE_URL=postgres.url)
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
                with concurrent.futures.ThreadPoolExecutor(4) as starters:
                    list(starters.map(lambda name: server.cli("run", "--detach", name), names))
                wait_until(lambda: int(server.psql(ended)) == 2 * RUNS, 300, "all runs to end again")
                states = server.psql("SELECT state, count(*) FROM syncline.run GROUP BY state")
                assert states == f"SUCCEEDED|{2 * RUNS}", states
        finally:
            vendor.stop()
        code, text = refused_start(folder, postgres, one)
        assert code == 1 and "KEY_UNAVAILABLE" in text and key_id(two) in text, (code, text)
        for what, text in {"the dump before": before, "the dump after": after,
                           "the log": server.log.read_text(), "keys rotate": said}.items():
            assert "ciphertext" in text or "dump" not in what
            assert PASSWORD not in text and PASSWORD.encode().hex() not in text, what


def test_keys_of_the_embedded_database():
    """Without a database's URL both commands find the running server's own, by its data directory."""
    with Folder() as folder:
        vendor = SecretVendor(folder)
        try:
            with Server(folder) as server:
                place = ["--data-dir", server.data]
                keyring = server.data / "keyring"
                one, two = folder / "one", make_keyring(folder / "two")
                shutil.copy(keyring, one)  # the first start made it
                server.apply(definitions_of(vendor, ["a", "b"], delay_ms=0),
                             env={"DEMO_PASSWORD": PASSWORD})
                assert server.run("a")["state"] == "STATE_SUCCEEDED"
                before = dump(server.embedded_url())
                said = [listed := keys("list", *place)]
                assert table_of(listed.stdout) == {key_id(one): ("active", 3)}, listed
                said.append(rotated := keys("rotate", *place))
                assert "0 data keys wrapped anew" in rotated.stdout, rotated

                server.process.stop()
                for command in ("list", "rotate"):  # there is nothing to ask then, and nothing is made
                    said.append(refused := keys(command, *place))
                    assert refused.returncode == 1 and "DATABASE_UNAVAILABLE" in refused.stderr, refused
                    assert "postmaster.pid" not in os.listdir(server.data / "postgres"), command
                write_keyring(keyring, two, one)
                server.start()
                said.append(listed := keys("list", *place))
                assert table_of(listed.stdout) == {key_id(two): ("active", 0),
                                                   key_id(one): ("opens", 3)}, listed
                said.append(rotated := keys("rotate", *place))
                assert f"3 data keys wrapped anew by \"{key_id(two)}\"" in rotated.stdout, rotated
                assert "the other keys can be removed" in rotated.stdout, rotated
                said.append(listed := keys("list", *place))
                assert table_of(listed.stdout) == {key_id(two): ("active", 3),
                                                   key_id(one): ("opens", 0)}, listed
                after = dump(server.embedded_url())
                server.process.stop()
                write_keyring(keyring, two)
                server.start()
                for name in ("a", "b"):
                    assert server.run(name)["state"] == "STATE_SUCCEEDED"
                said.append(listed := keys("list", *place))
                assert table_of(listed.stdout) == {key_id(two): ("active", 3)}, listed
                for done in said:
                    assert PASSWORD not in done.stdout + done.stderr, done
                for text in (before, after, server.log.read_text()):
                    assert PASSWORD not in text and PASSWORD.encode().hex() not in text
                assert key_id(one) in before and "ciphertext" in after
        finally:
            vendor.stop()


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
    main(test_rotation_during_a_hundred_runs, test_keys_of_the_embedded_database,
         test_the_memory_of_the_server_is_shut)
