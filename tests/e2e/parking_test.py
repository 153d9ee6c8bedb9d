"""Runs that wait for long keep no worker: each is a row until its time, then goes on by itself.

With SYNCLINE_SOAK=1 there are 10,000 of them; the server may not grow by 50 MB nor by a thread, and all
go on within 5 s of their time."""

import json
import os
import pathlib
import threading
import time

from checks import expect_orderly_events
from harness import Folder, Server, main, wait_until
from http_vendor import HttpVendor

SOAK = os.environ.get("SYNCLINE_SOAK") == "1"
RUNS = 10_000 if SOAK else 30
# The first resumes so long after the first request; one after the other after that.
LEAD_SECONDS = 420 if SOAK else 34
SPACING_SECONDS = 0.06 if SOAK else 0.05
LATE_SECONDS = 5
GROWTH_BYTES = 50 << 20
WORKERS = 8


class Vendor(HttpVendor):
    """Answers the first request of each list with 429, and the second with one record."""

    methods = ("GET",)

    def __init__(self):
        super().__init__()
        self.begin = None
        self.asked = {}
        self.lock = threading.Lock()

    def answer(self, request):
        number = int(request.path.rsplit("/", 1)[1])
        pause = self.pause(number)
        if pause:
            self.reply(request, 429, [], {"Retry-After": str(pause)})
        else:
            self.reply(request, 200, [{"id": f"device-{number}"}])

    def pause(self, number):
        with self.lock:
            self.asked[number] = self.asked.get(number, 0) + 1
            if number == 0 or self.asked[number] > 1:
                return 0
            self.begin = self.begin or time.monotonic()
            at = self.begin + LEAD_SECONDS + number * SPACING_SECONDS
            # Whole seconds only; more than what is sat out.
            return max(31, round(at - time.monotonic()))


def definitions(vendor):
    return "\n---\n".join(json.dumps(item) for item in [
        {"kind": "ObjectType", "name": "device", "fields": [
            {"name": "device_id", "type": "STRING", "required": True, "unique": True}]},
        {"kind": "Integration", "name": "list-0", "objectType": "device", "vars": {"number": "0"},
         "request": {"url": vendor.url + "/{{vars.number}}"}, "pagination": {"none": {}},
         "records": "@",
         "mapping": {"syncKeys": ["device_id"], "fields": {"device_id": "id"}}}])


# Integrations like the first one, each with a run as StartRun queues it.
MANY_RUNS = """
INSERT INTO syncline.integration (workspace_id, integration_id, object_type_id, spec)
SELECT workspace_id, 'list-' || n, object_type_id, jsonb_set(spec, '{{vars,number}}', to_jsonb(n::text))
FROM syncline.integration, generate_series(1, {count}) n WHERE integration_id = 'list-0';
INSERT INTO syncline.mapping (workspace_id, integration_id, spec, version)
SELECT workspace_id, 'list-' || n, spec, version
FROM syncline.mapping, generate_series(1, {count}) n WHERE integration_id = 'list-0';
CREATE TEMP TABLE made AS
SELECT gen_random_uuid() AS run_id, i.integration_uid, i.integration_id, r.mapping_version,
       jsonb_set(jsonb_set(r.definition, '{{integration,vars,number}}',
                           i.spec->'vars'->'number'), '{{integration,name}}',
                 to_jsonb('workspaces/default/integrations/' || i.integration_id)) AS definition
FROM syncline.integration i, (SELECT * FROM syncline.run WHERE integration_id = 'list-0' LIMIT 1) r
WHERE i.integration_id <> 'list-0';
INSERT INTO syncline.run (run_id, workspace_id, integration_id, integration_uid, trigger, state, definition,
                          mapping_version, latest_sequence)
SELECT run_id, 'default', integration_id, integration_uid, 'MANUAL', 'QUEUED', definition, mapping_version, 1
FROM made;
INSERT INTO syncline.run_event (run_id, sequence, kind, payload)
SELECT run_id, 1, 'queued', '{{"trigger": "TRIGGER_MANUAL"}}' FROM made;
INSERT INTO syncline.run_queue (run_id, integration_uid, state, next_sequence)
SELECT run_id, integration_uid, 'QUEUED', 2 FROM made;
"""

# When each run went on, against what it had promised.
LATENESS = """
SELECT round(max(late), 2) || ' ' || round(percentile_cont(0.5) WITHIN GROUP (ORDER BY late)::numeric, 2)
       || ' ' || round(min(late), 2) || ' ' || count(*)
FROM (SELECT extract(epoch FROM s.time - (w.payload->'wait'->>'{until}')::timestamptz) AS late
      FROM syncline.run_event w JOIN syncline.run_event s
        ON s.run_id = w.run_id AND s.sequence = w.sequence + 1 AND s.kind = 'started'
      WHERE w.kind = 'waiting' AND (w.payload->>'parked')::boolean) l
"""


