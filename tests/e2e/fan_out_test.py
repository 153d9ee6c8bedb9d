"""Fan-out and details over a real HTTP server: the definitions of docs/fan-out.md and docs/details.md as
they stand there, with exact objects compared, and kill -9 in the middle of a fan-out: 3 times, with SYNCLINE_SOAK=1 8
times."""

import json
import os
import pathlib
import random
import time
import urllib.parse

from checks import expect_orderly_events
from definitions import documents
from harness import Folder, Server, expect_counters, main, wait_until
from http_vendor import HttpVendor

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
SECRETS = {"MERAKI_KEY": "key", "JAMF_PASSWORD": "password"}


class Vendor(HttpVendor):
    """Answers by path: a function of the query that returns a JSON value, or a status."""

    methods = ("GET",)

    def __init__(self):
        super().__init__()
        self.answers = {}
        self.asked = []
        self.delay = 0.0

    def answer(self, request):
        path, _, query = request.path.partition("?")
        query = dict(urllib.parse.parse_qsl(query))
        self.asked.append((path, query))
        if self.delay:
            time.sleep(self.delay)
        value = next((answer(query) for prefix, answer in self.answers.items() if prefix == path),
                     404)
        if isinstance(value, int):
            self.reply(request, value, {"error": value})
        else:
            self.reply(request, 200, value)


def blocks(page):
    """The ```yaml blocks of a page of the documentation."""
    found, inside = [], False
    for line in (DOCS / page).read_text().splitlines():
        if line.startswith("```"):
            inside = line == "```yaml"
            if inside:
                found.append([])
        elif inside:
            found[-1].append(line)
    return ["\n".join(block) for block in found]


def block(page, name, vendor, host):
    """The block that defines this integration, for the local server in place of the vendor's host."""
    text = next(text for text in blocks(page) if f"\nname: {name}\n" in "\n" + text)
    return text.replace(f"https://{host}", f"http://{vendor.host}").replace(
        f"[{host}]", f'["{vendor.host}"]')


def assets(server, *fields, table="asset"):
    """Rows of these fields, sorted."""
    text = server.psql(f"SELECT coalesce(json_agg(json_build_array({', '.join(fields)}) "
                       f"ORDER BY {fields[0]}), '[]') FROM ws_default.\"{table}\" "
                       "WHERE archive_time IS NULL")
    server.psql(f'DELETE FROM ws_default."{table}"')  # the next case counts its own
    return json.loads(text)


def meraki(server, vendor):
    networks = [{"id": f"N_{n:03}", "name": f"Branch {n}", "tags": ["eu"] if n % 2 else []}
                for n in range(205)]

    def page(query):
        assert query["perPage"] == "100", query
        after = query.get("startingAfter", "")
        return [network for network in networks if network["id"] > after][:100]
    vendor.answers = {"/api/v1/organizations/549236/networks": page}
    expected = []
    for n, network in enumerate(networks):
        devices = [{"serial": f"Q{n:03}-{k}", "model": "MR", "mac": f"00:{n}", "name": None}
                   for k in range(n % 4)]  # some are empty
        vendor.answers[f"/api/v1/networks/{network['id']}/devices"] = lambda query, all=devices: all
        expected += [[device["serial"], "MR", device["mac"], network["name"], network["tags"]]
                     for device in devices]
    server.apply(block("fan-out.md", "meraki-devices", vendor, "api.meraki.example"), env=SECRETS)
    run = server.run("meraki-devices")
    expect_counters(run, pages=205, records=len(expected), created=len(expected), rejected=0)
    assert run["verdict"] == "VERDICT_COMPLETE", run
    assert int(run["counters"]["requests"]) == 205 + 4, run  # three pages, and the empty one
    stored = assets(server, "serial_number", "model", "mac_address", "location", "tags")
    assert stored == sorted(expected), (len(stored), len(expected))


def racks(server, vendor):
    sites = {"eu": [{"id": 1, "name": "Vienna", "state": "open", "racks": ["a", "b"]},
                    {"id": 2, "name": "Graz", "state": "closed", "racks": ["a"]}],
             "us": [{"id": 1, "name": "Reno", "state": "open", "racks": None},
                    {"id": 3, "name": "Boise", "state": "open", "racks": ["z"]}]}
    vendor.answers = {f"/api/{region}/sites": lambda query, all=all: {"sites": all}
                      for region, all in sites.items()}
    for path, ids in {"eu/sites/1/racks/a": ["d1", "d2"], "eu/sites/1/racks/b": [],
                      "us/sites/3/racks/z": ["d3"]}.items():
        vendor.answers[f"/api/{path}/devices"] = (
            lambda query, ids=ids: {"devices": [{"id": one} for one in ids]})
    server.apply(block("fan-out.md", "racks", vendor, "dc.example"))
    expect_counters(server.run("racks"), pages=3, records=3, created=3)
    assert assets(server, "external_id", "location") == [
        ["d1", "eu/Vienna/a"], ["d2", "eu/Vienna/a"], ["d3", "us/Boise/z"]]


