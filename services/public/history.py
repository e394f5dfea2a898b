"""What the changes of a register tell of an entry, of two days, and of versions of the list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

Json = dict[str, Any]
Change = Mapping[str, Any]
ENDS = ("remove", "replace")


def id_of(entry: Mapping[str, Any] | None) -> str:
    return str((entry or {}).get("id") or "")


def of_entry(changes: Iterable[Change], entry_id: str) -> list[Change]:
    """Return the changes that concern an entry, in the order of ``changes``."""
    return [
        one
        for one in changes
        if entry_id in (id_of(one.get("sub_processor")), id_of(one.get("previous")))
    ]


def end_of(changes: Iterable[Change], entry_id: str) -> Change | None:
    """Return the change by which an entry left the list, if it has; ``changes``: latest first."""
    for one in changes:
        ends = one["status"] == "in_effect" and one["kind"] in ENDS
        if ends and id_of(one.get("previous")) == entry_id:
            return one
    return None


def begin_of(changes: Iterable[Change], entry_id: str) -> Change | None:
    """Return the announced change that brings an entry that is not on the list yet."""
    for one in changes:
        if one["status"] == "announced" and id_of(one.get("sub_processor")) == entry_id:
            return one
    return None


def replaced_by(changes: Iterable[Change], entry_id: str) -> list[Json]:
    """Return the entries that take the place of an entry."""
    return [
        one["sub_processor"]
        for one in changes
        if one["kind"] == "replace"
        and one["status"] != "withdrawn"
        and id_of(one.get("previous")) == entry_id
        and id_of(one.get("sub_processor")) not in ("", entry_id)
    ]


def replaces(changes: Iterable[Change], entry_id: str) -> list[Json]:
    """Return the entries whose place an entry has taken, or takes."""
    return [
        one["previous"]
        for one in changes
        if one["kind"] == "replace"
        and one["status"] != "withdrawn"
        and id_of(one.get("sub_processor")) == entry_id
        and id_of(one.get("previous")) not in ("", entry_id)
    ]


def chain(entry: Mapping[str, Any], by_id: Mapping[str, Json]) -> list[Json]:
    """Return who engages an entry, the nearest to the vendor first; each company once."""
    found: list[Json] = []
    seen = {entry["id"]}
    parent = by_id.get(str(entry.get("parent_id")))
    while parent is not None and parent["id"] not in seen:
        seen.add(parent["id"])
        found.insert(0, parent)
        parent = by_id.get(str(parent.get("parent_id")))
    return found


def effective_days(changes: Iterable[Change]) -> list[date]:
    """Return the days on which the list has changed, each once, the first one first."""
    days = {one["effective_on"] for one in changes if one["status"] == "in_effect"}
    return sorted(date.fromisoformat(day) for day in days if day)


def versions(first: date, changes: Iterable[Change]) -> list[date]:
    """Return the first day of each version of the list; the version with number n is at n - 1."""
    return [first, *(day for day in effective_days(changes) if day > first)]


def number_on(days: Sequence[date], day: date) -> int:
    """Return the number of the version that stood on ``day``; 0 before the first."""
    return sum(1 for first in days if first <= day)


def told(changes: Iterable[Change], after: date, until: date) -> Iterator[Change]:
    """Yield the changes that took effect, or will, after one day and by another."""
    for one in changes:
        day = one.get("effective_on") or ""
        if one["status"] != "withdrawn" and after.isoformat() < day <= until.isoformat():
            yield one


def with_days(items: Sequence[Json], changes: Sequence[Change]) -> list[Json]:
    """Return the differences of two days with their day and change, a replacement as one item, in
    the order of their days, and of names within a day. What no change tells of has no day."""
    pairs = {
        id_of(one.get("sub_processor")): id_of(one.get("previous"))
        for one in changes
        if one["kind"] == "replace"
    }
    by_id = {item["id"]: item for item in items}
    taken = {old for new, old in pairs.items() if new in by_id and old in by_id and old != new}
    found = [
        _dated(item, by_id.get(pairs.get(item["id"], "")), changes)
        for item in items
        if item["id"] not in taken
    ]
    return sorted(found, key=lambda one: (one["day"] or "9999", one["legal_name"].casefold()))


def _dated(item: Json, previous: Json | None, changes: Sequence[Change]) -> Json:
    last = max(of_entry(changes, item["id"]), key=lambda one: str(one["effective_on"]), default={})
    is_new = previous is not None and previous["id"] != item["id"]
    return {
        **item,
        "kind": "replaced" if is_new else item["kind"],
        "previous": previous if is_new else None,
        "day": last.get("effective_on"),
        "change_id": last.get("id"),
    }
