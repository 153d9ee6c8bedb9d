"""Names that mean something else than they seem to (fault 47), by a resolver of the tests: whatever a name
leads to, nothing but what the settings allow gets a connection, and a resolver that fails opens nothing."""

import contextlib
import itertools
import os
import socket

from definitions import documents
from harness import Folder, Server, find_binary, main, wait_until
from raw_vendor import RawVendor, credential, expect_failure, listing, reply, stored_ids

ONCE = {"attemptCountMax": 1}


class Trap:
    """Listens on one port of every address of the machine and answers nobody."""

    def __init__(self):
        self.listener = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
        self.listener.setblocking(False)
        self.port = self.listener.getsockname()[1]

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.listener.close()

    def touched(self):
        """A connection stands in the queue as soon as it was made."""
        try:
            self.listener.accept()[0].close()
            return True
        except BlockingIOError:
            return False


@contextlib.contextmanager
def resolving(folder, answers):
    """Processes that are started within resolve names as `answers` says. Yields what was asked so far."""
    script = folder / "names"
    script.write_text("".join(f"{name} {answer}\n" for name, several in answers.items() for answer in several))
    asked = folder / "names.asked"
    saved = dict(os.environ)
    os.environ.update(LD_PRELOAD=find_binary("stub_resolver.so"), STUB_RESOLVER=str(script))
    try:
        yield lambda: [line.split() for line in asked.read_text().splitlines()] if asked.exists() else []
    finally:
        os.environ.clear()
        os.environ.update(saved)


def at(name, url, tries=1, **more):
    """A definition that asks `url`."""
    class Elsewhere:
        pass
    Elsewhere.url = url
    kind, integration = listing(name, Elsewhere, limits={"attemptCountMax": tries}, **more)
    return [kind, {**integration, "request": {"url": url}}]


def test_names_that_lead_where_nobody_may_go():
    names = {
        "loopback": "127.0.0.1", "other-loopback": "127.8.8.8", "zero": "0.0.0.0", "ipv6-loopback": "::1",
        "ipv6-zero": "::", "mapped": "::ffff:127.0.0.1", "private": "10.0.0.1", "carrier": "100.64.0.1",
        "metadata": "169.254.169.254", "several": "192.168.0.1,172.16.0.1,127.0.0.1,::1",
        "unique-local": "fd00:ec2::254", "nat64": "64:ff9b::7f00:1", "six-to-four": "2002:7f00:1::",
        "teredo": "2001::80ff:fffe", "compatible": "::7f00:1", "benchmark": "198.18.0.1",
        "multicast": "224.0.0.1", "broadcast": "255.255.255.255",
    }
    with Folder() as folder, Trap() as trap, \
            resolving(folder, {f"{name}.example": [to] for name, to in names.items()}) as asked, \
            Server(folder, egress="") as server:
        server.apply(documents(*itertools.chain(*(
            at(name, f"http://{name}.example:{trap.port}/?key=sentinel") for name in names))))
        for name in names:
            error = expect_failure(server, name, "ADDRESS_NOT_ALLOWED")
            assert f"{name}.example leads to " in error["message"], error
            assert "sentinel" not in str(error), error
            print(f"  {error['message']}", flush=True)
        assert {name for name, _ in asked()} >= {f"{name}.example" for name in names}
        assert not trap.touched()


def test_a_resolver_that_fails_opens_nothing():
    failures = {"refused": "fail", "busy": "again", "unknown": "unknown"}
    with Folder() as folder, Trap() as trap, \
            resolving(folder, {f"{name}.example": [how] for name, how in failures.items()}), \
            Server(folder) as server:
        server.apply(documents(*itertools.chain(*(
            at(name, f"http://{name}.example:{trap.port}/") for name in failures))))
        for name in failures:
            error = expect_failure(server, name, "VENDOR_UNREACHABLE")
            print(f"  {name}: {error['message']}", flush=True)
        assert not trap.touched()


def test_a_resolver_that_fails_for_a_moment_is_asked_again():
    names = {"moody.example": ["again", "fail", "127.0.0.1"]}
    with Folder() as folder, RawVendor({"/list": lambda _: reply([{"id": "d-1"}])}) as vendor, \
            resolving(folder, names) as asked, Server(folder, egress=vendor.host) as server:
        server.apply(documents(*at("moody", f"http://moody.example:{vendor.port}/list", tries=3)))
        run = server.run("moody")
        assert run["state"] == "STATE_SUCCEEDED" and stored_ids(server, "moody") == ["d-1"], run
        assert [to for _, to in asked()] == names["moody.example"], asked()


