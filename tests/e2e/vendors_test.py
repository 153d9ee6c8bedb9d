"""Every worked vendor of docs/vendors.md against a server that behaves like it: exact objects, the number of
requests, what is rejected or refused and why, and a second run that writes nothing. Each has a workspace of its own.
With arguments: only the vendors of those names."""

import json
import sys

import vendors.devices
import vendors.nested
import vendors.people
from harness import Folder, Server, expect_counters, main
from vendors.scripted import Running, definition_of, pointed_at, sections

VENDORS = [*vendors.people.VENDORS, *vendors.devices.VENDORS, *vendors.nested.VENDORS]
RUN_AT_LEAST = 13  # vendors, some of them with several lists
OWN_COLUMNS = ("object_id", "revision", "create_time", "update_time", "archive_time")


def schema(vendor):
    return f"ws_{vendor.name.replace('-', '_')}"


def stored(server, vendor):
    """By key, the columns that are not null."""
    text = server.psql(f"SELECT coalesce(jsonb_object_agg({vendor.key}, jsonb_strip_nulls(to_jsonb(t))), '{{}}') "
                       f'FROM {schema(vendor)}."{vendor.object_type}" t')
    rows = json.loads(text)
    return {key: {name: value for name, value in row.items() if name not in OWN_COLUMNS}
            for key, row in rows.items()}


def check_rejects(server, vendor, run):
    text = server.psql("SELECT coalesce(json_agg(json_build_array(reason, message)), '[]') "
                       f"FROM {schema(vendor)}.syncline_reject WHERE run_id = '{run}'")
    seen = json.loads(text)
    assert len(seen) == len(vendor.rejected), seen
    for (reason, message), (wanted, part) in zip(seen, vendor.rejected):
        assert reason == wanted and part in message, (reason, message)


def check_refusals(server, vendor, run):
    text = server.psql("SELECT payload->'refusal'->>'identity' FROM syncline.run_event "
                       f"WHERE run_id = '{run}' AND payload ? 'refusal' ORDER BY sequence")
    assert text.splitlines() == vendor.refusals, text


def expect_objects(server, vendor):
    seen = stored(server, vendor)
    for row in vendor.objects:
        assert seen.get(row[vendor.key]) == row, f"stored {seen.get(row[vendor.key])}, expected {row}"
    assert len(seen) == len(vendor.objects), f"{len(seen)} objects"


def check(server, vendor):
    server.workspace = vendor.name
    with Running(vendor.answer) as running:
        definition = f"kind: Workspace\nname: {vendor.name}\n---\n" + definition_of(vendor.heading)
        server.apply(pointed_at(definition, running.host), env=vendor.secrets)
        run = server.run(vendor.name)
        assert not running.surprises, running.surprises[:5]
        assert (run["state"], run["verdict"]) == ("STATE_SUCCEEDED", vendor.verdict), run
        expect_counters(run, created=len(vendor.objects), updated=0, duplicates=0, missing=0,
                        rejected=len(vendor.rejected), records=len(vendor.objects) + len(vendor.rejected))
        expect_objects(server, vendor)
        run_id = run["name"].rsplit("/", 1)[1]
        check_rejects(server, vendor, run_id)
        check_refusals(server, vendor, run_id)
        assert len(running.seen) == vendor.requests, f"{len(running.seen)} requests, not {vendor.requests}"
        again = server.run(vendor.name)
        expect_counters(again, created=0, updated=0, missing=0, unchanged=len(vendor.objects),
                        rejected=len(vendor.rejected))
        expect_objects(server, vendor)
        assert not running.surprises, running.surprises[:5]
    print(f"  {vendor.name}: {len(vendor.objects)} objects, {vendor.requests} requests", flush=True)


def test_every_worked_vendor():
    """All are tried, also after one that fails."""
    failed, ran = [], set()
    wanted = sys.argv[1:]
    with Folder() as folder, Server(folder) as server:
        for vendor in VENDORS:
            if wanted and vendor.name not in wanted:
                continue
            try:
                check(server, vendor)
                ran.add(vendor.heading)
            except Exception as error:  # pylint: disable=broad-except
                failed.append(f"{vendor.name}: {error}")
    assert not failed, "\n".join(failed)
    assert wanted or len(ran) >= RUN_AT_LEAST, f"only {len(ran)} ran"


def test_every_list_of_the_page_is_run():
    """No definition of the page stands there without a vendor, and none is run twice."""
    defined = {(heading, name) for heading, names in sections().items() for name in names}
    run = [(vendor.heading, vendor.name) for vendor in VENDORS]
    assert sorted(defined) == sorted(run), defined.symmetric_difference(run)


if __name__ == "__main__":
    main(test_every_list_of_the_page_is_run, test_every_worked_vendor)
