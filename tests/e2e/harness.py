"""Drives the built binaries as a person would: synclined, the syncline command, psql.

Each test owns a folder, free ports and its processes; whatever it started is ended by process id
when the test is over, also when it fails. Standard library only.
"""

import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The vendors of the tests are where a server does not go by itself.
LOOPBACK_VENDORS = "127.0.0.1:*"
BUILD = pathlib.Path(os.environ.get("SYNCLINE_BUILD", ROOT / "build" / "release"))


def free_port():
    """Below the range that outgoing connections take theirs from (ip_local_port_range): one of those
    would hold the port by the time that a server listens."""
    for _ in range(1000):
        port = random.randrange(10_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")


def find_binary(name):
    for folder in ("", "clients/cli", "tests/demo_vendor", "tests/bench", "tests/e2e"):
        path = BUILD / folder / name
        if path.is_file():
            return str(path)
    sys.exit(f"{name} is not built under {BUILD}")


def wait_until(condition, seconds, what):
    """Polls a condition of another process; the wait is bounded and says what it waited for."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"after {seconds} s still waiting for {what}")


def http_json(url, data=None, method=None, headers=None):
    request = urllib.request.Request(url, method=method, headers=headers or {})
    if data is not None:
        request.data = json.dumps(data).encode()
        request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=30) as answer:
        body = answer.read()
        return json.loads(body) if body else None


class Folder:
    """A scratch folder that other users may traverse (PostgreSQL drops to one)."""

    def __enter__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="syncline-e2e-"))
        self.path.chmod(0o755)
        return self.path

    def __exit__(self, *unused):
        shutil.rmtree(self.path, ignore_errors=True)


class Process:
    """A child with its output in a file; ended by id."""

    def __init__(self, arguments, log, env=None):
        self.log = pathlib.Path(log)
        self.arguments = [str(argument) for argument in arguments]
        with open(self.log, "ab") as out:
            self.child = subprocess.Popen(
                self.arguments, stdout=out, stderr=out, stdin=subprocess.DEVNULL,
                env={**os.environ, **(env or {})}, start_new_session=True)

    @property
    def pid(self):
        return self.child.pid

    def running(self):
        return self.child.poll() is None

    def kill(self):
        if self.running():
            self.child.kill()
        self.child.wait()

    def stop(self, seconds=60):
        if self.running():
            self.child.send_signal(signal.SIGTERM)
        return self.child.wait(seconds)

    def text(self):
        return self.log.read_text(errors="replace")

    def resident_peak_bytes(self):
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("no VmHWM")


class Vendor(Process):
    def __init__(self, folder, **options):
        self.port = free_port()
        arguments = [find_binary("demo_vendor"), "--port", self.port]
        for name, value in options.items():
            arguments += [f"--{name.replace('_', '-')}", value]
        super().__init__(arguments, folder / "vendor.log")
        self.url = f"http://127.0.0.1:{self.port}"
        wait_until(self.answers, 60, "the demo vendor")

    def answers(self):
        assert self.running(), self.text()
        try:
            return http_json(self.url + "/control/ledger") is not None
        except OSError:
            return False

    def ledger(self):
        return http_json(self.url + "/control/ledger")

    def control(self, path):
        return http_json(f"{self.url}/control/{path}", method="POST", data={})


class Server:
    """A synclined with its data directory; may be killed and started again."""

    def __init__(self, folder, name="server", database_url=None, data=None, arguments=(),
                 egress=LOOPBACK_VENDORS):
        self.folder = folder
        self.data = data or folder / f"{name}-data"
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.log = folder / f"{name}.log"
        self.database_url = database_url
        self.arguments = list(arguments)
        self.egress = egress
        self.workspace = "default"  # of the commands that follow
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, *unused):
        if kind is not None:
            sys.stderr.write(f"--- {self.log} (end) ---\n{self.log.read_text()[-6000:]}\n")
        if self.process is not None:
            if not self.process.running():
                self.start()  # so that an orderly stop takes the embedded database down too
            self.process.stop()

    def start(self):
        env = {"SYNCLINE_EGRESS_ALLOW": self.egress}
        if self.database_url:
            env["SYNCLINE_DATABASE_URL"] = self.database_url
        self.process = Process(
            [find_binary("synclined"), "--data-dir", self.data, "--listen", self.address,
             "--log-format", "json", *self.arguments], self.log, env)
        wait_until(self.ready, 60, "synclined to answer")

    def ready(self):
        assert self.process.running(), self.log.read_text()[-4000:]
        return self.cli("list", "workspaces", check=False).returncode == 0

    def cli(self, *arguments, check=True, env=None, input=None, timeout=600):
        done = subprocess.run(
            [find_binary("syncline"), "--server", self.address, "--workspace", self.workspace,
             *map(str, arguments)],
            capture_output=True, text=True, timeout=timeout, input=input,
            env={**os.environ, **(env or {})})
        if check and done.returncode != 0:
            raise AssertionError(
                f"syncline {' '.join(map(str, arguments))} -> {done.returncode}\n"
                f"{done.stdout}{done.stderr}")
        return done

    def json(self, *arguments):
        return json.loads(self.cli("-o", "json", *arguments).stdout)

    def apply(self, text, env=None, check=True):
        return self.cli("apply", "-f", "-", input=text, env=env, check=check)

    def run(self, integration, check=True):
        """Launches, watches to the end, and returns the finished run."""
        self.cli("run", integration, check=check)
        return self.newest_run(integration)

    def newest_run(self, integration):
        runs = self.json("list", "runs", integration, "--limit", "1")
        return (runs["runs"] if isinstance(runs, dict) else runs)[0]

    def embedded_url(self):
        return f"host={self.data / 'socket'} port=5432 user=syncline dbname=syncline"

    def psql(self, sql, database_url=None):
        url = database_url or self.database_url or self.embedded_url()
        done = subprocess.run(["psql", url, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql],
                              capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return done.stdout.strip()


def counters(run):
    """int64 counters of proto JSON as numbers; absent = 0."""
    names = ("pages", "records", "created", "updated", "unchanged", "rejected", "duplicates",
             "skipped", "missing")
    return {name: int(run.get("counters", {}).get(name, 0)) for name in names}


def expect_counters(run, **expected):
    seen = counters(run)
    wrong = {name: (seen[name], value) for name, value in expected.items() if seen[name] != value}
    assert not wrong, f"counters (seen, expected): {wrong}; run: {run}"


def main(*tests):
    """Runs the test functions in order; prints one line each; the exit code says whether all held."""
    failed = 0
    for test in tests:
        start = time.monotonic()
        try:
            test()
            print(f"ok   {test.__name__} ({time.monotonic() - start:.1f} s)", flush=True)
        except Exception:  # pylint: disable=broad-except
            import traceback
            traceback.print_exc()
            print(f"FAIL {test.__name__} ({time.monotonic() - start:.1f} s)", flush=True)
            failed += 1
    sys.exit(1 if failed else 0)
