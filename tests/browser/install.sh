#!/bin/sh
# Installs Chromium for the browser tests where that is possible; elsewhere says why not, and the
# tests say it again: they are skipped, or fail where ART28_BROWSER=required.
set -u
if [ -n "${ART28_CHROMIUM:-}" ] || command -v chromium >/dev/null 2>&1; then exit 0; fi
if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
    echo "make: no chromium here, and only root on Debian installs it; name one in ART28_CHROMIUM." >&2
    exit 0
fi
echo "Installing Chromium for the browser tests ..."
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
if { apt-get update && apt-get install -y --no-install-recommends chromium; } >"$log" 2>&1; then
    rm -f "$log"
else
    echo "make: chromium could not be installed:" >&2
    tail -n 3 "$log" >&2
fi
exit 0
