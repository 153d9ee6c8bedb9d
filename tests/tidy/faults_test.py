#!/usr/bin/env python3
"""docs/faults.md names a test for every fault of vendors: each is there, and defined where it says; and each
reason is one that the code knows."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FAULTS = [*range(15, 30), 47]


def rows(text):
    """(fault, what the run does, proof) of each row of the table."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if len(cells) == 4 and cells[0].isdigit():
            yield int(cells[0]), cells[2], cells[3]


def proofs(cell):
    """(file, test) of a cell such as "`a_test.cc` (A.B, A.C), `b_test.py` (test_d)"."""
    for file, tests in re.findall(r"`([^`]+)` \(([^)]*)\)", cell):
        for test in tests.split(", "):
            yield file, test


def is_defined(text, file, test):
    if file.endswith(".py"):
        # Defined, and called by main().
        return re.search(rf"^def {test}\(", text, re.M) and re.search(rf"main\([^)]*\b{test}\b", text)
    suite, name = test.split(".")
    return re.search(rf"^TEST(_F|_P)?\(\s*{suite},\s*{name}\)", text, re.M)


class FaultsTest(unittest.TestCase):
    def setUp(self):
        self.rows = list(rows((ROOT / "docs/faults.md").read_text()))

    def test_every_fault_is_there_in_order(self):
        numbers = [number for number, _, _ in self.rows]
        self.assertEqual(list(dict.fromkeys(numbers)), FAULTS)
        self.assertEqual(numbers, sorted(numbers))

    def test_every_proof_exists(self):
        for number, _, cell in self.rows:
            found = list(proofs(cell))
            self.assertTrue(found, f"fault {number} has no proof")
            for file, test in found:
                with self.subTest(fault=number, file=file, test=test):
                    path = ROOT / file
                    self.assertTrue(path.is_file(), f"{file} is not there")
                    self.assertTrue(is_defined(path.read_text(), file, test), f"{file} does not define {test}")

    def test_every_reason_is_one(self):
        known = set(re.findall(r'"([A-Z0-9_]+)"', (ROOT / "src/base/reason.cc").read_text()))
        for number, outcome, _ in self.rows:
            for word in re.findall(r"`([A-Z]+_[A-Z_]+)`", outcome):
                with self.subTest(fault=number):
                    self.assertIn(word, known)

    def test_what_is_not_there_is_found_out(self):
        self.assertFalse(is_defined("TEST(A, Bc) {", "a_test.cc", "A.B"))
        self.assertFalse(is_defined("// TEST(A, B) {", "a_test.cc", "A.B"))
        self.assertTrue(is_defined("TEST_F(A,\n       B) {", "a_test.cc", "A.B"))
        self.assertFalse(is_defined("def test_a():\n    pass\n", "a_test.py", "test_a"), "never called")
        self.assertTrue(is_defined("def test_a():\n    pass\nmain(test_b,\n     test_a)\n", "a_test.py", "test_a"))


if __name__ == "__main__":
    unittest.main()
