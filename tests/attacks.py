"""What other visitors notice while somebody attacks: p99 of probes before, during and after.

    figures = endure(held(address, 40, b"GET / HT"), {"page": get(f"{origin}/p/tempus-serva")})
    print(figures.table("half a first line"))
    figures.require_calm()

An attack is a context manager: it goes on until its block ends, on loopback, with a fixed number
of connections. Probes are asked in turn, each over a connection of its own, as visitors would.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlsplit

# One question of an ordinary visitor; raises an AssertionError when the answer is wrong.
Probe = Callable[[], None]
Address = tuple[str, int]

SAMPLES = 60
# A phase ends after so many seconds, however few samples it has: each of them was slow, then.
LIMIT_SECONDS = 20.0
# What an attack must never do. Below the floor it cannot be told from noise: a request crosses
# four processes, and each may wait for its turn on a core once or twice (a slice is 3 ms).
TIMES_QUIET = 3.0
FLOOR_MS = 25.0
# A visitor gives up.
PATIENCE_SECONDS = 10.0


@dataclass(frozen=True)
class Figures:
    """p99 in milliseconds of each probe, by its name, in the three phases."""

    before: Mapping[str, float]
    during: Mapping[str, float]
    after: Mapping[str, float]

    def table(self, attack: str) -> str:
        """Return one line for each probe."""
        phases = zip(self.before.items(), self.during.values(), self.after.values(), strict=True)
        return "\n".join(
            f"{attack}: {name}: p99 {before:.1f} ms before, {during:.1f} during, {after:.1f} after"
            for (name, before), during, after in phases
        )

    def require_calm(self, floor_ms: float = FLOOR_MS) -> None:
        """Raise an AssertionError unless every p99 stays under three times its quiet value.

        Quiet is the worse of before and after, so that noise which comes halfway is no fault;
        `after` itself must be calm against `before`.
        """
        for name, before in self.before.items():
            quiet = max(before, self.after[name])
            assert self.during[name] <= max(TIMES_QUIET * quiet, floor_ms), self.table(name)
            assert self.after[name] <= max(TIMES_QUIET * before, floor_ms), self.table(name)


def endure(
    attack: AbstractContextManager[object],
    probes: Mapping[str, Probe],
    samples: int = SAMPLES,
) -> Figures:
    """Measure all probes before, during and after the attack."""
    before = p99_of(probes, samples)
    with attack:
        during = p99_of(probes, samples)
    return Figures(before, during, p99_of(probes, samples))


def p99_of(probes: Mapping[str, Probe], samples: int = SAMPLES) -> dict[str, float]:
    """Return the p99 of each probe in milliseconds; what fails counts as a visitor's patience."""
    times: dict[str, list[float]] = {name: [] for name in probes}
    end = time.monotonic() + LIMIT_SECONDS
    for _ in range(samples):
        for name, probe in probes.items():
            times[name].append(milliseconds(probe))
        if time.monotonic() > end:
            break
    return {name: sorted(each)[int(0.99 * (len(each) - 1))] for name, each in times.items()}


def milliseconds(probe: Probe) -> float:
    """Return how long one question took."""
    begun = time.perf_counter()
    with suppress(OSError):
        probe()
        return (time.perf_counter() - begun) * 1000
    return max((time.perf_counter() - begun), PATIENCE_SECONDS) * 1000


def get(url: str, headers: Mapping[str, str] | None = None) -> Probe:
    """Return a probe that reads this address over a new connection and wants a 200."""
    parts = urlsplit(url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")

    def ask() -> None:
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request("GET", path, headers=dict(headers or {}))
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, (url, answer.status)
        finally:
            connection.close()

    return ask


@contextmanager
def held(address: Address, count: int, opening: bytes, *, dribble: bytes = b"") -> Iterator[None]:
    """So many connections send `opening` and no more; one that the server ends is opened anew.

    `dribble`: each then sends these bytes, one every fifth of a second, round and round.
    """
    stop = threading.Event()
    with ExitStack() as stack:
        holders = [_Holder(address, opening, dribble) for _ in range(count)]
        for holder in holders:
            stack.callback(holder.close)
        thread = threading.Thread(target=_hold, args=(holders, stop), daemon=True)
        thread.start()
        stack.callback(thread.join)
        stack.callback(stop.set)
        yield


@contextmanager
def unread(address: Address, count: int, request: bytes) -> Iterator[None]:
    """So many connections ask, and read nothing of what they are answered."""
    with ExitStack() as stack:
        for _ in range(count):
            connection = stack.enter_context(socket.socket())
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.settimeout(PATIENCE_SECONDS)
            connection.connect(address)
            connection.sendall(request)
        yield


class _Holder:
    """One connection of an attacker."""

    def __init__(self, address: Address, opening: bytes, dribble: bytes) -> None:
        self._address, self._opening = address, opening
        self._dribble, self._sent = dribble, 0
        self._socket = socket.socket()
        self.open()

    def open(self) -> None:
        self._socket.close()
        self._socket = socket.socket()
        self._socket.settimeout(PATIENCE_SECONDS)
        with suppress(OSError):
            self._socket.connect(self._address)
            self._socket.sendall(self._opening)
        self._socket.setblocking(False)

    def go_on(self) -> None:
        """Send one byte more, when it is of those that dribble; open anew what was ended."""
        try:
            if self._dribble:
                self._socket.send(self._dribble[self._sent % len(self._dribble) :][:1])
                self._sent += 1
            if self._socket.recv(4096) == b"":
                self.open()
        except BlockingIOError:
            return
        except OSError:
            self.open()

    def close(self) -> None:
        self._socket.close()


def _hold(holders: list[_Holder], stop: threading.Event) -> None:
    while not stop.wait(0.2):
        for holder in holders:
            holder.go_on()