def hosts(server, vendor):
    ids = [f"h{n:04}" for n in range(1230)]

    def page(query):
        offset = int(query["offset"])
        return {"resources": ids[offset:offset + 500],
                "meta": {"pagination": {"total": len(ids)}}}
    calls = []
    vendor.answers = {"/devices/queries/devices/v1": page}
    answer = vendor.answer

    def several(request):  # parse_qsl as a dict would keep the last id only
        path, _, query = request.path.partition("?")
        if path == "/devices/entities/devices/v2":
            asked = [value for name, value in urllib.parse.parse_qsl(query) if name == "ids"]
            calls.append(asked)
            vendor.answers[path] = lambda query: {
                "resources": [{"device_id": one, "hostname": one + ".lan"} for one in asked]}
        answer(request)
    vendor.answer = several
    server.apply(block("fan-out.md", "host-details", vendor, "edr.example"))
    expect_counters(server.run("host-details"), pages=13, records=1230, created=1230)
    vendor.answer = answer
    assert [len(call) for call in calls] == [100] * 12 + [30], calls
    assert assets(server, "external_id", "hostname") == [[one, one + ".lan"] for one in ids]


def audit_days(server, vendor):
    seen = []

    def changes(query):
        seen.append((query["from"], query["to"]))
        return [{"asset_id": query["from"]}]
    vendor.answers = {"/v1/changes": changes}
    today = int(time.time()) // 86400 * 86400
    first = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(today - 3 * 86400))
    definition = block("fan-out.md", "audit-days", vendor, "audit.example")
    server.apply(definition.replace("2026-01-01T00:00:00Z", first))
    server.run("audit-days")
    assert [part[0] for part in seen] == [
        time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(today - day * 86400))
        for day in (3, 2, 1, 0)], seen
    assert all(before[1] == after[0] for before, after in zip(seen, seen[1:])), seen
    assert len(assets(server, "external_id")) == 4


def jamf(server, vendor):
    vendor.answers = {"/JSSResource/computers":
                      lambda query: {"computers": [{"id": n} for n in range(1, 41)]}}
    for n in range(1, 41):
        computer = {"general": {"serial_number": f"C{n:03}", "name": f"mac{n}",
                                "report_date": "2026-03-01 10:00:00"},
                    "hardware": {"model": "MacBook"},
                    "purchasing": {"warranty_expires": "2027-01-02"},
                    "extension_attributes": [{"name": "Site", "value": "x"},
                                             {"name": "Cost center", "value": f"cc{n}"}]}
        vendor.answers[f"/JSSResource/computers/id/{n}"] = (
            lambda query, computer=computer: {"computer": computer})
    vendor.answers["/JSSResource/computers/id/7"] = lambda query: 500  # one bad one
    vendor.answers["/JSSResource/computers/id/9"] = lambda query: 404
    server.apply(block("details.md", "jamf-computers", vendor, "jamf.example")
                 + "\nlimits: {attemptCountMax: 1}\n", env=SECRETS)
    run = server.run("jamf-computers")
    expect_counters(run, pages=1, records=40, created=38, rejected=2)
    assert run["state"] == "STATE_SUCCEEDED" and run["verdict"] == "VERDICT_COMPLETE", run
    rejects = server.json("rejects", run["name"])
    assert [(one["reason"], one["record"]) for one in rejects] == [
        ("DETAIL_FAILED", '{"id":7}'), ("DETAIL_FAILED", '{"id":9}')], rejects
    stored = assets(server, "serial_number", "external_id", "name", "model", "department",
                    "warranty_end_date")
    assert stored == [[f"C{n:03}", str(n), f"mac{n}", "MacBook", f"cc{n}", "2027-01-02"]
                      for n in range(1, 41) if n not in (7, 9)], stored


def users_by_id(server, vendor):
    people = {"e1": "a@x.example", "e2": "b@x.example"}

    def users(query):
        if "external_id" not in query:
            return {"users": [{"external_id": one} for one in people]}
        return {"users": [{"email": people[query["external_id"]]}]}
    vendor.answers = {"/generic_users_list": users}
    server.apply(block("details.md", "users-by-id", vendor, "api.cosc.example"))
    expect_counters(server.run("users-by-id"), pages=1, records=2, created=2)
    assert assets(server, "email", "external_id", table="user") == [
        ["a@x.example", "e1"], ["b@x.example", "e2"]]


