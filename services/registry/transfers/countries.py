"""Which place is a third country, on which day.

Places are ISO 3166-1 codes, with an ISO 3166-2 region where that matters: several territories of
EEA states are third countries, and some have a code of their own. The status of each, with its
source, is in ``data/countries.json``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

import pycountry

from services.registry.data import read


class UnknownPlaceError(ValueError):
    """The code names no country or region of ISO 3166; the message says what to write instead."""


@cache
def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = read("countries.json")
    return data


@cache
def _countries() -> Mapping[str, str]:
    names = {item.alpha_2: getattr(item, "common_name", item.name) for item in pycountry.countries}
    return {**names, **_data()["user_assigned"]}


@cache
def _regions() -> Mapping[str, str]:
    return {item.code: item.name for item in pycountry.subdivisions}


def check_country(code: str) -> str:
    """Return ``code`` if it is an ISO 3166-1 alpha-2 code (or XK, Kosovo).

    Raises UnknownPlaceError for anything else, also for EL, UK and EU.
    """
    refused = _data()["refused"]
    if code in refused:
        hint = f"write {refused[code]}" if refused[code] else "name the country"
        raise UnknownPlaceError(f"{code} is not an ISO 3166-1 country code; {hint}.")
    if code not in _countries():
        raise UnknownPlaceError(f"{code!r} is not an ISO 3166-1 alpha-2 country code.")
    return code


def check_region(country: str, region: str | None) -> str | None:
    """Return ``region`` if it is None or an ISO 3166-2 code of ``country``.

    Raises UnknownPlaceError otherwise: a region of a cloud provider is no place in law.
    """
    if region is None:
        return None
    if region not in _regions() or not region.startswith(f"{country}-"):
        raise UnknownPlaceError(f"{region!r} is not an ISO 3166-2 region of {country}.")
    return region


def place_of(country: str, region: str | None = None) -> str:
    """The code whose status counts.

    That is the territory's own country code where it has one, else the region if it has a status
    of its own, else the country.
    """
    data = _data()
    if region in data["subdivision_of"]:
        return str(data["subdivision_of"][region])
    return region if region is not None and region in data["territories"] else country


def two_codes() -> Mapping[str, str]:
    """The places with two codes: the region of a state, and the country code of their own."""
    pairs: Mapping[str, str] = _data()["subdivision_of"]
    return pairs


def in_eea(country: str, on: date, region: str | None = None) -> bool:
    """Whether Union data protection law applies there on that day as in a member state.

    Sources: GDPR Art. 44; EEA Joint Committee Decision 154/2018; TFEU Art. 349 and 355.
    """
    place = place_of(country, region)
    return any(first <= on <= last for first, last in _days_inside(place))


@cache
def _days_inside(place: str) -> tuple[tuple[date, date], ...]:
    """The days on which the place belonged to the EEA, as first and last day; empty for none."""
    data = _data()
    if place in data["left"]:
        return ((date.min, date.fromisoformat(data["left"][place]["place_until"])),)
    state = place if place in data["eea"] else data["follows"].get(place)
    days = data["territories"].get(place, {}).get("eea_days") or {}
    if state not in data["eea"] or not (days or _is_inside(place)):
        return ()
    joined = _day(data["eea"][state], date.min)
    return ((max(joined, _day(days.get("first"), date.min)), _day(days.get("last"), date.max)),)


def _is_inside(place: str) -> bool:
    data = _data()
    return place in data["eea"] or data["territories"][place]["status"] == "eea"


def _day(text: str | None, otherwise: date) -> date:
    return date.fromisoformat(text) if text else otherwise


@cache
def turning_days() -> tuple[date, ...]:
    """The days on which a place joined or left the EEA: the first inside, and the last."""
    data = _data()
    places = {*data["eea"], *data["left"], *data["follows"]}
    days = {day for place in places for pair in _days_inside(place) for day in pair}
    return tuple(sorted(days - {date.min, date.max}))


def counts_as(place: str) -> frozenset[str]:
    """The codes of a list that include ``place``: its own, and its state's if it follows it.

    Source: ``follows_source`` of the data.
    """
    state = _data()["follows"].get(place)
    return frozenset({place, state} if state else {place})


def remarks_on(
    country: str, on: date, region: str | None = None
) -> tuple[tuple[str | None, str], ...]:
    """What a reader should know about the status of a special territory.

    Each is the territory the text is about (None: the text names it itself), and the English text
    of ``countries.json``, without a full stop.
    """
    data = _data()
    place = place_of(country, region)
    found: list[tuple[str | None, str]] = []
    inside = in_eea(country, on, region)
    territory = data["territories"].get(place)
    if place in data["left"] and inside:
        found.append((None, str(data["left"][place]["text"])))
    elif territory and inside == (territory["status"] == "eea"):
        found.append((place, str(territory["text"])))
    return (*found, *((None, str(note["text"])) for note in _notes(region)))


def questions_on(country: str, region: str | None = None) -> tuple[str, ...]:
    """The ids of what is open in law about the status of the place."""
    territory = _data()["territories"].get(place_of(country, region), {})
    return tuple(each["open"] for each in (territory, *_notes(region)) if each.get("open"))


def _notes(region: str | None) -> list[Mapping[str, Any]]:
    """The notes on areas that have no code of their own, for a region that holds such an area."""
    return [note for note in _data()["notes"].values() if region in note["places"]]


def name_of(code: str) -> str:
    """The English name of a country or region code, or the code itself."""
    return _countries().get(code) or _regions().get(code) or code


def names_in_data(code: str) -> Mapping[str, str]:
    """Names by language of a region that readers know by another name than ISO 3166-2 gives."""
    names: Mapping[str, str] = _data()["territories"].get(code, {}).get("name", {})
    return names


def in_sentence(code: str) -> str:
    """The name as it stands in a sentence: the United States, Ireland."""
    if names_in_data(code):
        return names_in_data(code)["en"]
    name = name_of(code)
    if turned := _turned(name):
        return f"the {turned}"
    return f"the {name}" if code in _data()["with_article"] else name


def _turned(name: str) -> str | None:
    """“Palestine, State of” as it is spoken: “State of Palestine”; None for any other name."""
    first, comma, rest = name.partition(", ")
    if not comma or " and " in rest:
        return None
    return f"{rest.removeprefix('The ')} {first}"
