#!/usr/bin/env bash
# One command: installs, builds, and shows a vendor's 50,000 devices being kept in PostgreSQL.
# Ends by itself and leaves no process; build/release stays, so a second time is quick.
set -euo pipefail
cd "$(dirname "$0")/.."

DEVICES=50000
bold() { printf '\n\033[1m== %s\033[0m\n' "$*"; }

bold "Packages"
deploy/packages.sh build run

bold "Build (Release, $(nproc) cores)"
cmake --preset release >/dev/null
cmake --build --preset release --target synclined syncline demo_vendor

DIR=$(mktemp -d /tmp/syncline-demo-XXXXXX)
chmod 755 "$DIR"
SERVER=unix:$DIR/syncline.sock
children=()
clean_up() {
  code=$?
  for child in "${children[@]}"; do kill -TERM "$child" 2>/dev/null || true; done
  for child in "${children[@]}"; do wait "$child" 2>/dev/null || true; done
  if [ $code -ne 0 ] && [ -s "$DIR/synclined.log" ]; then
    echo "--- end of the server's log ---" >&2
    tail -n 20 "$DIR/synclined.log" >&2
  fi
  rm -rf "$DIR"
  exit $code
}
trap clean_up EXIT
trap 'exit 130' INT TERM

wait_for() {  # wait_for WHAT SECONDS COMMAND...
  local what=$1 left=$(($2 * 10))
  shift 2
  until "$@" >/dev/null 2>&1; do
    left=$((left - 1))
    if [ $left -le 0 ]; then echo "$what did not come up" >&2; exit 1; fi
    sleep 0.1
  done
}

bold "A demo vendor with $DEVICES devices, and synclined on its own PostgreSQL"
export DEMO_VENDOR_PASSWORD=demo-$RANDOM$RANDOM$RANDOM
build/release/tests/demo_vendor/demo_vendor --devices $DEVICES --port 0 >"$DIR/vendor.log" 2>&1 &
children+=($!)
wait_for "the demo vendor" 60 grep -q ready "$DIR/vendor.log"
PORT=$(sed -n 's/.*port=//p' "$DIR/vendor.log")
# Vendors are looked for in the public Internet; one that is on this machine has to be named.
build/release/synclined --data-dir "$DIR/data" --listen "$SERVER" --egress-allow "127.0.0.1:$PORT" \
  2>"$DIR/synclined.log" &
children+=($!)
syncline() { build/release/clients/cli/syncline --server "$SERVER" "$@"; }
wait_for "synclined" 60 syncline list workspaces
grep server.ready "$DIR/synclined.log" || true

bold "syncline apply -f deploy/demo/definition.yaml"
sed "s/127\.0\.0\.1:8471/127.0.0.1:$PORT/" deploy/demo/definition.yaml | syncline apply -f -

sql() { psql -XAtq "host=$DIR/data/socket user=syncline dbname=syncline" -c "$1"; }
# Rows of the objects and of their links that were written by transactions since $1.
rows_written_since() {
  sql "SELECT (SELECT count(*) FROM ws_default.asset WHERE xmin::text::bigint >= $1)
            + (SELECT count(*) FROM ws_default.syncline_link WHERE xmin::text::bigint >= $1)"
}
expect() {  # expect WHAT SEEN WANTED
  if [ "$2" != "$3" ]; then echo "FAILED: $1: $2, expected $3" >&2; exit 1; fi
  echo "$1: $2"
}
newest_run() {
  sql "SELECT coalesce(counters->>'$1', '0') FROM syncline.run ORDER BY run_id DESC LIMIT 1"
}

bold "syncline run demo-devices"
syncline run demo-devices
expect "created" "$(newest_run created)" $DEVICES
expect "rows in the table ws_default.asset" "$(sql 'SELECT count(*) FROM ws_default.asset')" $DEVICES

bold "syncline objects asset --limit 5"
syncline objects asset --limit 5

bold "The same again: nothing changed, so nothing is written"
mark=$(sql "SELECT pg_current_xact_id()")
syncline run demo-devices
expect "unchanged" "$(newest_run unchanged)" $DEVICES
expect "created" "$(newest_run created)" 0
expect "updated" "$(newest_run updated)" 0
expect "rows written to objects and links" "$(rows_written_since "$mark")" 0

bold "One vendor record in a thousand changes"
sql_mark=$(sql "SELECT pg_current_xact_id()")
curl_post() { exec 3<>"/dev/tcp/127.0.0.1/$PORT"; printf 'POST %s HTTP/1.0\r\nContent-Length: 0\r\n\r\n' "$1" >&3; cat <&3 >/dev/null; exec 3>&-; }
curl_post "/control/change?list=devices&every=1000"
syncline run demo-devices
expect "updated" "$(newest_run updated)" $((DEVICES / 1000))
expect "rows of objects written" \
  "$(sql "SELECT count(*) FROM ws_default.asset WHERE xmin::text::bigint >= $sql_mark")" $((DEVICES / 1000))

bold "Done. Next: README.md, docs/"