def process_facts(pid):
    facts = {}
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(("VmRSS:", "Threads:")):
            facts[line.split(":")[0]] = int(line.split()[1])
    return facts["VmRSS"] * 1024, facts["Threads"]


def count(server, where):
    return int(server.psql(f"SELECT count(*) FROM syncline.run WHERE {where}"))


def test_parked_runs_cost_nothing_and_go_on_in_time():
    with Folder() as folder, Vendor() as vendor:
        with Server(folder, arguments=["--executor-run-count", str(WORKERS)]) as server:
            server.apply(definitions(vendor))
            server.run("list-0")
            server.psql(MANY_RUNS.format(count=20))  # what the first runs allocate stays
            wait_until(lambda: count(server, "wait IS NOT NULL") == 20, 60, "the first runs to park")
            server.psql("UPDATE syncline.run_queue SET run_after = clock_timestamp()")
            wait_until(lambda: count(server, "state = 'SUCCEEDED'") == 21, 60, "the first runs to end")
            server.psql("DELETE FROM syncline.integration WHERE integration_id <> 'list-0'; "
                        "DELETE FROM syncline.run WHERE integration_id <> 'list-0'")
            vendor.asked.clear()
            vendor.begin = None

            memory_before, threads_before = process_facts(server.process.pid)
            begin = time.monotonic()
            server.psql(MANY_RUNS.format(count=RUNS))
            wait_until(lambda: count(server, "state = 'QUEUED' AND wait IS NOT NULL") == RUNS,
                       LEAD_SECONDS, f"{RUNS} runs to park")
            parked_in = time.monotonic() - begin
            memory, threads = process_facts(server.process.pid)
            print(f"  {RUNS} runs parked in {parked_in:.0f} s; memory {memory_before >> 20} -> "
                  f"{memory >> 20} MiB, threads {threads_before} -> {threads}", flush=True)
            assert memory - memory_before < GROWTH_BYTES, (memory_before, memory)
            assert threads <= threads_before, (threads_before, threads)
            shown = server.newest_run("list-1")
            assert shown["state"] == "STATE_QUEUED", shown
            assert shown["wait"]["reason"] == "VENDOR_THROTTLED" and shown["wait"]["untilTime"], shown

            seconds = LEAD_SECONDS + RUNS * SPACING_SECONDS + 120
            wait_until(lambda: count(server, "state = 'SUCCEEDED'") == RUNS + 1, seconds,
                       f"{RUNS} runs to go on and end")
            key = "untilTime" if "untilTime" in server.psql(
                "SELECT payload FROM syncline.run_event WHERE kind = 'waiting' LIMIT 1") else "until_time"
            latest, median, earliest, seen = server.psql(LATENESS.format(until=key)).split()
            print(f"  went on {earliest} to {latest} s after their time, median {median} s", flush=True)
            assert int(seen) == RUNS, seen
            assert 0 <= float(earliest) and float(latest) <= LATE_SECONDS, (earliest, latest)
            # Nothing failed, so nothing counts as another attempt.
            attempts = server.psql("SELECT max((payload->>'attempt')::int) FROM syncline.run_event "
                                   "WHERE kind = 'started'")
            assert attempts == "1", attempts
            assert server.psql("SELECT count(*) FROM ws_default.device") == str(RUNS + 1)
            for number in (1, RUNS // 2, RUNS):
                expect_orderly_events(server, f"list-{number}", pages=1)
            memory, threads = process_facts(server.process.pid)
            print(f"  at the end memory {memory >> 20} MiB, threads {threads}", flush=True)


def test_a_parked_run_can_be_cancelled_and_outlives_its_server():
    with Folder() as folder, Vendor() as vendor:
        with Server(folder) as server:
            server.apply(definitions(vendor))
            server.run("list-0")
            server.psql(MANY_RUNS.format(count=2))
            wait_until(lambda: count(server, "wait IS NOT NULL") == 2, 60, "two runs to park")
            server.cli("cancel", "list-1")
            assert server.newest_run("list-1")["state"] == "STATE_CANCELLED"
            server.process.kill()
            server.start()
            assert server.newest_run("list-2")["wait"]["reason"] == "VENDOR_THROTTLED"
            # That it goes on in time is shown above; here the new server finds it.
            server.psql("UPDATE syncline.run_queue SET run_after = clock_timestamp()")
            wait_until(lambda: count(server, "state = 'SUCCEEDED'") == 2, 60, "the other to go on")
        assert vendor.asked == {0: 1, 1: 1, 2: 2}, vendor.asked


if __name__ == "__main__":
    main(test_parked_runs_cost_nothing_and_go_on_in_time,
         test_a_parked_run_can_be_cancelled_and_outlives_its_server)
