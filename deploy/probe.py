"""Checks whether a web process is ready: `python -m deploy.probe PORT PATH` (exit code 0: yes)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from http.client import HTTPConnection, HTTPException

_REACHED_BY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read, not bound


def reached_by(host: str) -> str:
    """Return the address at which this machine reaches a server that listens on `host`."""
    return _REACHED_BY.get(host, host)


def answers(host: str, port: int, paths: Sequence[str]) -> Callable[[], bool]:
    """Return a function that returns whether all paths answer with status 200."""
    waiting = list(paths)

    def ready() -> bool:
        # A path that answered once is not checked again while the others start.
        while waiting and _is_ok(reached_by(host), port, waiting[0]):
            waiting.pop(0)
        return not waiting

    return ready


def _is_ok(host: str, port: int, path: str) -> bool:
    connection = HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(not answers("127.0.0.1", int(sys.argv[1]), sys.argv[2:])())
