"""Resolves the host name of an endpoint when it is saved.

A forbidden address is then reported to the owner at once. It is a courtesy: each attempt resolves
and judges the name again. The check takes little time, and a name without an answer is accepted.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore, Thread

from services.notices.channels.webhook.resolver import Addresses, Lookup, system_lookup

MAX_LOOKUPS = 8


@dataclass(frozen=True)
class UrlPrecheck:
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
        Thread(target=self._look_up, args=(host, answers), name="precheck", daemon=True).start()
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
