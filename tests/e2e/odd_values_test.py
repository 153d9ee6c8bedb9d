"""Lists that move under the walk, and values that break loads (faults 23, 27, 28, 29), on plain sockets: what
is stored is what the vendor said, or a reject says why it is not."""

import itertools
import json
import os

from checks import expect_orderly_events
from definitions import documents
from harness import Folder, Server, counters, expect_counters, main
from raw_vendor import RawVendor, expect_failure, listing, reply, stored_ids, table_of

SOAK = os.environ.get("SYNCLINE_SOAK") == "1"
TENTHS = 1_000_000 if SOAK else 60_000
TENTHS_PAGE = 10_000


def values(server, name, column):
    """Text of a column by device; empty cells as ''."""
    return dict(line.split("|", 1) for line in server.psql(
        f"SELECT device_id, coalesce({column}::text, '') FROM {table_of(name)} ORDER BY 1").splitlines())


def rejects(server, name):
    """(reason, count) of the newest run, and no word of the database's own."""
    run = server.newest_run(name)["name"].rsplit("/", 1)[1]
    rows = server.psql("SELECT reason, count(*), string_agg(to_jsonb(x)::text, ' ') FROM "
                       f"ws_default.syncline_reject x WHERE run_id = '{run}' GROUP BY 1 ORDER BY 1").splitlines()
    for row in rows:
        for word in ("22P05", "22021", "22P02", "unsupported Unicode", "invalid byte sequence", "SQLSTATE"):
            assert word not in row, row
    return {row.split("|")[0]: int(row.split("|")[1]) for row in rows}


class MovingList:
    """Records by offset, newest first; what `moves` says happens after page K was served."""

    def __init__(self, count, moves):
        self.ids = [f"d-{number:03}" for number in range(count)]
        self.moves = moves
        self.served = 0

    def answer(self, request):
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        body = {"items": [{"id": name, "place": place} for place, name in enumerate(self.ids)][offset:offset + limit],
                "total": len(self.ids)}
        self.served += 1
        self.moves.pop(self.served, lambda: None)()
        return reply(body)


def test_23_a_list_that_moves_while_it_is_read():
    grows = MovingList(250, {})
    grows.moves = {1: lambda: grows.ids.insert(0, "new-1"), 2: lambda: grows.ids.insert(0, "new-2")}
    shrinks = MovingList(250, {})
    shrinks.moves = {1: lambda: shrinks.ids.pop(0)}
    overlaps = MovingList(250, {})
    overlaps.moves = {1: lambda: overlaps.ids.pop(0), 2: lambda: overlaps.ids.pop(0)}
    lists = {"grows": grows, "shrinks": shrinks, "overlaps": overlaps}
    with Folder() as folder, RawVendor({f"/{name}": of.answer for name, of in lists.items()}) as vendor, \
            Server(folder) as server:
        def definition(name, **paging):
            return listing(name, vendor, records="items", pagination={
                "limitOffset": {"limit": 100, **paging}, "total": "response.total"})
        # The third re-reads ten records of each page with the next one.
        server.apply(documents(*definition("grows"), *definition("shrinks"), *definition("overlaps", step=90)))

        run = server.run("grows")
        # A record that moved from page 1 to page 2 came twice and is one object.
        expect_counters(run, records=252, created=250, rejected=0)
        assert stored_ids(server, "grows") == sorted(set(grows.ids) - {"new-1", "new-2"})

        run = server.run("shrinks")
        assert len(stored_ids(server, "shrinks")) == 249, "one slipped from page 2 to page 1 unread"

        run = server.run("overlaps")
        assert set(stored_ids(server, "overlaps")) >= set(overlaps.ids), "what slipped was read again"

        # The next run brings them all to what the vendor has: nothing twice, nothing missing.
        for name, moving in lists.items():
            run = server.run(name)
            assert run["verdict"] == "VERDICT_COMPLETE", (name, run)
            stored = set(stored_ids(server, name))
            assert stored >= set(moving.ids), (name, set(moving.ids) - stored)
            rows = server.psql(f"SELECT count(*), count(DISTINCT device_id) FROM {table_of(name)}").split("|")
            assert rows[0] == rows[1], (name, rows)
            expect_orderly_events(server, name)
            print(f"  {name}: {counters(run)}", flush=True)


