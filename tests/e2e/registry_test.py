"""Real input: the repositories of Debian's docker-registry. A list of scalars, paged by Link header, behind Basic."""

import crypt
import pathlib
import shutil
import sys
import urllib.error

from harness import Folder, Process, Server, expect_counters, free_port, http_json, main, wait_until

REPOSITORIES = 1500
PASSWORD = "registry-password"
DEFINITION = pathlib.Path(__file__).parent / "definitions" / "registry.yaml"
CONFIGURATION = """version: 0.1
log: {{level: error}}
storage: {{filesystem: {{rootdirectory: {root}/store}}, delete: {{enabled: true}}}}
auth: {{htpasswd: {{realm: registry, path: {root}/htpasswd}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""


class Registry:
    """A registry of the test's own, with as many empty repositories as are wanted in its file store."""

    def __init__(self, folder):
        self.root = folder / "registry"
        self.port = free_port()
        self.repositories = self.root / "store" / "docker" / "registry" / "v2" / "repositories"

    def add(self, name):
        for part in ("_layers", "_manifests", "_uploads"):
            (self.repositories / name / part).mkdir(parents=True)

    def remove(self, name):
        shutil.rmtree(self.repositories / name)

    def __enter__(self):
        for number in range(REPOSITORIES):
            self.add(f"team{number % 7}/app-{number:04d}")
        hashed = crypt.crypt(PASSWORD, crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=16))
        (self.root / "htpasswd").write_text(f"puller:{hashed}\n")
        (self.root / "config.yml").write_text(CONFIGURATION.format(root=self.root, port=self.port))
        self.process = Process(["docker-registry", "serve", self.root / "config.yml"], self.root / "log")
        wait_until(self.answers, 60, "the registry")
        return self

    def __exit__(self, *unused):
        self.process.stop()

    def answers(self):
        assert self.process.running(), self.process.text()
        try:
            http_json(f"http://127.0.0.1:{self.port}/v2/")
        except urllib.error.HTTPError as error:
            return error.code == 401
        except OSError:
            pass
        return False


def test_repositories_of_a_real_registry():
    with Folder() as folder, Registry(folder) as registry, Server(folder) as server:
        definition = DEFINITION.read_text().replace("@PORT@", str(registry.port))
        server.apply(definition, env={"REGISTRY_PASSWORD": PASSWORD})
        first = server.run("repositories")
        assert (first["state"], first["verdict"]) == ("STATE_SUCCEEDED", "VERDICT_COMPLETE"), first
        expect_counters(first, pages=15, records=REPOSITORIES, created=REPOSITORIES, rejected=0)
        stored = set(server.psql("SELECT name FROM ws_default.repository").splitlines())
        assert stored == {f"team{n % 7}/app-{n:04d}" for n in range(REPOSITORIES)}, len(stored)

        registry.remove("team0/app-0007")
        registry.add("team9/new")
        second = server.run("repositories")
        expect_counters(second, records=REPOSITORIES, unchanged=REPOSITORIES - 1, created=1, missing=1)

        server.apply(definition, env={"REGISTRY_PASSWORD": "wrong"})
        refused = server.run("repositories", check=False)
        assert refused["error"]["reason"] == "AUTH_FAILED", refused


if __name__ == "__main__":
    if not shutil.which("docker-registry"):
        print("SKIPPED: docker-registry is not installed; tests/run.sh installs it")
        sys.exit(77)
    main(test_repositories_of_a_real_registry)
