"""What a name leads to at the moment when an endpoint is saved.

A courtesy to its owner, who then learns at once what every attempt would run into: attempts resolve
and judge the name themselves. So it takes little time, and a name that does not answer is saved.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore, Thread

from services.notices.channels.webhook.resolver import Addresses, Lookup, system_lookup

ASKED_AT_ONCE = 8


@dataclass(frozen=True)
class Names:
    """``seconds``: how long an answer is waited for; more than eight questions at once are not
    asked, for each one holds a thread until the name server answers."""

    lookup: Lookup = system_lookup
    seconds: float = 2.0
    _places: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(ASKED_AT_ONCE))

    def addresses(self, host: str) -> Addresses:
        """All addresses of a name; none when they are not known in time."""
        if not self._places.acquire(blocking=False):
            return ()
        answers: SimpleQueue[Addresses] = SimpleQueue()
        # A daemon, for a look-up that hangs must not hold up the end of the process.
        Thread(target=self._ask, args=(host, answers), name="names", daemon=True).start()
        with suppress(Empty):
            return answers.get(timeout=self.seconds)
        return ()

    def _ask(self, host: str, answers: SimpleQueue[Addresses]) -> None:
        found: Addresses = ()
        # Whatever a look-up raises, OSError or UnicodeError, this name has no address now.
        with suppress(Exception):
            found = tuple(ip_address(text) for text in self.lookup(host))
        self._places.release()
        answers.put(found)
