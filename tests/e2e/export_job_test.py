"""Export jobs over a real HTTP server: the definitions of docs/export-jobs.md as they stand there, with
exact objects compared; kill -9 between order and download, and between the parts; what is cleaned up."""

import json
import random
import threading
import time

from checks import expect_orderly_events
from definitions import documents
from fan_out_test import assets, block
from harness import Folder, Server, expect_counters, main, wait_until
from http_vendor import HttpVendor

SECRETS = {"SCANNER_KEYS": "accessKey=a;secretKey=s", "SHOP_TOKEN": "token"}


class Vendor(HttpVendor):
    """Answers by method and path: a function of the body that returns (status, headers, body); a body
    that is no text is written as JSON."""

    methods = ("GET", "POST", "DELETE")

    def __init__(self):
        super().__init__()
        self.answers = {}
        self.asked = []
        self.headers = {}  # of the last request, by method and path
        self.delay = 0.0

    def answer(self, request):
        body = request.rfile.read(int(request.headers.get("Content-Length", 0))).decode()
        asked = f"{request.command} {request.path}"
        self.asked.append(asked)
        self.headers[asked] = dict(request.headers)
        if self.delay:
            time.sleep(self.delay)
        status, headers, value = self.answers.get(
            asked.partition("?")[0], lambda _: (404, {}, {"error": "not known"}))(body)
        self.reply(request, status, value.encode() if isinstance(value, str) else value, headers)

    def count(self, asked):
        return self.asked.count(asked)


def is_form(body, **fields):
    assert sorted(body.split("&")) == sorted(f"{name}={text}" for name, text in fields.items()), body


def scanner(server, vendor, _store):
    hosts = [{"id": f"h{n:03}", "hostnames": [f"host{n}"], "ipv4s": [f"10.0.{n // 250}.{n % 250}"]}
             for n in range(250)]
    polls = iter([{"status": "QUEUED"}, {"status": "PROCESSING", "chunks_available": [1]}])

    def create(body):
        assert json.loads(body) == {"chunk_size": 100}, body
        return 200, {}, {"export_uuid": "u-1"}
    vendor.answers = {
        "POST /assets/export": create,
        "GET /assets/export/u-1/status": lambda _: (200, {"Retry-After": "1"}, next(
            polls, {"status": "FINISHED", "chunks_available": [1, 2, 3]})),
        "DELETE /assets/export/u-1": lambda _: (204, {}, "")}
    for chunk in (1, 2, 3):
        vendor.answers[f"GET /assets/export/u-1/chunks/{chunk}"] = (
            lambda _, chunk=chunk: (200, {}, hosts[(chunk - 1) * 100:chunk * 100]))
    server.apply(block("export-jobs.md", "scanner-assets", vendor, "scanner.example"), env=SECRETS)
    run = server.run("scanner-assets")
    expect_counters(run, pages=4, records=250, created=250)
    assert run["verdict"] == "VERDICT_COMPLETE", run
    wait_until(lambda: vendor.count("DELETE /assets/export/u-1") == 1, 20, "the clean-up")
    assert vendor.count("GET /assets/export/u-1/status") == 3, vendor.asked
    assert all(headers["X-ApiKeys"] == SECRETS["SCANNER_KEYS"]
               for headers in vendor.headers.values()), vendor.headers
    waits = server.psql("SELECT payload->'wait'->>'reason' FROM syncline.run_event "
                        "WHERE kind = 'waiting'").split()
    assert waits == ["EXPORT_JOB_TIMEOUT"] * 2, waits
    assert assets(server, "external_id", "hostname", "ip_address") == [
        [one["id"], one["hostnames"][0], one["ipv4s"][0]] for one in hosts]


