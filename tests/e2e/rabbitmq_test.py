"""Real input: users and queues of a real RabbitMQ through its management API, counted exactly."""

import json
import pathlib
import shutil
import sys

from harness import Folder, Server, expect_counters, main, wait_until
from rabbitmq import RabbitMq

QUEUES = 1200
USERS = 30  # and RabbitMQ's own "guest"
DEFINITION = pathlib.Path(__file__).parent / "definitions" / "rabbitmq.yaml"


def writes(server):
    """Rows that PostgreSQL was asked to write in the object tables and the links."""
    return server.psql(
        "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_all_tables "
        "WHERE schemaname = 'ws_default' AND relname IN ('user', 'rabbit_queue', 'syncline_link')")


def settled_writes(server):
    """Statistics reach the view within a second of the transaction; wait until they stand still."""
    seen = []

    def still():
        seen.append(writes(server))
        return len(seen) > 30 and len(set(seen[-30:])) == 1
    wait_until(still, 30, "statistics to settle")
    return seen[-1]


def test_users_and_queues_of_a_real_broker():
    with Folder() as folder, RabbitMq(folder) as broker, Server(folder) as server:
        broker.fill(QUEUES, USERS)
        # Queue statistics appear some seconds after a queue does; the list is what we compare.
        wait_until(lambda: broker.call("GET", "/api/queues?page=1&page_size=1")["total_count"] == QUEUES,
                   60, "all queues to be listed")
        definition = DEFINITION.read_text().replace("@PORT@", str(broker.management))
        server.apply(definition, env={"RABBITMQ_PASSWORD": "guest"})

        users = server.run("rabbitmq-users")
        expect_counters(users, pages=1, records=USERS + 1, created=USERS + 1, rejected=0)
        queues = server.run("rabbitmq-queues")
        expect_counters(queues, pages=12, records=QUEUES, created=QUEUES, rejected=0)
        assert queues["state"] == "STATE_SUCCEEDED" and queues["verdict"] == "VERDICT_COMPLETE", queues

        # The same list, row by row, as the broker tells it.
        told = {f"{q['vhost']}:{q['name']}": q["durable"] for page in range(1, 13)
                for q in broker.call("GET", f"/api/queues?page={page}&page_size=100")["items"]}
        stored = dict(json.loads(server.psql(
            "SELECT json_object_agg(path, durable) FROM ws_default.rabbit_queue")))
        assert stored == told, f"{len(stored)} stored, {len(told)} told"
        names = {user["name"] for user in broker.call("GET", "/api/users")}
        assert set(server.psql("SELECT username FROM ws_default.\"user\"").splitlines()) == names

        before = settled_writes(server)
        expect_counters(server.run("rabbitmq-users"), unchanged=USERS + 1, created=0, updated=0)
        expect_counters(server.run("rabbitmq-queues"), unchanged=QUEUES, created=0, updated=0)
        assert settled_writes(server) == before, "an unchanged sync wrote rows"

        broker.call("DELETE", "/api/queues/%2F/queue-00007")
        broker.call("PUT", "/api/queues/%2F/queue-new", {"durable": True})
        third = server.run("rabbitmq-queues")
        expect_counters(third, records=QUEUES, unchanged=QUEUES - 1, created=1, missing=1)


if __name__ == "__main__":
    if not (shutil.which("rabbitmq-server") or pathlib.Path("/usr/sbin/rabbitmq-server").exists()):
        print("SKIPPED: rabbitmq-server is not installed; tests/run.sh installs it")
        sys.exit(77)
    main(test_users_and_queues_of_a_real_broker)
