"""The words lists are written in: English, Danish and Swedish names of columns and places."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import pycountry
from babel import Locale

LANGUAGES = ("en", "da", "sv")
_NOT_WORDS = re.compile(r"[^\w/]+|_+")


@cache
def data() -> Mapping[str, Any]:
    text = files("services.registry").joinpath("data", "importing.json").read_text("utf-8")
    found: Mapping[str, Any] = json.loads(text)
    return found


def _eea() -> tuple[str, ...]:
    text = files("services.registry").joinpath("data", "countries.json").read_text("utf-8")
    return tuple(json.loads(text)["eea"])


def plain(text: str) -> str:
    """``text`` for comparing: no capitals, no punctuation, single spaces."""
    return _NOT_WORDS.sub(" ", text.casefold()).strip()


def says_nothing(text: str) -> bool:
    return " ".join(text.casefold().split()).rstrip(".") in data()["nothing"]


@cache
def members_by_column() -> Mapping[str, tuple[str, int]]:
    """The member that a column of this plain name holds, and its rank among columns for it."""
    return {
        plain(name): (member, rank)
        for member, names in data()["columns"].items()
        for rank, name in enumerate(names)
    }


@cache
def countries_by_name() -> Mapping[str, str]:
    """ISO 3166-1 codes by plain name, in three languages, and by official and three-letter name."""
    found: dict[str, str] = {}
    for country in pycountry.countries:
        code = country.alpha_2
        names = [
            country.name,
            country.alpha_3,
            getattr(country, "official_name", None),
            getattr(country, "common_name", None),
        ]
        names += [Locale(language).territories.get(code) for language in LANGUAGES]
        found.update({plain(name): code for name in names if name})
    found |= data()["country_names"]
    return {name: code for name, code in found.items() if name not in data()["ambiguous"]}


@cache
def regions_by_name() -> Mapping[str, tuple[str, ...]]:
    """Regions that are no country, with the countries that may be meant; empty: any."""
    known, eea = data(), _eea()
    members = {
        "EU": tuple(code for code in eea if code not in known["not_eu"]),
        "EEA": eea,
        "Europe": (*eea, *known["europe_besides_eea"]),
        **{name: tuple(codes) for name, codes in known["region_members"].items()},
    }
    return {name: members[region] for name, region in known["regions"].items()}


@cache
def subdivisions_by_name() -> Mapping[str, tuple[str, ...]]:
    """Countries that have a state or province of this plain name."""
    found: dict[str, set[str]] = {}
    for subdivision in pycountry.subdivisions:
        found.setdefault(plain(subdivision.name), set()).add(subdivision.country_code)
    return {name: tuple(sorted(codes)) for name, codes in found.items()}


@cache
def state_codes() -> frozenset[str]:
    """Two letters that are a state of the US: CA, DE, IN … which may be countries too."""
    return frozenset(
        subdivision.code[3:]
        for subdivision in pycountry.subdivisions
        if subdivision.country_code == "US"
    )


@cache
def codes() -> frozenset[str]:
    """ISO 3166-1 alpha-2, and XK for Kosovo."""
    return frozenset(country.alpha_2 for country in pycountry.countries) | {"XK"}


@cache
def cloud_pattern() -> re.Pattern[str]:
    """Names of the regions of cloud providers; the longer ones first."""
    names = sorted(data()["cloud_regions"], key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, names))})(?![\w-])")
