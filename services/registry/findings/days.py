"""Days that cannot be: after today, in the wrong order, or not in the calendar."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from functools import cache

from services.registry.findings.finding import (
    Entry,
    Listed,
    ListFinding,
    found,
    mechanisms_of,
    texts_of,
)
from services.registry.findings.words import months
from services.registry.transfers.evidence import as_day
from services.registry.transfers.members import DONE_DAYS
from services.registry.transfers.stages import is_planned
from services.registry.transfers.wording import Fact

# The first of two comes before the second.
_ORDER = (
    ("certified_on", "checked_on"),
    ("certified_on", "due_on"),
    ("checked_on", "due_on"),
    ("tia_on", "tia_review_on"),
)
_SINCE = re.compile(
    r"\b(?:used|engaged|in use|benyttet|anvendt|brugt|i brug|anlitats?|använts?|i bruk)"
    r"\s+(?:since|siden|sedan)\b",
    re.IGNORECASE,
)
_ISO = re.compile(r"(?<![\d-])(\d{4})-(\d{2})-(\d{2})(?![\d-])")
_WRITTEN = r"(?<![\d.])(\d{1,2})(?:st|nd|rd|th|\.)?\s+(MONTHS)\.?,?\s+(\d{4})\b"
_AMERICAN = r"\b(MONTHS)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b"


def day_findings(entry: Entry, listed: Listed) -> Iterator[ListFinding]:
    """Days of an entry that cannot be true, or that say it was changed without a look at it."""
    for pointer, _, mechanism in mechanisms_of(entry):
        yield from _of_evidence(mechanism["evidence"], f"{pointer}/evidence", listed.today)
    yield from _of_entry(entry, listed.today)
    reviewed = as_day(entry.get("reviewed_on"))
    changed = entry.get("changed_on")
    if reviewed and changed and reviewed < changed:
        yield found("changed-since-review", "/reviewed_on", day=changed, reviewed=reviewed)
    for pointer, text in texts_of(entry):
        for written in impossible_days(text):
            yield found("impossible-day", pointer, day=written)
        since = used_since(text)
        if since and since < entry.get("listed_since", entry["valid_from"]):
            start = entry.get("listed_since", entry["valid_from"])
            yield found("used-before-listed", pointer, "must", used=since, listed=start)


def _of_entry(entry: Entry, today: date) -> Iterator[ListFinding]:
    for name in ("reviewed_on", "used_since", "seen_on"):
        day = as_day(entry.get(name))
        if day and day > today:
            yield found("day-ahead", f"/{name}", fact=Fact(name), day=day)
    used, start = as_day(entry.get("used_since")), entry.get("listed_since", entry["valid_from"])
    if used and used < start:
        yield found("used-before-listed", "/used_since", "must", used=used, listed=start)
    if used and is_planned(entry):
        yield found("planned-but-used", "/used_since", "must", used=used)
    if entry.get("evidence_url") and not entry.get("seen_on"):
        yield found("seen-on-missing", "/seen_on")


def _of_evidence(evidence: Entry, pointer: str, today: date) -> Iterator[ListFinding]:
    days = {name: as_day(value) for name, value in evidence.items()}
    for name in DONE_DAYS:
        day = days.get(name)
        if day and day > today:
            yield found("day-ahead", f"{pointer}/{name}", fact=Fact(name), day=day)
    for first, second in _ORDER:
        before, after = days.get(first), days.get(second)
        if before and after and before > after:
            where = f"{pointer}/{second}"
            yield found("days-turned-round", where, first=Fact(first), second=Fact(second))


def impossible_days(text: str) -> list[str]:
    """Days written in a text that no calendar has: 31 September, 2026-02-30."""
    return [written for written, day in _written(text) if day is None]


def used_since(text: str) -> date | None:
    """The day since which a text says that the company is used; None if it says none.

    Of a month or a year it is the last day, so that nothing is claimed that is not said.
    """
    match = _SINCE.search(text)
    if match is None:
        return None
    rest = text[match.end() : match.end() + 40].lstrip()
    exact = next((day for written, day in _written(rest) if rest.startswith(written)), None)
    return exact or _end_of_month(rest) or _end_of_year(rest)


def _written(text: str) -> Iterator[tuple[str, date | None]]:
    for match in _ISO.finditer(text):
        yield match[0], _day(int(match[1]), int(match[2]), int(match[3]))
    for match in _pattern(_WRITTEN).finditer(text):
        yield match[0], _day(int(match[3]), months()[match[2].casefold()], int(match[1]))
    for match in _pattern(_AMERICAN).finditer(text):
        yield match[0], _day(int(match[3]), months()[match[1].casefold()], int(match[2]))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _end_of_month(text: str) -> date | None:
    match = _pattern(r"(MONTHS)\.?\s+(\d{4})\b").match(text)
    if match is None or not int(match[2]) >= 1:
        return None
    year, month = int(match[2]), months()[match[1].casefold()]
    return date(year, month, monthrange(year, month)[1])


def _end_of_year(text: str) -> date | None:
    match = re.match(r"(\d{4})\b", text)
    return date(int(match[1]), 12, 31) if match and int(match[1]) else None


@cache
def _pattern(of: str) -> re.Pattern[str]:
    names = "|".join(sorted(months(), key=len, reverse=True))
    return re.compile(of.replace("MONTHS", names), re.IGNORECASE)
