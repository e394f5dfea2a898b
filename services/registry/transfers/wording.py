"""Verdicts in words: what is said is a code with its values, worded per language from data.

A verdict is made once and read in three languages, so its reason is kept as ``Phrase`` and turned
into text at the very end. The words stand in ``data/wording.json``, readable by a lawyer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from typing import Any, Literal, get_args

from babel import Locale
from babel.dates import format_date

from services.registry.data import read
from services.registry.transfers.countries import in_sentence, names_in_data

Language = Literal["en", "da", "sv"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
PHRASES_IN = ("wording.json", "findings.json", "todo.json")
_LOCALES = {"en": "en_GB", "da": "da_DK", "sv": "sv_SE"}


@dataclass(frozen=True, slots=True)
class Place:
    """A country or region by its ISO 3166 code, named in the reader's language."""

    code: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A piece of evidence by the name an instrument requires it under."""

    name: str


@dataclass(frozen=True, slots=True)
class Named:
    """Something with a name of its own: in English, and in those languages that have another."""

    english: str
    others: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True, slots=True)
class DataText:
    """A text that stands in English in the data; its translations are looked up by it."""

    english: str


@dataclass(frozen=True, slots=True)
class Several:
    """Things one after the other."""

    items: tuple[Said, ...]
    joint: str = ", "


@dataclass(frozen=True, slots=True)
class Phrase:
    """A code of ``wording.json`` with the values its wording leaves open."""

    code: str
    values: tuple[tuple[str, Said], ...]


Said = Phrase | Place | Fact | Named | DataText | Several | date | str | int


def phrase(code: str, **values: Said) -> Phrase:
    return Phrase(code, tuple(values.items()))


@cache
def _wording() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return _data("wording.json")


def _data(name: str) -> Mapping[str, Any]:
    data: Mapping[str, Any] = read(name)
    return data


@cache
def _phrases() -> Mapping[str, Mapping[str, str]]:
    """The phrases of all files that hold some; each code stands in one."""
    return {code: worded for name in PHRASES_IN for code, worded in _data(name)["phrases"].items()}


def is_worded(code: str) -> bool:
    """Whether there is a phrase with this code."""
    return code in _phrases()


def say(said: Said, language: Language) -> str:
    """The words for it; a language without words of its own falls back to English."""
    if isinstance(said, Phrase):
        values = {name: say(value, language) for name, value in said.values}
        return _phrases()[said.code][language].format(**values)
    if isinstance(said, Several):
        return said.joint.join(say(item, language) for item in said.items)
    if isinstance(said, date):
        return _day(said, language)
    return str(said) if isinstance(said, str | int) else _name(said, language)


def sentences(said: tuple[Phrase, ...], language: Language) -> str:
    """Phrases that are sentences, each with a capital, one after the other."""
    return " ".join(sentence(each, language) for each in said)


@lru_cache(maxsize=2048)
def sentence(said: Phrase | Fact, language: Language) -> str:
    text = say(said, language)
    return text[:1].upper() + text[1:]


def _name(said: Place | Fact | Named | DataText, language: Language) -> str:
    if isinstance(said, Place):
        return _place(said.code, language)
    if isinstance(said, Fact):
        worded = _wording()["facts"].get(said.name)
        return worded[language] if worded else said.name.replace("_", " ")
    if isinstance(said, Named):
        return said.others.get(language, said.english)
    return _wording()["texts"].get(said.english, {}).get(language, said.english)


@lru_cache(maxsize=2048)
def _place(code: str, language: Language) -> str:
    if language == "en":
        return in_sentence(code)
    known: str | None = _locale(language).territories.get(code)
    named = names_in_data(code).get(language) or known
    return named or in_sentence(code)


@cache
def _locale(language: Language) -> Locale:
    return Locale.parse(_LOCALES[language])


@lru_cache(maxsize=4096)
def _day(day: date, language: Language) -> str:
    # The English text is also what machines and tables compare, so its days stay ISO 8601.
    if language == "en":
        return day.isoformat()
    return str(format_date(day, "long", _LOCALES[language]))
