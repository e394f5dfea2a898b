"""Facts of an entry that nobody knows until somebody states them: unknown is not "no"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

NOT_STATED = "not_stated"
# What a fact that nobody has stated is judged as, so that a first statement hides nothing.
AS_IF: Mapping[str, Any] = {
    "ai_use": "none",
    "special_categories": False,
    "required": False,
    "affiliate": False,
}
# The day of each statement, kept beside the facts; only the service writes it.
STATED_ON = "stated_on"

Entry = Mapping[str, Any]


def is_stated(entry: Entry, fact: str) -> bool:
    """Whether the entry says what ``fact``, one of AS_IF, is."""
    return entry.get(fact) not in (None, NOT_STATED)


def unstated(entry: Entry) -> tuple[str, ...]:
    """The facts that the entry does not state, in the order of AS_IF."""
    return tuple(fact for fact in AS_IF if not is_stated(entry, fact))


def judged(entry: Entry) -> dict[str, Any]:
    """The entry with what stands for each fact that it does not state."""
    return {**entry, **{fact: AS_IF[fact] for fact in unstated(entry)}}


def judged_before(previous: Entry, new: Entry, *, published: bool) -> dict[str, Any]:
    """``previous`` as ``new`` is compared with it.

    Before a register is published nobody has relied on it: a first statement then differs from
    nothing. Later it differs from what an unstated fact is judged as.
    """
    known = judged(previous)
    return known if published else {**known, **_of(judged(new), unstated(previous))}


def dated(content: Entry, previous: Entry | None, today: date) -> dict[str, Any]:
    """``content`` with the day of each statement: ``{"ai_use": "2026-11-29", …}``.

    A fact that reads as in ``previous`` keeps its day, which is None if it is of a version of
    Art28 that did not ask; every other one is stated ``today``. A content that has days keeps them.
    """
    if STATED_ON in content:
        return dict(content)
    days = {
        fact: _day_of(fact, content, previous or {}, today)
        for fact in AS_IF
        if is_stated(content, fact)
    }
    return {**content, STATED_ON: days}


def restated(content: Entry, previous: Entry, today: date) -> dict[str, Any]:
    """``content``, made from ``previous``, with the day of each statement anew."""
    return dated(without_days(content), previous, today)


def without_days(content: Entry) -> dict[str, Any]:
    """The contents without the days of their statements, which follow from them."""
    return {name: value for name, value in content.items() if name != STATED_ON}


def _day_of(fact: str, content: Entry, previous: Entry, today: date) -> str | None:
    if previous.get(fact) != content[fact]:
        return today.isoformat()
    day: str | None = (previous.get(STATED_ON) or {}).get(fact)
    return day


def _of(entry: Entry, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: entry[name] for name in names}
