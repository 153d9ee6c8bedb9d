#!/usr/bin/env python3
"""Feeds bad samples to the checks: a rule that finds nothing in them would protect nothing."""

import pathlib
import tempfile
import unittest

import source
import tidy


def findings(check, name, text):
    return [finding[2] for finding in check([(name, text)])]


class IncludesTest(unittest.TestCase):
    def breach(self, name, include):
        return findings(tidy.check_includes, name, f'#include {include}\n')

    def test_floors(self):
        self.assertTrue(self.breach("src/json/a.cc", '"store/database.h"'))
        self.assertTrue(self.breach("src/json/a.cc", '"model/row.h"'), "a sibling")
        self.assertTrue(self.breach("src/api/a.cc", '"run/pipeline.h"'))
        self.assertTrue(self.breach("clients/cli/a.cc", '"model/row.h"'))
        self.assertFalse(self.breach("src/store/a.cc", '"json/document.h"'))
        self.assertFalse(self.breach("clients/cli/a.cc", '"base/status.h"'))

    def test_owners(self):
        for include in ("<curl/curl.h>", "<openssl/evp.h>", "<libpq-fe.h>", "<spdlog/spdlog.h>",
                        "<grpcpp/grpcpp.h>", "<CLI/CLI.hpp>", "<yaml-cpp/yaml.h>", "<simdjson.h>",
                        '"xxhash.h"', "<httplib.h>", '"absl/container/flat_hash_map.h"'):
            self.assertTrue(self.breach("src/queue/a.cc", include), include)
        self.assertFalse(self.breach("src/http/a.cc", "<curl/curl.h>"))
        self.assertFalse(self.breach("tests/http/a_test.cc", "<curl/curl.h>"))
        self.assertFalse(self.breach("tests/cli/a_test.cc", "<grpcpp/grpcpp.h>"))
        self.assertTrue(self.breach("src/model/a.h", '"absl/time/time.h"'), "in a header")
        self.assertFalse(self.breach("src/model/a.cc", '"absl/time/time.h"'))

    def test_generated_services(self):
        include = '"syncline/v1/run_service.grpc.pb.h"'
        self.assertTrue(self.breach("src/api/server.cc", include))
        self.assertTrue(self.breach("clients/cli/a.cc", include))
        self.assertFalse(self.breach("src/api/run_service.cc", include))


class SizesTest(unittest.TestCase):
    def test_long_file_line_and_function(self):
        self.assertTrue(findings(tidy.check_sizes, "a.cc", "\n" * 401))
        self.assertFalse(findings(tidy.check_sizes, "a.cc", "\n" * 400))
        self.assertTrue(findings(tidy.check_sizes, "a.cc", "x" * 101))
        body = "  f();\n" * 60
        self.assertTrue(findings(tidy.check_sizes, "a.cc", f"int A::B(int c) const {{\n{body}}}\n"))
        self.assertTrue(findings(tidy.check_sizes, "a.cc",
                                 f"class C {{\n  int B() {{\n{body}  }}\n}};\n"))
        short = "  f();\n" * 58
        self.assertFalse(findings(tidy.check_sizes, "a.cc", f"int B() {{\n{short}}}\n"))

    def test_what_is_no_function(self):
        rows = '    {"a(", 1},\n' * 80
        self.assertFalse(findings(tidy.check_sizes, "a.cc", f"const Row kRows[] = {{\n{rows}}};\n"))
        self.assertFalse(findings(tidy.check_sizes, "a.cc",
                                  "namespace a {\n" + "int b();\n" * 80 + "}\n"))

    def test_braces_in_literals(self):
        text = 'void A() {\n  f("}{{");  // {\n  g(\'{\');\n  h(1\'000);\n}\n'
        self.assertEqual([(1, 5, "A")], list(source.functions(text)))

    def test_a_table_is_no_function(self):
        text = "constexpr auto kTable = std::to_array<Row>({\n  {1, f(2)},\n  {3, 4},\n});\n"
        self.assertEqual([], list(source.functions(text)))


