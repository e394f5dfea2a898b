"""The chain of sub-processors: a tree of any depth, each entry below the one that engaged it.

GDPR Art. 28(4) and EDPB Opinion 22/2024 (paras 31-32): the whole chain must be known, at all times.
So on every day, each entry's parent is on the list, and nothing is below itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from services.registry.model.register import FOREVER, ONE_DAY, Row
from shared.errors import Conflict

# How a list that is taken over names a parent among its own entries (RFC 6901, as a fragment).
OWN_LIST = "#/sub_processors/"


class ParentUnknown(Conflict):
    """The parent is not in this register on that day; announce it first, or name another."""

    code = "parent-unknown"


class ChainCycle(Conflict):
    """An entry would be its own parent, directly or through others; name another parent."""

    code = "chain-cycle"


class ChildrenLeft(Conflict):
    """Entries below this one would lose their parent; remove them or give them another first.

    To put another in its place: add the new one, move the children to it, then remove the old one;
    all three may take effect on the same day.
    """

    code = "children-left"


def check_chain(rows: Sequence[Row], first_day: date, about: Collection[str]) -> None:
    """The chain as ``rows`` have it, on every day from ``first_day`` on.

    ``about``: the entries that are being altered, to tell who is at fault. Raises
    ``ParentUnknown``, ``ChildrenLeft`` or ``ChainCycle``.
    """
    for day in _days_of_change(rows, first_day):
        on_list = {row.sub_processor_id: row for row in rows if row.on(day)}
        _check_parents(on_list, day, about)
        _check_no_cycle({sub_id: _parent(row) for sub_id, row in on_list.items()}, day)


def tiers(parents: Mapping[str, str | None]) -> dict[str, int]:
    """1 for a direct sub-processor, 2 for one that a direct one engaged, and so on."""
    return {sub_id: 1 + sum(1 for _ in _above(sub_id, parents)) for sub_id in parents}


def parents_of(rows: Sequence[Row]) -> dict[str, str | None]:
    return {row.sub_processor_id: _parent(row) for row in rows}


def resolved(contents: Sequence[Mapping[str, Any]], ids: Sequence[str]) -> list[dict[str, Any]]:
    """A list that is taken over, with parents given by position as the ids they now have.

    Raises ``ParentUnknown`` for a position that the list does not have.
    """
    return [{**content, "parent_id": _resolved(content["parent_id"], ids)} for content in contents]


def _resolved(parent_id: str | None, ids: Sequence[str]) -> str | None:
    if parent_id is None:
        return None
    place = parent_id.removeprefix(OWN_LIST)
    if not parent_id.startswith(OWN_LIST) or not place.isdecimal() or int(place) >= len(ids):
        raise ParentUnknown(
            f"{parent_id[:60]!r} is no entry of this list; write {OWN_LIST}0, or so."
        )
    return ids[int(place)]


def _days_of_change(rows: Sequence[Row], first_day: date) -> list[date]:
    begins = {row.valid_from for row in rows}
    ends = {row.valid_to + ONE_DAY for row in rows if row.valid_to != FOREVER}
    return sorted({first_day, *(day for day in begins | ends if day > first_day)})


def _check_parents(on_list: Mapping[str, Row], day: date, about: Collection[str]) -> None:
    orphans = [
        row for row in on_list.values() if (_parent(row) or row.sub_processor_id) not in on_list
    ]
    own = next((row for row in orphans if row.sub_processor_id in about), None)
    if own is not None:
        parent_id = _parent(own)
        raise ParentUnknown(
            f"{parent_id} is not in this register on {day}.",
            context={"parent_id": parent_id, "on": day.isoformat()},
        )
    if orphans:
        names = ", ".join(str(row.content["legal_name"]) for row in orphans)
        children = [_named(row) for row in orphans]
        raise ChildrenLeft(
            f"On {day} these would be left without their parent: {names}.",
            context={"children": children, "on": day.isoformat()},
        )


def _check_no_cycle(parents: Mapping[str, str | None], day: date) -> None:
    sound: set[str] = set()
    for sub_id in parents:
        path = [sub_id]
        for above in _above(sub_id, parents):
            if above in sound:
                break
            path.append(above)
        if parents.get(path[-1]) in path:
            raise ChainCycle(f"On {day} {path[-1]} would be below itself.", context={"chain": path})
        sound.update(path)


def _above(sub_id: str, parents: Mapping[str, str | None]) -> Iterator[str]:
    """The entries above one, nearest first; ends before it would come round again."""
    seen = {sub_id}
    parent = parents.get(sub_id)
    while parent is not None and parent not in seen:
        yield parent
        seen.add(parent)
        parent = parents.get(parent)


def _parent(row: Row) -> str | None:
    parent: str | None = row.content.get("parent_id")
    return parent


def _named(row: Row) -> dict[str, str]:
    return {"id": row.sub_processor_id, "legal_name": str(row.content["legal_name"])}
