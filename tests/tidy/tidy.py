#!/usr/bin/env python3
"""Reads the repository and fails on a breach of its rules (rules.py). Usage: tidy.py ROOT [CHECK...]"""

import pathlib
import re
import subprocess
import sys

import rules
import source


def files_below(root, folders, suffixes):
    for folder in folders:
        base = root / folder
        found = sorted(base.rglob("*")) if base.is_dir() else [base] if base.is_file() else []
        for path in found:
            if path.suffix in suffixes and "generated" not in path.parts:
                yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")


def code_files(root):
    return list(files_below(root, ["src", "clients/cli", "tests"], {".h", ".cc"}))


def owner_place(name):
    """Where a test's right to a library comes from: the folder that it tests."""
    for tests, folder in rules.TESTS_OF.items():
        if name.startswith(tests):
            return folder + name[len(tests):]
    match = re.match(r"tests/(\w+)/(.*)", name)
    return f"src/{match[1]}/{match[2]}" if match and match[1] in rules.FLOORS else name


def check_includes(files):
    for name, text in files:
        folder = name.split("/")[1] if name.startswith("src/") and name.count("/") > 1 else None
        for line, include, quoted in source.includes(text):
            target = include.split("/")[0]
            if folder in rules.FLOORS and target in rules.FLOORS and target != folder:
                above = rules.FLOORS[target] >= rules.FLOORS[folder]
                if above or target in rules.NEVER_INCLUDES.get(folder, ()):
                    yield name, line, f"{folder} must not include {target}: {include}"
            if name.startswith("clients/cli/") and target in rules.FLOORS and target != "base":
                yield name, line, f"the command may include base only, not {include}"
            yield from check_owner(name, line, include)


def check_owner(name, line, include):
    if name.startswith(tuple(rules.OWNER_FREE)):
        return
    for library, places in rules.OWNERS.items():
        if include.startswith(library):
            if not name.startswith(tuple(places)) and not owner_place(name).startswith(tuple(places)):
                yield name, line, f"{include} belongs to {', '.join(places)}"
    if include.startswith("absl/") and not include.startswith(rules.ABSL_EVERYWHERE):
        if not (include.startswith(rules.ABSL_IN_SOURCES) and name.endswith(".cc")):
            yield name, line, f"{include}: of abseil only Status, and times inside .cc files"
    if re.search(rules.GRPC_GENERATED, include):
        if not re.match(rules.GRPC_GENERATED_ALLOWED, name):
            yield name, line, f"{include} may be included in src/api/*_service.cc only"


def check_sizes(files):
    for name, text in files:
        lines = text.splitlines()
        if len(lines) > rules.LINES_MAX:
            yield name, len(lines), f"{len(lines)} lines; a file has at most {rules.LINES_MAX}"
        for number, line in enumerate(lines, 1):
            if len(line) > rules.COLUMNS_MAX:
                yield name, number, f"{len(line)} columns; at most {rules.COLUMNS_MAX}"
        for number, length, title in source.functions(text):
            if length > rules.FUNCTION_LINES_MAX:
                yield name, number, (f"{title} has {length} lines; "
                                     f"a function has at most {rules.FUNCTION_LINES_MAX}")


def check_words(files):
    for name, text in files:
        stem = name.rsplit("/", 1)[1]
        if re.search(rules.FILE_NAMES_BANNED, stem):
            yield name, 1, "a name that promises nothing; say what is in the file"
        code = source.without_comments(text)
        for pattern, allowed, advice in rules.BANNED:
            if name.startswith(tuple(allowed)):
                continue
            # Unfinished work is written in comments.
            searched = text if "TODO" in pattern else code
            for match in re.finditer(pattern, searched):
                yield name, searched.count("\n", 0, match.start()) + 1, f"{match[0].strip()}: {advice}"
        if name.endswith(".h"):
            for match in re.finditer(r"^\s*using namespace\b", code, re.M):
                yield name, code.count("\n", 0, match.start()) + 1, "using namespace in a header"


def check_tests(root, files):
    names = {name for name, _ in files}
    reasons = {}
    listing = root / "tests/tidy" / rules.WITHOUT_TEST_FILE
    for number, line in enumerate(listing.read_text().splitlines() if listing.exists() else [], 1):
        if line.strip() and not line.startswith("#"):
            path, _, reason = line.partition(" ")
            reasons[path] = (number, reason.strip())
    place = f"tests/tidy/{rules.WITHOUT_TEST_FILE}"
    # A source has a test when a test file bears its name, or includes its header.
    used = {include for name, text in files if re.search(r"_(pg)?test\.cc$", name)
            for _, include, _ in source.includes(text)}
    for name in sorted(names):
        if not name.startswith("src/") or not name.endswith(".cc") or name == "src/main.cc":
            continue
        stem = name[len("src/"):-len(".cc")]
        tested = any(f"tests/{stem}_{kind}.cc" in names for kind in ("test", "pgtest"))
        tested = tested or f"{stem}.h" in used
        if tested and name in reasons:
            yield place, reasons[name][0], f"{name} has a test now; remove the line"
        if not tested and not reasons.get(name, (0, ""))[1]:
            yield name, 1, f"has no test file; write tests/{stem}_test.cc, or say in {place} what tests it"
    for path, (number, reason) in reasons.items():
        for mentioned in [path, *re.findall(r"tests/\S+\.cc", reason)]:
            if mentioned not in names:
                yield place, number, f"{mentioned} does not exist"