def test_27_text_that_databases_refuse():
    texts = {
        "good": b'"plain"',
        "nul": b'"a\\u0000b"',
        "lone-high": b'"a\\ud800b"',
        "lone-low": b'"a\\udc00b"',
        "pair": b'"\\ud83d\\ude00"',
        "escaped-backslash": b'"a\\\\u0000b"',
    }
    rows = b",".join(b'{"id":"%s","tag":%s,"model":{"x":%s,%s:1}}' % (name.encode(), text, text, text)
                     for name, text in texts.items())
    answers = {
        "/text": lambda _: reply(b"[" + rows + b"]"),
        "/marked": lambda _: reply(b"\xef\xbb\xbf[" + rows + b"]"),
        "/no-utf8": lambda _: reply(b'[{"id":"1","tag":"a\xff\xfeb"}]'),
        "/overlong": lambda _: reply(b'[{"id":"1","tag":"a\xc0\x80b"}]'),
        "/surrogate-bytes": lambda _: reply(b'[{"id":"1","tag":"a\xed\xa0\x80b"}]'),
        "/latin-1": lambda _: reply(b'[{"id":"1","tag":"M\xfcller"}]', kind="application/json; charset=iso-8859-1"),
        "/utf-16": lambda _: reply('[{"id":"1","tag":"a"}]'.encode("utf-16")),
    }
    fields = {"tag": "STRING", "model": "JSON"}
    with Folder() as folder, RawVendor(answers) as vendor, Server(folder) as server:
        server.apply(documents(*itertools.chain(*(
            listing(path[1:], vendor, fields, limits={"attemptCountMax": 1}) for path in answers))))
        for name in ("text", "marked"):
            run = server.run(name)
            assert run["state"] == "STATE_SUCCEEDED", run
            assert rejects(server, name) == {"TEXT_INVALID": 1}, rejects(server, name)
            expect_counters(run, created=len(texts) - 1, rejected=1)
            assert values(server, name, "tag") == {
                "good": "plain", "lone-high": "a\ufffdb", "lone-low": "a\ufffdb", "pair": "\U0001f600",
                "escaped-backslash": "a\\u0000b"}, values(server, name, "tag")
            told = {key: json.loads(text)["x"] for key, text in values(server, name, "model").items()}
            assert told == values(server, name, "tag"), told
        for path in answers:
            if path in ("/text", "/marked"):
                continue
            name = path[1:]
            server.cli("run", name, check=False)
            error = server.newest_run(name).get("error", {})
            assert error.get("reason") in ("TEXT_INVALID", "JSON_INVALID"), (name, error)
            assert not stored_ids(server, name)
            print(f"  {name}: {error['reason']}: {error['message'][:90]}", flush=True)


NUMBERS = {  # as the vendor writes it: what the NUMBER field holds; None = a reject
    "9223372036854775808": "9223372036854775808",
    "-9223372036854775809": "-9223372036854775809",
    "9007199254740993": "9007199254740993",
    "0.1": "0.1",
    "1.10": "1.10",
    "123456789012345678901234567890.000000000000000000001":
        "123456789012345678901234567890.000000000000000000001",
    "1e400": "1" + "0" * 400,
    "1e-400": "0." + "0" * 399 + "1",
    "-0": "0",
    "-0.0": "0.0",
    "1e200000": None,
    "-1e999999999999": None,
}


