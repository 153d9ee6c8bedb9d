"""A vendor that is busy, broken, or says no, on plain sockets (faults 15, 16, 17, 20, 21, 22): what is tried
again and when, what ends the run and with which words, and what of it is stored."""

import datetime
import email.utils
import itertools
import time

from checks import expect_orderly_events
from definitions import documents
from harness import Folder, Server, counters, main, wait_until
from raw_vendor import (RawVendor, credential, expect_failure, head_of, listing, reply, stored_ids,
                        table_of)

PAGED = {"pagination": {"cursor": {"token": {"from": "response.next", "queryParameter": "after"}}},
         "records": "items"}
TOKEN = "sentinel-token-9f2c"


def page(numbers, following=None):
    return {"items": [{"id": f"d-{number}"} for number in numbers], "next": following}


def waits(server, name):
    """Reasons of the run's waits, in order."""
    return server.psql("SELECT payload->'wait'->>'reason' FROM syncline.run_event e JOIN syncline.run r "
                       f"USING (run_id) WHERE r.integration_id = '{name}' AND e.kind = 'waiting' "
                       "ORDER BY e.run_id, e.sequence").split()


def test_15_a_busy_vendor_is_obeyed():
    asked_until = []

    def busy(request):
        """Three ways to say "not now", the last of them junk; then the list."""
        if request.number == 1:
            return reply({}, 429, headers=["Retry-After: 5"])
        if request.number == 2:
            until = int(time.time()) + 4
            asked_until.append(until)
            date = email.utils.formatdate(until, usegmt=True)
            return reply({}, 429, headers=[f"Retry-After: {date}"])
        if request.number == 3:
            return reply({}, 429, headers=["Retry-After: soon, I hope"])
        return reply([{"id": "d-1"}])

    def always(_):
        return reply({}, 429, headers=["Retry-After: 1"])

    with Folder() as folder, RawVendor({"/busy": busy, "/always": always}) as vendor, \
            Server(folder) as server:
        server.apply(documents(*listing("busy", vendor),
                               *listing("always", vendor, limits={"attemptCountMax": 3})))
        run = server.run("busy")
        assert run["state"] == "STATE_SUCCEEDED" and counters(run)["created"] == 1, run
        assert run["counters"]["requests"] == "4" and run["counters"]["retries"] == "3", run
        seconds, date, junk = vendor.gaps("/busy")
        print(f"  5 s: {seconds:.1f} s, a date 4 s ahead: {date:.1f} s, junk: {junk:.1f} s", flush=True)
        assert 5 <= seconds < 15, seconds
        assert 3 <= date < 14, date
        assert junk < 18, "the backoff's own wait: at most 8 s after the third try"
        assert waits(server, "busy") == ["VENDOR_THROTTLED"] * 3
        # The budget: as many tries as the definition says.
        error = expect_failure(server, "always", "VENDOR_THROTTLED")
        assert len(vendor.asked("/always")) == 3 and "429" in error["message"], error
        assert not stored_ids(server, "always")


def test_15_a_long_pause_gives_the_worker_back():
    def long(request):
        return reply({}, 429, headers=["Retry-After: 3600"]) if request.number == 1 else reply([{"id": "d-1"}])

    answers = {"/long": long, "/other": lambda _: reply([{"id": "d-1"}])}
    with Folder() as folder, RawVendor(answers) as vendor, \
            Server(folder, arguments=["--executor-run-count", "1"]) as server:
        server.apply(documents(*listing("long", vendor), *listing("other", vendor)))
        server.cli("run", "long", "--detach")

        def waiting():
            run = server.newest_run("long")
            return run if run.get("wait") else None
        run = wait_until(waiting, 60, "the run to wait")
        assert run["state"] == "STATE_QUEUED" and run["wait"]["reason"] == "VENDOR_THROTTLED", run
        ahead = datetime.datetime.fromisoformat(run["wait"]["untilTime"].replace("Z", "+00:00")).timestamp()
        assert 3500 < ahead - time.time() <= 3600, run
        # The only worker is free.
        assert server.run("other")["state"] == "STATE_SUCCEEDED"
        server.psql("UPDATE syncline.run_queue SET run_after = clock_timestamp()")  # an hour later
        wait_until(lambda: server.newest_run("long")["state"] == "STATE_SUCCEEDED", 60, "the run to go on")
        assert stored_ids(server, "long") == ["d-1"] and len(vendor.asked("/long")) == 2
        expect_orderly_events(server, "long", pages=1)