def check_dead_headers(files):
    included = {include for _, text in files for _, include, _ in source.includes(text)}
    for name, _ in files:
        if not name.endswith(".h"):
            continue
        short = re.sub(r"^(src|clients)/", "", name)
        if short not in included and name not in included:
            yield name, 1, "no file includes this header"


def check_protos(root):
    for name, text in files_below(root, ["proto"], {".proto"}):
        lines = text.splitlines()
        for number, line in enumerate(lines, 1):
            match = re.match(r"\s*(rpc|message|enum|service)\s+(\w+)", line)
            if not match or not match[1] in ("rpc", "message", "service"):
                continue
            # The name of a request, a response or an empty message says all there is to say.
            if re.search(r"(Request|Response)$", match[2]) or line.rstrip().endswith("{}"):
                continue
            if number < 2 or not lines[number - 2].strip().startswith("//"):
                yield name, number, f"{match[1]} {match[2]} has no comment"


def proto_fields(root):
    """Names of fields of the contract, as JSON spells them."""
    names = set()
    for _, text in files_below(root, ["proto"], {".proto"}):
        for name in re.findall(r"^\s*(?:optional |repeated )?(?:map<[^>]*>|[\w.]+) (\w+) = \d+\s*[;\[]", text, re.M):
            names.add(re.sub(r"_(\w)", lambda match: match[1].upper(), name))
    return names


def check_coverage(root):
    """The page of what can be said: every row names a test; fields, tests and, in parentheses, their cases exist."""
    page = root / rules.COVERAGE
    if not page.is_file():
        return
    fields, heading, columns = proto_fields(root), "", []
    # Many tests run what other pages define.
    pages = "".join(text for name, text in files_below(root, ["docs"], {".md"}) if name != rules.COVERAGE)
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if line.startswith("#"):
            heading, columns = line.lstrip("# "), []
        # A bar inside an expression is written \\|.
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if not cells or set("".join(cells)) <= set("-: "):
            continue
        if not columns:
            columns = cells
            if heading != rules.COVERAGE_GAPS and columns != rules.COVERAGE_COLUMNS:
                yield rules.COVERAGE, number, f"the columns are {', '.join(rules.COVERAGE_COLUMNS)}"
            continue
        for test, cases in re.findall(r"`(tests/[^`]*)`(?: \(([^)]*)\))?", line):
            if not (root / test).is_file():
                yield rules.COVERAGE, number, f"{test} does not exist"
                continue
            text = (root / test).read_text() + pages
            for case in filter(None, cases.split(", ")):
                if case not in text:
                    yield rules.COVERAGE, number, f"{test} has no case {case}"
        if len(cells) != len(columns):
            yield rules.COVERAGE, number, f"{len(cells)} cells under {len(columns)} columns"
            continue
        if heading != rules.COVERAGE_GAPS and "`tests/" not in cells[3]:
            yield rules.COVERAGE, number, "names no test; a need without one is a gap"
        for path in re.findall(r"`((?:[A-Z]\w*\.)?[a-z]\w*(?:\.\w+)*)`", cells[2]):
            for name in path.split(".")[path[0].isupper():]:
                if name not in fields:
                    yield rules.COVERAGE, number, f"{path}: the contract has no field {name}"


def check_format(root, files):
    names = [name for name, _ in files]
    try:
        result = subprocess.run(["clang-format", "--dry-run", *names], cwd=root, check=False,
                                capture_output=True, text=True)
    except FileNotFoundError:
        print("SKIPPED: clang-format is not installed, the format was not checked", file=sys.stderr)
        return
    seen = set()
    for match in re.finditer(r"^(\S+?):(\d+):\d+: (?:warning|error): code should be", result.stderr, re.M):
        if match[1] not in seen:
            seen.add(match[1])
            yield match[1], int(match[2]), "run clang-format -i"


def main(arguments):
    root = pathlib.Path(arguments[0]).resolve()
    files = code_files(root)
    checks = {
        "includes": lambda: check_includes(files),
        "sizes": lambda: check_sizes(files),
        "words": lambda: check_words(files),
        "tests": lambda: check_tests(root, files),
        "dead_headers": lambda: check_dead_headers(files),
        "protos": lambda: check_protos(root),
        "coverage": lambda: check_coverage(root),
        "format": lambda: check_format(root, files),
    }
    count = 0
    for check in arguments[1:] or checks:
        for name, line, text in checks[check]():
            count += 1
            print(f"{name}:{line}: {text} [{check}]")
    print(f"{len(files)} files, {count} findings")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
