"""A host that takes connections and never answers. The kernel takes them and nobody reads, so what
it keeps waiting costs the machine that is measured nothing else."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

BACKLOG = 4_096


class Silent:
    def __init__(self) -> None:
        self._address = ("127.0.0.1", 0)
        self.hold()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._address[1]}"

    def hold(self) -> None:
        """Take connections, from now on."""
        self._listening = socket.create_server(self._address, backlog=BACKLOG)
        self._address = self._listening.getsockname()

    def release(self) -> None:
        """Break every connection, and take no other."""
        self._listening.close()


@contextmanager
def silent_host() -> Iterator[Silent]:
    host = Silent()
    try:
        yield host
    finally:
        host.release()
