#!/bin/sh
# Installs what tests need of the system where that is possible: Chromium for pages, poppler-utils
# (pdfsig) for seals, softhsm2 for keys in a device. Elsewhere it says what is missing, and the
# tests say it again: they are skipped, or fail where ART28_BROWSER=required.
set -u
missing=
{ [ -n "${ART28_CHROMIUM:-}" ] || command -v chromium >/dev/null 2>&1; } || missing="$missing chromium"
command -v pdfsig >/dev/null 2>&1 || missing="$missing poppler-utils"
command -v softhsm2-util >/dev/null 2>&1 || missing="$missing softhsm2"
if [ -z "$missing" ]; then exit 0; fi
if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
    echo "make: not here, and only root on Debian installs it:$missing; a browser can be named in ART28_CHROMIUM." >&2
    exit 0
fi
echo "Installing for the tests:$missing ..."
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
# shellcheck disable=SC2086  # One word for each package.
if { apt-get update && apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
    rm -f "$log"
else
    echo "make: could not be installed:$missing" >&2
    tail -n 3 "$log" >&2
fi
exit 0