def shop(server, vendor, store):
    people = [{"id": f"gid://shop/Customer/{n}", "email": f"c{n}@shop.example", "firstName": f"C{n}"}
              for n in range(40)]
    url = f"http://{store.host}/bulk/7.jsonl"

    def graphql(body):
        query = json.loads(body)
        if query["query"].startswith("mutation"):
            return 200, {}, {"data": {"bulkOperationRunQuery": {
                "bulkOperation": {"id": "gid://shop/BulkOperation/7"}, "userErrors": []}}}
        assert query["variables"] == {"id": "gid://shop/BulkOperation/7"}, query
        return 200, {}, {"data": {"node": {"status": "COMPLETED", "errorCode": None,
                                           "url": url and url + "?Signature=s3cret"}}}
    vendor.answers = {"POST /admin/api/graphql.json": graphql}
    store.answers = {"GET /bulk/7.jsonl": lambda _: (
        200, {}, "".join(json.dumps(one) + "\n" for one in people))}
    definition = block("export-jobs.md", "shop-customers", vendor, "shop.example").replace(
        "[storage.example]", f'["{store.host}"]')
    server.apply(definition, env=SECRETS)
    expect_counters(server.run("shop-customers"), pages=2, records=40, created=40)
    assert vendor.headers["POST /admin/api/graphql.json"]["X-Shop-Access-Token"] == "token"
    sent = store.headers["GET /bulk/7.jsonl?Signature=s3cret"]
    assert "X-Shop-Access-Token" not in sent and "token" not in sent.values(), sent
    assert assets(server, "email", "first_name", table="user") == sorted(
        [one["email"], one["firstName"]] for one in people)
    dump = server.psql("SELECT string_agg(r::text, '') FROM syncline.run r") + server.psql(
        "SELECT string_agg(e::text, '') FROM syncline.run_event e")
    assert "s3cret" not in dump, "a signed URL is stored"

    url = None  # no customers, no file
    expect_counters(server.run("shop-customers"), pages=2, records=0)

    url = f"http://{store.host}/bulk/7.jsonl"
    server.apply(definition.replace(f'downloadHosts: ["{store.host}"]', "timeout: 60s"), env=SECRETS)
    run = server.run("shop-customers", check=False)
    assert run["state"] == "STATE_FAILED" and run["error"]["reason"] == "HOST_NOT_ALLOWED", run
    assert len(store.asked) == 1, store.asked


def report(server, vendor, _store):
    ready = iter([False, True])

    def create(body):
        is_form(body, kind="devices", format="csv")
        return 202, {"Location": "/api/reports/41"}, ""
    vendor.answers = {
        "POST /api/reports": create,
        "GET /api/reports/41": lambda _: (200, {}, {"file": "r 41.csv"}) if next(ready, True) else (
            202, {"Retry-After": "1"}, ""),
        "GET /files/r%2041.csv": lambda _: (
            200, {"Content-Type": "text/csv"}, "Serial,Name\r\nS1,\"one, two\"\r\nS2,\r\n"),
        "DELETE /api/reports/41": lambda _: (500, {}, {"error": "stuck"})}
    text = block("export-jobs.md", "report-devices", vendor, "reports.example")
    server.apply(text.replace("https://{{vars.base}}", f"http://{vendor.host}"))
    run = server.run("report-devices")
    expect_counters(run, pages=2, records=2, created=2)
    assert run["state"] == "STATE_SUCCEEDED", "a failed clean-up is no failure of the run"
    assert assets(server, "serial_number", "name") == [["S1", "one, two"], ["S2", None]]
    wait_until(lambda: "run.clean_up_failed" in server.log.read_text(), 20, "the line in the log")
    assert vendor.count("DELETE /api/reports/41") == 1, vendor.asked


def test_the_worked_definitions():
    with Folder() as folder, Vendor() as vendor, Vendor() as store, Server(folder) as server:
        for case in (scanner, shop, report):
            case(server, vendor, store)
            vendor.asked.clear()
            vendor.headers.clear()
            print(f"  {case.__name__}", flush=True)


class Exporter:
    """The vendor of an export in parts of `size` records; it is ready when `ready` is set."""

    def __init__(self, vendor, parts=12, size=5):
        self.vendor = vendor
        self.parts = parts
        self.size = size
        self.ready = threading.Event()
        self.jobs = {}  # by id, what it says if asked for
        vendor.answers = {"POST /exports": self.create}

    def create(self, _body):
        job = f"j{len(self.jobs) + 1}"
        self.jobs[job] = "LIVE"
        self.vendor.answers[f"GET /exports/{job}"] = lambda _: self.poll(job)
        self.vendor.answers[f"DELETE /exports/{job}"] = lambda _: self.remove(job)
        for part in range(self.parts):
            self.vendor.answers[f"GET /exports/{job}/parts/{part}"] = (
                lambda _, part=part: self.part(job, part))
        return 201, {}, {"id": job}

    def poll(self, job):
        if self.jobs[job] == "GONE":
            return 404, {}, {"error": "expired"}
        if not self.ready.is_set():
            return 200, {}, {"state": "working"}
        return 200, {}, {"state": "done", "parts": list(range(self.parts))}

    def part(self, job, part):
        if self.jobs[job] == "GONE":
            return 404, {}, {"error": "expired"}
        return 200, {}, [{"id": f"p{part:02}r{n}"} for n in range(self.size)]

    def remove(self, job):
        self.jobs[job] = "GONE"
        return 204, {}, ""

    def expected(self):
        return [f"p{part:02}r{n}" for part in range(self.parts) for n in range(self.size)]