def test_28_numbers_are_exact_or_rejected():
    rows = ",".join(f'{{"id":"{number}","value":{number},"model":{{"n":{number}}}}}' for number in NUMBERS)
    words = {f"/{word}": lambda _, word=word: reply(f'[{{"id":"1","value":{word}}}]')
             for word in ("NaN", "Infinity", "-Infinity", "01", "1.", "+1", "0x10")}
    with Folder() as folder, RawVendor({"/numbers": lambda _: reply(f"[{rows}]"), **words}) as vendor, \
            Server(folder) as server:
        names = {path: f"word-{place}" for place, path in enumerate(words)}
        items = listing("numbers", vendor, {"value": "NUMBER", "model": "JSON"})
        for path, name in names.items():
            kind, integration = listing(name, vendor, {"value": "NUMBER"})
            items += [kind, {**integration, "request": {"url": vendor.url + path}}]
        server.apply(documents(*items))
        run = server.run("numbers")
        kept = {number: value for number, value in NUMBERS.items() if value is not None}
        expect_counters(run, created=len(kept), rejected=len(NUMBERS) - len(kept))
        assert rejects(server, "numbers") == {"CONVERSION_FAILED": 2}
        assert values(server, "numbers", "value") == kept, values(server, "numbers", "value")
        for number, text in values(server, "numbers", "model->>'n'").items():
            assert text.removeprefix("-") == kept[number].removeprefix("-"), (number, text)
        widest = int(server.psql(f"SELECT max(length(t::text)) FROM {table_of('numbers')} t"))
        print(f"  {len(kept)} exact, {len(NUMBERS) - len(kept)} rejected; the widest row has {widest} characters",
              flush=True)
        assert widest < 3_000, "seven bytes of the vendor do not become 131 kB"
        for path, name in names.items():
            expect_failure(server, name, "JSON_INVALID")


def test_28_a_tenth_stays_a_tenth():
    def tenths(request):
        first = int(request.query["offset"])
        rows = ",".join(f'{{"id":"{number}","value":0.1}}'
                        for number in range(first, min(first + TENTHS_PAGE, TENTHS)))
        return reply(f"[{rows}]")

    with Folder() as folder, RawVendor({"/tenths": tenths}) as vendor, Server(folder) as server:
        server.apply(documents(*listing("tenths", vendor, {"value": "NUMBER"}, pagination={
            "limitOffset": {"limit": TENTHS_PAGE}})))
        run = server.run("tenths")
        expect_counters(run, created=TENTHS, rejected=0)
        total = server.psql(f"SELECT sum(value) FROM {table_of('tenths')}")
        print(f"  {TENTHS:,} x 0.1 = {total}", flush=True)
        assert total == f"{TENTHS // 10}.0", total


def test_29_the_same_key_twice_and_no_key():
    rows = [{"id": "a", "tag": "first"}, {"id": "b", "tag": "only"}, {"id": "a", "tag": "second"},
            {"id": None, "tag": "null"}, {"tag": "missing"}, {"id": "", "tag": "empty"},
            {"id": "a", "tag": "last"}]
    with Folder() as folder, RawVendor({"/keys": lambda _: reply(rows)}) as vendor, Server(folder) as server:
        server.apply(documents(*listing("keys", vendor, {"tag": "STRING"})))
        run = server.run("keys")
        assert run["state"] == "STATE_SUCCEEDED", run
        expect_counters(run, records=7, created=2, duplicates=2, rejected=3)
        assert values(server, "keys", "tag") == {"a": "last", "b": "only"}, "the last one wins"
        assert rejects(server, "keys") == {"SYNC_KEY_EMPTY": 3}, rejects(server, "keys")
        again = server.run("keys")
        expect_counters(again, created=0, updated=0, unchanged=2, duplicates=2)


if __name__ == "__main__":
    main(test_23_a_list_that_moves_while_it_is_read,
         test_27_text_that_databases_refuse,
         test_28_numbers_are_exact_or_rejected,
         test_28_a_tenth_stays_a_tenth,
         test_29_the_same_key_twice_and_no_key)
