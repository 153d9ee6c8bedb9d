#!/bin/bash
# Lints the contract with buf, and with BASE=<git revision> checks it for breaking changes.
#   proto_lint.sh <folder for buf>
# buf comes from npm and is installed into the folder given when it is not there yet. Exits 77
# ("skipped") and says so where neither buf nor npm can be had.
set -u
folder=${1:?usage: proto_lint.sh <folder for buf>}
version=1.75.0
cd "$(dirname "$0")/../.." || exit 1

buf=$(command -v buf || echo "$folder/node_modules/.bin/buf")
if [ ! -x "$buf" ]; then
  if ! command -v npm > /dev/null; then
    echo "SKIPPED: the contract was not linted: neither buf nor npm is installed" >&2
    exit 77
  fi
  mkdir -p "$folder"
  if ! npm install --no-save --no-audit --no-fund --silent --prefix "$folder" "@bufbuild/buf@$version"; then
    echo "SKIPPED: the contract was not linted: npm could not install @bufbuild/buf" >&2
    exit 77
  fi
fi

"$buf" lint || exit 1
if [ -n "${BASE:-}" ]; then
  "$buf" breaking --against ".git#ref=$BASE" || exit 1
fi
