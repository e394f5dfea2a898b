"""The list as a page that names bases shows it: without a mark where a basis is incomplete.

A verdict that is `unproven` is taken away, from every form of the list; all others stay. So green
still stands for what is valid, and a basis that is missing, or that has ended, is said.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

BASIS = "basis"
INCOMPLETE = "unproven"


def of_entry(entry: Json) -> Json:
    """Return an entry, or None as it is, with its places as the page shows them."""
    return {**entry, "locations": [of_place(place) for place in entry.get("locations") or []]}


def of_place(place: Json) -> Json:
    """Return a place; where several laws judge it, each verdict is looked at by itself."""
    verdict = place.get("verdict")
    if not verdict:
        return place
    if verdict.get("status") == INCOMPLETE:
        return {**place, "verdict": None}
    laws = [one for one in verdict.get("by_regime") or [] if one.get("status") != INCOMPLETE]
    return {**place, "verdict": {**verdict, "by_regime": laws}} if "by_regime" in verdict else place


def of_change(change: Json) -> Json:
    """Return a change with both readings of its entry as the page shows them."""
    readings = {name: change.get(name) for name in ("sub_processor", "previous")}
    return {**change, **{name: one and of_entry(one) for name, one in readings.items()}}
