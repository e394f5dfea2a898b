"""A receiver whose every byte is scripted.

with Receiver(answers.status(500)) as receiver:
    ... send to receiver.url() ...
    assert receiver.requests[0].headers["webhook-id"] == "msg_1"
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import BinaryIO, Self


@dataclass(frozen=True)
class Request:
    """One request as it came in; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Visit:
    """One connection from the client's side, and what a script may do with it."""

    sock: socket.socket
    stopping: threading.Event
    number: int
    seen: int = 0

    def send(self, data: bytes | str) -> None:
        self.sock.sendall(data.encode("latin-1") if isinstance(data, str) else data)

    def drip(self, data: bytes, every: float = 0.05) -> None:
        """One byte at a time until it is all sent, the peer leaves, or the test ends."""
        for byte in data:
            if self.stopping.wait(every):
                return
            self.send(bytes([byte]))

    def hang(self) -> None:
        self.stopping.wait(30)

    def reset(self) -> None:
        """Ends the connection with a TCP reset instead of a proper close."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


Script = Callable[[Visit, Request], object]


@dataclass
class Receiver:
    """Listens on a free port of loopback; every connection runs `script` once per request.

    A script that returns True keeps the connection open for the next request. `on_connect` runs
    before anything is read, for cases that never get as far as a request.
    """

    script: Script
    tls: ssl.SSLContext | None = None
    on_connect: Callable[[Visit], object] | None = None
    host: str = "127.0.0.1"
    requests: list[Request] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        self._listener = socket.create_server((self.host, 0), family=family, backlog=512)
        self.port: int = self._listener.getsockname()[1]
        self._stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []

    def url(self, path: str = "/hook", host: str | None = None) -> str:
        name = host or (f"[{self.host}]" if ":" in self.host else self.host)
        return f"{'https' if self.tls else 'http'}://{name}:{self.port}{path}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._stopping.set()
        # Only shutdown wakes a thread that is inside accept() or recv().
        for sock in (self._listener, *list(self._open)):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()
        for thread in self._threads:
            thread.join(timeout=5)

    def _start(self, target: Callable[..., object], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.add(sock)
            self._start(self._serve, sock, self.connections)

    def _serve(self, raw: socket.socket, number: int) -> None:
        # Whatever a client does to the connection ends this visit, never the receiver.
        with contextlib.suppress(OSError, ValueError), raw:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            visit = Visit(raw, self._stopping, number)
            if self.on_connect is not None:
                self.on_connect(visit)
            if self.tls is not None:
                # Raises when the peer has left; the TLS socket would do so too, but stay open.
                raw.getpeername()
                visit.sock = self.tls.wrap_socket(raw, server_side=True)
                self._open.add(visit.sock)
            with visit.sock:
                self._answer(visit)
        self._open.discard(raw)

    def _answer(self, visit: Visit) -> None:
        reader = visit.sock.makefile("rb")
        while (request := read_request(reader)) is not None:
            visit.seen += 1
            self.requests.append(request)
            if self.script(visit, request) is not True:
                return


def read_request(reader: BinaryIO) -> Request | None:
    """The next request, or None at the end of the connection."""
    line = reader.readline().decode("latin-1")
    if not line:
        return None
    method, path, _ = line.split(" ", 2)
    headers: dict[str, str] = {}
    while (text := reader.readline().decode("latin-1").strip()) != "":
        name, _, value = text.partition(":")
        headers[name.lower()] = value.strip()
    length = int(headers.get("content-length", "0"))
    return Request(method, path, headers, reader.read(length))
