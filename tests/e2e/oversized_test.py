"""Answers that are far too large (faults 24, 25) or far too deep (26), on plain sockets: cut off at the limit,
or cut into pages where nothing needs them whole, with the server's memory bounded by twice the limit of a
page, and under an address space that could not hold them."""

import gzip
import itertools
import subprocess
import zlib

from definitions import documents
from harness import Folder, Server, counters, main
from raw_vendor import RawVendor, expect_failure, head_of, listing, reply, stored_ids

GIB = 1 << 30
MIB = 1 << 20
PAGE_MAX = 64 * MIB  # the default of limits.pageBytesMax
ONCE = {"attemptCountMax": 1}


def bomb():
    """1 GiB of JSON as a gzip body of about 1 MB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([packer.compress(b"["), *(packer.compress(b" " * MIB) for _ in range(GIB // MIB)),
                     packer.compress(b"]"), packer.flush()])


def bomb_of_members():
    """The same, made of members that are all alike."""
    member = gzip.compress(b" " * 16 * MIB, 9)
    return gzip.compress(b"[", 9) + member * (GIB // (16 * MIB)) + gzip.compress(b"]", 9)


def plain(length_told):
    """A list of 1,025 records in a little more than 1 GiB of JSON, a mebibyte at a time."""
    record = b'{"id":"%04d"},' + b" " * (MIB - 14)
    pieces = 1024
    end = b'{"id":"last"}]'

    def chunk(text):
        return text if length_told else b"%x\r\n%s\r\n" % (len(text), text)

    def answer(_):
        yield head_of(f"Content-Length: {1 + GIB + len(end)}" if length_told else "Transfer-Encoding: chunked")
        yield chunk(b"[")
        for number in range(pieces):
            yield chunk(record % number)
        yield chunk(end) + (b"" if length_told else b"0\r\n\r\n")
    return answer


def limit_address_space(server, more):
    """From here on the server cannot have `more` bytes of address space than it has now."""
    status = open(f"/proc/{server.process.pid}/status").read()
    now = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmSize")) * 1024
    subprocess.run(["prlimit", "--pid", str(server.process.pid), f"--as={now + more}"], check=True)


def test_24_and_25_answers_of_a_gibibyte():
    small, members = bomb(), bomb_of_members()
    answers = {
        "/bomb": lambda _: reply(small, headers=["Content-Encoding: gzip"]),
        "/bomb-untold": lambda _: reply(small),  # found by its content
        "/bomb-of-members": lambda _: reply(members),
        "/announced": plain(length_told=True),
        "/unannounced": plain(length_told=False),
    }
    cut = {"/cut": plain(length_told=True), "/cut-unannounced": plain(length_told=False)}
    fine = {"/fine": lambda _: reply([{"id": "d-1"}])}
    with Folder() as folder, RawVendor({**answers, **cut, **fine}) as vendor, \
            Server(folder) as server:
        server.apply(documents(
            # A wildcard needs the whole answer.
            *itertools.chain(*(listing(path[1:], vendor, limits=ONCE, records="[*]") for path in answers)),
            *itertools.chain(*(listing(path[1:], vendor, limits=ONCE) for path in [*cut, *fine]))))
        assert counters(server.run("fine"))["created"] == 1  # everything is loaded and running
        limit_address_space(server, 512 * MIB)
        before = server.process.resident_peak_bytes()
        for path in answers:
            name = path[1:]
            error = expect_failure(server, name, "RESPONSE_TOO_LARGE")
            peak = server.process.resident_peak_bytes()
            print(f"  {name}: peak {peak >> 20} MiB: {error['message']}", flush=True)
            assert not stored_ids(server, name)
        for path in cut:
            run = server.run(path[1:])
            peak = server.process.resident_peak_bytes()
            print(f"  {path[1:]}: peak {peak >> 20} MiB: {counters(run)}", flush=True)
            assert run["verdict"] == "VERDICT_COMPLETE" and counters(run)["created"] == 1025, run
        print(f"  {len(small) >> 10} KiB for 1 GiB; peak {before >> 20} -> {peak >> 20} MiB", flush=True)
        assert peak < 2 * PAGE_MAX, f"{peak >> 20} MiB"
        assert counters(server.run("fine"))["unchanged"] == 1, "the server is well"


def test_26_deep_answers():
    def nested(depth, opening=b"[", closing=b"]"):
        return opening * depth + closing * depth

    bodies = {"list-129": nested(129), "list-10000": nested(10_000), "list-100000": nested(100_000),
              "object-10000": nested(10_000, b'{"a":', b"}").replace(b":}", b":1}"),
              "object-100000": nested(100_000, b'{"a":', b"}").replace(b":}", b":1}"),
              "unclosed": b"[" * 100_000,
              "record": b'[{"id":"1","model":' + nested(100_000) + b"}]"}
    allowed = b'[{"id":"1","model":' + nested(126) + b"}]"  # 128 with the record and the list
    answers = {f"/{name}": lambda _, body=body: reply(body) for name, body in bodies.items()}
    answers["/allowed"] = lambda _: reply(allowed)
    with Folder() as folder, RawVendor(answers) as vendor, Server(folder) as server:
        server.apply(documents(*itertools.chain(*(
            listing(path[1:], vendor, {"model": "JSON"}, limits=ONCE) for path in answers))))
        for name in bodies:
            error = expect_failure(server, name, "JSON_TOO_DEEP")
            print(f"  {name}: {error['message']}", flush=True)
        run = server.run("allowed")
        assert counters(run)["created"] == 1, run


if __name__ == "__main__":
    main(test_24_and_25_answers_of_a_gibibyte, test_26_deep_answers)
