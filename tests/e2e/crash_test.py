"""kill -9 of synclined at seeded instants of a run of 200 pages: the run goes on where it was."""

import random
import time

from checks import expect_equal_to_vendor, expect_orderly_events
from definitions import case, documents
from harness import Folder, Server, Vendor, main, wait_until

PAGES = 200
LIMIT = 50
KILLS = 20
SEED = 20260101


def state(server, name):
    return server.psql(f"SELECT state FROM syncline.run WHERE integration_id = '{name}'")


def pages(server, name):
    return int(server.psql("SELECT coalesce(max((counters->>'pages')::bigint), 0) FROM syncline.run "
                           f"WHERE integration_id = '{name}'"))


def test_twenty_kills():
    rng = random.Random(SEED)
    interrupted = 0
    with Folder() as folder, Server(folder) as server:
        vendor = Vendor(folder, devices=PAGES * LIMIT)
        try:
            for number in range(KILLS):
                name = f"kill-{number}"
                server.apply(documents(*case(name, vendor, limit=LIMIT, query={"delay_ms": "5"})))
                server.cli("run", name, "--detach")
                # Half of the kills wait for a seeded page, half for a seeded instant, also before
                # the first page.
                if number % 2:
                    page = rng.randrange(1, PAGES)
                    wait_until(lambda: pages(server, name) >= page
                               or state(server, name) == "SUCCEEDED", 120, f"page {page}")
                else:
                    time.sleep(rng.random() * 2)
                server.process.kill()
                done = pages(server, name)
                interrupted += 0 <= done < PAGES
                server.start()
                wait_until(lambda: state(server, name) in ("SUCCEEDED", "FAILED", "CANCELLED"), 180,
                           f"the end of {name}")
                assert state(server, name) == "SUCCEEDED", server.newest_run(name)
                expect_equal_to_vendor(server, vendor, name)
                expect_orderly_events(server, name, pages=PAGES)
                print(f"  {name}: killed after page {done}", flush=True)
        finally:
            vendor.stop()
    assert interrupted >= KILLS // 2, f"only {interrupted} kills met a run: the machine is too quick"


if __name__ == "__main__":
    main(test_twenty_kills)
