"""A PostgreSQL cluster for measurements, tuned as the figures of the design assume."""

import os
import pathlib
import pwd
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import Process, wait_until  # noqa: E402

SETTINGS = {
    "listen_addresses": "", "shared_buffers": "1GB", "max_wal_size": "4GB", "min_wal_size": "1GB",
    "checkpoint_timeout": "15min", "wal_buffers": "16MB", "jit": "off", "synchronous_commit": "on",
    "wal_compression": "lz4", "temp_buffers": "64MB",
}


def cpu_seconds(pid, with_ended_children=False):
    """User and system time of a process so far."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = sum(map(int, fields[11:15 if with_ended_children else 13]))
    return ticks / os.sysconf("SC_CLK_TCK")


class Cluster:
    def __init__(self, folder):
        self.data = folder / "cluster"
        self.socket = folder
        self.bin = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]
        self.prefix = []
        if os.geteuid() == 0:
            self.prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
            account = pwd.getpwnam("postgres")
            os.chown(folder, account.pw_uid, account.pw_gid)
        self.log = folder / "postgres.log"
        self.process = None

    def __enter__(self):
        subprocess.run([*self.prefix, self.bin / "initdb", "-D", self.data, "-A", "trust", "-U",
                        "syncline", "-E", "UTF8", "--locale=C"], check=True, capture_output=True)
        settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        self.process = Process(
            [*self.prefix, self.bin / "postgres", "-D", self.data, "-k", self.socket, *settings],
            self.log)
        wait_until(lambda: subprocess.run(
            ["psql", self.url("postgres"), "-Atqc", "SELECT 1"], capture_output=True,
            check=False).returncode == 0, 60, "PostgreSQL")
        self.execute("postgres", "CREATE DATABASE bench")
        return self

    def __exit__(self, *unused):
        self.process.child.send_signal(2)  # fast shutdown
        self.process.child.wait(60)

    def url(self, database="bench"):
        return f"host={self.socket} port=5432 user=syncline dbname={database}"

    def execute(self, database, sql):
        done = subprocess.run(["psql", self.url(database), "-XAtqc", sql], check=True,
                              capture_output=True, text=True)
        return done.stdout.strip()

    def cpu_seconds(self):
        """Of all processes of the cluster since it was started."""
        postmaster = int((self.data / "postmaster.pid").read_text().split()[0])
        total = cpu_seconds(postmaster, with_ended_children=True)
        children = pathlib.Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text()
        for child in children.split():
            try:
                total += cpu_seconds(int(child))
            except OSError:  # ended since, and counted by then
                pass
        return total

    def wal_position(self):
        return int(self.execute("bench", "SELECT pg_current_wal_insert_lsn() - '0/0'"))
