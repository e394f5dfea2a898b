"""The words lists are written in: English, Danish and Swedish names of columns and places."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import pycountry

from services.registry.data import read
from shared.importing.country_names import SHORT, codes, country_names, plain

__all__ = ["SHORT", "codes", "plain"]


@cache
def data() -> Mapping[str, Any]:
    found: Mapping[str, Any] = read("importing.json")
    return found


def _eea() -> tuple[str, ...]:
    return tuple(read("countries.json")["eea"])


def says_nothing(text: str) -> bool:
    return " ".join(text.casefold().split()).rstrip(".") in _nothing()


@cache
def _nothing() -> frozenset[str]:
    return frozenset(data()["nothing"])


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
    """ISO 3166-1 codes by plain name, with the names that only lists use."""
    found = {**country_names(), **data()["country_names"]}
    return {name: code for name, code in found.items() if name not in data()["ambiguous"]}


@cache
def three_letter_codes() -> Mapping[str, str]:
    """ISO 3166-1 alpha-3, without those that are words in capitals, too."""
    known = {country.alpha_3: country.alpha_2 for country in pycountry.countries}
    return {code: country for code, country in known.items() if code not in ("AND", "CAN")}


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
def scanned() -> Mapping[str, tuple[str, ...]]:
    """Cities and states that count inside a longer text, with their countries."""
    states = {
        name: codes
        for name, codes in subdivisions_by_name().items()
        if set(codes) <= set(data()["scanned_states_of"])
    }
    return states | {name: tuple(codes) for name, codes in data()["cities"].items()}


@cache
def place_words() -> frozenset[str]:
    """Words around a place that say nothing of another one."""
    return frozenset(data()["place_words"].split())


@cache
def doubts() -> re.Pattern[str]:
    """Words of denial, past, future and condition in English, Danish, Swedish and German."""
    return re.compile(data()["doubts"], re.IGNORECASE)


@cache
def _by_section() -> Mapping[str, tuple[str, Any]]:
    stages = {name: ("stage", stage) for stage, names in data()["stages"].items() for name in names}
    return {**stages, **dict.fromkeys(data()["affiliates"], ("affiliate", True))}


def said_by_section(text: str) -> tuple[str, Any] | None:
    """The member that a section or a status states, and its value: ("stage", "planned")."""
    return _by_section().get(plain(text))


@cache
def denials() -> re.Pattern[str]:
    """Words that deny a mechanism, or say that it was, or is to come; longer ones first."""
    return re.compile(data()["denials"], re.IGNORECASE)


@cache
def denial_words() -> frozenset[str]:
    """Words that may stand between a word of denial and what it denies."""
    return frozenset(data()["denial_words"].split())


@cache
def cloud_pattern() -> re.Pattern[str]:
    """Names of the regions of cloud providers; the longer ones first."""
    names = sorted(data()["cloud_regions"], key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, names))})(?![\w-])")
