"""Resolves host names with a time limit, which the system's resolver does not keep."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore, Thread

from shared.egress import Address

Lookup = Callable[[str], Iterable[str]]
Addresses = tuple[Address, ...]
MAX_LOOKUPS = 8


def system_lookup(host: str) -> list[str]:
    """Query the system's resolver. Raises OSError when it has no answer."""
    # The final dot excludes search domains: inside a cluster they would be tried first.
    found = socket.getaddrinfo(f"{host}.", None, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for *_, sockaddr in found]


@dataclass(frozen=True)
class BoundedLookup:
    """Looks names up with a time limit of ``seconds``.

    At most eight look-ups run at once: each holds a thread until the name server answers.
    """

    lookup: Lookup = system_lookup
    seconds: float = 2.0
    _places: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MAX_LOOKUPS))

    def addresses(self, host: str) -> Addresses:
        """Return all addresses of a name; none when they are not known in time."""
        if not self._places.acquire(blocking=False):
            return ()
        answers: SimpleQueue[Addresses] = SimpleQueue()
        # A daemon thread: a look-up that hangs must not delay the end of the process.
        Thread(target=self._look_up, args=(host, answers), name="lookup", daemon=True).start()
        with suppress(Empty):
            return answers.get(timeout=self.seconds)
        return ()

    def _look_up(self, host: str, answers: SimpleQueue[Addresses]) -> None:
        addresses: Addresses = ()
        # After any error, OSError or UnicodeError, the name has no address now.
        with suppress(Exception):
            addresses = tuple(ip_address(text) for text in self.lookup(host))
        self._places.release()
        answers.put(addresses)
