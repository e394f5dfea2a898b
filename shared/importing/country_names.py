"""Countries by the names that lists write: three languages, official and local names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

import pycountry
from babel import Locale

LANGUAGES = ("en", "da", "sv")
# Local names of countries, as a list may write them: taken where they name one country only.
OTHER_LANGUAGES = ("de", "fr", "es", "it", "nl", "nb", "fi", "pl", "pt", "ja", "ko")
# A name this short is a word of many languages; in running text it counts in capitals only.
SHORT = 3
_NOT_WORDS = re.compile(r"[^\w/]+|_+")


def plain(text: str) -> str:
    """``text`` for comparing: no capitals, no punctuation, single spaces."""
    if text.isascii():
        return _NOT_WORDS.sub(" ", text.lower()).strip()
    composed = unicodedata.normalize("NFC", text).casefold()
    return _NOT_WORDS.sub(" ", unicodedata.normalize("NFC", composed)).strip()


@cache
def country_names() -> Mapping[str, str]:
    """ISO 3166-1 codes by plain name, in three languages, and by official and local name."""
    found = _local_names()
    for country in pycountry.countries:
        code = country.alpha_2
        names = [
            country.name,
            getattr(country, "official_name", None),
            getattr(country, "common_name", None),
        ]
        names += [Locale(language).territories.get(code) for language in LANGUAGES]
        found.update({plain(name): code for name in names if name})
    return found


def _local_names() -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for language in OTHER_LANGUAGES:
        territories = Locale(language).territories
        for code in codes() & territories.keys():
            found.setdefault(plain(territories[code]), set()).add(code)
    single = {name: next(iter(known)) for name, known in found.items() if len(known) == 1}
    return {name: code for name, code in single.items() if len(name) > SHORT or not name.isascii()}


@cache
def codes() -> frozenset[str]:
    """ISO 3166-1 alpha-2, and XK for Kosovo."""
    return frozenset(country.alpha_2 for country in pycountry.countries) | {"XK"}
