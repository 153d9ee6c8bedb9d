"""SIGTERM in the middle of a run: synclined ends in order within its time, hands the run back, and
the next start finishes it without using up an attempt."""

import time

from checks import expect_equal_to_vendor, expect_orderly_events
from definitions import case, documents
from harness import Folder, Server, Vendor, main, wait_until

PAGES = 100
LIMIT = 20
STOP_MAX = 45


def column(server, name, what):
    return server.psql(f"SELECT {what} FROM syncline.run r LEFT JOIN syncline.run_queue q "
                       f"USING (run_id) WHERE integration_id = '{name}'")


def test_stop_hands_the_run_back():
    with Folder() as folder, Server(folder) as server:
        vendor = Vendor(folder, devices=PAGES * LIMIT)
        try:
            server.apply(documents(*case("drained", vendor, limit=LIMIT, query={"delay_ms": "50"})))
            server.cli("run", "drained", "--detach")
            pages = "coalesce((counters->>'pages')::bigint, 0)"
            wait_until(lambda: int(column(server, "drained", pages) or 0) >= 10, 60, "ten pages")
            begin = time.monotonic()
            code = server.process.stop(STOP_MAX)
            took = time.monotonic() - begin
            assert code == 0, f"exit code {code}: {server.log.read_text()[-3000:]}"
            print(f"  stopped in {took:.1f} s", flush=True)
            server.start()
            wait_until(lambda: column(server, "drained", "r.state") == "SUCCEEDED", 60, "the end")
            expect_equal_to_vendor(server, vendor, "drained")
            expect_orderly_events(server, "drained", pages=PAGES)
            released = server.psql(
                "SELECT payload->>'reason' FROM syncline.run_event WHERE kind = 'released'")
            assert released == "DRAINING", released
            served = vendor.ledger()["pages"]
            twice = [page for page, count in served.items() if count > 1]
            assert len(twice) <= 3, f"pages fetched again: {twice}"
        finally:
            vendor.stop()


def test_second_start_is_quick():
    with Folder() as folder:
        server = Server(folder)
        with server:
            pass
        begin = time.monotonic()
        with server:
            took = time.monotonic() - begin
            print(f"  up and answering in {took:.2f} s", flush=True)
            assert took < 2.5, took  # the server's own figure is below; this includes the command's

        ready = [line for line in server.log.read_text().splitlines() if "server.ready" in line]
        assert len(ready) == 2, ready


if __name__ == "__main__":
    main(test_stop_hands_the_run_back, test_second_start_is_quick)
