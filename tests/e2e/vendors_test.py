"""Every worked vendor of docs/vendors.md against a server that behaves like it: exact objects, the number of
requests, and a second run that writes nothing."""

import json
import sys

import vendors.devices
import vendors.nested
import vendors.people
from harness import Folder, Server, expect_counters, main
from vendors.scripted import Running, definition_of, pointed_at

VENDORS = [*vendors.people.VENDORS, *vendors.devices.VENDORS, *vendors.nested.VENDORS]
OWN_COLUMNS = ("object_id", "revision", "create_time", "update_time", "archive_time")


def stored(server, vendor):
    """By key, the columns that are not null."""
    text = server.psql(f"SELECT coalesce(jsonb_object_agg({vendor.key}, jsonb_strip_nulls(to_jsonb(t))), '{{}}') "
                       f"FROM ws_default.{vendor.object_type} t WHERE {vendor.key} IS NOT NULL")
    rows = json.loads(text)
    return {key: {name: value for name, value in row.items() if name not in OWN_COLUMNS}
            for key, row in rows.items()}


def check(server, vendor):
    with Running(vendor.answer) as running:
        server.apply(pointed_at(definition_of(vendor.heading), running.host), env=vendor.secrets)
        server.psql(f"TRUNCATE ws_default.{vendor.object_type}") if has_table(server, vendor) else None
        run = server.run(vendor.name)
        assert (run["state"], run["verdict"]) == ("STATE_SUCCEEDED", vendor.verdict), run
        expect_counters(run, created=len(vendor.objects), updated=0, rejected=vendor.rejected, duplicates=0)
        seen = stored(server, vendor)
        for row in vendor.objects:
            assert seen.get(row[vendor.key]) == row, f"stored {seen.get(row[vendor.key])}, expected {row}"
        assert len(seen) == len(vendor.objects), f"{len(seen)} objects"
        if vendor.requests:
            assert len(running.seen) == vendor.requests, f"{len(running.seen)} requests"
        again = server.run(vendor.name)
        expect_counters(again, created=0, updated=0, unchanged=len(vendor.objects), rejected=vendor.rejected)


def has_table(server, vendor):
    return server.psql(f"SELECT to_regclass('ws_default.{vendor.object_type}') IS NOT NULL") == "t"


def test_every_worked_vendor():
    """All are tried, also after one that fails."""
    failed = []
    wanted = sys.argv[1:]
    with Folder() as folder, Server(folder) as server:
        for vendor in VENDORS:
            if wanted and vendor.name not in wanted:
                continue
            try:
                check(server, vendor)
                print(f"  {vendor.name}: {len(vendor.objects)} objects", flush=True)
            except Exception as error:  # pylint: disable=broad-except
                failed.append(f"{vendor.name}: {error}")
    assert not failed, "\n".join(failed)


if __name__ == "__main__":
    main(test_every_worked_vendor)
