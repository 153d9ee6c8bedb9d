"""Values arrive as the vendor wrote them, whatever they look like; a list without paging is one request; a vendor that
repeats itself or never answers ends the run by name, with what came before it stored once; what is missing is null and
loses no record."""

import json
import threading
import time

from definitions import FAR_FROM_NOW, documents
from harness import Folder, Server, expect_counters, main
from vendors.scripted import Answer, Running

# What other tools guess a type from. Each stands in a field of its own name.
TEXTS = {
    "serial": "5E10", "os_version": "1.10", "tag": "None", "barcode": "00123", "phone": "312-800-9919",
    "digits": "12345", "hexadecimal": "0x1F", "grouped": "1_000", "list": "[1,2]", "object": "{'a': 1}",
    "none": "null", "nil": "NULL", "truth": "True", "no_number": "NaN", "endless": "-Infinity", "sum": "=1+1",
    "day": "2024-02-30", "fraction": "1/2", "plus": "+43 1 5", "zero": "-0", "exponent": "1e400",
    "copy_null": "\\N", "copy_end": "\\.", "quotes": "'\"`;--", "braces": "{{record.serial}} ${a} %s",
    "blanks": "  a\tb \n", "breaks": "a\r\nb", "escape": "\\u0041\\n", "tags": "<b>&amp;</b>",
    "umlauts": "Gärtner Gödel", "decomposed": "a\u0308", "han": "漢字", "emoji": "👩‍👩‍👧", "arabic": "\u202bعربى",
    "zero_width": "a\u200bb\ufeff", "last_of_unicode": "\U0010fffd", "long": "x" * 70_000,
}
# JSON as it stands on the wire -> the value of the column, as PostgreSQL writes it.
NUMBERS = {
    "amount": ("number", "1.10", "1.10"),
    "exact": ("number", "12345678901234567890.123456789012345678901234567890",
              "12345678901234567890.123456789012345678901234567890"),
    "tiny": ("number", "0.10000000000000000000000000000000000001", "0.10000000000000000000000000000000000001"),
    "thirds": ("number", "-0.30000000000000004", "-0.30000000000000004"),
    "beyond_double": ("integer", "9007199254740993", "9007199254740993"),
    "largest": ("integer", "9223372036854775807", "9223372036854775807"),
    "smallest": ("integer", "-9223372036854775808", "-9223372036854775808"),
    "number_as_text": ("string", "12345678901234567890", "12345678901234567890"),
    "decimal_as_text": ("string", "1.10", "1.10"),
    "exponent_as_text": ("string", "5E10", "5E10"),
    "text_as_number": ("number", '"1.10"', "1.10"),
    "text_as_integer": ("integer", '"9007199254740993"', "9007199254740993"),
    "yes": ("boolean", "true", "true"),
    "no": ("boolean", "false", "false"),
}
# Kept whole: (on the wire, as jsonb writes it).
NESTED = ('{"b": [1.10, 9007199254740993, null, "", "1.10", {"é": []}], "a": {}, "big": 123456789012345678901234567890}',
          '{"a": {}, "b": [1.10, 9007199254740993, null, "", "1.10", {"é": []}], "big": 123456789012345678901234567890}')
LIMITS = {"attemptCountMax": 1, "requestTimeout": "2s"}


def object_type(name, fields):
    return {"kind": "ObjectType", "name": name, "fields": [
        {"name": "id", "type": "string", "required": True, "unique": True},
        *({"name": field, "type": kind} for field, kind in fields.items())]}


def integration(name, running, fields, object_type_name="thing", **more):
    return {"kind": "Integration", "name": name, "objectType": object_type_name, "schedule": FAR_FROM_NOW,
            "request": {"url": f"http://{running.host}/{name}"},
            "mapping": {"syncKeys": ["id"], "fields": {"id": "id", **fields}}, **more}


def rows(server, name, *fields):
    """By id, the columns as PostgreSQL writes them; null where there is nothing."""
    columns = ", ".join(f'"{field}"::text' for field in fields)
    return json.loads(server.psql(f"SELECT coalesce(json_object_agg(id, json_build_array({columns})), '{{}}') "
                                  f"FROM ws_default.{name}"))


