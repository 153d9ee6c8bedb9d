"""HashiCorp Vault as far as Syncline speaks with it: its transit engine with the key `syncline`, over
HTTP, in this process. It can go away and come back, and it remembers what it wrapped."""

import base64
import http.server
import json
import threading

from harness import free_port

TOKEN = "scripted-vault-token"


class Transit(http.server.BaseHTTPRequestHandler):
    """HTTP/1.0: no connection outlives its answer, so that closing the port is enough to be away."""

    vault = None

    def log_message(self, *unused):  # pylint: disable=arguments-differ
        pass

    def do_GET(self):  # pylint: disable=invalid-name
        self.answer(None)

    def do_POST(self):  # pylint: disable=invalid-name
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(json.loads(body))

    def answer(self, body):
        status, data = self.vault.handle(self.path, self.headers.get("X-Vault-Token"), body)
        text = json.dumps({"data": data} if status == 200 else {"errors": [data]}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


class Vault:
    def __init__(self, folder):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.token_file = folder / "vault-token"
        self.token_file.touch(mode=0o600)
        self.token_file.write_text(TOKEN)
        self.lock = threading.Lock()
        self.held = []  # (plaintext in base64, associated data): what the ciphertexts stand for
        self.calls = 0
        self.sealed = False
        self.server = None
        self.thread = None

    def __enter__(self):
        self.come()
        return self

    def __exit__(self, *unused):
        self.leave()

    def arguments(self):
        return ["--vault-address", self.url, "--vault-token-file", self.token_file,
                "--vault-transit-key", "transit/syncline"]

    def come(self):
        handler = type("Bound", (Transit,), {"vault": self})
        http.server.ThreadingHTTPServer.allow_reuse_address = True
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    def leave(self):
        """Whoever connects is refused from now on."""
        if self.server is None:
            return
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
        self.server = None

    def handle(self, path, token, body):
        with self.lock:
            self.calls += 1
            if self.sealed:
                return 503, "Vault is sealed"
            if token != TOKEN:
                return 403, "permission denied"
            if path == "/v1/transit/keys/syncline":
                return 200, {"latest_version": 1, "min_decryption_version": 1, "derived": False}
            if path == "/v1/transit/encrypt/syncline":
                self.held.append((body["plaintext"], body["associated_data"]))
                number = base64.b64encode(f"{len(self.held) - 1:09}".encode()).decode()
                return 200, {"ciphertext": f"vault:v1:{number}"}
            if path == "/v1/transit/decrypt/syncline":
                number = int(base64.b64decode(body["ciphertext"].removeprefix("vault:v1:")))
                plaintext, associated_data = self.held[number]
                if associated_data != body["associated_data"]:
                    return 400, "cipher: message authentication failed"
                return 200, {"plaintext": plaintext}
            return 404, "no handler for route"