def test_16_what_may_pass_is_tried_again_and_the_rest_is_not():
    burst = iter([500, 502, 503])
    final = {"not-implemented": 501, "bad-request": 400, "not-found": 404}

    def passing(_):
        status = next(burst, 200)
        return reply([{"id": "d-1"}] if status == 200 else {"error": "trouble"}, status)

    answers = {f"/{name}": lambda _, status=status: reply({"error": "for good"}, status)
               for name, status in final.items()}
    with Folder() as folder, RawVendor({"/passing": passing, **answers}) as vendor, \
            Server(folder) as server:
        server.apply(documents(*listing("passing", vendor),
                               *itertools.chain(*(listing(name, vendor) for name in final))))
        run = server.run("passing")
        assert run["state"] == "STATE_SUCCEEDED" and stored_ids(server, "passing") == ["d-1"], run
        assert run["counters"]["requests"] == "4" and run["counters"]["retries"] == "3", run
        gaps = vendor.gaps("/passing")
        print(f"  waits between the tries: {', '.join(f'{gap:.1f} s' for gap in gaps)}", flush=True)
        # Full jitter: at most 2, 4 and 8 s; the rest is the machine's.
        assert all(gap < most + 8 for gap, most in zip(gaps, (2, 4, 8))), gaps
        assert waits(server, "passing") == ["VENDOR_ERROR"] * 3
        for name, status in final.items():
            error = expect_failure(server, name, "VENDOR_ERROR")
            assert error["metadata"]["status"] == str(status), error
            assert "for good" in error["metadata"]["body"], error
            assert len(vendor.asked(f"/{name}")) == 1, f"{name}: tried again"


def test_17_a_token_that_is_refused_in_the_middle_of_a_run():
    def guarded(refusals):
        """Page 1 is served; page 2 is refused so many times."""
        left = itertools.count()

        def answer(request):
            assert request.headers["x-api-key"]
            if "after" not in request.query:
                return reply(page([1, 2], "2"))
            if next(left) < refusals:
                return reply({"error": f"no such key: {request.headers['x-api-key']}"}, 401)
            return reply(page([3]))
        return answer

    def closed(_):
        return reply({"error": "who are you"}, 401)

    answers = {"/hiccup": guarded(1), "/revoked": guarded(2), "/wrong": closed}
    with Folder() as folder, RawVendor(answers) as vendor, Server(folder) as server:
        server.apply(documents(credential(vendor), *itertools.chain(*(
            listing(name[1:], vendor, credential="key", **PAGED) for name in answers))),
            env={"VENDOR_TOKEN": TOKEN})
        assert server.run("hiccup")["state"] == "STATE_SUCCEEDED"
        assert stored_ids(server, "hiccup") == ["d-1", "d-2", "d-3"]
        assert len(vendor.asked("/hiccup")) == 3, "two pages, the second one twice"

        error = expect_failure(server, "revoked", "AUTH_FAILED", pages=1)
        assert len(vendor.asked("/revoked")) == 3, "one try more"
        assert "no such key" in error["message"] and TOKEN not in str(error), error
        assert stored_ids(server, "revoked") == ["d-1", "d-2"], "page 1 stays"
        expect_orderly_events(server, "revoked", pages=1)
        expect_failure(server, "wrong", "AUTH_FAILED")
        assert len(vendor.asked("/wrong")) == 2, "no more than twice: accounts get locked"

        def schedule(name):
            return server.json("get", "schedule", f"{name}/default")
        for name in ("revoked", "wrong"):
            paused = schedule(name)
            assert paused["paused"] and paused["pauseReason"] == "AUTH_FAILED", paused
            assert "nextFireTime" not in paused, paused
        assert not schedule("hiccup").get("paused"), "its run went well"
        # Another key mends it.
        server.apply(documents(credential(vendor)), env={"VENDOR_TOKEN": TOKEN + "-new"})
        for name in ("revoked", "wrong"):
            mended = schedule(name)
            assert not mended.get("paused") and mended["nextFireTime"], mended
        assert server.run("revoked")["state"] == "STATE_SUCCEEDED"
        assert stored_ids(server, "revoked") == ["d-1", "d-2", "d-3"]


def test_20_a_page_that_does_not_come_whole_is_not_stored():
    whole = b'{"items":[{"id":"d-3"},{"id":"d-4"}],"next":null}'

    def then(rest):
        return lambda request: rest if "after" in request.query else reply(page([1, 2], "2"))

    answers = {
        # The list itself is whole: only the framing says that something is missing.
        "/short": then(head_of(f"Content-Length: {len(whole) + 10}") + whole),
        "/half": then(head_of(f"Content-Length: {len(whole)}") + whole[:20]),
        "/no-last-chunk": then(head_of("Transfer-Encoding: chunked") + b"%x\r\n%s\r\n" % (len(whole), whole)),
        "/half-a-chunk": then(head_of("Transfer-Encoding: chunked") + b"%x\r\n%s" % (len(whole), whole[:20])),
        "/no-body": then(head_of(f"Content-Length: {len(whole)}")),
        "/no-answer": then(b""),
    }
    with Folder() as folder, RawVendor(answers) as vendor, Server(folder) as server:
        server.apply(documents(*itertools.chain(*(
            listing(path[1:], vendor, limits={"attemptCountMax": 2}, **PAGED) for path in answers))))
        for path in answers:
            name = path[1:]
            # Where not even a head came, the connection is what failed.
            reason = "VENDOR_UNREACHABLE" if name == "no-answer" else "BODY_TRUNCATED"
            error = expect_failure(server, name, reason, pages=1)
            assert len(vendor.asked(path)) == 3, f"{name}: page 1, and page 2 twice"
            assert stored_ids(server, name) == ["d-1", "d-2"], name
            expect_orderly_events(server, name, pages=1)
            print(f"  {name}: {error['message']}", flush=True)


