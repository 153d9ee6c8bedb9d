#!/bin/sh
# clang_tidy.sh BUILD_FOLDER [BASE]: runs clang-tidy over the sources that differ from BASE (default: the
# newest commit of origin/main, else the commit before this one). BASE "all" means every source.
set -eu
build=$1
cd "$(dirname "$0")/../.."
if [ ! -f "$build/compile_commands.json" ]; then
  echo "$build holds no compile_commands.json: configure it first" >&2
  exit 2
fi
if ! command -v clang-tidy > /dev/null; then
  echo "SKIPPED: clang-tidy is not installed" >&2
  exit 0
fi
base=${2:-$(git rev-parse --verify --quiet origin/main || git rev-parse HEAD~1)}
if [ "$base" = all ]; then
  files=$(git ls-files 'src/*.cc' 'clients/cli/*.cc')
else
  files=$(git diff --name-only --diff-filter=d "$base" -- 'src/*.cc' 'clients/cli/*.cc')
fi
if [ -z "$files" ]; then
  echo "no source differs from $base"
  exit 0
fi
# The build may be made by gcc, whose flags clang need not know.
# shellcheck disable=SC2086  # names of sources hold no spaces
printf '%s\n' $files | xargs -P "$(nproc)" -n 1 clang-tidy --quiet --extra-arg=-Wno-unknown-warning-option --warnings-as-errors='*' -p "$build"
