"""Names to addresses without ever holding up the sender.

libcurl could resolve names itself, but it then dials whichever address comes first: the answer is
never seen as a whole, so a name with a public and a private address would pass now and then. Here
a name is resolved once, all its addresses are judged, and the sender dials one of exactly those.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from queue import Empty, SimpleQueue

from services.notices.egress import Address

Lookup = Callable[[str], Iterable[str]]
Addresses = tuple[Address, ...]


def system_lookup(host: str) -> list[str]:
    """Asks the system's resolver; OSError when it has no answer."""
    # The final dot keeps search domains out: inside a cluster they would be tried first.
    found = socket.getaddrinfo(f"{host}.", None, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for *_, sockaddr in found]


@dataclass(frozen=True, slots=True)
class _Known:
    addresses: Addresses
    until: float


class Resolver:
    """Looks names up on threads and keeps the answers for `keep` seconds (failures for 5).

    A look-up cannot be cancelled, so a dead name server may hold a thread for half a minute; there
    are enough threads that other names go on, each name is asked once at a time, and nobody waits
    for a thread: the sender gives up on its own limit. Call it from one thread only.
    """

    def __init__(
        self,
        lookup: Lookup = system_lookup,
        *,
        keep: float = 30.0,
        threads: int = 64,
        most: int = 10_000,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lookup, self._monotonic = lookup, monotonic
        self._keep, self._keep_failure = keep, min(keep, 5.0)
        self._threads, self._started, self._most = threads, 0, most
        self._known: dict[str, _Known] = {}
        self._asked: set[str] = set()
        self._questions: SimpleQueue[str | None] = SimpleQueue()
        self._answers: SimpleQueue[tuple[str, Addresses]] = SimpleQueue()

    def ask(self, host: str) -> Addresses | None:
        """The addresses, in order of preference; none if it has none; None while not known yet."""
        known = self._known.get(host)
        if known is not None and known.until > self._monotonic():
            return known.addresses
        if host not in self._asked:
            self._asked.add(host)
            self._questions.put(host)
            self._staff()
        return None

    def known(self, host: str) -> Addresses:
        """The addresses if they are known at this moment; asks nobody."""
        known = self._known.get(host)
        return known.addresses if known is not None else ()

    def learn(self, wait: float = 0.0) -> None:
        """Takes in what the threads found; waits up to `wait` seconds for the first answer."""
        try:
            answer = self._answers.get(timeout=wait) if wait > 0 else self._answers.get_nowait()
            while True:
                self._keep_answer(*answer)
                answer = self._answers.get_nowait()
        except Empty:
            return

    def close(self) -> None:
        """Lets the threads end; one that is in a look-up ends after it."""
        for _ in range(self._started):
            self._questions.put(None)

    def _keep_answer(self, host: str, addresses: Addresses) -> None:
        self._asked.discard(host)
        self._known.pop(host, None)
        while len(self._known) >= self._most:
            del self._known[next(iter(self._known))]
        keep = self._keep if addresses else self._keep_failure
        self._known[host] = _Known(addresses, self._monotonic() + keep)

    def _staff(self) -> None:
        if self._started < min(self._threads, len(self._asked)):
            self._started += 1
            # A daemon, for a look-up that hangs must not hold up the end of the process.
            threading.Thread(target=self._work, name="resolver", daemon=True).start()

    def _work(self) -> None:
        while (host := self._questions.get()) is not None:
            self._answers.put((host, self._look_up(host)))

    def _look_up(self, host: str) -> Addresses:
        try:
            return tuple(dict.fromkeys(ip_address(text) for text in self._lookup(host)))
        except Exception:  # noqa: BLE001 - whatever a look-up raises, this name has no address now
            return ()
