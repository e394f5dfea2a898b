"""Sentences, lengths, days and places in one language of documents."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files

from babel import Locale
from babel.dates import format_date

from services.agreements.contract.terms import Length
from services.agreements.contract.wording import in_language, spoken
from shared.public_holidays import differs_inside


class Phrases:
    """The catalogue of sentences in ``language``: the one that documents have for what was asked.

    ``annexes``: the names of the annexes, by subject, as sentences refer to them. ``zones``: the
    time zone that was agreed, else those of the parties that are known.
    """

    def __init__(
        self, language: str, annexes: Mapping[str, str] | None = None, zones: Sequence[str] = ()
    ) -> None:
        self.language, self._sentences = spoken(language), all_sentences()
        self.annexes, self.zones = dict(annexes or {}), tuple(zones)

    def __call__(self, key: str, gap: str = "", **gaps: str) -> str:
        """The sentence of ``key`` with its gaps filled; one that ends with them has one stop."""
        text = in_language(self._sentences[key], self.language)
        filled = text.format(_unstopped(text, gap), **gaps)
        is_label = key.startswith(LABEL)
        return filled if text.endswith((".", ":")) or is_label else _stopped(text, filled)

    def length(self, length: Length) -> str:
        """``45 working days``, ``1 month``."""
        return self.number(length.value, length.unit)

    def number(self, value: int, unit: str) -> str:
        return self(f"one_{unit}" if value == 1 else f"many_{unit}", str(value))

    def day(self, day: date) -> str:
        """``1 November 2026``."""
        return str(format_date(day, "d. MMMM y" if self.language == "da" else "d MMMM y",
                               locale=self.language))  # fmt: skip

    def place(self, code: str) -> str:
        """A country by its name; a country alone whose regions differ is that of all of them."""
        article = "the " if self.language == "en" and code[:2] in _WITH_ARTICLE else ""
        return article + place_name(self.language, code)

    def listed(self, parts: Sequence[str], last: str = "and") -> str:
        """``a, b and c``."""
        if len(parts) < 2:  # One part, or none, has no conjunction.
            return "".join(parts)
        return in_language(self._sentences[last], self.language).format(
            ", ".join(parts[:-1]), parts[-1]
        )


# What stands before a fact that readers copy: no full stop may follow it.
LABEL = "party_"
# Countries whose English name has an article in a sentence.
_WITH_ARTICLE = ("AE", "BS", "CF", "CG", "DO", "FO", "GB", "GM", "KM", "MV", "NL", "PH", "SC", "US")


def country_name(language: str, code: str) -> str:
    """``Denmark``; a code that is no country stays what it is."""
    return _territories(language).get(code, code)


def place_name(language: str, code: str) -> str:
    """``Denmark``; a region by its code besides."""
    country, _, region = code.partition("-")
    name = country_name(language, country)
    if region:
        return f"{name} ({code})"
    return f"{name} ({_ALL_REGIONS[language]})" if differs_inside(country) else name


_ALL_REGIONS = {"en": "all regions", "da": "alle regioner", "sv": "alla regioner"}


def _unstopped(text: str, gap: str) -> str:
    """What a party wrote, without its own full stop where the sentence has one after it."""
    return gap.rstrip().removesuffix(".") if text.endswith("{}.") else gap


def _stopped(text: str, filled: str) -> str:
    """A sentence that ends with what a party wrote ends with a full stop all the same."""
    ends = text.endswith("{}") and text.count(" ") > 2  # A sentence, no label.
    return f"{filled}." if ends and filled and filled[-1] not in ".!?:;" else filled


@cache
def all_sentences() -> dict[str, dict[str, str]]:
    """The whole catalogue: by key, in every language of documents."""
    text = files("services.agreements").joinpath("templates/sentences.json").read_text("utf-8")
    sentences: dict[str, dict[str, str]] = json.loads(text)
    return sentences


@cache
def _territories(language: str) -> dict[str, str]:
    return dict(Locale.parse(language, sep="-").territories)
