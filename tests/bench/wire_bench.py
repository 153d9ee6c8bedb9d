"""How near a run comes to what the wire allows, with a vendor that takes 100 ms for each page.

    cmake --build build/release --target synclined syncline demo_vendor
    tests/bench/wire_bench.py [--records 40000] [--parallel 8] [--rounds 3]

Pages of 100 records. The limit of the wire is that of a caller that always has `parallel` requests under way:
pages / parallel times what one request takes, measured here over one connection. A run also asks for its first page
alone, and writes every record. `1` as --parallel shows the same for one page after the other.
"""

import argparse
import http.client
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from cluster import Cluster, cpu_seconds  # noqa: E402
from harness import Folder, Server, Vendor, find_binary  # noqa: E402
from datetime import datetime  # noqa: E402

DEFINITION = pathlib.Path(__file__).parent / "definition.yaml"
PER_PAGE = 100
PATH = "/open/devices/page"


def request_seconds(vendor, delay):
    """What one request for a page takes, over a connection that is kept."""
    connection = http.client.HTTPConnection("127.0.0.1", vendor.port)
    taken = []
    for page in range(1, 12):
        start = time.monotonic()
        connection.request("GET", f"{PATH}?limit={PER_PAGE}&page={page}&delay_ms={delay}")
        assert json.loads(connection.getresponse().read())["items"]
        taken.append(time.monotonic() - start)
    connection.close()
    return statistics.median(taken[1:])


def definition(vendor, delay, parallel):
    text = DEFINITION.read_text().replace("@URL@", vendor.url)
    text = text.replace(f'"{vendor.url}{PATH}"', f'"{vendor.url}{PATH}?delay_ms={delay}"')
    text = text.replace("limitPage: {limit: 1000}", f"limitPage: {{limit: {PER_PAGE}}}")
    return text.replace("  total: response.total\n",
                        f"  total: response.total\n  parallelPageCount: {parallel}\n")


def run_seconds(server, records):
    run = server.run("bench-devices")
    assert int(run["counters"]["records"]) == records, run
    assert run["verdict"] == "VERDICT_COMPLETE", run
    start, end = (datetime.fromisoformat(run[name].replace("Z", "+00:00"))
                  for name in ("startTime", "endTime"))
    return (end - start).total_seconds()


def measure(arguments, folder, cluster, vendor, name):
    cluster.execute("postgres", f"CREATE DATABASE {name}")
    keys = folder / f"{name}.keys"
    subprocess.run([find_binary("synclined"), "keys", "generate", "--out", str(keys)], check=True)
    with Server(folder, name, database_url=cluster.url(name),
                arguments=["--keyring-file", keys]) as server:
        server.apply(definition(vendor, arguments.delay, arguments.parallel))
        one = request_seconds(vendor, arguments.delay)
        wire = arguments.records / PER_PAGE / arguments.parallel * one
        cpu, database = cpu_seconds(server.process.pid), cluster.cpu_seconds()
        taken = run_seconds(server, arguments.records)
        cpu, database = cpu_seconds(server.process.pid) - cpu, cluster.cpu_seconds() - database
        peak = server.process.resident_peak_bytes() / 2**20
    cluster.execute("postgres", f"DROP DATABASE {name}")
    print(f"one request {one * 1000:.1f} ms; the wire {wire:.2f} s; the run {taken:.2f} s; ratio "
          f"{wire / taken:.3f}; CPU {cpu:.1f} s + {database:.1f} s of PostgreSQL; peak {peak:.0f} MiB",
          flush=True)
    return wire / taken


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=40_000)
    parser.add_argument("--parallel", type=int, default=8)
    parser.add_argument("--delay", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with Folder() as folder, Cluster(folder) as cluster:
        vendor = Vendor(folder, devices=arguments.records, threads=4 * arguments.parallel)
        try:
            ratios = [measure(arguments, folder, cluster, vendor, f"wire{number}")
                      for number in range(arguments.rounds)]
        finally:
            vendor.stop()
    print(f"{arguments.records} records in pages of {PER_PAGE}, {arguments.parallel} at once: median "
          f"ratio {statistics.median(ratios):.3f}; load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