def definition(name, vendor, more=None):
    kind = name.replace("-", "_")
    base = f"http://{vendor.host}/exports"
    return documents(
        {"kind": "ObjectType", "name": kind,
         "fields": [{"name": "record_id", "type": "STRING", "unique": True}]},
        {"kind": "Integration", "name": name, "objectType": kind,
         "exportJob": {"create": {"method": "POST", "url": base}, "job": "response.id",
                       "poll": {"url": f"{base}/{{{{job}}}}"},
                       "readyWhen": "response.state == 'done'",
                       "failedWhen": "response.state == 'failed'", "parts": "response.parts",
                       "pollInterval": "1s",
                       "cleanUp": {"method": "DELETE", "url": f"{base}/{{{{job}}}}"}, **(more or {})},
         "request": {"url": f"{base}/{{{{job}}}}/parts/{{{{part}}}}"},
         "mapping": {"syncKeys": ["record_id"], "fields": {"record_id": "id"}}})


def run_of(server, name):
    """Pages so far, and the state, of the newest run."""
    text = server.psql("SELECT coalesce((counters->>'pages')::bigint, 0) || ' ' || state FROM "
                       f"syncline.run WHERE integration_id = '{name}' ORDER BY create_time DESC LIMIT 1")
    pages, _, state = (text or "0 NONE").partition(" ")
    return int(pages), state


def ended(server, name):
    return run_of(server, name)[1] in ("SUCCEEDED", "FAILED", "CANCELLED")


def expect_whole(server, name, export):
    run = server.newest_run(name)
    assert run["state"] == "STATE_SUCCEEDED" and run["verdict"] == "VERDICT_COMPLETE", run
    stored = json.loads(server.psql("SELECT json_agg(record_id ORDER BY record_id) "
                                    f"FROM ws_default.{name.replace('-', '_')}"))
    assert stored == export.expected(), f"{name}: {len(stored)} of {len(export.expected())}"
    return run


def test_a_kill_between_order_and_download():
    with Folder() as folder, Vendor() as vendor, Server(folder) as server:
        export = Exporter(vendor)
        server.apply(definition("waiting", vendor))
        server.cli("run", "waiting", "--detach")
        wait_until(lambda: run_of(server, "waiting")[0] == 1, 60, "the page of the order")
        wait_until(lambda: vendor.count("GET /exports/j1") >= 2, 60, "a second poll")
        server.process.kill()
        export.ready.set()
        server.start()
        wait_until(lambda: ended(server, "waiting"), 120, "the end of the run")
        run = expect_whole(server, "waiting", export)
        expect_counters(run, pages=1 + export.parts, records=60, created=60, unchanged=0)
        expect_orderly_events(server, "waiting", pages=1 + export.parts)
        assert vendor.count("POST /exports") == 1, "the job that was ordered is gone on with"
        wait_until(lambda: vendor.count("DELETE /exports/j1") == 1, 20, "the clean-up")


KILLS = 3
SEED = 20260203


