#!/usr/bin/env bash
# Installs, builds and runs every test: as shipped, with the address and undefined-behaviour
# sanitizers, and with the thread sanitizer. The last line counts all of them.
#   SYNCLINE_PRESETS="release asan"   fewer configurations
#   SYNCLINE_JOBS=4                   default: the number of cores
#   SYNCLINE_SOAK=1                   the long proofs, too, which are shorter or left out otherwise:
#     10,000 parked runs (parking_test.py); a list of 1.5 GB (large_answer_test.py); 8 kills in a fan-out
#     (fan_out_test.py); a million tenths (odd_values_test.py); ten minutes of a fleet on one rotating
#     token (oauth_test.py), and ten of Vault away (vault_test.py)
set -uo pipefail
cd "$(dirname "$0")/.."

PRESETS=${SYNCLINE_PRESETS:-release asan tsan}
JOBS=${SYNCLINE_JOBS:-$(nproc)}
export CTEST_OUTPUT_ON_FAILURE=1
export CCACHE_MAXSIZE=${CCACHE_MAXSIZE:-5G}
# A clone in another folder compiles the same text: let it find the same results.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1

deploy/packages.sh build run test || exit 1

broken=0
reports=()
for preset in $PRESETS; do
  printf '\n== %s: configure and build\n' "$preset"
  begin=$SECONDS
  if ! cmake --preset "$preset" >"/tmp/syncline-configure-$$.log" 2>&1; then
    cat "/tmp/syncline-configure-$$.log"
    rm -f "/tmp/syncline-configure-$$.log"
    broken=$((broken + 1))
    continue
  fi
  rm -f "/tmp/syncline-configure-$$.log"
  if ! cmake --build --preset "$preset" -j "$JOBS" -- --quiet; then
    broken=$((broken + 1))
    continue
  fi
  printf '== %s: built in %s s; tests\n' "$preset" $((SECONDS - begin))
  # The built programs are driven end to end as they are shipped; sanitizers look at the rest.
  chosen=()
  [ "$preset" = release ] || chosen=(--label-exclude 'e2e|bench|tidy')
  rm -f "build/$preset/junit.xml"
  ctest --test-dir "build/$preset" -j 2 --timeout 900 --output-junit junit.xml "${chosen[@]}"
  reports+=("build/$preset/junit.xml")
done

python3 - "$broken" "${reports[@]}" <<'PYTHON'
import sys
import xml.etree.ElementTree as xml

passed = failed = skipped = 0
failed += int(sys.argv[1])  # a configuration that did not build
for path in sys.argv[2:]:
    try:
        cases = xml.parse(path).getroot().findall("testcase")
    except (OSError, xml.ParseError):
        cases = []
    if not cases:
        print(f"{path}: no results")
        failed += 1
    for case in cases:
        if case.get("status") == "run":
            passed += 1
        elif case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
            skipped += 1
            print(f"skipped: {case.get('name')} ({path})")
        else:
            failed += 1
            print(f"failed: {case.get('name')} ({path})")
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(1 if failed or not passed else 0)
PYTHON
