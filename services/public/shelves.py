"""Where answers are kept and made, by kind, so that one kind never costs another its place.

All of them together hold at most 23 of the 32 threads that a process has, those who wait counted.

What everybody opens (pages and files of today) is not pushed out by what single visitors name
(other days, searches, comparisons), and a PDF, which takes longest, is made apart from both.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from services.public.cache import Copies, Copy, Held, Mark, Seconds
from services.public.query import Ask
from services.public.settings import Settings
from shared.places import Busy, Places


@dataclass(frozen=True)
class Shelf:
    """Copies of one kind of answer, and the places at which they are made."""

    copies: Copies
    places: Places

    def get(self, key: Hashable, mark: Callable[[], Mark], make: Callable[[], Copy]) -> Held:
        """As ``Copies.get``, made once for all who ask meanwhile. Without a place the last copy
        is handed out, however old it is; raises ``Busy`` when there is none."""
        held = self.fresh(key)
        if held is not None:
            return held
        try:
            return self.places.shared(key, lambda: self.copies.get(key, mark, make))
        except Busy:
            held = self.copies.last(key)
            if held is None:
                raise
            return held

    def fresh(self, key: Hashable) -> Held | None:
        """The copy that need not be asked about yet."""
        held = self.copies.last(key)
        return held if held is not None and self.copies.seconds() < held.fresh_until else None


@dataclass(frozen=True)
class Shelves:
    """``plain``: what everybody opens; ``asked``: what a visitor names; two more for PDFs."""

    plain: Shelf
    asked: Shelf
    pdf: Shelf
    asked_pdf: Shelf
    # A ledger goes out as fast as its reader reads; it is not kept, and never holds many threads.
    streams: Places

    @classmethod
    def of(cls, settings: Settings, seconds: Seconds) -> Shelves:
        def copies(limit_bytes: int) -> Copies:
            fresh, kept = settings.fresh_seconds, settings.kept_seconds
            return Copies(settings.copies, limit_bytes, fresh, kept, seconds)

        plain, asked = copies(settings.copies_bytes), copies(settings.asked_bytes)
        pdf = Places(working=1, waiting=2)
        return cls(
            Shelf(plain, Places(working=2, waiting=6)),
            Shelf(asked, Places(working=2, waiting=4)),
            Shelf(plain, pdf),
            Shelf(asked, pdf),
            Places(working=6),
        )

    def shelf(self, ask: Ask, *, pdf: bool) -> Shelf:
        if is_asked(ask):
            return self.asked_pdf if pdf else self.asked
        return self.pdf if pdf else self.plain


def is_asked(ask: Ask) -> bool:
    """Whether a visitor named something of which there are more than can be kept."""
    days = (ask.as_of, ask.from_, ask.to)
    return any((*days, ask.country, ask.category, ask.q, ask.entry_id))