def inventory(server, vendor):
    vendor.answers = {"/devices": lambda query: [{"id": "a"}, {"id": "b"}, {"id": "c"}]}
    vendor.answers["/devices/a/hardware"] = (
        lambda query: {"data": [{"attributes": {"model": "M1"}}]})
    vendor.answers["/devices/c/hardware"] = (
        lambda query: {"data": [{"attributes": {"model": "M2"}}]})
    names = [f"app{n}" for n in range(120)]
    vendor.answers["/devices/a/software"] = lambda query: {
        "items": [{"name": one} for one in
                  names[int(query["offset"]):int(query["offset"]) + int(query["limit"])]]}
    vendor.answers["/devices/c/software"] = lambda query: 410
    server.apply(block("details.md", "inventory", vendor, "inventory.example"))
    before = len(vendor.asked)
    run = server.run("inventory")
    expect_counters(run, pages=1, records=3, created=3, rejected=0)
    assert run["counters"]["failedDetails"] == "1", run
    assert not any(path == "/devices/b/software" for path, _ in vendor.asked[before:])
    assert assets(server, "external_id", "model", "tags") == [
        ["a", "M1", names], ["b", None, None], ["c", "M2", None]]


def test_the_worked_definitions():
    with Folder() as folder, Vendor() as vendor, Server(folder) as server:
        for case in (meraki, racks, hosts, audit_days, jamf, users_by_id, inventory):
            case(server, vendor)
            print(f"  {case.__name__}", flush=True)


SITES = 60
KILLS = 8 if os.environ.get("SYNCLINE_SOAK") == "1" else 3
SEED = 20260202


def devices_of(site):
    """Sites of no, one and several pages of 5."""
    return [f"s{site:02}d{n:02}" for n in range((site * 7) % 17)]


def sites_and_devices(vendor):
    def sites(query):
        first = int(query["offset"])
        return [{"id": f"{site}", "name": f"Site {site}"}
                for site in range(first, min(first + 7, SITES))]
    vendor.answers = {"/sites": sites}
    for site in range(SITES):
        vendor.answers[f"/sites/{site}/devices"] = (
            lambda query, all=devices_of(site):
            [{"id": one} for one in all[int(query["offset"]):int(query["offset"]) + 5]])


def fan_out(name, vendor, parallel):
    """The same vendor as a custom type of its own."""
    kind = name.replace("-", "_")
    return documents(
        {"kind": "ObjectType", "name": kind,
         "fields": [{"name": "device_id", "type": "STRING", "unique": True},
                    {"name": "site", "type": "STRING"}]},
        {"kind": "Integration", "name": name, "objectType": kind,
         "request": {"url": f"http://{vendor.host}/sites/{{{{parent.id}}}}/devices"},
         "pagination": {"limitOffset": {"limit": 5}},
         "fanOut": {"parallelCount": parallel, "levels": [
             {"name": "site",
              "request": {"request": {"url": f"http://{vendor.host}/sites"},
                          "pagination": {"limitOffset": {"limit": 7}}}}]},
         "mapping": {"syncKeys": ["device_id"],
                     "fields": {"device_id": "id", "site": "parents.site.name"}}})


def pages_of(server, name):
    return int(server.psql("SELECT coalesce(max((counters->>'pages')::bigint), 0) FROM syncline.run "
                           f"WHERE integration_id = '{name}'"))


def state_of(server, name):
    return server.psql(f"SELECT state FROM syncline.run WHERE integration_id = '{name}'")


def test_kills_in_the_middle_of_a_fan_out():
    rng = random.Random(SEED)
    expected = sorted([one, f"Site {site}"] for site in range(SITES) for one in devices_of(site))
    total = sum(len(devices_of(site)) // 5 + 1 for site in range(SITES))
    interrupted = 0
    with Folder() as folder, Vendor() as vendor, Server(folder) as server:
        sites_and_devices(vendor)
        vendor.delay = 0.01
        for number in range(KILLS):
            name = f"kill-{number}"
            server.apply(fan_out(name, vendor, parallel=1 + 3 * (number % 2)))
            server.cli("run", name, "--detach")
            page = rng.randrange(1, total)
            wait_until(lambda: pages_of(server, name) >= page or state_of(server, name) == "SUCCEEDED",
                       120, f"page {page}")
            server.process.kill()
            interrupted += pages_of(server, name) < total
            asked = len(vendor.asked)
            server.start()
            wait_until(lambda: state_of(server, name) in ("SUCCEEDED", "FAILED", "CANCELLED"), 120,
                       f"the end of {name}")
            run = server.newest_run(name)
            assert run["state"] == "STATE_SUCCEEDED", run
            stored = json.loads(server.psql(
                "SELECT json_agg(json_build_array(device_id, site) ORDER BY device_id) "
                f"FROM ws_default.{name.replace('-', '_')}"))
            assert stored == expected, f"{name}: {len(stored)} of {len(expected)}"
            expect_counters(run, pages=total, records=len(expected), created=len(expected),
                            unchanged=0, rejected=0)
            expect_orderly_events(server, name, pages=total)
            lists = [query["offset"] for path, query in vendor.asked[asked:] if path == "/sites"]
            assert len(lists) == len(set(lists)), f"{name}: pages of parents asked twice: {lists}"
            print(f"  {name}: killed at page {page} of {total}", flush=True)
    assert interrupted >= (KILLS + 1) // 2, f"only {interrupted} kills met a run: the machine is too quick"


if __name__ == "__main__":
    main(test_the_worked_definitions, test_kills_in_the_middle_of_a_fan_out)
