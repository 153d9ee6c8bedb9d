"""Real input: npm's json-server with 5,000 people and the notes of some of them: `_page` and `_limit`, Link and total
headers, parents and children."""

import json
import pathlib
import shutil
import subprocess
import sys

from harness import BUILD, Folder, Process, Server, expect_counters, free_port, http_json, main, wait_until

VERSION = "0.17.4"
PEOPLE = 5000
WRITERS = 40
DEFINITION = pathlib.Path(__file__).parent / "definitions" / "json_server.yaml"


def command():
    """The server's program; installed once per build folder. Exits 77 where it cannot be had."""
    folder = BUILD / "json-server"
    program = folder / "node_modules" / ".bin" / "json-server"
    if not program.exists():
        if not shutil.which("npm") or not shutil.which("node"):
            print("SKIPPED: nodejs and npm are not installed (deploy/packages.sh test)", file=sys.stderr)
            sys.exit(77)
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(["npm", "install", "--no-save", "--no-audit", "--no-fund", "--silent", "--prefix",
                               folder, f"json-server@{VERSION}"], check=False)
        if done.returncode != 0:
            print("SKIPPED: npm could not install json-server", file=sys.stderr)
            sys.exit(77)
    return program


def notes_of(person):
    """Writers have 0 to 24 notes each: none, less than a page, exactly a page, and more."""
    return (person * 5) % 25


def database():
    people = [{"id": n, "name": f"Person {n}", "email": f"person{n}@example.com", "writes": n <= WRITERS}
              for n in range(1, PEOPLE + 1)]
    notes = [{"id": 1000 * n + i, "userId": n, "title": f"Note {i} of {n}"}
             for n in range(1, WRITERS + 1) for i in range(notes_of(n))]
    return {"users": people, "notes": notes}


class JsonServer:
    def __init__(self, folder):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        path = folder / "database.json"
        path.write_text(json.dumps(database()))
        self.process = Process([command(), "--host", "127.0.0.1", "--port", self.port, "--quiet", path],
                               folder / "json-server.log")

    def __enter__(self):
        wait_until(self.answers, 60, "json-server")
        return self

    def __exit__(self, *unused):
        self.process.stop()

    def answers(self):
        assert self.process.running(), self.process.text()
        try:
            return http_json(f"{self.url}/users/1") is not None
        except OSError:
            return False


def test_people_and_their_notes():
    with Folder() as folder, JsonServer(folder) as vendor, Server(folder) as server:
        server.apply(DEFINITION.read_text().replace("@PORT@", str(vendor.port)))
        people = server.run("people")
        assert (people["state"], people["verdict"]) == ("STATE_SUCCEEDED", "VERDICT_COMPLETE"), people
        expect_counters(people, pages=50, records=PEOPLE, created=PEOPLE, rejected=0)
        assert int(people["counters"]["totalRecords"]) == PEOPLE, people

        # Four pages on the wire at once, of another list: the same objects, and all of them.
        by_number = server.run("people-by-number")
        assert by_number["verdict"] == "VERDICT_COMPLETE", by_number
        expect_counters(by_number, pages=50, records=PEOPLE, created=0, rejected=0)
        emails = server.psql('SELECT count(DISTINCT email), count(*) FROM ws_default."user"')
        assert emails == f"{PEOPLE}|{PEOPLE}", emails

        expected = {str(note["id"]): [note["title"], f"Person {note['userId']}"] for note in database()["notes"]}
        notes = server.run("notes")
        assert (notes["state"], notes["verdict"]) == ("STATE_SUCCEEDED", "VERDICT_COMPLETE"), notes
        expect_counters(notes, records=len(expected), created=len(expected), rejected=0)
        stored = json.loads(server.psql(
            "SELECT jsonb_object_agg(note_id, jsonb_build_array(title, author)) FROM ws_default.note"))
        assert stored == expected, f"{len(stored)} stored, {len(expected)} told"

        http_json(f"{vendor.url}/notes/1001", method="DELETE")
        again = server.run("notes")
        expect_counters(again, unchanged=len(expected) - 1, missing=1, created=0)

        http_json(f"{vendor.url}/users/77", method="DELETE")
        fewer = server.run("people")
        expect_counters(fewer, unchanged=PEOPLE - 1, missing=1, created=0)


if __name__ == "__main__":
    main(test_people_and_their_notes)
