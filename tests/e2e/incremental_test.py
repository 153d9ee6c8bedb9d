"""Incremental runs against a vendor that changes: the definitions of docs/incremental.md, hourly
increments beside a weekly full walk, changes meanwhile, a worker that dies, a list newest first."""

import datetime
import threading
import time
import urllib.parse

from harness import ROOT, Folder, Server, expect_counters, main, wait_until
from http_vendor import HttpVendor

PAGE = 2
EXIT_CONFLICT = 6


def text_of(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime(
        "%Y-%m-%dT%H:%M:%S.%fZ")


def seconds_of(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class ChangingVendor(HttpVendor):
    """People by id. `before_answer(path, query)` is called with no lock held, and may wait."""

    methods = ("GET",)
    protocol = "HTTP/1.0"  # a connection per request

    def __init__(self):
        super().__init__()
        self.lock = threading.Lock()
        self.people = {}
        self.asked = []
        self.before_answer = lambda path, query: None

    def answer(self, request):
        url = urllib.parse.urlsplit(request.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        self.before_answer(url.path, query)
        self.reply(request, 200, self.listed(url.path, query))

    def put(self, number, name, updated):
        with self.lock:
            self.people[number] = {"number": number, "mail": f"p{number}@v.example", "name": name,
                                   "updated_at": updated}

    def listed(self, path, query):
        with self.lock:
            self.asked.append((path, query))
            people = [dict(self.people[number]) for number in sorted(self.people)]
        if path == "/events":  # by number, its bound excluded, no pages
            return [person for person in people if person["number"] > int(query["after"])]
        if path == "/tickets" and "updated_since" in query:
            since = seconds_of(query["updated_since"])
            people = [person for person in people if person["updated_at"] >= since]
        if path == "/audit":  # newest first, no filter
            people.sort(key=lambda person: -person["updated_at"])
        else:
            for person in people:
                person["updated_at"] = text_of(person["updated_at"])
        first = (int(query["page"]) - 1) * PAGE
        return people[first:first + PAGE]

    def take_asked(self):
        with self.lock:
            asked, self.asked = self.asked, []
        return asked


def definition(vendor, name):
    """The one of the manual, for this vendor."""
    page = (ROOT / "docs" / "incremental.md").read_text()
    blocks = [block.split("\n```")[0] for block in page.split("```yaml\n")[1:]]
    found = [block for block in blocks if f"name: {name}\n" in block]
    assert len(found) == 1, (name, len(found))
    return found[0].replace("https://api.vendor.example", vendor.url)


def names(server):
    rows = server.psql("SELECT email || '=' || first_name FROM ws_default.user ORDER BY email")
    return dict(row.split("=") for row in rows.splitlines())


def state(server, name):
    listed = server.json("state", "get", name)
    states = listed["incrementalStates"] if isinstance(listed, dict) else listed
    return states[0] if states else None


def people_of_the_past(vendor, count, seconds=86_400):
    begin = time.time() - seconds
    for number in range(1, count + 1):
        vendor.put(number, f"n{number}", begin + number)
    return begin


def increments_beside_a_full_walk():
    name = "incremental-tickets"
    with Folder() as folder, ChangingVendor() as vendor, Server(folder) as server:
        begin = people_of_the_past(vendor, 5)
        server.apply(definition(vendor, name))
        first = server.run(name)
        expect_counters(first, created=5, missing=0)
        assert all("updated_since" not in query for _, query in vendor.take_asked())
        assert "full" not in first, first
        stored = state(server, name)
        assert abs(seconds_of(stored["value"]) - (begin + 5)) < 0.01, stored
        assert seconds_of(stored["cursor"]) <= begin + 5 - 300, stored
        assert stored["run"] == first["name"], stored

        # Written in the same instant as what was newest, and listed only now.
        vendor.put(6, "same-instant", begin + 5)
        vendor.put(1, "changed", begin + 6)
        del vendor.people[2]
        run = server.run(name)
        expect_counters(run, created=1, updated=1, missing=0)
        assert {query.get("updated_since") for _, query in vendor.take_asked()} == {
            stored["cursor"]}

        # Both schedules are due, one after the other.
        for schedule, full in (("hourly", False), ("weekly", True)):
            seen = server.newest_run(name)["name"]
            server.psql("UPDATE syncline.schedule SET next_fire_time = clock_timestamp() "
                        f"WHERE schedule_id = '{schedule}'")
            run = wait_until(lambda: ended(server, name, seen), 60, f"the {schedule} run")
            assert run["schedule"].endswith(f"/schedules/{schedule}"), run
            assert run.get("full", False) == full, run
            assert run["state"] == "STATE_SUCCEEDED", run
            expect_counters(run, created=0, updated=0, missing=1 if full else 0)
            assert all(("updated_since" in query) != full for _, query in vendor.take_asked())
        assert len(names(server)) == 6 and names(server)["p1@v.example"] == "changed"

        server.cli("run", name, "--full")
        assert server.newest_run(name)["full"] is True
        expect_counters(server.newest_run(name), missing=1)

        server.cli("state", "set", name, text_of(begin + 4))
        vendor.take_asked()
        server.run(name)
        since = {query.get("updated_since") for _, query in vendor.take_asked()}
        assert since == {text_of(int(begin + 4 - 300))[:19] + "Z"}, since
        assert "1 states forgotten" in server.cli("state", "reset", name).stdout
        assert state(server, name) is None
        assert server.cli("state", "get", name, "--partition", "", check=False).returncode == 3
        assert server.cli("state", "set", name, "yesterday", check=False).returncode == 2


def ended(server, name, before):
    run = server.newest_run(name)
    return run if run["name"] != before and "endTime" in run else None


def changes_meanwhile_are_not_lost():
    name = "incremental-tickets"
    with Folder() as folder, ChangingVendor() as vendor, Server(folder) as server:
        people_of_the_past(vendor, 6)
        server.apply(definition(vendor, name).replace("lookBack: 300s", "lookBack: 0s"))

        def change(path, query):
            if query.get("page") == "2" and vendor.people[1]["name"] == "n1":
                vendor.put(1, "meanwhile", time.time())  # on a page that was read
                vendor.put(6, "later", time.time() + 0.01)  # on one that will be

        vendor.before_answer = change
        server.run(name)
        assert names(server)["p6@v.example"] == "later"
        assert names(server)["p1@v.example"] == "n1"
        server.run(name)
        assert names(server)["p1@v.example"] == "meanwhile"


def a_dead_worker_leaves_the_old_state():
    name = "incremental-tickets"
    with Folder() as folder, ChangingVendor() as vendor, Server(folder) as server:
        begin = people_of_the_past(vendor, 5)
        server.apply(definition(vendor, name))
        server.run(name)
        old = state(server, name)
        for number in range(1, 6):
            vendor.put(number, "new", begin + 100 + number)
        vendor.take_asked()
        reached, go_on = threading.Event(), threading.Event()

        def hold(path, query):
            if query.get("page") == "2" and not go_on.is_set():
                reached.set()
                go_on.wait(60)

        vendor.before_answer = hold
        server.cli("run", name, "--detach")
        assert reached.wait(60), "the second page was never asked for"
        wait_until(lambda: server.newest_run(name).get("counters", {}).get("pages") == "1", 60,
                   "the first page to be committed")
        refused = server.cli("state", "set", name, text_of(begin), check=False)
        assert refused.returncode == EXIT_CONFLICT and "RUN_ACTIVE" in refused.stderr, refused
        server.process.kill()
        go_on.set()
        server.start()
        assert state(server, name) == old, "the first page's commit has moved the state"
        run = wait_until(lambda: ended(server, name, ""), 120, "the run to go on and end")
        assert run["state"] == "STATE_SUCCEEDED", run
        expect_counters(run, updated=5, missing=0)
        assert {query["updated_since"] for _, query in vendor.take_asked()} == {old["cursor"]}
        assert abs(seconds_of(state(server, name)["value"]) - (begin + 105)) < 0.01


def newest_first_ends_early():
    name = "incremental-audit"
    with Folder() as folder, ChangingVendor() as vendor, Server(folder) as server:
        begin = people_of_the_past(vendor, 20)
        server.apply(definition(vendor, name))
        expect_counters(server.run(name), created=20)
        vendor.put(3, "changed", begin + 50)
        vendor.put(21, "new", begin + 51)
        vendor.take_asked()
        run = server.run(name)
        # Two newer ones, then a page with the newest one of before, then one with none.
        expect_counters(run, records=3, created=1, updated=1, unchanged=1, missing=0)
        assert [query["page"] for _, query in vendor.take_asked()] == ["1", "2", "3"]


def a_number_with_its_bound_excluded():
    name = "incremental-events"
    with Folder() as folder, ChangingVendor() as vendor, Server(folder) as server:
        people_of_the_past(vendor, 4)
        server.apply(definition(vendor, name))
        expect_counters(server.run(name), created=4)
        assert state(server, name)["value"] == "4", state(server, name)
        vendor.put(4, "changed", time.time())
        vendor.put(5, "new", time.time())
        expect_counters(server.run(name), created=1, updated=1)
        assert [query["after"] for _, query in vendor.take_asked()] == ["0", "3"]


if __name__ == "__main__":
    main(increments_beside_a_full_walk, changes_meanwhile_are_not_lost,
         a_dead_worker_leaves_the_old_state, newest_first_ends_early,
         a_number_with_its_bound_excluded)
