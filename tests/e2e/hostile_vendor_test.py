"""A vendor that misbehaves: every fault ends in its named error or reject, in bounded memory."""

import json

from checks import expect_orderly_events
from definitions import case, documents, type_of
from harness import Folder, Server, Vendor, counters, main

DEVICES = 1000
MEMORY_MAX = 200 << 20  # one page may have 64 MiB; seen: 101
QUICK = {"attemptCountMax": 2, "requestTimeout": "10s"}


def fault(name, at=3, **more):
    return {"fault": name, "fault_at": str(at), **more}


# name: (options of the integration, the reason the run ends with)
ERRORS = {
    "repeated-page": (dict(query=fault("repeat")), "PAGINATION_LOOP"),
    "repeated-cursor-page": (dict(paging="cursor", query=fault("repeat")), "PAGINATION_LOOP"),
    "same-token": (dict(paging="cursor", query=fault("same_token")), "PAGINATION_LOOP"),
    "endless-cursor": (dict(paging="cursor", query=fault("endless"), limits={"pageCountMax": "40"}),
                       "PAGE_LIMIT_REACHED"),
    "html": (dict(query=fault("html")), "UNEXPECTED_CONTENT_TYPE"),
    "html-as-json": (dict(query=fault("html_as_json")), "JSON_INVALID"),
    "truncated": (dict(query=fault("truncated")), "BODY_TRUNCATED"),
    "cut-json": (dict(query=fault("cut_json")), "JSON_INVALID"),
    "closed": (dict(query=fault("closed")), "BODY_TRUNCATED"),
    "empty-body": (dict(query=fault("empty")), "JSON_INVALID"),
    "gzip-bomb": (dict(query=fault("gzip_bomb")), "RESPONSE_TOO_LARGE"),
    "bad-gzip": (dict(query=fault("bad_gzip")), "BODY_TRUNCATED"),
    "deep-json": (dict(query=fault("deep")), "JSON_TOO_DEEP"),
    "bad-utf8": (dict(query=fault("bad_utf8")), "TEXT_INVALID"),
    "no-records": (dict(query=fault("no_records")), "RECORDS_NOT_FOUND"),
    "records-object": (dict(query=fault("records_object")), "RECORDS_NOT_A_LIST"),
    "always-500": (dict(query=fault("error500")), "VENDOR_ERROR"),
    "forbidden": (dict(query=fault("forbidden")), "AUTH_FAILED"),
    "redirected": (dict(query=fault("redirect")), "VENDOR_ERROR"),
    "next-elsewhere": (dict(paging="next", query=fault("next_elsewhere")), "HOST_NOT_ALLOWED"),
    "drip": (dict(query=fault("drip"), limits={"attemptCountMax": 1, "requestTimeout": "2s"}),
             "VENDOR_TIMEOUT"),
}

# name: (fault, the reason of the one reject)
REJECTS = {
    "null-character": ("null_character", "TEXT_INVALID"),
    "big-integer": ("big_integer", "CONVERSION_FAILED"),
    "huge-number": ("huge_number", "CONVERSION_FAILED"),
    "monster-number": ("monster_number", "CONVERSION_FAILED"),
    "no-id": ("no_id", "SYNC_KEY_EMPTY"),
}


def check_error(server, name, reason):
    server.cli("run", name, check=False)
    run = server.newest_run(name)
    error = run.get("error", {})
    assert run["state"] == "STATE_FAILED", (name, run)
    assert error.get("reason") == reason, (name, error)
    assert error.get("message"), (name, "no message for people")
    expect_orderly_events(server, name)


def check_reject(server, name, reason):
    run = server.run(name)
    assert run["state"] == "STATE_SUCCEEDED", (name, run)
    assert counters(run)["rejected"] == 1, (name, run)
    assert counters(run)["created"] == DEVICES - 1, (name, run)
    reasons = server.psql("SELECT reason FROM ws_default.syncline_reject x JOIN syncline.run r "
                          f"USING (run_id) WHERE r.integration_id = '{name}'")
    assert reasons == reason, (name, reasons)
    expect_orderly_events(server, name)


def check_lone_surrogate(server, name, _):
    """No reject: it becomes U+FFFD, as browsers and Python's replacement do."""
    run = server.run(name)
    assert counters(run)["created"] == DEVICES, (name, run)
    tag = server.psql(f"SELECT tag FROM ws_default.{type_of(name)} WHERE tag LIKE 'a%'")
    assert tag == "a\ufffdb", (name, tag)


def test_hostile_vendor():
    failures = []
    with Folder() as folder, Server(folder) as server:
        vendor = Vendor(folder, devices=DEVICES)
        try:
            items = []
            for name, (options, _) in ERRORS.items():
                items += case(name, vendor, **{"limits": QUICK, **options})
            for name, (kind, _) in REJECTS.items():
                query = fault(kind)
                items += case(name, vendor, query=query)
            items += case("lone-surrogate", vendor, query=fault("lone_surrogate"))
            server.apply(documents(*items))
            checks = [(check_error, name, reason) for name, (_, reason) in ERRORS.items()]
            checks += [(check_reject, name, reason) for name, (_, reason) in REJECTS.items()]
            checks += [(check_lone_surrogate, "lone-surrogate", "U+FFFD")]
            for check, name, reason in checks:
                try:
                    check(server, name, reason)
                    print(f"  {name}: {reason}", flush=True)
                except AssertionError as error:
                    failures.append(f"{name}: {error}")
            peak = server.process.resident_peak_bytes()
            print(f"  peak memory of the server: {peak >> 20} MiB", flush=True)
            assert peak < MEMORY_MAX, f"{peak >> 20} MiB"
        finally:
            vendor.stop()
    assert not failures, json.dumps(failures, indent=1)


if __name__ == "__main__":
    main(test_hostile_vendor)