def expect_same(seen, wanted, names):
    wrong = {name: (value, want) for name, value, want in zip(names, seen, wanted) if value != want}
    assert len(seen) == len(wanted) and not wrong, f"(stored, told): {wrong}"


def apply_and_run(server, definitions, name, **expected):
    server.apply(documents(*definitions))
    run = server.run(name)
    assert (run["state"], run["verdict"]) == ("STATE_SUCCEEDED", "VERDICT_COMPLETE"), run
    expect_counters(run, **expected)
    return run


def texts_are_byte_identical(server):
    record = {"id": "0007", **TEXTS}
    fields = dict.fromkeys(TEXTS, "string")
    # The same record with every character of it escaped, too: the values are the same.
    escaped = {**record, "id": "0008"}
    body = (f"[{json.dumps(record, ensure_ascii=False)}, {json.dumps(escaped)}]").encode()
    with Running(lambda request: Answer(body)) as running:
        apply_and_run(server, [object_type("text", fields),
                               integration("texts", running, {name: name for name in TEXTS}, "text")],
                      "texts", created=2, rejected=0)
    stored = rows(server, "text", *TEXTS)
    assert sorted(stored) == ["0007", "0008"], sorted(stored)
    for seen in stored.values():
        expect_same(seen, list(TEXTS.values()), TEXTS)
    # What services are given is the same.
    for shown in server.json("objects", "text"):
        expect_same([shown["fields"][name]["stringValue"] for name in TEXTS], list(TEXTS.values()), TEXTS)


FORMATS = {
    "json": ("JSON", "application/json", lambda rows: json.dumps(rows)),
    "lines": ("JSON_LINES", "application/x-ndjson", lambda rows: "\n".join(map(json.dumps, rows))),
    "csv": ("CSV", "text/csv", lambda rows: "\n".join(
        [",".join(rows[0]), *(",".join(row.values()) for row in rows)])),
    "xml": ("XML", "text/xml", lambda rows: "<all>" + "".join(
        "<row>" + "".join(f"<{key}>{value}</{key}>" for key, value in row.items()) + "</row>"
        for row in rows) + "</all>"),
}


def in_every_format(server):
    values = {name: TEXTS[name] for name in ("serial", "os_version", "tag", "barcode", "phone", "digits", "none", "truth")}
    for name, (kind, content_type, write) in FORMATS.items():
        body = write([{"id": "0007", **values}, {"id": "0008", **values}]).encode()
        with Running(lambda request, body=body, kind=content_type: Answer(body, content_type=kind)) as running:
            definition = integration(name, running, {key: key for key in values}, f"as_{name}",
                                     response={"format": kind}, records="all.row" if kind == "XML" else "@")
            apply_and_run(server, [object_type(f"as_{name}", dict.fromkeys(values, "string")), definition], name,
                          created=2, rejected=0)
        for seen in rows(server, f"as_{name}", *values).values():
            expect_same(seen, list(values.values()), values)


def numbers_are_exact(server):
    members = ", ".join(f'"{name}": {wire}' for name, (_, wire, _) in NUMBERS.items())
    body = f'[{{"id": "1", {members}, "nested": {NESTED[0]}}}]'.encode()
    fields = {**{name: kind for name, (kind, _, _) in NUMBERS.items()}, "nested": "json"}
    with Running(lambda request: Answer(body)) as running:
        apply_and_run(server, [object_type("number", fields),
                               integration("numbers", running, {name: name for name in fields}, "number")],
                      "numbers", created=1, rejected=0)
    (seen,) = rows(server, "number", *fields).values()
    expect_same(seen, [*(text for _, _, text in NUMBERS.values()), NESTED[1]], fields)


# Records that lack, one after the other, more of `a.b.c`; and one that has it.
INCOMPLETE = [{"a": {"b": {"c": "here"}}}, {"a": {"b": {"c": None}}}, {"a": {"b": {"c": ""}}}, {"a": {"b": {}}}, {"a": {"b": None}},
              {"a": {}}, {"a": None}, {}, {"a": "text"}, {"a": [1]}, {"a": 7}]


