"""Conditional requests: the definition of docs/rate-limits.md against a vendor that knows Last-Modified. What did
not change is one request without a body; what did comes whole."""

import email.utils
import re
import time

from harness import ROOT, Folder, Server, expect_counters, main
from http_vendor import HttpVendor


class Vendor(HttpVendor):
    """One list, which says when it changed; notes how each request was answered."""

    methods = ("GET",)

    def __init__(self):
        super().__init__()
        self.items = [{"mail": f"user-{number}@vendor.example"} for number in range(3)]
        self.changed = int(time.time()) - 3600
        self.answered = []

    def answer(self, request):
        since = request.headers.get("If-Modified-Since")
        known = since and email.utils.parsedate_to_datetime(since).timestamp() >= self.changed
        status = 304 if known else 200
        self.answered.append((since, status))
        self.reply(request, status, self.items, {"Last-Modified": email.utils.formatdate(self.changed, usegmt=True)})


def example(vendor):
    page = (ROOT / "docs" / "rate-limits.md").read_text()
    block = next(text for text in re.findall(r"```yaml\n(.*?)```", page, re.S) if "If-Modified-Since" in text)
    return block.replace("https://files.vendor.example", vendor.url)


def test_what_did_not_change_is_not_sent_again():
    with Folder() as folder, Vendor() as vendor, Server(folder) as server:
        server.apply(example(vendor))
        first = server.run("staff-list")
        expect_counters(first, records=3, created=3, pages=1)
        assert vendor.answered == [(None, 200)], vendor.answered

        run = server.run("staff-list")
        expect_counters(run, records=0, pages=1, missing=0)
        assert run["state"] == "STATE_SUCCEEDED" and run["verdict"] == "VERDICT_COMPLETE", run
        assert run["counters"].get("responseBytes", "0") == "0", run
        stamp = email.utils.formatdate(vendor.changed, usegmt=True)
        assert vendor.answered[1:] == [(stamp, 304)], vendor.answered

        vendor.changed += 600
        vendor.items.append({"mail": "user-3@vendor.example"})
        expect_counters(server.run("staff-list"), records=4, created=1, unchanged=3)
        expect_counters(server.run("staff-list"), records=0)
        assert [status for _, status in vendor.answered] == [200, 304, 200, 304], vendor.answered
        # A full run asks without the condition, so that it can tell what is gone.
        server.cli("run", "staff-list", "--full")
        assert vendor.answered[-1] == (None, 200), vendor.answered


if __name__ == "__main__":
    main(test_what_did_not_change_is_not_sent_again)
