#!/usr/bin/env bash
# Installs what Syncline needs on Debian 12, by apt. Usage: deploy/packages.sh [build] [run] [test] [fuzz]
# Default: build and run. `fuzz` is the compiler of the preset of that name. Does nothing when everything
# is there. Needs root or sudo otherwise.
# No service is started or enabled by it: Syncline and its tests start their own.
set -euo pipefail

BUILD=(
  g++ cmake ninja-build ccache lld pkg-config git
  protobuf-compiler protobuf-compiler-grpc libprotobuf-dev libgrpc++-dev libabsl-dev
  libcurl4-openssl-dev libssl-dev libpq-dev libsimdjson-dev libfmt-dev libspdlog-dev libxxhash-dev
  libcli11-dev libyaml-cpp-dev libcpp-httplib-dev libpugixml-dev zlib1g-dev libgtest-dev libgmock-dev
  libbenchmark-dev python3
)
RUN=(postgresql-15 postgresql-client-15 ca-certificates)
TEST=(rabbitmq-server docker-registry nodejs npm openssl clang-tidy clang-format procps util-linux)
FUZZ=(clang-14 libclang-rt-14-dev)

packages=()
for part in "${@:-build run}"; do
  for name in $part; do
    case $name in
      build) packages+=("${BUILD[@]}") ;;
      run) packages+=("${RUN[@]}") ;;
      test) packages+=("${TEST[@]}") ;;
      fuzz) packages+=("${FUZZ[@]}") ;;
      *) echo "usage: $0 [build] [run] [test] [fuzz]" >&2; exit 2 ;;
    esac
  done
done

missing=()
for package in "${packages[@]}"; do
  # Other makers' nodejs brings npm along and conflicts with Debian's package of that name.
  if [ "$package" = npm ] && command -v npm >/dev/null; then continue; fi
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}
if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
  echo "missing packages: ${missing[*]}" >&2
  echo "run this as root or install sudo" >&2
  exit 1
fi

# While apt works here, packages start no service, and PostgreSQL makes no cluster of its own.
policy=/usr/sbin/policy-rc.d
cluster=/etc/postgresql-common/createcluster.d/syncline.conf
made=()
clean_up() {
  for file in "${made[@]}"; do as_root rm -f "$file"; done
}
trap clean_up EXIT
if [ ! -e $policy ]; then
  made+=("$policy")
  printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
  as_root chmod 755 $policy
fi
if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
  made+=("$cluster")
  as_root mkdir -p "$(dirname $cluster)"
  echo 'create_main_cluster = false' | as_root tee $cluster >/dev/null
fi

echo "installing: ${missing[*]}"
as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
as_root env DEBIAN_FRONTEND=noninteractive \
  apt-get install -q -y --no-install-recommends "${missing[@]}"