def test_kills_between_the_parts():
    rng = random.Random(SEED)
    interrupted = 0
    with Folder() as folder, Vendor() as vendor, Server(folder) as server:
        vendor.delay = 0.05
        for number in range(KILLS):
            name = f"parts-{number}"
            vendor.asked.clear()
            export = Exporter(vendor, parts=80)
            export.ready.set()
            total = 1 + export.parts
            server.apply(definition(name, vendor))
            server.cli("run", name, "--detach")
            page = rng.randrange(2, export.parts // 3)
            wait_until(lambda: run_of(server, name)[0] >= page or ended(server, name), 60,
                       f"page {page}")
            server.process.kill()
            done = run_of(server, name)[0]
            interrupted += done < total
            server.start()
            wait_until(lambda: ended(server, name), 120, f"the end of {name}")
            run = expect_whole(server, name, export)
            expect_counters(run, pages=total, records=400, created=400, unchanged=0)
            expect_orderly_events(server, name, pages=total)
            assert vendor.count("POST /exports") == 1, vendor.asked
            again = [part for part in range(export.parts)
                     if vendor.count(f"GET /exports/j1/parts/{part}") > 1]
            assert all(part >= done - 1 for part in again), f"{done} pages done, again: {again}"
            wait_until(lambda: vendor.count("DELETE /exports/j1") == 1 or done == total, 20,
                       "the clean-up")
            print(f"  {name}: killed at page {done} of {total}", flush=True)
    assert interrupted == KILLS, f"only {interrupted} kills met a run: the machine is too quick"


def test_what_is_cleaned_up_and_what_is_not():
    with Folder() as folder, Vendor() as vendor, Server(folder) as server:
        export = Exporter(vendor)
        server.apply(definition("cancelled", vendor))
        server.cli("run", "cancelled", "--detach")
        wait_until(lambda: run_of(server, "cancelled")[0] == 1, 60, "the page of the order")
        # An orderly stop hands the run back: another attempt needs the job.
        server.process.stop()
        assert vendor.count("DELETE /exports/j1") == 0, vendor.asked
        server.start()
        polls = vendor.count("GET /exports/j1")
        wait_until(lambda: vendor.count("GET /exports/j1") > polls, 120, "the next attempt")
        assert vendor.count("POST /exports") == 1, vendor.asked
        server.cli("cancel", "cancelled")
        wait_until(lambda: ended(server, "cancelled"), 60, "the end of the cancelled run")
        assert run_of(server, "cancelled")[1] == "CANCELLED"
        wait_until(lambda: vendor.count("DELETE /exports/j1") == 1, 20, "the clean-up")

        # A job that fails: the vendor's words, and the clean-up.
        server.apply(definition("failed", vendor))
        export.poll = lambda job: (200, {}, {"state": "failed", "why": "disk full"})
        run = server.run("failed", check=False)
        assert run["error"]["reason"] == "EXPORT_JOB_FAILED", run
        assert "disk full" in run["error"]["message"], run
        wait_until(lambda: vendor.count("DELETE /exports/j2") == 1, 20, "the clean-up")

        # One that is never ready.
        export.poll = lambda job: (200, {}, {"state": "working", "queue": 17})
        server.apply(definition("late", vendor, {"timeout": "2s"}))
        run = server.run("late", check=False)
        assert run["error"]["reason"] == "EXPORT_JOB_TIMEOUT", run
        assert '"queue":17' in run["error"]["message"], run
        wait_until(lambda: vendor.count("DELETE /exports/j3") == 1, 20, "the clean-up")


def test_a_job_that_expires_while_no_worker_has_the_run():
    with Folder() as folder, Vendor() as vendor, Server(folder) as server:
        export = Exporter(vendor)
        server.apply(definition("expired", vendor))
        server.cli("run", "expired", "--detach")
        wait_until(lambda: run_of(server, "expired")[0] == 1, 60, "the page of the order")
        server.process.kill()
        export.jobs["j1"] = "GONE"
        export.ready.set()
        server.start()
        wait_until(lambda: ended(server, "expired"), 120, "the end of the run")
        run = expect_whole(server, "expired", export)
        expect_counters(run, pages=2 + export.parts, records=60, created=60)
        assert vendor.count("POST /exports") == 2, vendor.asked


def test_mistakes_are_told_at_once_when_it_is_saved():
    with Folder() as folder, Vendor() as vendor, Server(folder) as server:
        done = server.apply(definition("wrong", vendor, {
            "readyWhen": "", "job": "answer.id", "timeout": "0s", "downloadHosts": ["https://x"],
            "downloadUrls": "response.url"}), check=False)
        assert done.returncode != 0
        for field in ("readyWhen", "exportJob.job", "exportJob.timeout", "exportJob.downloadHosts[0]",
                      "exportJob.parts", "request.url"):
            assert field in done.stderr + done.stdout, (field, done.stderr)


if __name__ == "__main__":
    main(test_the_worked_definitions, test_a_kill_between_order_and_download,
         test_kills_between_the_parts, test_what_is_cleaned_up_and_what_is_not,
         test_a_job_that_expires_while_no_worker_has_the_run,
         test_mistakes_are_told_at_once_when_it_is_saved)
