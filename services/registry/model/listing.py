"""Since when and until when an entry is on the list, and what changes it next.

The days are those of the entry, not of the row that says how it reads: a renamed or amended entry
keeps its day, and one that was removed and came back begins anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, NamedTuple

from services.registry.model.register import FOREVER, ONE_DAY


class Span(NamedTuple):
    """The days of one row of an entry, both included."""

    first: date
    last: date


@dataclass(frozen=True)
class NextChange:
    """``kind`` is that of the change: an entry that a ``replace`` ends is replaced."""

    change_id: str
    kind: str
    effective_on: date


@dataclass(frozen=True)
class Listed:
    """``listed_until``: the last day, as far as it is known; None while no end is announced."""

    listed_since: date
    listed_until: date | None
    next_change: NextChange | None

    def members(self) -> dict[str, Any]:
        return asdict(self)


def stay(own: Span, others: Iterable[Span]) -> Span:
    """The unbroken stay on the list around ``own``, a row of an entry with the rows ``others``."""
    first, last = own
    begins = {span.last: span.first for span in others}
    ends = {span.first: span.last for span in others}
    while first > date.min and (before := begins.get(first - ONE_DAY)) is not None:
        first = before
    while last < FOREVER and (after := ends.get(last + ONE_DAY)) is not None:
        last = after
    return Span(first, last)


def listed(
    own: Span, others: Sequence[Span], coming: Mapping[str, NextChange], sub_id: str
) -> Listed:
    """``coming``: the next change of each entry that has one, by the entry's id."""
    first, last = stay(own, others)
    return Listed(first, None if last == FOREVER else last, coming.get(sub_id))
