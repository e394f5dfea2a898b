"""Scripts for a `Receiver`: one kind of misbehaviour each, by what the receiver does."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping

from tests.hostile.server import Request, Script, Visit


def raw(data: bytes | str) -> Script:
    """Exactly these bytes, then the connection is closed."""
    return lambda visit, _: visit.send(data)


def status(
    code: int, body: bytes = b"", headers: Mapping[str, str] | None = None, reason: str = "Said"
) -> Script:
    """A proper answer with a length; the connection stays open."""

    def script(visit: Visit, _: Request) -> bool:
        lines = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        head = f"HTTP/1.1 {code:03} {reason}\r\nContent-Length: {len(body)}\r\n{lines}\r\n"
        visit.send(head.encode("latin-1") + body)
        return True

    return script


def redirect(code: int, to: str) -> Script:
    return status(code, headers={"Location": to})


def in_turn(*scripts: Script) -> Script:
    """The first script for the first request of all, and so on; the last one from then on."""
    left = list(scripts)

    def script(visit: Visit, request: Request) -> object:
        return (left.pop(0) if len(left) > 1 else left[0])(visit, request)

    return script


def hang(visit: Visit, _: Request) -> None:
    visit.hang()


def slow_headers(visit: Visit, _: Request) -> None:
    visit.drip(b"HTTP/1.1 200 OK\r\n" + b"X-Slow: yes\r\n" * 1000)


def slow_body(visit: Visit, _: Request) -> None:
    visit.send("HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
    visit.drip(b"x" * 10_000)


def endless_body(visit: Visit, _: Request) -> None:
    visit.send("HTTP/1.1 200 OK\r\n\r\n")
    while not visit.stopping.is_set():
        visit.send(b"x" * 65_536)


def endless_chunks(visit: Visit, _: Request) -> None:
    visit.send("HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not visit.stopping.is_set():
        visit.send(b"1000\r\n" + b"x" * 4096 + b"\r\n")


def gzip_bomb(visit: Visit, _: Request) -> None:
    packed = gzip.compress(b"\0" * 20_000_000)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    visit.send(head.encode() + packed)


def flood_of(interim: str) -> Callable[[Visit, Request], None]:
    """Interim answers without end, such as `103 Early Hints`."""

    def script(visit: Visit, _: Request) -> None:
        while not visit.stopping.is_set():
            visit.send(f"HTTP/1.1 {interim}\r\nLink: </a>\r\n\r\n")

    return script


def trickle_of(interim: str) -> Callable[[Visit, Request], None]:
    """Interim answers without end, too slow to reach any limit of bytes."""

    def script(visit: Visit, _: Request) -> None:
        while not visit.stopping.wait(0.05):
            visit.send(f"HTTP/1.1 {interim}\r\n\r\n")

    return script


def many_headers(visit: Visit, _: Request) -> None:
    visit.send("HTTP/1.1 200 OK\r\n" + "X-More: yes\r\n" * 5000 + "Content-Length: 0\r\n\r\n")


def huge_header(visit: Visit, _: Request) -> None:
    visit.send("HTTP/1.1 200 OK\r\nX-Huge: " + "x" * 5_000_000 + "\r\n\r\n")


def reset_before_answer(visit: Visit, _: Request) -> None:
    visit.reset()


def reset_in_headers(visit: Visit, _: Request) -> None:
    visit.send("HTTP/1.1 200 OK\r\nContent-Le")
    visit.reset()


def reset_in_body(visit: Visit, _: Request) -> None:
    visit.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    visit.stopping.wait(0.05)
    visit.reset()


def chunked(code: int, *trailers: str) -> Script:
    """A chunked body with trailers after it."""
    lines = "".join(f"{each}\r\n" for each in trailers)
    head = f"HTTP/1.1 {code} Said\r\nTransfer-Encoding: chunked\r\n\r\n"
    return raw(f"{head}2\r\nok\r\n0\r\n{lines}\r\n")


def endless_trailers(visit: Visit, _: Request) -> None:
    visit.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n")
    while not visit.stopping.is_set():
        visit.send("X-More: yes\r\n" * 100)


def endless_chunk_extension(visit: Visit, _: Request) -> None:
    visit.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;")
    while not visit.stopping.is_set():
        visit.send("x" * 65_536)


def endless_line(begin: str) -> Callable[[Visit, Request], None]:
    """A line that never ends, after what came before it."""

    def script(visit: Visit, _: Request) -> None:
        visit.send(begin)
        while not visit.stopping.is_set():
            visit.send("x" * 65_536)

    return script


def endless_folding(visit: Visit, _: Request) -> None:
    visit.send("HTTP/1.1 200 OK\r\nX-Folded: yes\r\n")
    while not visit.stopping.is_set():
        visit.send(" and more\r\n" * 1000)


def reset_after(data: bytes) -> Callable[[Visit, Request], None]:
    """These bytes, then a TCP reset."""

    def script(visit: Visit, _: Request) -> None:
        visit.send(data)
        visit.stopping.wait(0.05)
        visit.reset()

    return script


def stall_after(data: bytes) -> Callable[[Visit, Request], None]:
    """These bytes, then nothing more on an open connection."""

    def script(visit: Visit, _: Request) -> None:
        visit.send(data)
        visit.hang()

    return script
