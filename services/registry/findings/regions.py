"""A cloud region or a city that lies elsewhere than the entry says: eu-west-1 is Ireland."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.registry.findings.finding import Entry, Listed, ListFinding, found, texts_of
from services.registry.importing import words
from services.registry.transfers.wording import Place

# How far behind the name of a region a city may stand and still explain it.
_NEAR = 30
_CLAUSE_ENDS = re.compile("[.;]")


def region_findings(entry: Entry, _: Listed) -> Iterator[ListFinding]:
    """Regions of clouds and cities named in an entry that contradict its places."""
    stated = {place.get("country") for place in entry.get("locations") or ()}
    for pointer, text in texts_of(entry):
        for name, country, beside in regions_in(text):
            if beside is not None and country not in beside[1]:
                yield found(
                    "region-not-city",
                    pointer,
                    "must",
                    region=name,
                    place=Place(country),
                    city=beside[0],
                )
            elif stated and country not in stated:
                yield found("region-elsewhere", pointer, "must", region=name, place=Place(country))
    yield from _seat(entry.get("address") or {})


def regions_in(text: str) -> Iterator[tuple[str, str, tuple[str, list[str]] | None]]:
    """Each cloud region a text names, its country, and the city beside it with its countries."""
    # Folding may alter the length of a text, so all of it is read folded.
    folded = text.casefold()
    for match in words.cloud_pattern().finditer(folded):
        behind = _CLAUSE_ENDS.split(folded[match.end() : match.end() + _NEAR])[0]
        yield match[0], words.data()["cloud_regions"][match[0]], _city(behind)


def _city(text: str) -> tuple[str, list[str]] | None:
    said = f" {words.plain(text)} "
    cities = words.data()["cities"]
    named = [name for name in cities if f" {name} " in said]
    first = min(named, key=lambda name: said.index(f" {name} "), default=None)
    return (first.title(), cities[first]) if first else None


def _seat(address: Entry) -> Iterator[ListFinding]:
    city, country = address.get("city"), address.get("country")
    known = words.data()["cities"].get(words.plain(str(city or "")))
    if known and country and country not in known:
        there = Place(known[0])
        yield found("city-elsewhere", "/address/city", city=str(city), place=there)
