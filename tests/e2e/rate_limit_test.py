"""One budget of requests per credential, over two servers and several integrations; what the vendor says
of its own budget reaches both."""

import json
import threading
import time

from deployment_test import make_keyring
from harness import Folder, Server, expect_counters, main, wait_until
from http_vendor import HttpVendor
from postgres import Postgres

RATE = 20.0
PAGES = 60
INTEGRATIONS = 4
QUIET_SECONDS = 8
HEARD_SECONDS = 3


class Vendor(HttpVendor):
    """Lists of PAGES pages with one record each; notes when each request came, and for which list."""

    methods = ("GET",)

    def __init__(self, throttle_after=None):
        super().__init__()
        self.throttle_after = throttle_after
        self.requests = []
        self.on_wire = 0
        self.most_on_wire = 0
        self.lock = threading.Lock()
        self.quiet_until = None

    def answer(self, request):
        name, _, query = request.path[1:].partition("?")
        page = int(dict(part.split("=") for part in query.split("&"))["page"])
        with self.lock:
            self.on_wire += 1
            self.most_on_wire = max(self.most_on_wire, self.on_wire)
            self.requests.append((time.monotonic(), name))
            throttled = self.throttle_after is not None and len(self.requests) == self.throttle_after
            if throttled:
                self.quiet_until = time.monotonic() + QUIET_SECONDS
        time.sleep(0.02)
        items = [] if page > PAGES else [{"id": f"{name}-{page}"}]
        body = json.dumps([] if throttled else items).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        if throttled:
            headers["Retry-After"] = str(QUIET_SECONDS)
        self.head(request, 429 if throttled else 200, headers)
        with self.lock:  # before the body, after which the next may come
            self.on_wire -= 1
        request.wfile.write(body)


def definitions(vendor, rate_limit):
    items = [
        {"kind": "ObjectType", "name": "device", "fields": [
            {"name": "device_id", "type": "STRING", "required": True, "unique": True}]},
        {"kind": "Credential", "name": "shared", "allowedHosts": [vendor.url.removeprefix("http://")],
         "none": {}, **({"rateLimit": rate_limit} if rate_limit else {})}]
    for number in range(INTEGRATIONS):
        items.append({
            "kind": "Integration", "name": f"list-{number}", "objectType": "device",
            "credential": "shared", "request": {"url": f"{vendor.url}/list-{number}"},
            "pagination": {"limitPage": {"limit": 1}}, "records": "@",
            "mapping": {"syncKeys": ["device_id"], "fields": {"device_id": "id"}}})
    return "\n---\n".join(json.dumps(item) for item in items)


def run_all(folder, postgres, vendor, rate_limit):
    """Every integration at once, on two servers with two workers each."""
    keys = ["--keyring-file", make_keyring(folder / f"keyring-{postgres.home.name}"),
            "--executor-run-count", "2"]
    with Server(folder, "one", postgres.url, arguments=keys) as one, \
            Server(folder, "two", postgres.url, arguments=keys):
        one.apply(definitions(vendor, rate_limit))
        for number in range(INTEGRATIONS):
            one.cli("run", f"list-{number}", "--detach")
        wait_until(lambda: one.psql("SELECT count(*) FROM syncline.run_queue") == "0", 120, "the runs")
        for number in range(INTEGRATIONS):
            run = one.newest_run(f"list-{number}")
            assert run["state"] == "STATE_SUCCEEDED", run
            expect_counters(run, records=PAGES, pages=PAGES + 1)


def test_a_fleet_keeps_to_one_rate_and_shares_it():
    with Folder() as folder, Postgres(folder) as postgres, Vendor() as vendor:
        run_all(folder, postgres, vendor,
                {"requestsPerSecond": RATE, "burst": 2, "concurrentRequestCount": 3})
        times = sorted(at for at, _ in vendor.requests)
        took = times[-1] - times[0]
        # Over any three seconds, with what may be late by an interval here and there.
        most = max(sum(1 for at in times if begin <= at < begin + 3) for begin in times)
        # While all of them are at work.
        own = [[at for at, name in vendor.requests if name == f"list-{number}"] for number in range(INTEGRATIONS)]
        begin, end = max(map(min, own)), min(map(max, own))
        shares = [sum(1 for at in each if begin <= at <= end) for each in own]
        print(f"  {len(times)} requests in {took:.1f} s = {len(times) / took:.1f} a second, at most {most} in 3 s, "
              f"{vendor.most_on_wire} on the wire; by list, of the {end - begin:.1f} s that all were at work, {shares}",
              flush=True)
        assert most <= 3 * RATE * 1.1 + 2 + 3, most
        assert vendor.most_on_wire <= 3, vendor.most_on_wire
        assert len(times) / took > RATE * 0.6, (len(times), took)
        assert sum(shares) >= 40, "they were hardly at work together"
        assert min(shares) > max(shares) * 0.6, shares


def test_what_the_vendor_says_reaches_every_worker():
    with Folder() as folder, Postgres(folder) as postgres, Vendor(throttle_after=100) as vendor:
        run_all(folder, postgres, vendor, None)
        # The server that was told stays quiet at once, the other when it asks what the fleet knows.
        begin, end = vendor.quiet_until - QUIET_SECONDS, vendor.quiet_until - 0.1
        heard = [at for at, _ in vendor.requests if begin < at < begin + HEARD_SECONDS]
        quiet = [at for at, _ in vendor.requests if begin + HEARD_SECONDS <= at < end]
        told = [at for at, _ in vendor.requests if at >= end]
        print(f"  {len(heard)} requests in {HEARD_SECONDS} s until all had heard, the last after "
              f"{max(heard, default=begin) - begin:.1f} s; {len(quiet)} later, {len(told)} when it was over", flush=True)
        assert not quiet and told, (len(quiet), len(told))


if __name__ == "__main__":
    main(test_a_fleet_keeps_to_one_rate_and_shares_it, test_what_the_vendor_says_reaches_every_worker)
