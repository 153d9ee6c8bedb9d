"""Records per second of Syncline beside the floor, on the same vendor and database in one run.

    cmake --build build/release --target bench synclined syncline demo_vendor
    tests/bench/sync_bench.py [--records 1000000] [--rounds 3]

Each round runs the floor and Syncline in turn for every job; the ratio is that of the medians. The
A/A noise is the spread of the floor against itself (largest over smallest of its rounds). The two
columns of CPU are microseconds per record of the program and of PostgreSQL: they tell more than the
rates where the machine has other work.
"""

import argparse
import os
import pathlib
import resource
import statistics
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from cluster import Cluster, cpu_seconds  # noqa: E402
from harness import Folder, Server, Vendor, counters, find_binary  # noqa: E402
from datetime import datetime  # noqa: E402

DEFINITION = pathlib.Path(__file__).parent / "definition.yaml"
CHANGED_EVERY = 10
JOBS = {"fetch": "fetch, decode, map, hash", "load": "first load",
        "resync": "re-sync, unchanged", "changed": "re-sync, 10 % changed"}


class Measured:
    """What was seen of one program in one job, over the rounds."""

    def __init__(self):
        self.rates, self.program_cpu, self.database_cpu = [], [], []

    def add(self, rate, records, program, database):
        self.rates.append(rate)
        self.program_cpu.append(program / records * 1e6)
        self.database_cpu.append(database / records * 1e6)

    def rate(self):
        return statistics.median(self.rates)

    def cpu(self):
        return (f"{statistics.median(self.program_cpu):>7.2f}"
                f"{statistics.median(self.database_cpu):>6.2f}")


class Round:
    """Every job once, by the floor and by Syncline."""

    def __init__(self, records, folder, cluster, vendor, seen):
        self.records, self.folder, self.cluster, self.vendor = records, folder, cluster, vendor
        self.seen = seen
        self.wal = {}

    def program(self, who, job, *arguments):
        before, database = resource.getrusage(resource.RUSAGE_CHILDREN), self.cluster.cpu_seconds()
        done = subprocess.run(arguments, capture_output=True, text=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        count, _, rate = done.stdout.split()
        assert int(count) == self.records, done.stdout
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self.seen[who, job].add(float(rate), self.records, cpu,
                                self.cluster.cpu_seconds() - database)

    def floor(self, job):
        mode = "resync" if job == "changed" else job
        self.cluster.execute("bench", "CHECKPOINT")
        self.program("floor", job, find_binary("floor"), mode,
                     f"{self.vendor.url}/open/devices/page?limit=1000", str(self.records // 1000),
                     *([] if job == "fetch" else [self.cluster.url()]))

    def sync(self, server, job):
        self.cluster.execute("bench", "CHECKPOINT")
        wal, database = self.cluster.wal_position(), self.cluster.cpu_seconds()
        cpu = cpu_seconds(server.process.pid)
        run = server.run("bench-devices")
        self.wal[job] = self.cluster.wal_position() - wal
        changed = self.records // CHANGED_EVERY
        expected = {"load": {"created": self.records}, "resync": {"unchanged": self.records},
                    "changed": {"updated": changed, "unchanged": self.records - changed}}[job]
        assert {name: counters(run)[name] for name in expected} == expected, run
        start, end = (datetime.fromisoformat(run[name].replace("Z", "+00:00"))
                      for name in ("startTime", "endTime"))
        self.seen["syncline", job].add(
            self.records / (end - start).total_seconds(), self.records,
            cpu_seconds(server.process.pid) - cpu, self.cluster.cpu_seconds() - database)

    def change(self):
        self.vendor.control(f"change?list=devices&every={CHANGED_EVERY}")

    def run(self, name):
        """The peak of the server's memory."""
        self.floor("fetch")
        self.program("syncline", "fetch", find_binary("walk"),
                     f"{self.vendor.url}/open/devices/page")
        self.floor("load")
        self.floor("resync")
        self.change()
        self.floor("changed")
        self.cluster.execute("bench", "DROP SCHEMA bench_floor CASCADE")
        self.cluster.execute("postgres", f"CREATE DATABASE {name}")
        keys = self.folder / f"{name}.keys"
        subprocess.run([find_binary("synclined"), "keys", "generate", "--out", str(keys)],
                       check=True)
        with Server(self.folder, name, database_url=self.cluster.url(name),
                    arguments=["--keyring-file", keys]) as server:
            server.apply(DEFINITION.read_text().replace("@URL@", self.vendor.url))
            self.sync(server, "load")
            self.sync(server, "resync")
            self.change()
            self.sync(server, "changed")
            peak = server.process.resident_peak_bytes()
        self.cluster.execute("postgres", f"DROP DATABASE {name}")
        return peak


def report(seen, peaks, wal):
    print(f"{'':<26}{'floor':>21}{'syncline':>25}")
    print(f"{'job':<26}{'/s':>9}{'A/A':>6}{'CPU':>7}{'DB':>6}{'/s':>12}{'CPU':>7}{'DB':>6}"
          f"{'ratio':>8}")
    for job, title in JOBS.items():
        floor, ours = seen["floor", job], seen["syncline", job]
        noise = max(floor.rates) / min(floor.rates)
        print(f"{title:<26}{floor.rate():>9,.0f}{noise:>6.2f}{floor.cpu()}{ours.rate():>12,.0f}"
              f"{ours.cpu()}{ours.rate() / floor.rate():>8.2f}")
    print(f"peak resident memory of synclined: {max(peaks) / 2**20:,.0f} MiB")
    share = statistics.median(wal["resync"]) / statistics.median(wal["load"])
    print(f"WAL of the unchanged re-sync: {share:.2%} of the first load's")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    seen = {(who, job): Measured() for who in ("floor", "syncline") for job in JOBS}
    peaks, wal = [], {"load": [], "resync": [], "changed": []}
    with Folder() as folder, Cluster(folder) as cluster:
        vendor = Vendor(folder, devices=arguments.records)
        try:
            for number in range(arguments.rounds):
                one = Round(arguments.records, folder, cluster, vendor, seen)
                peaks.append(one.run(f"sync{number}"))
                for job, grown in one.wal.items():
                    wal[job].append(grown)
                print(f"round {number + 1} of {arguments.rounds} done", flush=True)
        finally:
            vendor.stop()
    print(f"{arguments.records} records, pages of 1,000, {arguments.rounds} rounds, medians; "
          f"load average {os.getloadavg()[0]:.1f}")
    report(seen, peaks, wal)


if __name__ == "__main__":
    main()
