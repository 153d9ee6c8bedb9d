"""The OAuth server that the tests sign in at: `oidc-provider` (npm), and a person who consents."""

import base64
import html
import http.cookiejar
import json
import pathlib
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request

from definitions import FAR_FROM_NOW
from harness import BUILD, Process, free_port, http_json, wait_until

HERE = pathlib.Path(__file__).resolve().parent
VERSION = "8.8.1"


def modules():
    """The folder with the server; installed once per build folder. Exits 77 where it cannot be had."""
    folder = BUILD / "oidc-provider"
    if not (folder / "node_modules" / "oidc-provider").is_dir():
        if not shutil.which("npm") or not shutil.which("node"):
            print("SKIPPED: nodejs and npm are not installed (deploy/packages.sh test)", file=sys.stderr)
            sys.exit(77)
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--silent", "--prefix", folder,
             f"oidc-provider@{VERSION}"], check=False)
        if done.returncode != 0:
            print("SKIPPED: npm could not install oidc-provider", file=sys.stderr)
            sys.exit(77)
    return folder


class Provider(Process):
    def __init__(self, folder, lifetime=60):
        self.signer = signer_key(folder)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.host = f"127.0.0.1:{self.port}"
        env = {"MODULES": str(modules()), "LIFETIME": str(lifetime),
               "SIGNER_JWK": json.dumps(self.signer[1])}
        super().__init__(["node", HERE / "oauth" / "provider.mjs", self.port], folder / "provider.log",
                         env)
        wait_until(self.answers, 60, "the OAuth server")

    def __enter__(self):
        return self

    def __exit__(self, kind, *unused):
        if kind is not None:
            sys.stderr.write(f"--- provider (end) ---\n{self.text()[-3000:]}\n")
        self.kill()

    def answers(self):
        assert self.running(), self.text()
        return "ready" in self.text().splitlines()

    def ledger(self):
        return http_json(self.url + "/control/ledger")

    def requests(self, grant):
        return self.ledger()["token"].get(grant, 0)

    def control(self, path):
        return http_json(f"{self.url}/control/{path}", method="POST", data={})


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *unused):
        return None


class Person:
    """A browser with cookies that fills in every form that it is shown."""

    def __init__(self):
        self.opener = urllib.request.build_opener(
            NoRedirect, urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def get(self, url, form=None):
        """(status, location, body)"""
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        try:
            with self.opener.open(url, data, timeout=30) as answer:
                return answer.status, None, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers.get("Location"), error.read().decode()

    def walk(self, url, answers=None, until=None):
        """Follows redirects and fills in forms; ends at a URL that starts with `until`, or at a page
        without a form, whose text it returns."""
        form = None
        for _ in range(30):
            status, location, body = self.get(url, form)
            form = None
            if location:
                url = urllib.parse.urljoin(url, location)
                if until and url.startswith(until):
                    return url
                continue
            assert status == 200, (status, url, body[:2000])
            found = re.search(r"<form[^>]*action=\"([^\"]+)\"[^>]*>(.*?)</form>", body, re.S)
            if not found:
                return body
            form = {}
            for name, value in re.findall(
                    r"<input[^>]*name=\"([^\"]+)\"(?:[^>]*value=\"([^\"]*)\")?", found.group(2)):
                form[name] = html.unescape(value)
            form.update({name: value for name, value in
                         {"login": "ada", "password": "secret", **(answers or {})}.items()
                         if name in form})
            url = urllib.parse.urljoin(url, html.unescape(found.group(1)))
        raise AssertionError(f"too many steps, last {url}")

    def consent(self, authorization_url, redirect_uri):
        """What the provider sends back: {"state": …, "code": …}"""
        final = self.walk(authorization_url, until=redirect_uri)
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(final).query))


def signer_key(folder):
    """A key for private_key_jwt: (path of the PEM, public JWK)."""
    path = folder / "signer.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048",
                    "-out", path], check=True, capture_output=True)
    modulus = subprocess.run(["openssl", "rsa", "-in", path, "-noout", "-modulus"], check=True,
                             capture_output=True, text=True).stdout.strip().split("=")[1]
    encoded = base64.urlsafe_b64encode(bytes.fromhex(modulus)).rstrip(b"=").decode()
    return path, {"kty": "RSA", "n": encoded, "e": "AQAB", "alg": "RS256", "use": "sig", "kid": "k1"}


def credential(provider, name, **oauth2):
    return {"kind": "Credential", "name": name, "allowedHosts": [provider.host],
            "oauth2": {"tokenUrl": f"{provider.url}/token", **oauth2}}


def integration(provider, name, credential_name, **query):
    return {"kind": "Integration", "name": name, "objectType": "user", "credential": credential_name,
            "request": {"url": f"{provider.url}/api/people",
                        "query": {"list": name, **{k: str(v) for k, v in query.items()}}},
            "pagination": {"limitOffset": {"limit": 10, "offsetParameter": "offset",
                                           "limitParameter": "limit"}},
            "records": "people", "schedule": FAR_FROM_NOW,
            "mapping": {"syncKeys": ["email"], "fields": {"email": "email", "first_name": "name"}}}
