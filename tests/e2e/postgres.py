"""A PostgreSQL server of the test's own, as an operator would bring it: for --database-url."""

import os
import pathlib
import pwd
import shutil
import subprocess

from harness import Process, wait_until


def binaries():
    """The folder with the newest PostgreSQL's programs."""
    return sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]


def dump(url):
    """What an operator's pg_dump would hold."""
    return subprocess.run([binaries() / "pg_dump", url], check=True, capture_output=True,
                          text=True).stdout


class Postgres:
    def __init__(self, folder, tcp_port=None, **settings):
        self.home = folder / "postgres"
        self.log = folder / "postgres.log"
        self.bin = binaries()
        self.drop = []
        if os.geteuid() == 0:
            self.drop = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        self.url = f"postgresql://syncline@/postgres?host={self.home}"
        self.port = tcp_port or 5432
        if tcp_port:
            self.url = f"postgresql://syncline@127.0.0.1:{tcp_port}/postgres"
            settings = {"listen_addresses": "127.0.0.1", "port": tcp_port, **settings}
        self.settings = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self.process = None

    def __enter__(self):
        self.home.mkdir()
        if self.drop:
            account = pwd.getpwnam("postgres")
            os.chown(self.home, account.pw_uid, account.pw_gid)
        self.home.chmod(0o700)
        data = self.home / "data"
        subprocess.run([*self.drop, self.bin / "initdb", "-D", data, "-U", "syncline", "-A", "trust",
                        "-E", "UTF8", "--locale=C"], check=True, stdout=subprocess.DEVNULL)
        self.process = Process(
            [*self.drop, self.bin / "postgres", "-D", data, "-c", "listen_addresses=", "-c",
             f"unix_socket_directories={self.home}", "-c", "fsync=off",
             *self.settings], self.log)
        wait_until(self.answers, 30, "PostgreSQL")
        return self

    def __exit__(self, *unused):
        self.process.child.send_signal(2)  # fast stop
        self.process.child.wait(30)
        shutil.rmtree(self.home, ignore_errors=True)

    def answers(self):
        return subprocess.run([self.bin / "pg_isready", "-q", "-h", self.home, "-p", str(self.port)],
                              check=False).returncode == 0

    def dump(self):
        return dump(self.url)
