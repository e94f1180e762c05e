#!/usr/bin/env bash
# What the tests on Spark need: Java and PySpark. Where they cannot be had, the tests say so by name and are not counted as passed.
set -uo pipefail
python=${1:-python3}
if ! command -v java >/dev/null && [ ! -x "${JAVA_HOME:-/none}/bin/java" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq openjdk-17-jre-headless; } >/dev/null 2>&1 ||
      echo "Java could not be installed; the tests on Spark will be skipped."
  else
    echo "Java is not here and cannot be installed by this user; the tests on Spark will be skipped."
  fi
fi
"$python" -c "import pyspark" 2>/dev/null && exit 0
if command -v uv >/dev/null; then
  uv pip install -q --python "$python" 'pyspark>=4.1,<5'
else
  "$python" -m pip install -q --disable-pip-version-check 'pyspark>=4.1,<5'
fi || echo "PySpark could not be installed; the tests on Spark will be skipped."
