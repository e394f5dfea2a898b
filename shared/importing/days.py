"""The days that a text may mean, as lists write days."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from functools import cache

from babel import Locale

# No company of an earlier day is on a list of today; a year of fewer digits is a slip.
FIRST_DAY = date(1900, 1, 1)
_LANGUAGES = ("en", "da", "sv", "de")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T]\d{2}:\d{2}.{0,20})?")
_DOTTED = re.compile(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})")
_SLASHED = re.compile(r"(\d{1,2})[-/](\d{1,2})[-/](\d{4})")
_WORDS = re.compile(r"(\d{1,2})(?:\.|st|nd|rd|th)? (?:of )?([^\W\d]{3,12})\.?,? (\d{4})")
_MONTH_FIRST = re.compile(r"([^\W\d]{3,12})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_MONTH = re.compile(r"([^\W\d]{3,12})\.? (\d{4})|(\d{4})[-/](\d{1,2})|(\d{1,2})/(\d{4})")
_YEAR = re.compile(r"(\d{4})")
_SINCE = re.compile(r"(?:(?:since|from|as of|siden|fra|sedan|från|seit|den) )+", re.IGNORECASE)


def days_of(text: str) -> tuple[date, ...]:
    """The days that ``text`` may mean: of a month or a year, the first and the last one."""
    plain = _SINCE.sub("", " ".join(text.split()).casefold())
    found = [day for day in (*_single(plain), *_spans(plain)) if day and day >= FIRST_DAY]
    return tuple(dict.fromkeys(found))


def is_span(days: tuple[date, ...]) -> bool:
    """Whether what ``days_of`` found are the first and the last day of a month or a year."""
    if len(days) != 2 or days[0].day != 1:
        return False
    first, last = days
    in_month = (first.year, first.month) == (last.year, last.month)
    in_year = first.year == last.year and first.month == 1 and last.month == 12
    return (in_month or in_year) and last.day == monthrange(last.year, last.month)[1]


def _single(text: str) -> Iterator[date | None]:
    if match := _ISO.fullmatch(text):
        yield _day(match[1], match[2], match[3])
    elif match := _DOTTED.fullmatch(text):
        yield _day(match[3], match[2], match[1])
    elif match := _SLASHED.fullmatch(text):
        # A day of Europe first; in the United States the month stands first.
        yield _day(match[3], match[2], match[1])
        yield _day(match[3], match[1], match[2])
    elif match := _WORDS.fullmatch(text):
        yield _day(match[3], _month(match[2]), match[1])
    elif match := _MONTH_FIRST.fullmatch(text):
        yield _day(match[3], _month(match[1]), match[2])


def _spans(text: str) -> Iterator[date | None]:
    if match := _MONTH.fullmatch(text):
        year = match[2] or match[3] or match[6]
        yield from _month_of(int(year), int(_month(match[1]) or match[4] or match[5] or 0))
    elif match := _YEAR.fullmatch(text):
        yield from (_day(match[1], 1, 1), _day(match[1], 12, 31))


def _month_of(year: int, month: int) -> Iterator[date | None]:
    if 1 <= month <= 12 and year:
        yield from (_day(year, month, 1), _day(year, month, monthrange(year, month)[1]))


def _day(year: str | int, month: str | int | None, day: str | int) -> date | None:
    with suppress(ValueError):
        return date(int(year), int(month or 0), int(day))
    return None


def _month(name: str | None) -> int | None:
    return _months().get(name or "")


@cache
def _months() -> Mapping[str, int]:
    """Months by name, whole and short, in the languages of lists."""
    return {
        name.casefold().removesuffix("."): month
        for language in _LANGUAGES
        for width in ("wide", "abbreviated")
        for month, name in Locale(language).months["format"][width].items()
    }