def test_a_name_that_changes_its_mind_in_the_middle_of_a_run():
    def meanings(name):
        return [to for asked_name, to in asked() if asked_name == name]

    def pages(request):
        number = int(request.query["page"])
        if request.path == "/moving" and number > 1:  # not before the other connection is on its way
            wait_until(lambda: len(meanings("moving.example")) > 1, 30, "the second question")
        return reply({"items": [{"id": f"d-{number}-{place}"} for place in range(2)], "total": 6})

    with Folder() as folder, RawVendor({"/moving": pages, "/again": pages}) as vendor:
        # On the same port of another address waits somebody else.
        with socket.create_server(("127.0.0.2", vendor.port)) as other:
            other.setblocking(False)
            names = {"moving.example": ["127.0.0.1", "127.0.0.2"],
                     "again.example": ["127.0.0.2,169.254.169.254,127.0.0.1"]}
            with resolving(folder, names) as asked, \
                    Server(folder, egress=f"127.0.0.1:{vendor.port}") as server:
                # Two pages at a time need a second connection, for which the name is asked anew.
                paging = {"limitPage": {"limit": 2, "pageParameter": "page"}, "total": "response.total",
                          "parallelPageCount": 2}
                for name in ("moving", "again"):
                    server.apply(documents(*at(name, f"http://{name}.example:{vendor.port}/{name}",
                                               pagination=paging, records="items")))
                server.cli("run", "moving", check=False)
                run = server.newest_run("moving")
                error = run["error"]
                print(f"  {error['message']}", flush=True)
                assert error["reason"] == "ADDRESS_NOT_ALLOWED", run
                assert error["metadata"]["address"] == f"127.0.0.2:{vendor.port}", run
                assert meanings("moving.example")[:2] == ["127.0.0.1", "127.0.0.2"]
                assert set(stored_ids(server, "moving")) <= {f"d-{page}-{place}" for page in (1, 2, 3)
                                                             for place in range(2)}
                # Of several addresses the one that is allowed is used, the others are not tried.
                assert server.run("again")["state"] == "STATE_SUCCEEDED"
            try:
                other.accept()
                raise AssertionError("the other address was connected to")
            except BlockingIOError:
                pass


def test_what_the_vendor_names_leads_no_further():
    """Redirects and next links to a name that the credential allows, and to hosts in odd spellings."""
    odd = ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "[::ffff:7f00:1]", "127.0.0.1.", "%31%32%37.0.0.1"]
    with Folder() as folder, Trap() as trap:
        targets = {"named": f"http://inside.example:{trap.port}/",
                   **{f"odd-{place}": f"http://{host}:{trap.port}/" for place, host in enumerate(odd)}}

        def redirecting(target):
            return lambda _: reply("{}", 302, headers=[f"Location: {target}"])

        def linking(target):
            return lambda _: reply({"items": [{"id": "1"}], "next": target})

        answers = {**{f"/to-{name}": redirecting(target) for name, target in targets.items()},
                   **{f"/next-{name}": linking(target) for name, target in targets.items()}}
        with RawVendor(answers) as vendor, \
                resolving(folder, {"inside.example": ["127.0.0.3"]}), \
                Server(folder, egress=vendor.host) as server:
            key = credential(vendor)
            key["allowedHosts"] += ["inside.example", "127.0.0.1"]
            server.apply(documents(key, *itertools.chain(*(
                listing(path[1:], vendor, limits=ONCE, credential="key", records="items",
                        pagination={"cursor": {"nextUrl": "response.next"}}) for path in answers))),
                env={"VENDOR_TOKEN": "sentinel"})
            for path in answers:
                name = path[1:]
                server.cli("run", name, check=False)
                error = server.newest_run(name)["error"]
                print(f"  {name}: {error['reason']}: {error['message'][:110]}", flush=True)
                wanted = ("ADDRESS_NOT_ALLOWED",) if name.endswith("named") else (
                    "ADDRESS_NOT_ALLOWED", "HOST_NOT_ALLOWED", "URL_INVALID", "VENDOR_ERROR")
                assert error["reason"] in wanted, (name, error)
                assert "sentinel" not in str(error), error
            assert not trap.touched()


if __name__ == "__main__":
    main(test_names_that_lead_where_nobody_may_go, test_a_resolver_that_fails_opens_nothing,
         test_a_resolver_that_fails_for_a_moment_is_asked_again,
         test_a_name_that_changes_its_mind_in_the_middle_of_a_run,
         test_what_the_vendor_names_leads_no_further)