def what_is_missing_is_null(server):
    records = [{"id": str(n), **record} for n, record in enumerate(INCOMPLETE)]
    fields = {"deep": "a.b.c", "sure": {"constant": "yes"}, "first": "a.list[0].name",
              "text": {"template": "<{{record.a.b.c}}>"}}
    with Running(lambda request: Answer(records)) as running:
        apply_and_run(server, [object_type("part", dict.fromkeys(fields, "string")),
                               integration("parts", running, fields, "part")],
                      "parts", created=len(records), rejected=0)
    stored = rows(server, "part", *fields)
    for number in range(len(records)):
        deep = "here" if number == 0 else None
        assert stored[str(number)] == [deep, "yes", None, f"<{deep or ''}>"], (records[number], stored[str(number)])


def nulls_keep_or_clear(server):
    """A value that is there, and then null, "" or absent: KEEP leaves it, CLEAR empties the field."""
    later = {"null": {"value": None}, "empty": {"value": ""}, "absent": {}}
    now = {"records": [{"id": name, "value": "before"} for name in later]}
    fields = {"kept": "value", "cleared": {"from": "value", "whenEmpty": "CLEAR"}}
    with Running(lambda request: Answer(now["records"])) as running:
        apply_and_run(server, [object_type("empty", dict.fromkeys(fields, "string")),
                               integration("empties", running, fields, "empty")], "empties", created=3)
        assert rows(server, "empty", *fields) == dict.fromkeys(later, ["before", "before"])
        now["records"] = [{"id": name, **record} for name, record in later.items()]
        expect_counters(server.run("empties"), updated=3, created=0, rejected=0, missing=0)
        assert rows(server, "empty", *fields) == dict.fromkeys(later, ["before", None])


def a_flat_list_without_paging_is_one_request(server):
    """However long it is, whatever it looks like, and also when it is empty."""
    for name, records in {"flat": [{"id": str(n)} for n in range(1000)], "flat-one": [{"id": "1"}], "flat-empty": []}.items():
        for paging in ({}, {"pagination": {"none": {}}}):
            links = (("Link", '</flat?page=2>; rel="next"'),)
            with Running(lambda request, records=records: Answer(records, headers=links)) as running:
                server.apply(documents(object_type("flat", {}), integration(name, running, {}, "flat", **paging)))
                run = server.run(name)
                assert (run["verdict"], len(running.seen)) == ("VERDICT_COMPLETE", 1), (run, len(running.seen))
                expect_counters(run, pages=1, records=len(records), rejected=0)


SAME = [{"id": str(n), "value": "v"} for n in range(50)]


def same_page(request):
    return Answer({"items": SAME, "next": f"{request.base}{request.path}", "token": "t1"})


def restless_page(request, count=iter(range(1000))):  # pylint: disable=dangerous-default-value
    """The same records, and the number of the answer in each."""
    answer = next(count)
    return Answer({"items": [{**record, "answer": answer} for record in SAME]})


def two_pages_in_turn(request):
    number = int(request.query.get("token", "0"))
    page = [{"id": f"{number % 2}-{n}", "value": "v"} for n in range(50)]
    return Answer({"items": page, "token": str((number + 1) % 2 + 2)})


# What ignores its parameter: (the vendor, pagination, pages until the end, objects)
LOOPS = {
    "ignored-page": (same_page, {"limitPage": {"limit": 50}}, 2, 50),
    "ignored-offset": (same_page, {"limitOffset": {"limit": 50}}, 2, 50),
    "ignored-page-without-limit": (same_page, {"limitPage": {"limit": 20, "stopOnShortPage": False}}, 2, 50),
    "same-next-url": (same_page, {"cursor": {"nextUrl": "response.next"}}, 2, 50),
    "same-token": (same_page, {"cursor": {"token": {"from": "response.token", "queryParameter": "token"}}}, 2, 50),
    # Byte for byte no page is like another: three pages in a row without a new record say the same.
    "restless": (restless_page, {"limitPage": {"limit": 50}}, 4, 50),
    "cycle-of-two": (two_pages_in_turn, {"cursor": {"token": {"from": "response.token", "queryParameter": "token"}}}, 3, 100),
}


