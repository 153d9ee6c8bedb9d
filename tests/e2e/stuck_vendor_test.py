"""A vendor that takes connections and says nothing, or says it drop by drop: a cancel comes through, the
worker stays alive, other runs go on."""

import json
import socket
import threading
import time

from harness import Folder, Server, Vendor, counters, main, wait_until
from definitions import case, documents

CANCEL_SECONDS = 5


class Stuck:
    """Listens and reads; what it does next is `answer`, on a thread per connection."""

    def __init__(self, answer):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.closing = threading.Event()
        self.connections = 0
        self.answer = answer
        self.thread = threading.Thread(target=self.accept)
        self.thread.start()

    def accept(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(peer, self.connections), daemon=True).start()

    def serve(self, peer, number):
        with peer:
            try:
                peer.recv(65536)
                self.answer(self, peer, number)
            except OSError:
                pass

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.closing.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()


def never(stuck, *unused):
    stuck.closing.wait(300)


def drips_once(stuck, peer, number):
    """The first answer comes a byte every half second, the second whole."""
    body = b'[{"id":"d-1"}]'
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
    if number > 1:
        peer.sendall(head % len(body) + body)
        return
    peer.sendall(head % 4096)
    while not stuck.closing.wait(0.5):
        peer.sendall(b" ")


def one_request(name, url, limits):
    return [{"kind": "ObjectType", "name": name.replace("-", "_"), "fields": [
                {"name": "device_id", "type": "STRING", "required": True, "unique": True}]},
            {"kind": "Integration", "name": name, "objectType": name.replace("-", "_"),
             "request": {"url": url}, "pagination": {"none": {}}, "records": "@", "limits": limits,
             "mapping": {"syncKeys": ["device_id"], "fields": {"device_id": "id"}}}]


def test_a_run_that_hears_nothing_can_be_cancelled_and_holds_up_nobody():
    with Folder() as folder, Stuck(never) as stuck:
        vendor = Vendor(folder, devices=300)
        try:
            with Server(folder) as server:
                server.apply(documents(*one_request("silent", stuck.url, {}), *case("lively", vendor)))
                server.cli("run", "silent", "--detach")
                wait_until(lambda: stuck.connections == 1, 30, "the request")
                beat = server.psql("SELECT max(expire_time) FROM syncline.worker")
                assert counters(server.run("lively"))["created"] == 300
                wait_until(lambda: server.psql("SELECT max(expire_time) FROM syncline.worker") > beat, 15,
                           "a heartbeat")
                begin = time.monotonic()
                server.cli("cancel", "silent")
                wait_until(lambda: server.newest_run("silent")["state"] == "STATE_CANCELLED",
                           CANCEL_SECONDS, "the cancel to come through")
                print(f"  cancelled after {time.monotonic() - begin:.1f} s", flush=True)
                # Not cancelled, it ends by its time.
                server.apply(documents(*one_request("silent", stuck.url, {"requestTimeout": "2s",
                                                                          "attemptCountMax": 1})))
                server.cli("run", "silent", check=False)
                assert server.newest_run("silent")["error"]["reason"] == "VENDOR_TIMEOUT"
        finally:
            vendor.stop()


def test_an_answer_that_does_not_flow_is_given_up_and_tried_again():
    with Folder() as folder, Stuck(drips_once) as stuck, Server(folder) as server:
        server.apply(documents(*one_request("dripping", stuck.url, {})))
        begin = time.monotonic()
        run = server.run("dripping")
        took = time.monotonic() - begin
        print(f"  given up and done after {took:.0f} s: {json.dumps(run['counters'])}", flush=True)
        assert run["state"] == "STATE_SUCCEEDED" and counters(run)["created"] == 1, run
        assert run["counters"]["requests"] == "2" and run["counters"]["retries"] == "1", run
        assert 20 <= took < 60, took


if __name__ == "__main__":
    main(test_a_run_that_hears_nothing_can_be_cancelled_and_holds_up_nobody,
         test_an_answer_that_does_not_flow_is_given_up_and_tried_again)
