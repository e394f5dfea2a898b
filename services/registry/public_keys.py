"""Keys of entries on a day: the same key is the same entry with the same verdicts, for ever.

The public page shows lists of thousands of entries on any day that a visitor names, and knows
nearly all of them from another day of the same span. So it queries the keys first, and then the
entries whose keys it does not know.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import Any

from services.registry.model.law import Law
from services.registry.transfers import Span, span_around

Locations = Sequence[dict[str, Any]]
ReadLocations = Callable[[Sequence[str]], Iterable[tuple[str, Locations]]]
Key = tuple[str, str]

# Days that visitors name lie anywhere; most fall into few spans.
SPANS_OF_A_ROW = 6


def row_of(key: str) -> str:
    """The id of the row that a key was given to."""
    return key.partition(".")[0]


@dataclass
class PublicKeys:
    """Remembers the spans of at most ``limit`` rows; the oldest are forgotten first."""

    limit: int = 20_000
    _instruments: object = None
    _spans: OrderedDict[Key, tuple[Span, ...]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def on(
        self, day: date, row_ids: Sequence[str], law: Law, tag: str, read: ReadLocations
    ) -> list[str]:
        """The keys of these rows on ``day``, in their order. ``tag`` names the state of the law."""
        self._forget_other_law(law)
        spans = {row_id: self._known((row_id, law.key), day) for row_id in row_ids}
        unknown = [row_id for row_id, span in spans.items() if span is None]
        for row_id, locations in read(unknown) if unknown else ():
            span = span_around(day, locations, law.instruments)
            self._keep((row_id, law.key), span)
            spans[row_id] = span
        return [
            f"{row_id}.{span.first.toordinal()}.{law.key}.{tag}"
            for row_id, span in spans.items()
            if span is not None
        ]

    def _known(self, key: Key, day: date) -> Span | None:
        for span in self._spans.get(key, ()):
            if span.holds(day):
                return span
        return None

    def _keep(self, key: Key, span: Span) -> None:
        with self._lock:
            held = self._spans.pop(key, ())
            self._spans[key] = (span, *held[: SPANS_OF_A_ROW - 1])
            while len(self._spans) > self.limit:
                self._spans.popitem(last=False)

    def _forget_other_law(self, law: Law) -> None:
        """Instruments have days of their own; the store gives one set of them a day."""
        with self._lock:
            if self._instruments is not law.instruments:
                self._instruments = law.instruments
                self._spans.clear()