def a_vendor_that_repeats_itself(server):
    for name, (vendor, paging, pages, objects) in LOOPS.items():
        table = name.replace("-", "_")
        with Running(vendor) as running:
            server.apply(documents(object_type(table, {"value": "string"}), integration(
                name, running, {"value": "value"}, table, pagination=paging, records="items")))
            run = server.run(name, check=False)
            assert (run["state"], run["verdict"]) == ("STATE_FAILED", "VERDICT_LOOP"), (name, run)
            assert run["error"]["reason"] == "PAGINATION_LOOP", (name, run)
            # Records are looked at while the next page is on its way.
            ahead = 2 if name == "restless" else 0
            assert pages <= len(running.seen) <= pages + ahead, (name, f"{len(running.seen)} answers", run["error"])
            assert f"Page {pages} " in run["error"]["message"], (name, run["error"])
        expect_counters(run, created=objects, missing=0, rejected=0)
        count = server.psql(f"SELECT count(*), count(DISTINCT id) FROM ws_default.{table}")
        assert count == f"{objects}|{objects}", (name, count)
        print(f"  {name}: {run['error']['message'].splitlines()[0]}", flush=True)


def more_than_a_thousand_pages(server):
    """No cap that a vendor of reasonable size meets."""
    pages = 1100

    def answer(request):
        number = int(request.query["page"])
        return Answer([{"id": f"{number}-{n}"} for n in range(2)] if number <= pages else [])
    with Running(answer) as running:
        apply_and_run(server, [object_type("many", {}),
                               integration("many", running, {}, "many", pagination={"limitPage": {"limit": 2}})],
                      "many", created=2 * pages, records=2 * pages)
        assert len(running.seen) == pages + 1, len(running.seen)


def a_vendor_that_never_answers(server):
    """Not at all, and not after the first page, whose objects stay. Both end in the time that the definition gives."""
    over = threading.Event()
    silent = {"silent": (lambda request: True, {}, 0),
              "silent-first-byte": (lambda request: True, {"requestTimeout": "60s", "firstByteTimeout": "2s"}, 0),
              "silent-later": (lambda request: request.query["page"] != "1", {}, 50)}
    for name, (hangs, limits, objects) in silent.items():
        table = name.replace("-", "_")

        def answer(request, hangs=hangs):
            if hangs(request):
                over.wait(120)
            return Answer(SAME)
        with Running(answer) as running:
            try:
                server.apply(documents(object_type(table, {}), integration(
                    name, running, {}, table, pagination={"limitPage": {"limit": 50}}, limits={**LIMITS, **limits})))
                start = time.monotonic()
                run = server.run(name, check=False)
                seconds = time.monotonic() - start
            finally:
                over.set()
            over.clear()
        assert run["state"] == "STATE_FAILED" and run["error"]["reason"] == "VENDOR_TIMEOUT", (name, run)
        assert seconds < 20, (name, seconds)
        expect_counters(run, created=objects, missing=0)
        assert server.psql(f"SELECT count(*) FROM ws_default.{table}") == str(objects)


def each(*checks):
    """One server for all of them; all are tried."""
    failed = []
    with Folder() as folder, Server(folder) as server:
        for check in checks:
            start = time.monotonic()
            try:
                check(server)
                print(f"  {check.__name__} ({time.monotonic() - start:.1f} s)", flush=True)
            except Exception as error:  # pylint: disable=broad-except
                failed.append(f"{check.__name__}: {type(error).__name__}: {error}")
    assert not failed, "\n".join(failed)


def test_values_are_exact():
    each(texts_are_byte_identical, in_every_format, numbers_are_exact, what_is_missing_is_null, nulls_keep_or_clear)


def test_walks_end():
    each(a_flat_list_without_paging_is_one_request, a_vendor_that_repeats_itself, more_than_a_thousand_pages,
         a_vendor_that_never_answers)


if __name__ == "__main__":
    main(test_values_are_exact, test_walks_end)