class WordsTest(unittest.TestCase):
    def test_banned(self):
        for line in ("thread.detach();", "std::this_thread::sleep_for(x);", "usleep(3);",
                     "std::regex r;", "std::chrono::steady_clock::now();", 'getenv("A");',
                     'Run("SELECT a FROM t");', 'Run("INSERT INTO t");', "// TODO: later", "// FIXME",
                     "absl::Mutex m;", "std::format(x);"):
            self.assertTrue(findings(tidy.check_words, "src/queue/a.cc", line + "\n"), line)

    def test_allowed_places_and_comments(self):
        self.assertFalse(findings(tidy.check_words, "src/base/clock.cc", "system_clock::now();"))
        self.assertFalse(findings(tidy.check_words, "src/app/config.cc", 'getenv("A");'))
        self.assertFalse(findings(tidy.check_words, "src/queue/a.cc", "// never sleep_for here\n"))
        self.assertFalse(findings(tidy.check_words, "src/store/a.cc", 'Run("SELECT a FROM t");'))
        self.assertFalse(findings(tidy.check_words, "src/queue/a.cc", 'Run("SELECT 1");'))

    def test_names_and_headers(self):
        for name in ("src/json/json_util.h", "src/json/common.cc", "src/run/run_manager.cc"):
            self.assertTrue(findings(tidy.check_words, name, ""), name)
        self.assertFalse(findings(tidy.check_words, "src/http/curl_transport.cc", ""))
        self.assertTrue(findings(tidy.check_words, "src/json/a.h", "using namespace std;\n"))


class TreeTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def test_missing_tests(self):
        self.write("tests/tidy/untested.txt", "src/json/listed.cc tests/json/a_test.cc does\n"
                                              "src/json/gone.cc because\nsrc/json/bare.cc\n")
        files = [(f"src/json/{stem}.cc", "") for stem in ("a", "b", "c", "listed", "bare")]
        files.append(("tests/json/a_test.cc", '#include "json/c.h"\n'))
        names = [finding[0] for finding in tidy.check_tests(self.root, files)]
        self.assertEqual(["src/json/b.cc", "src/json/bare.cc", "tests/tidy/untested.txt"],
                         sorted(names), "no test; no reason; a line for nothing")

    def test_protos(self):
        self.write("proto/a.proto", "message A {\n  // Yes.\n  message B {}\n}\nservice S {\n"
                                    "  rpc Get(A) returns (A);\n}\nmessage GetRequest {\n}\n")
        self.assertEqual(3, len(list(tidy.check_protos(self.root))))

    def test_coverage(self):
        self.write("proto/a.proto", "message A {\n  int32 page_size = 1;\n  map<string, B> vars = 2;\n}\n")
        self.write("tests/a_test.py", "x, y")
        self.write("docs/b.md", "name: z")
        head = "# Page\n\n| need | share | field | proof |\n|---|---:|---|---|\n"
        rows = {
            "| a | 1 % | `pageSize`, `A.vars.pageSize` | `tests/a_test.py` (x, z) |": 0,
            "| a \\| b | 1 % | `if(a)`, `\"x.y\"`, none | `tests/a_test.py` |": 0,
            "| a | 1 % | `page_size` | `tests/a_test.py` |": 1,
            "| a | 1 % | `vars.size` | `tests/a_test.py` |": 1,
            "| a | 1 % | `vars` | `tests/gone_test.py` |": 1,
            "| a | 1 % | `vars` | `tests/a_test.py` (x, w) |": 1,
            "| a | 1 % | `vars` | by itself |": 1,
            "| a | 1 % | `vars` |": 1,
        }
        for row, count in rows.items():
            self.write("docs/coverage.md", head + row + "\n")
            found = list(tidy.check_coverage(self.root))
            self.assertEqual(count, len(found), f"{row}: {found}")
        self.write("docs/coverage.md", "## Gaps\n\n| need | share | what |\n|---|---|---|\n| a | 1 % | none |\n")
        self.assertFalse(list(tidy.check_coverage(self.root)))
        self.write("docs/coverage.md", "## Time\n\n| need | proof |\n|---|---|\n")
        self.assertEqual(1, len(list(tidy.check_coverage(self.root))))

    def test_dead_header(self):
        files = [("src/json/a.h", ""), ("src/json/b.h", ""), ("src/json/a.cc", '#include "json/a.h"')]
        self.assertEqual(["src/json/b.h"], [f[0] for f in tidy.check_dead_headers(files)])

    def test_format(self):
        self.write(".clang-format", "BasedOnStyle: Google\n")
        self.write("src/a.cc", "int  a ( ) {return 1 ;}\n")
        found = list(tidy.check_format(self.root, [("src/a.cc", "")]))
        try:
            tidy.subprocess.run(["clang-format", "--version"], check=True, capture_output=True)
        except FileNotFoundError:
            self.skipTest("clang-format is not installed")
        self.assertEqual(1, len(found))

    def test_main_says_so(self):
        self.write("src/json/a.cc", "thread.detach();\n")
        self.assertEqual(1, tidy.main([str(self.root), "words"]))
        self.assertEqual(0, tidy.main([str(self.root), "sizes"]))


if __name__ == "__main__":
    unittest.main()
