"""Answers larger than memory: synclined cuts them while they arrive, and stays small.

SYNCLINE_SOAK=1: the list has two million records, 1.5 GB; else a tenth of that."""

import os
import time

from checks import expect_orderly_events
from definitions import FAR_FROM_NOW, documents
from harness import Folder, Server, expect_counters, main, wait_until
from large_vendor import Answer, LargeVendor

MEMORY_MAX = 150 << 20  # of synclined; its database and the vendor are other processes
SOAK = os.environ.get("SYNCLINE_SOAK") == "1"
LIST = 2_000_000 if SOAK else 200_000
PAGE = 140_000  # records of 750 bytes: 100 MB
SLOW_SECONDS = 24  # longer than a vendor may be silent

FIELDS = [{"name": "device_id", "type": "STRING", "required": True, "unique": True},
          {"name": "title", "type": "STRING"}, {"name": "price", "type": "NUMBER"},
          {"name": "model", "type": "JSON"}]
MAPPING = {"syncKeys": ["device_id"],
           "fields": {"device_id": "id", "title": "title", "price": "price", "model": "model"}}


def integration(vendor, name, path, **more):
    return {"kind": "Integration", "name": name, "objectType": "device",
            "request": {"url": vendor.url + path}, "mapping": MAPPING, "schedule": FAR_FROM_NOW,
            **more}


def apply(server, *integrations):
    server.apply(documents({"kind": "ObjectType", "name": "device", "fields": FIELDS},
                           *integrations))


def expect_all_stored(server, count):
    """Every record once, with the values that the vendor sent."""
    stored = server.psql(
        "SELECT count(*), count(DISTINCT device_id), count(*) FILTER (WHERE device_id::int < "
        f"{count} AND title = 'Device ' || device_id AND price = device_id::int + 0.25 AND "
        """model = '{"vendor": "Acme", "name": "Rack"}') FROM ws_default.device""")
    assert stored == f"{count}|{count}|{count}", stored


def expect_small(server, what, run, begin, vendor):
    peak = server.process.resident_peak_bytes()
    print(f"  {what}: {run['counters']['records']} records, {vendor.sent / 1e6:.0f} MB sent, "
          f"{time.monotonic() - begin:.0f} s, peak memory {peak / 2**20:.1f} MiB", flush=True)
    assert peak < MEMORY_MAX, f"{what}: {peak >> 20} MiB"


def run_state(server, name):
    return server.psql(f"SELECT state FROM syncline.run WHERE integration_id = '{name}'")


def stored_count(server):
    return int(server.psql("SELECT count(*) FROM ws_default.device"))


def test_a_page_of_100_mb():
    """Nothing in the definition says that the answer is large."""
    with Folder() as folder, LargeVendor() as vendor, Server(folder) as server:
        vendor.answers["/page"] = Answer(PAGE, "object")
        apply(server, integration(vendor, "page", "/page", records="items"))
        begin = time.monotonic()
        run = server.run("page")
        expect_counters(run, records=PAGE, created=PAGE, pages=PAGE // 1_000)
        expect_small(server, "a page", run, begin, vendor)
        assert vendor.sent > 100e6, vendor.sent
        assert vendor.asked == ["/page"]
        expect_all_stored(server, PAGE)


def expect_back_pressure(server, vendor):
    """While nothing is stored, the vendor has to wait with what it sends, and is not given up."""
    server.psql("CREATE TABLE public.slow (seconds int)")
    server.psql("""CREATE FUNCTION public.sleep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                   PERFORM pg_sleep(seconds) FROM public.slow; RETURN NULL; END $$""")
    server.psql("CREATE TRIGGER slow BEFORE INSERT ON ws_default.device "
                "EXECUTE FUNCTION public.sleep()")
    server.psql(f"INSERT INTO public.slow VALUES ({SLOW_SECONDS})")
    time.sleep(5)  # until what is under way stands still
    sent, stored = vendor.sent, stored_count(server)
    time.sleep(SLOW_SECONDS - 6)
    assert stored_count(server) == stored, "the database was not slow"
    assert vendor.sent == sent, f"{vendor.sent - sent} bytes while nothing was stored"
    server.psql("DELETE FROM public.slow")
    wait_until(lambda: stored_count(server) > stored, 120, "the list to go on")


def test_a_list_that_is_streamed():
    with Folder() as folder, LargeVendor() as vendor, Server(folder) as server:
        vendor.answers["/list"] = Answer(LIST)
        apply(server, integration(vendor, "list", "/list", response={"stream": True}))
        begin = time.monotonic()
        server.cli("run", "list", "--detach")
        wait_until(lambda: stored_count(server) > LIST // 10, 120, "a tenth of the list")
        expect_back_pressure(server, vendor)
        wait_until(lambda: run_state(server, "list") != "RUNNING", 3_600, "the end")
        run = server.newest_run("list")
        assert run["state"] == "STATE_SUCCEEDED", run
        expect_counters(run, records=LIST, created=LIST, pages=LIST // 1_000)
        expect_small(server, "a list", run, begin, vendor)
        assert vendor.asked == ["/list"]
        expect_all_stored(server, LIST)


def test_compressed_lines_go_on_after_kill_9():
    """The answer is asked for again, and what was stored of it is skipped."""
    count = 60_000
    with Folder() as folder, LargeVendor() as vendor, Server(folder) as server:
        vendor.answers["/lines"] = Answer(count, "lines", gzip=True)
        apply(server, integration(vendor, "lines", "/lines",
                                  response={"stream": True, "format": "JSON_LINES"}))
        server.cli("run", "lines", "--detach")
        wait_until(lambda: stored_count(server) > count // 3, 60, "a third of the list")
        server.process.kill()
        before = vendor.asked.copy()
        server.start()
        stored = stored_count(server)
        assert stored < count, "the run was over before it was killed"
        wait_until(lambda: run_state(server, "lines") not in ("RUNNING", "QUEUED"), 120, "the end")
        run = server.newest_run("lines")
        assert run["state"] == "STATE_SUCCEEDED", run
        expect_counters(run, records=count, created=count, unchanged=0, pages=count // 1_000)
        expect_orderly_events(server, "lines", pages=count // 1_000)
        assert (before, vendor.asked) == (["/lines"], ["/lines", "/lines"])
        expect_all_stored(server, count)
        print(f"  killed after {stored} records", flush=True)


def test_what_came_before_the_body_broke_off_is_kept():
    with Folder() as folder, LargeVendor() as vendor, Server(folder) as server:
        vendor.answers["/broken"] = Answer(10_000, broken_at=5_500)
        apply(server, integration(vendor, "broken", "/broken", response={"stream": True},
                                  limits={"attemptCountMax": 2}))
        server.cli("run", "broken", check=False)
        run = server.newest_run("broken")
        assert run["state"] == "STATE_FAILED", run
        assert run["error"]["reason"] == "BODY_TRUNCATED", run
        assert vendor.asked == ["/broken"] * 2
        expect_counters(run, created=5_000, pages=5)
        expect_all_stored(server, 5_000)
        expect_orderly_events(server, "broken", pages=5)


if __name__ == "__main__":
    main(test_a_page_of_100_mb, test_a_list_that_is_streamed,
         test_compressed_lines_go_on_after_kill_9,
         test_what_came_before_the_body_broke_off_is_kept)
