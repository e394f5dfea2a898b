"""Merge the members that a file states into the entry that the register holds."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from services.registry.importing import words
from services.registry.importing.days import USED
from services.registry.transfers.statements import STATED_ON

Content = dict[str, Any]
Stated = Mapping[str, Any]


def same(before: Stated, after: Stated) -> bool:
    """Whether two contents are equal; an empty member equals a missing one."""
    # The days of statements follow from what is stated.
    one, other = ({**content, STATED_ON: None} for content in (before, after))
    return bool(_said(one) == _said(other))


def _said(value: Any) -> Any:
    if isinstance(value, Mapping):
        kept = {name: _said(inner) for name, inner in value.items()}
        return {name: inner for name, inner in kept.items() if inner not in (None, "", [], {})}
    if isinstance(value, list):
        return [_said(inner) for inner in value]
    # One letter may be written in two ways, composed or not; that is no difference.
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value


def over(existing: Content, stated: Stated, *, exact: bool) -> Content:
    """``existing`` with the members of the file. ``exact``: the file is our own export."""
    result = {**existing, **{name: stated[name] for name in stated if name != "bases"}}
    for computed in ("id", STATED_ON):
        result.pop(computed, None)
    if "locations" in stated:
        laid = _exact_places if exact else _published_places
        result["locations"] = laid(existing.get("locations") or [], stated)
    if exact:
        return result
    for member in ("purpose", "responsibilities"):
        if member in stated:
            result[member] = {**(existing.get(member) or {}), **stated[member]}
    if "address" in stated:
        result["address"] = _address(existing.get("address"), stated["address"])
    return result


def together(first: Stated, second: Stated) -> Content:
    """Join two rows about one entity: both purposes, and the places of both."""
    result = {**second, **first}
    if used := [each[USED] for each in (first, second) if USED in each]:
        result[USED] = min(used)  # Of one company in several rows, the first of its days counts.
    for member in ("purpose", "responsibilities"):
        if member in first and member in second:
            result[member] = {
                tag: _both(first[member].get(tag), text) for tag, text in second[member].items()
            }
    for name, value in second.items():
        if isinstance(value, list) and name in first:
            result[name] = [*first[name], *(item for item in value if item not in first[name])]
    return result


def _both(first: str | None, second: str) -> str:
    return second if first in (None, second) else f"{first}; {second}"


def _exact_places(existing: Sequence[Content], stated: Stated) -> list[Content]:
    kept = {_where(place): place for place in existing}
    return [_with_evidence(place, kept.get(_where(place))) for place in stated["locations"]]


def _with_evidence(place: Content, before: Content | None) -> Content:
    """Keep the register's evidence of an instrument where the file, a public export, has none."""
    stated = place.get("mechanisms") or []
    known = (before or {}).get("mechanisms") or []
    if [mechanism.get("instrument_id") for mechanism in stated] != [
        mechanism["instrument_id"] for mechanism in known
    ]:
        return place
    return {**place, "mechanisms": _mechanisms(known, stated)}


def _where(place: Stated) -> tuple[Any, ...]:
    return tuple(place.get(name) or None for name in ("country", "region", "organisation", "kind"))


def _published_places(existing: Sequence[Content], stated: Stated) -> list[Content]:
    """Keep the register's description of each country that a published list names."""
    named = {place["country"]: place for place in reversed(stated["locations"])}
    says_access = any(place["kind"] == "remote_access" for place in stated["locations"])
    kept = [
        _rebased(place, named.get(place.get("country")), stated)
        for place in existing
        if place.get("country") in named
        or (place.get("kind") == "remote_access" and not says_access)
    ]
    known = {place.get("country") for place in kept}
    return kept + [place for place in stated["locations"] if place["country"] not in known]


def _rebased(place: Content, stated_place: Content | None, stated: Stated) -> Content:
    if stated_place is None or not stated.get("bases"):
        return place
    return {
        **place,
        "mechanisms": _mechanisms(place.get("mechanisms") or [], stated_place["mechanisms"]),
    }


def _mechanisms(before: Sequence[Content], stated: Sequence[Content]) -> list[Content]:
    if len(before) == len(stated) and all(map(_agrees, before, stated)):
        return list(before)
    evidence = {mechanism["instrument_id"]: mechanism.get("evidence") or {} for mechanism in before}
    return [
        {
            **mechanism,
            "evidence": {
                **evidence.get(mechanism["instrument_id"], {}),
                **(mechanism.get("evidence") or {}),
            },
        }
        for mechanism in stated
    ]


def _agrees(before: Content, stated: Content) -> bool:
    """Whether a bare "SCC" fits the edition and module that the register knows."""
    known, named = before["instrument_id"], stated["instrument_id"]
    evidence = before.get("evidence") or {}
    fits = named == known or (named == "scc" and known.startswith("scc-"))
    said = (stated.get("evidence") or {}).items()
    return fits and all(evidence.get(name) == value for name, value in said)


def _address(before: Content | None, stated: Content) -> Content:
    """Keep the register's address if the published one, a single text, contains all its parts."""
    if before:
        text = words.plain(stated["street"])
        parts = [part for name, part in before.items() if part and name != "country"]
        if parts and all(words.plain(str(part)) in text for part in parts):
            return before
    return dict(stated)
