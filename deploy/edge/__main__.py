"""Checks the settings of the edge, then becomes Caddy: `python -m deploy.edge`."""

from __future__ import annotations

import os
import sys

from deploy import edge
from deploy.checks import StartError


def main() -> None:
    """Become Caddy, or end with one line when a setting is wrong."""
    try:
        caddy, environment = edge.find_caddy(), edge.environment(os.environ)
        edge.limit_files()
    except StartError as error:
        sys.exit(f"art28: {error}")
    words = (caddy, "run", "--config", str(edge.CADDYFILE), "--adapter", "caddyfile")
    os.execve(caddy, words, environment)  # noqa: S606 - no shell is what we want


if __name__ == "__main__":
    main()
