#!/usr/bin/env bash
# What the tests in a browser need: Chromium and a font with Chinese characters. Where they cannot be had, those tests
# say so by name and are not counted as passed.
set -uo pipefail
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing a browser for the tests …"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk; } >/dev/null 2>&1 ||
    echo "Chromium could not be installed; the tests in a browser will be skipped."
else
  echo "Chromium is not here and cannot be installed by this user; the tests in a browser will be skipped."
fi
exit 0
