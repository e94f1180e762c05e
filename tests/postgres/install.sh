#!/usr/bin/env bash
# What the tests of the register on PostgreSQL need: a server's programs and the driver. Where they cannot be had, the
# tests say so by name and are not counted as passed.
set -uo pipefail
python=${1:-python3}
if ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && ! command -v initdb >/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql; } >/dev/null 2>&1 ||
      echo "PostgreSQL could not be installed; its tests will be skipped."
  else
    echo "PostgreSQL is not here and cannot be installed by this user; its tests will be skipped."
  fi
fi
"$python" -c "import psycopg" 2>/dev/null && exit 0
if command -v uv >/dev/null; then
  uv pip install -q --python "$python" 'psycopg[binary]>=3.2,<4'
else
  "$python" -m pip install -q --disable-pip-version-check 'psycopg[binary]>=3.2,<4'
fi || echo "The driver psycopg could not be installed; the tests on PostgreSQL will be skipped."
