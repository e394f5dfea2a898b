"""A receiver that answers late, a process of its own: ``python -m tests.benchmarks.tardy PORT S``.

Every POST gets its 204 after so many seconds. ``GET /count`` tells how many came.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from deploy.parent_death import bound_to_parent
from tests.benchmarks.processes import ending, wait_for_port
from tests.mongod import free_port

NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"


@dataclass
class Tally:
    """What all connections share."""

    seconds: float
    posts: int = 0

    def told(self) -> bytes:
        body = str(self.posts).encode()
        head = f"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {len(body)}\r\n\r\n"
        return head.encode() + body


class Connection(asyncio.Protocol):
    def __init__(self, tally: Tally) -> None:
        self._tally, self._seen = tally, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._seen += data
        head, ended, body = self._seen.partition(b"\r\n\r\n")
        if not ended:
            return
        if head.startswith(b"GET"):
            self._write(self._tally.told())
        elif len(body) >= _length(head):
            self._seen = b""
            self._take()

    def _take(self) -> None:
        self._tally.posts += 1
        loop = asyncio.get_running_loop()
        loop.call_later(self._tally.seconds, self._write, NO_CONTENT)

    def _write(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


async def serve(port: int, seconds: float) -> None:
    tally = Tally(seconds)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(tally), "127.0.0.1", port, backlog=4_096)
    await server.serve_forever()


@dataclass(frozen=True)
class Tardy:
    """One that runs."""

    url: str
    pid: int

    def requests(self) -> int:
        with urllib.request.urlopen(f"{self.url}/count", timeout=10) as answer:
            return int(answer.read())


@contextmanager
def tardy(seconds: float) -> Iterator[Tardy]:
    """One that answers after so many seconds."""
    port = free_port()
    words = (sys.executable, "-m", "tests.benchmarks.tardy", str(port), str(seconds))
    with ending(subprocess.Popen(bound_to_parent(words, os.getpid()))) as process:
        wait_for_port(port)
        yield Tardy(f"http://127.0.0.1:{port}", process.pid)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))
