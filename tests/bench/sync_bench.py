"""Records per second of Syncline beside the floor, on the same vendor and database in one run.

    cmake --build build/release --target bench synclined syncline demo_vendor
    tests/bench/sync_bench.py [--records 1000000] [--rounds 3]

Each round runs the floor and Syncline in turn for every job; the ratio is that of the medians. The
A/A noise is the spread of the floor against itself (largest over smallest of its rounds).
"""

import argparse
import pathlib
import statistics
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from cluster import Cluster  # noqa: E402
from harness import Folder, Server, Vendor, counters, find_binary  # noqa: E402
from datetime import datetime  # noqa: E402

DEFINITION = pathlib.Path(__file__).parent / "definition.yaml"


def floor(mode, vendor, records, database):
    done = subprocess.run(
        [find_binary("floor"), mode, f"{vendor.url}/open/devices/page?limit=1000",
         str(records // 1000), database], capture_output=True, text=True, check=True)
    count, _, rate = done.stdout.split()
    assert int(count) == records, done.stdout
    return float(rate)


def seconds_of(run):
    start, end = (datetime.fromisoformat(run[name].replace("Z", "+00:00"))
                  for name in ("startTime", "endTime"))
    return (end - start).total_seconds()


def sync(server, records, job):
    run = server.run("bench-devices")
    outcome = "created" if job == "load" else "unchanged"
    assert counters(run)[outcome] == records, run
    return records / seconds_of(run)


def measure(arguments):
    rates = {(who, job): [] for who in ("floor", "syncline") for job in ("load", "resync")}
    rates["floor", "fetch"] = []
    peaks, wal = [], {"load": [], "resync": []}
    with Folder() as folder, Cluster(folder) as cluster:
        vendor = Vendor(folder, devices=arguments.records)
        try:
            for number in range(arguments.rounds):
                rates["floor", "fetch"].append(floor("fetch", vendor, arguments.records, ""))
                for job in ("load", "resync"):
                    cluster.execute("bench", "CHECKPOINT")
                    rates["floor", job].append(
                        floor(job, vendor, arguments.records, cluster.url()))
                cluster.execute("bench", "DROP SCHEMA bench_floor CASCADE")
                cluster.execute("postgres", f"CREATE DATABASE sync{number}")
                database = cluster.url(f"sync{number}")
                subprocess.run([find_binary("synclined"), "keys", "generate", "--out",
                                str(folder / f"keyring{number}")], check=True)
                with Server(folder, f"server{number}", database_url=database,
                            arguments=["--keyring-file", folder / f"keyring{number}"]) as server:
                    server.apply(DEFINITION.read_text().replace("@URL@", vendor.url))
                    for job in ("load", "resync"):
                        cluster.execute("bench", "CHECKPOINT")
                        before = cluster.wal_position()
                        rates["syncline", job].append(sync(server, arguments.records, job))
                        wal[job].append(cluster.wal_position() - before)
                    peaks.append(server.process.resident_peak_bytes())
                cluster.execute("postgres", f"DROP DATABASE sync{number}")
                print(f"round {number + 1} of {arguments.rounds} done", flush=True)
        finally:
            vendor.stop()
    return rates, peaks, wal


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    rates, peaks, wal = measure(arguments)
    median = {key: statistics.median(values) for key, values in rates.items()}
    print(f"{arguments.records} records, pages of 1,000, {arguments.rounds} rounds, medians")
    print(f"{'job':<24}{'floor/s':>12}{'A/A':>7}{'syncline/s':>12}{'ratio':>8}")
    for job, title in (("fetch", "fetch, parse, map, hash"), ("load", "first load"),
                       ("resync", "re-sync, unchanged")):
        noise = max(rates["floor", job]) / min(rates["floor", job])
        line = f"{title:<24}{median['floor', job]:>12,.0f}{noise:>7.2f}"
        if ("syncline", job) in median:
            line += f"{median['syncline', job]:>12,.0f}"
            line += f"{median['syncline', job] / median['floor', job]:>8.2f}"
        print(line)
    print(f"peak resident memory of synclined: {max(peaks) / 2**20:,.0f} MiB")
    share = statistics.median(wal["resync"]) / statistics.median(wal["load"])
    print(f"WAL of the re-sync: {share:.2%} of the first load's")


if __name__ == "__main__":
    main()
