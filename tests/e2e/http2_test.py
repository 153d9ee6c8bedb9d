"""HTTP/2 where the vendor offers it over TLS, and one connection for a whole run."""

import json
import pathlib
import shutil
import subprocess
import sys

from harness import Folder, Process, Server, expect_counters, main, wait_until

PAGES = 40


def make_certificate(folder):
    """An authority and a certificate of it for 127.0.0.1."""
    def openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, cwd=folder)
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.pem")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=vendor",
            "-keyout", "vendor.key", "-out", "vendor.csr")
    (folder / "extensions").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "vendor.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-days", "2", "-extfile", "extensions", "-out", "vendor.pem")
    return (folder / "ca.pem").read_text()


def test_a_run_is_one_connection_of_http_2():
    if shutil.which("node") is None:
        print("skipped: no node (deploy/packages.sh test)")
        sys.exit(77)
    with Folder() as folder:
        authority = make_certificate(folder)
        vendor = Process(["node", pathlib.Path(__file__).with_name("http2_server.js"),
                          folder / "vendor.key", folder / "vendor.pem", PAGES], folder / "vendor.log")
        try:
            wait_until(lambda: vendor.text().strip(), 30, "the vendor")
            url = f"https://127.0.0.1:{vendor.text().split()[0]}"
            with Server(folder) as server:
                server.apply("\n---\n".join(json.dumps(item) for item in [
                    {"kind": "ObjectType", "name": "device", "fields": [
                        {"name": "device_id", "type": "STRING", "required": True, "unique": True}]},
                    {"kind": "Credential", "name": "private", "allowedHosts": ["127.0.0.1"], "none": {},
                     "tls": {"caCertificates": authority}},
                    {"kind": "Integration", "name": "devices", "objectType": "device",
                     "credential": "private", "request": {"url": url + "/devices"},
                     "pagination": {"limitPage": {"limit": 10}}, "records": "@",
                     "mapping": {"syncKeys": ["device_id"], "fields": {"device_id": "id"}}}]))
                expect_counters(server.run("devices"), records=PAGES * 10, pages=PAGES + 1)
        finally:
            vendor.stop()
        counts = json.loads(vendor.text().splitlines()[-1])
        print(f"  {counts}", flush=True)
        assert counts == {"connections": 1, "protocols": {"2.0": PAGES + 1}}, counts


if __name__ == "__main__":
    main(test_a_run_is_one_connection_of_http_2)
