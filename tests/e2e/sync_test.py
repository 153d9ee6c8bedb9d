"""Every sign-in and every paging against the demo vendor: the table equals the list, and a second
sync writes nothing."""

from checks import expect_equal_to_vendor, expect_orderly_events
from definitions import case, credentials, documents, type_of
from harness import Folder, Server, Vendor, expect_counters, main

DEVICES = 1234
SECRETS = {"DEMO_PASSWORD": "demo-password", "DEMO_TOKEN": "demo-token"}
CASES = {
    "by-all": dict(paging="all"),
    "by-offset": dict(paging="offset"),
    "by-page": dict(paging="page"),
    "by-cursor": dict(paging="cursor"),
    "by-next": dict(paging="next"),
    "by-next-relative": dict(paging="next", query={"relative": "1"}),
    "by-post": dict(paging="offset", post=True),
    "by-exact-pages": dict(paging="offset", limit=617),  # the last page is full
    "by-one-page": dict(paging="cursor", limit=5000),
    "with-gzip": dict(paging="page", query={"gzip": "1"}),
    "with-open": dict(paging="offset", credential="open"),
    "with-basic": dict(paging="offset", credential="basic"),
    "with-header": dict(paging="cursor", credential="header"),
    "with-prefix": dict(paging="page", credential="prefix"),
    "with-query": dict(paging="next", credential="query"),
    "with-basic-post": dict(paging="offset", credential="basic", post=True),
    "after-one-throttle": dict(query={"fault": "throttle", "fault_at": "3", "fault_times": "1"}),
    "after-two-failures": dict(query={"fault": "error500", "fault_at": "5", "fault_times": "2"}),
    "after-one-cut": dict(query={"fault": "truncated", "fault_at": "2", "fault_times": "1"}),
}


def rows_written_since(server, name, mark):
    return int(server.psql(
        f"SELECT (SELECT count(*) FROM ws_default.{type_of(name)} WHERE xmin::text::bigint >= {mark})"
        f" + (SELECT count(*) FROM ws_default.syncline_link WHERE xmin::text::bigint >= {mark})"))


def test_every_paging_and_sign_in():
    with Folder() as folder, Server(folder) as server:
        vendor = Vendor(folder, devices=DEVICES)
        try:
            items = credentials(vendor)
            for name, options in CASES.items():
                items += case(name, vendor, **options)
            server.apply(documents(*items), env=SECRETS)
            for name, options in CASES.items():
                limit = options.get("limit", 100)
                pages = 1 if options.get("paging") == "all" else -(-DEVICES // limit)
                run = server.run(name)
                assert run["state"] == "STATE_SUCCEEDED", (name, run)
                expect_counters(run, records=DEVICES, created=DEVICES, updated=0, rejected=0)
                expect_equal_to_vendor(server, vendor, name)
                mark = server.psql("SELECT pg_current_xact_id()")
                expect_counters(server.run(name), unchanged=DEVICES, created=0, updated=0, missing=0)
                assert rows_written_since(server, name, mark) == 0, f"{name}: unchanged, yet written"
                expect_orderly_events(server, name, pages=pages)
            vendor.control("change?list=devices&every=10")
            vendor.control("delete?list=devices&number=7")
            expect_counters(server.run("by-page"), records=DEVICES - 1, updated=-(-DEVICES // 10),
                            missing=1, created=0)
        finally:
            vendor.stop()


if __name__ == "__main__":
    main(test_every_paging_and_sign_in)
