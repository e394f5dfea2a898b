#!/bin/sh
# Makes a virtual environment with the first Python of version 3.11 or later that really runs.
set -eu
venv=$1
for python in ${PYTHON:-} python3.11 python3.12 python3.13 python3.14 python3 python; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        echo "Creating $venv with $("$python" --version) ..."
        if "$python" -m venv "$venv" >/dev/null 2>&1; then
            exit 0
        fi
        rm -rf "$venv"
        echo "make: $python cannot make a virtual environment; on Debian and Ubuntu install the package python3-venv." >&2
        exit 1
    fi
done
echo "make: Python 3.11 or later is needed, none was found; name one with PYTHON=/path/to/python make ..." >&2
exit 1
