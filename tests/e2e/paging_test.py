"""Every definition of docs/requests.md and docs/paging.md, applied as it stands there, against vendors that behave as
the pages say: the objects are the vendor's records, one by one; and what is said about ends that are none."""

import re

from definitions import documents
from harness import ROOT, Folder, Server, expect_counters, main
from paging_vendor import COUNT, Vendor, mails

PLACEHOLDER = "https://api.vendor.example"


def definitions_of(page):
    """The YAML documents of a page: (name of the integration, text)."""
    found = []
    for block in re.findall(r"^```yaml\n(.*?)^```", (ROOT / "docs" / page).read_text(), re.S | re.M):
        for document in block.split("\n---\n"):
            found.append((re.search(r"^name: (.*)$", document, re.M)[1], document))
    return found


def stored(server, prefix):
    text = server.psql('SELECT email FROM ws_default."user" '
                       f"WHERE email ~ '^{prefix}-[0-9]+@' ORDER BY email")
    return sorted(text.split())


def check_page(page, requests):
    """`requests`: how many each integration needs, where it is not three."""
    with Folder() as folder, Vendor() as vendor, Server(folder) as server:
        cases = definitions_of(page)
        assert cases, page
        server.apply("\n---\n".join(text.replace(PLACEHOLDER, vendor.url) for _, text in cases))
        for name, _ in cases:
            kind = name.split("-", 1)[1]
            run = server.run(name)
            assert run["state"] == "STATE_SUCCEEDED", (name, run)
            assert run["verdict"] == "VERDICT_COMPLETE", (name, run)
            expect_counters(run, records=COUNT, rejected=0)
            sent = int(run["counters"]["requests"])
            assert sent == requests.get(kind, 3), f"{name}: {sent} requests"
            # Another list of the same vendor wrote these objects already.
            kind = {"parallel": "offset", "graphql": "graphql-pages" if page == "paging.md" else kind}.get(kind, kind)
            assert stored(server, kind) == mails(kind), (name, stored(server, kind))
        automatic = [name for name, _ in cases if name.endswith("-automatic")]
        for name in automatic:
            events = server.psql("SELECT payload->>'paging' FROM syncline.run_event e JOIN syncline.run r "
                                 f"USING (run_id) WHERE r.integration_id = '{name}' AND e.kind = "
                                 "'page_committed' ORDER BY sequence").splitlines()
            assert "response.next_cursor" in events[0] and not any(events[1:]), events


def test_requests_of_the_manual():
    check_page("requests.md", dict.fromkeys(
        ("tenant", "parameters", "json", "form", "text", "graphql"), 1))


def test_paging_of_the_manual():
    check_page("paging.md", {"offset-in-body": 4, "last-record": 4, "composite": 4})


def test_a_list_that_is_not_whole_is_no_complete_run():
    with Folder() as folder, Vendor() as vendor, Server(folder) as server:
        # Twice the number that it serves: total is told, and never reached.
        definition = dict(
            kind="Integration", name="short", objectType="user", records="values",
            request={"url": f"{vendor.url}/offset"},
            pagination={"limitOffset": {"limit": 3, "limitParameter": "max", "offsetParameter": "startAt"},
                        "total": "sum([response.total, response.total])"},
            mapping={"syncKeys": ["email"], "fields": {"email": "mail"}})
        server.apply(documents(definition))
        run = server.run("short")
        assert (run["state"], run["verdict"]) == ("STATE_SUCCEEDED", "VERDICT_PARTIAL"), run
        assert run["error"]["reason"] == "LIST_INCOMPLETE", run
        assert run["error"]["metadata"] == {"total": "16", "records": "8"}, run
        expect_counters(run, records=COUNT, created=COUNT, missing=0)
        shown = server.cli("run", "short").stdout
        assert "partial: not everything was seen" in shown and "LIST_INCOMPLETE" in shown, shown


if __name__ == "__main__":
    main(test_requests_of_the_manual, test_paging_of_the_manual,
         test_a_list_that_is_not_whole_is_no_complete_run)