def test_21_an_answer_that_is_no_list_is_shown_and_stores_nothing():
    sign_in = f"<html><body>Please sign in. Your key {TOKEN} has ended.{'<p>' * 3000}</body></html>"
    answers = {
        "login-page": (sign_in, "text/html; charset=utf-8", "UNEXPECTED_CONTENT_TYPE"),
        "login-page-as-json": (sign_in, "application/json", "JSON_INVALID"),
        "empty": ("", "application/json", "JSON_INVALID"),
        "empty-untyped": ("", "", "JSON_INVALID"),
        "scalar": (f'"moved; {TOKEN}"', "application/json", "RECORDS_NOT_FOUND"),
        "other-members": ({"error": f"bad key {TOKEN}"}, "application/json", "RECORDS_NOT_FOUND"),
        "no-list": ({"items": {"id": TOKEN}}, "application/json", "RECORDS_NOT_A_LIST"),
    }
    served = {f"/{name}": lambda _, row=row: reply(row[0], kind=row[1]) for name, row in answers.items()}
    with Folder() as folder, RawVendor(served) as vendor, Server(folder) as server:
        server.apply(documents(credential(vendor), *itertools.chain(*(
            listing(name, vendor, credential="key", records="items", limits={"attemptCountMax": 1})
            for name in answers))), env={"VENDOR_TOKEN": TOKEN})
        for name, (body, _, reason) in answers.items():
            error = expect_failure(server, name, reason)
            kept = error["metadata"].get("body")
            assert kept is not None and len(kept.encode()) <= 2048, (name, error)
            assert bool(kept) == bool(body), (name, error)
            assert TOKEN not in str(server.newest_run(name)), f"{name}: the key is shown"
            if "login" in name:
                assert kept.startswith("<html><body>Please sign in. Your key "), kept
                assert len(kept.encode()) > 2000, "the beginning is kept, as much as is allowed"
            assert not stored_ids(server, name), name
            print(f"  {name}: {reason}: {error['message'][:100]}", flush=True)


def test_22_a_walk_that_gets_nowhere_ends():
    def numbers(first, count=2):
        return [{"id": f"d-{number}"} for number in range(first, first + count)]

    def cycle(request):
        """Tokens a, b, c, a, …, each with records of its own."""
        following = {"": "a", "a": "b", "b": "c", "c": "a"}[request.query.get("after", "")]
        return reply({"items": numbers(10 * request.number), "next": following})

    def last_page(request):
        """Whatever page is asked for beyond the second is the second."""
        return reply({"items": numbers(2 * min(int(request.query["page"]), 2) - 1)})

    def shuffled(request):
        """The same records for ever, never in the same order, and a new token each time."""
        items = numbers(1, 6)
        shift = request.number % 6
        return reply({"items": items[shift:] + items[:shift], "next": f"t{request.number}"})

    def hollow(request):
        """There is always more, and never anything in it."""
        return reply({"items": [], "next": f"t{request.number}", "more": True})

    by_token = {"cursor": {"token": {"from": "response.next", "queryParameter": "after"}}}
    walks = {
        # The most requests: up to the first repeat, or to three pages without anything new. Whether
        # records are new is known when they are mapped; two more pages are fetched by then.
        "cycle": (cycle, by_token, 5),
        "last-page": (last_page, {"limitPage": {"limit": 2}}, 3),
        "shuffled": (shuffled, by_token, 6),
        "hollow": (hollow, {**by_token, "hasMore": "response.more"}, 4),
    }
    answers = {f"/{name}": answer for name, (answer, _, _) in walks.items()}
    with Folder() as folder, RawVendor(answers) as vendor, Server(folder) as server:
        server.apply(documents(*itertools.chain(*(
            listing(name, vendor, pagination=pagination, records="items")
            for name, (_, pagination, _) in walks.items()))))
        for name, (_, _, most) in walks.items():
            server.cli("run", name, check=False)
            run = server.newest_run(name)
            asked = len(vendor.asked(f"/{name}"))
            print(f"  {name}: {asked} requests: {run['error']['message']}", flush=True)
            assert run["state"] == "STATE_FAILED" and run["verdict"] == "VERDICT_LOOP", run
            assert run["error"]["reason"] == "PAGINATION_LOOP", run
            assert asked <= most, (name, asked)
            repeated = server.psql(f"SELECT count(*) - count(DISTINCT device_id) FROM {table_of(name)}")
            assert repeated == "0", name
            expect_orderly_events(server, name)


if __name__ == "__main__":
    main(test_15_a_busy_vendor_is_obeyed,
         test_15_a_long_pause_gives_the_worker_back,
         test_16_what_may_pass_is_tried_again_and_the_rest_is_not,
         test_17_a_token_that_is_refused_in_the_middle_of_a_run,
         test_20_a_page_that_does_not_come_whole_is_not_stored,
         test_21_an_answer_that_is_no_list_is_shown_and_stores_nothing,
         test_22_a_walk_that_gets_nowhere_ends)
