"""What must hold after any run, whatever happened to it."""

import json

from definitions import type_of
from harness import http_json


def vendor_rows(vendor):
    """What the mapping of definitions.py makes of the vendor's list, by device."""
    rows = {}
    for record in http_json(vendor.url + "/open/devices/all"):
        rows[record["id"]] = [
            record["serial"], record["asset_tag"],
            f"{record['model']['vendor']} {record['model']['name']}",
            record["warranty_days"], record["active"], record["purchase"]["date"],
            record["last_seen"], record["model"]]
    return rows


def stored_rows(server, name):
    text = server.psql(
        "SELECT coalesce(json_object_agg(device_id, json_build_array(serial, tag, title, "
        "warranty_days, active, bought, to_char(seen AT TIME ZONE 'UTC', "
        "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), model)), '{}') "
        f"FROM ws_default.{type_of(name)} WHERE archive_time IS NULL")
    return json.loads(text)


def expect_equal_to_vendor(server, vendor, name):
    """I1: the table is the vendor's list, value by value."""
    told, stored = vendor_rows(vendor), stored_rows(server, name)
    assert len(stored) == len(told), f"{name}: {len(stored)} stored, {len(told)} at the vendor"
    for key, row in told.items():
        assert stored[key] == row, f"{name} {key}: stored {stored[key]}, vendor {row}"
    count = int(server.psql(f"SELECT count(*) FROM ws_default.{type_of(name)}"))
    assert count == len(told), f"{name}: {count} rows"


def expect_orderly_events(server, name, pages=None):
    """I2 and I3 of every run of the integration."""
    runs = server.psql(f"SELECT run_id FROM syncline.run WHERE integration_id = '{name}'").split()
    for run in runs:
        events = [line.split("|") for line in server.psql(
            "SELECT sequence, kind, coalesce(payload->>'pageNumber', payload->>'page_number', '') "
            f"FROM syncline.run_event WHERE run_id = '{run}' ORDER BY sequence").splitlines()]
        numbers = [int(event[0]) for event in events]
        assert numbers == list(range(1, len(events) + 1)), f"{run}: events {numbers}"
        assert [event[1] for event in events].count("ended") == 1, f"{run}: terminal events"
        assert events[-1][1] == "ended", f"{run}: the terminal event is not the last"
        committed = [int(event[2]) for event in events if event[1] == "page_committed"]
        assert committed == list(range(1, len(committed) + 1)), f"{run}: pages {committed}"
        if pages is not None:
            assert len(committed) == pages, f"{run}: {len(committed)} pages, expected {pages}"
    left = server.psql("SELECT count(*) FROM syncline.run_queue q JOIN syncline.run r USING (run_id) "
                       f"WHERE r.integration_id = '{name}'")
    assert left == "0", f"{name}: {left} rows left in the queue"
