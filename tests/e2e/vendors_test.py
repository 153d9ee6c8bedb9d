"""Every worked vendor of docs/vendors.md against a server that behaves like it: exact objects, the number of
requests, and a second run that writes nothing. A definition may be refused for one reason only: it has a field that this
build does not offer yet; the test says which, and how many are left."""

import json
import re
import sys

import vendors.devices
import vendors.nested
import vendors.people
from harness import Folder, Server, expect_counters, main
from vendors.scripted import Running, definition_of, pointed_at

VENDORS = [*vendors.people.VENDORS, *vendors.devices.VENDORS, *vendors.nested.VENDORS]
RUN_AT_LEAST = 3  # of the vendors; rises with what is built
UNBUILT = re.compile(r"(\S+): is not offered by this build yet")
OWN_COLUMNS = ("object_id", "revision", "create_time", "update_time", "archive_time")


def stored(server, vendor):
    """By key, the columns that are not null."""
    text = server.psql(f"SELECT coalesce(jsonb_object_agg({vendor.key}, jsonb_strip_nulls(to_jsonb(t))), '{{}}') "
                       f'FROM ws_default."{vendor.object_type}" t WHERE {vendor.key} IS NOT NULL')
    rows = json.loads(text)
    return {key: {name: value for name, value in row.items() if name not in OWN_COLUMNS}
            for key, row in rows.items()}


def apply(server, vendor, host):
    """The fields that the build does not offer, if that is what the definition is refused for."""
    done = server.apply(pointed_at(definition_of(vendor.heading), host), env=vendor.secrets, check=False)
    waits_for = sorted(set(UNBUILT.findall(done.stderr)))
    assert done.returncode == 0 or waits_for, done.stdout + done.stderr
    return waits_for


def check(server, vendor):
    """True when it ran, false when it waits for what is to be built."""
    with Running(vendor.answer) as running:
        waits_for = apply(server, vendor, running.host)
        if waits_for:
            print(f"  {vendor.name}: NOT RUN, waits for {', '.join(waits_for)}", flush=True)
            return False
        if has_table(server, vendor):
            server.psql(f'TRUNCATE ws_default."{vendor.object_type}"')
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
    print(f"  {vendor.name}: {len(vendor.objects)} objects", flush=True)
    return True


def has_table(server, vendor):
    return server.psql(f"""SELECT to_regclass('ws_default."{vendor.object_type}"') IS NOT NULL""") == "t"


def test_every_worked_vendor():
    """All are tried, also after one that fails."""
    failed = []
    ran = 0
    wanted = sys.argv[1:]
    with Folder() as folder, Server(folder) as server:
        for vendor in VENDORS:
            if wanted and vendor.name not in wanted:
                continue
            try:
                ran += check(server, vendor)
            except Exception as error:  # pylint: disable=broad-except
                failed.append(f"{vendor.name}: {error}")
    assert not failed, "\n".join(failed)
    assert wanted or ran >= RUN_AT_LEAST, f"only {ran} ran"


if __name__ == "__main__":
    main(test_every_worked_vendor)
