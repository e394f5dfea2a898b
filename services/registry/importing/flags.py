"""Flags of countries, which lists put beside their names or in place of them."""

from __future__ import annotations

import re

from services.registry.importing import words
from services.registry.transfers.countries import name_of

# Two letters of Unicode's regional indicators, which spell an ISO 3166-1 code.
_FIRST = ord("🇦")
_FLAG = re.compile("[🇦-🇿]{2}")


def with_flags_named(text: str) -> str:
    """``text`` with the English name of each country for its flag; others stay as they are."""
    return _FLAG.sub(_named, text)


def _named(flag: re.Match[str]) -> str:
    code = "".join(chr(ord("A") + ord(letter) - _FIRST) for letter in flag[0])
    if code in words.codes():
        return f" {name_of(code)} "
    return " EU " if code == "EU" else flag[0]
