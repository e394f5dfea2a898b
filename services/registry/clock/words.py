"""How days were counted, in words: what is said is a code with its values, worded in
``data/days.json`` for each language of customers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, TypeAlias

from babel.dates import format_date

from services.registry.clock.terms import Period
from services.registry.data import read

LANGUAGES = ("en", "da", "sv")
# With the day of the week, on which working days depend. Machines read the day of a step itself.
_DAY = {"en": "EEEE d MMMM y", "da": "EEEE 'den' d. MMMM y", "sv": "EEEE 'den' d MMMM y"}


@dataclass(frozen=True, slots=True)
class Length:
    """A period; with ``place`` that whose working days it counts, "" for weekends only."""

    period: Period
    place: str | None = None


Value: TypeAlias = "date | int | Length | tuple[Length, ...] | Said"


@dataclass(frozen=True, slots=True)
class Said:
    """A code of ``data/days.json`` with the values that its words leave open."""

    code: str
    values: tuple[tuple[str, Value], ...] = ()


def said(code: str, **values: Value) -> Said:
    return Said(code, tuple(values.items()))


def in_words(phrases: tuple[Said, ...], language: str) -> str:
    """Phrases that are sentences, one after the other."""
    return " ".join(_word(each, language) for each in phrases)


def _word(value: Value, language: str) -> str:
    if isinstance(value, Said):
        values = {name: _word(each, language) for name, each in value.values}
        return str(_data()["phrases"][value.code][language].format(**values))
    if isinstance(value, date):
        return _day(value, language)
    if isinstance(value, Length):
        return _length(value, language)
    if isinstance(value, tuple):
        return str(_data()["and"][language]).join(_length(each, language) for each in value)
    return str(value)


def _length(length: Length, language: str) -> str:
    one, several = _data()["lengths"][length.period.unit][language]
    number = length.period.value
    text = f"{number} {several if number > 1 else one}"
    if length.place is None:
        return text
    return f"{text} ({length.place or _word(Said('weekends_only'), language)})"


def _day(day: date, language: str) -> str:
    return str(format_date(day, _DAY[language], language))


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = read("days.json")
    return data
