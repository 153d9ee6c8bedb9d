"""Signatures for AWS, judged by an independent implementation: aws4 of npm."""

import json
import re
import shutil
import subprocess
import sys

from harness import BUILD, Folder, Process, ROOT, find_binary, main, wait_until

AWS4 = "1.13.2"
COUNT = 10_000


def aws4_folder():
    """Installed into the build folder when it is not there yet; ends the test as skipped without npm."""
    folder = BUILD / "aws4"
    package = folder / "node_modules" / "aws4"
    if not (package / "package.json").is_file():
        if not shutil.which("npm") or not shutil.which("node"):
            print("SKIPPED: no independent judge of AWS signatures: npm is not installed")
            sys.exit(77)
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(["npm", "install", "--no-save", "--no-audit", "--no-fund", "--silent",
                               "--prefix", str(folder), f"aws4@{AWS4}"], timeout=120)
        if done.returncode != 0:
            print("SKIPPED: no independent judge of AWS signatures: npm could not install aws4")
            sys.exit(77)
    return package


def test_ten_thousand_requests_are_accepted_and_refused_when_a_byte_changes():
    package = aws4_folder()
    with Folder() as folder:
        server = Process(["node", ROOT / "tests/e2e/aws4_server.js", package], folder / "aws4.log")
        try:
            port = wait_until(lambda: re.search(r"port (\d+)", server.text()), 30, "the verifier")[1]
            driver = subprocess.run([find_binary("aws_driver"), port, str(COUNT), "20150830"],
                                    capture_output=True, text=True, timeout=300)
            assert driver.returncode == 0, driver.stdout + driver.stderr
            print(driver.stdout.strip())
            server.stop()
            counts = json.loads(server.text().splitlines()[-1])
            assert counts == {"accepted": COUNT, "refused": COUNT}, counts
        finally:
            server.kill()


if __name__ == "__main__":
    main(test_ten_thousand_requests_are_accepted_and_refused_when_a_byte_changes)
