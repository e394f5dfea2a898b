"""Words that the rules look for in texts, from ``data/findings.json`` and the calendar."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from babel import Locale

from services.registry.data import read

_LOCALES = ("en_GB", "da_DK", "sv_SE")


@cache
def months() -> Mapping[str, int]:
    """The number of each month by its name, whole or short, in three languages."""
    return {
        name.casefold().rstrip("."): number
        for locale in map(Locale.parse, _LOCALES)
        for width in ("wide", "abbreviated")
        for number, name in locale.months["format"][width].items()
    }


@cache
def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = read("findings.json")
    return data


@cache
def kinds_of_company() -> re.Pattern[str]:
    """Words for a kind of company, which name no company."""
    return re.compile(rf"\b(?:{'|'.join(_data()['kinds_of_company'])})\b", re.IGNORECASE)


@cache
def legal_forms() -> str:
    """The legal forms of companies as they are written behind a name, as a pattern."""
    return "|".join(map(re.escape, sorted(_data()["legal_forms"], key=len, reverse=True)))
