"""Conditional requests: the definition of docs/rate-limits.md against a vendor that knows Last-Modified. What did
not change is one request without a body; what did comes whole."""

import email.utils
import http.server
import json
import re
import threading
import time

from harness import ROOT, Folder, Server, expect_counters, main


class Vendor:
    """One list, which says when it changed; notes how each request was answered."""

    def __init__(self):
        outer = self
        self.items = [{"mail": f"user-{number}@vendor.example"} for number in range(3)]
        self.changed = int(time.time()) - 3600
        self.answered = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                since = self.headers.get("If-Modified-Since")
                known = since and email.utils.parsedate_to_datetime(since).timestamp() >= outer.changed
                outer.answered.append((since, 304 if known else 200))
                body = b"" if known else json.dumps(outer.items).encode()
                self.send_response(304 if known else 200)
                self.send_header("Last-Modified", email.utils.formatdate(outer.changed, usegmt=True))
                if not known:
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *unused):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.server.shutdown()
        self.server.server_close()


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
