"""What tests/tidy holds the code to. Each list is the whole of a rule; a waiver carries its reason."""

# Floor of each folder of src: a folder includes itself and lower floors only.
FLOORS = {
    "base": 0,
    "model": 1, "json": 1,
    "xml": 2, "expression": 2, "secret": 2, "http": 2,
    "decode": 3, "reshape": 3, "request": 3, "paging": 3, "mapping": 3, "store": 3,
    "auth": 4,
    "pull": 5, "queue": 5, "load": 5, "event": 5, "credential": 5,
    "run": 6,
    "api": 7,
    "app": 8,
}

# The API and the executor meet in tables only.
NEVER_INCLUDES = {"api": {"run"}}

# First part of a third-party include -> the places that may use it (prefixes of paths).
OWNERS = {
    "simdjson": ["src/json/"],
    "pugixml.hpp": ["src/xml/"],
    "zlib.h": ["src/decode/", "tests/"],
    "curl/": ["src/http/"],
    "openssl/": ["src/secret/", "tests/support/"],  # certificates of the test server
    "libpq-fe.h": ["src/store/", "tests/support/"],
    "libpq/": ["src/store/"],
    "pqxx/": ["src/store/"],
    "spdlog/": ["src/base/"],
    "xxhash.h": ["src/base/"],
    "grpc/": ["src/api/", "clients/cli/"],
    "grpcpp/": ["src/api/", "clients/cli/"],
    "CLI/": ["src/app/", "src/main.cc", "clients/cli/", "tests/demo_vendor/"],
    "yaml-cpp/": ["clients/cli/"],
    "httplib.h": ["tests/"],
    "prometheus/": ["src/base/"],
}
# A test may use the libraries of the folder that it tests: tests/x/ stands for src/x/.
TESTS_OF = {"tests/cli/": "clients/cli/"}
# Programs of tests/bench and tests/fuzz measure libraries bare; that is their purpose.
OWNER_FREE = ["tests/bench/", "tests/fuzz/"]

# The abseil headers that are everyone's; time zones stay inside .cc files.
ABSL_EVERYWHERE = ("absl/status/", "absl/strings/cord.h", "absl/strings/string_view.h")
ABSL_IN_SOURCES = ("absl/time/",)

LINES_MAX = 400
FUNCTION_LINES_MAX = 60
COLUMNS_MAX = 100

# Pattern, where it is allowed (prefixes), what to write instead.
BANNED = [
    (r"\bdetach\s*\(", [], "no detached threads: give every thread an owner that joins it"),
    (r"\bsleep_for\b|\bsleep_until\b|\busleep\s*\(|\bnanosleep\s*\(", [],
     "no sleeps: wait on a condition or on base::Clock"),
    (r"\bstd::w?regex\b|#include\s*<regex>", [], "std::regex has no bound on its cost"),
    (r"_clock::now\s*\(", ["src/base/", "tests/bench/", "tests/e2e/"],
     "time is passed in: base::Clock"),
    (r"\bgetenv\b|\benviron\b", ["src/app/", "clients/cli/", "tests/"],
     "the environment is read in app and clients/cli only"),
    (r"\"[^\"\n]*\b(SELECT\s(?!1\")|INSERT\s+INTO\s|DELETE\s+FROM\s|UPDATE\s+\S+\s+SET\s)",
     # The embedded cluster is set up before there is a database that store could open.
     ["src/store/", "src/app/embedded_postgres.cc", "tests/"],
     "SQL lives in store (a bare SELECT 1 is only a sign of life)"),
    (r"\b(TODO|FIXME|XXX|HACK)\b", [], "finish it, or say in words what is not done"),
    (r"\babsl::Mutex\b|absl/synchronization", [], "std::mutex: the thread sanitizer sees it"),
    (r"\bstd::(format|views::|source_location)\b", [], "this toolchain cannot compile it"),
    (r"#include\s*<(format|source_location)>", [], "this toolchain cannot compile it"),
]

# Services of the contract are compiled slowly; each is included once, and by few tests.
GRPC_GENERATED = r"\.grpc\.pb\.h"
GRPC_GENERATED_ALLOWED = r"^(src/api/\w+_service|tests/api/\w+_(pg)?test)\.cc$"

FILE_NAMES_BANNED = r"(^|_)(utils?|common|helpers?|manager|misc)(_|\.|$)"

# Sources that no test file names or includes, each with what tests it instead.
WITHOUT_TEST_FILE = "untested.txt"

# The page that says which field says what and which test proves it. Its tables have these columns; a
# need without a field stands under the heading of gaps, whose rows name no test.
COVERAGE = "docs/coverage.md"
COVERAGE_COLUMNS = ["need", "share", "field", "proof"]
COVERAGE_GAPS = "Gaps"
