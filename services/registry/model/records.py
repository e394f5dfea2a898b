"""Records: what is noted of an entry, in effect at once, without notice to its customers.

What differs is evidence, a look-up, a spelling, a text in a further language, a contact, a review.
As soon as anything material differs, notice is owed and the record is refused. A fact that was
found is recorded all the same, because to leave it out would make the register untrue.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from services.registry.model.register import (
    FOREVER,
    ONE_DAY,
    Content,
    EntryNotThere,
    EntryUnknown,
    Row,
    RowChanges,
    Writer,
)
from shared.errors import Conflict

RECORD = "rec"
_PLACE = ("country", "region", "organisation", "kind")
_MECHANISM = ("instrument_id", "role")
# Lists whose items can be told apart, and by what.
_KEYS: Mapping[str, tuple[str, ...]] = {"locations": _PLACE, "mechanisms": _MECHANISM}
_BASIS_ONLY = ("basis_downgraded",)
_WHO_IT_IS = frozenset({"new_entity", "rename"})


class NoticeOwed(Conflict):
    """The customers are owed notice of this; draft a change and announce it."""

    code = "notice-owed"


def row_to_record(rows: Sequence[Row], day: date) -> Row:
    """The row that a record of ``day`` alters: the one in force, else the first one to come.

    Raises ``EntryUnknown`` without rows, ``EntryNotThere`` when the entry has ended.
    """
    if not rows:
        raise EntryUnknown
    lasting = [row for row in rows if row.valid_to >= day]
    if not lasting:
        raise EntryNotThere("It is no longer on the list.")
    return lasting[0]


def check_no_notice_owed(words: Sequence[str], before: Content, after: Content) -> None:
    """Raises ``NoticeOwed`` with the ``words`` of materiality, unless a weaker basis was found."""
    if not words or (tuple(words) == _BASIS_ONLY and is_found(before, after)):
        return
    raise NoticeOwed(f"It is material: {', '.join(words)}.", context={"materiality": list(words)})


def is_found(before: Content, after: Content) -> bool:
    """Whether what speaks for the places was looked up, has lapsed or is gone.

    Another mechanism is a decision, and no fact that was found.
    """
    named = {_key("locations", place): _mechanisms(place) for place in before["locations"]}
    return all(
        _mechanisms(place) <= named.get(_key("locations", place), frozenset())
        for place in after["locations"]
    )


def recording(writer: Writer, rows: Sequence[Row], content: Content, day: date) -> RowChanges:
    """From ``day`` on the entry reads ``content``; what was announced for later stays announced.

    Rows to come get what was recorded, too, where their change left it as it was. Every row from
    ``day`` on is a version of its own, in order. Raises what ``row_to_record`` raises.
    """
    current = row_to_record(rows, day)
    coming = rows_after(current, rows)
    start, version = max(day, current.valid_from), max(row.version for row in rows)
    contents = [content, *(carried(current.content, content, row.content) for row in coming)]
    kept = (writer.again(current.until(start - ONE_DAY)),) if current.valid_from < start else ()
    altered = [replace(current, valid_from=start), *coming]
    added = [
        replace(writer.again(row), content=text, version=version + number)
        for number, (row, text) in enumerate(zip(altered, contents, strict=True), 1)
    ]
    return RowChanges((current, *coming), (*kept, *added))


def rows_after(current: Row, rows: Sequence[Row]) -> list[Row]:
    """The rows to come, which what is recorded of the ``current`` one is carried into."""
    return [row for row in rows if row.valid_from > current.valid_from]


def more_than_announced(
    now: Collection[str], then: Collection[str], told: Collection[str], untold: Collection[str]
) -> list[str]:
    """What a record would add to an announced change: words of materiality.

    ``now``: of what the record alters on the list, ``then``: in what was announced; ``told``: of
    the change as it was announced, ``untold``: as it would be. A basis that is weaker now is a fact
    that was found, and holds for what comes, too; that it is another company is never one.
    """
    return [*(set(then) - set(now)), *((set(untold) - set(told)) & _WHO_IT_IS)]


def carried(before: Content, after: Content, coming: Content) -> Content:
    """The contents ``coming`` with what differs between ``before`` and ``after``.

    Where ``coming`` says something else than ``before``, it stays: that was announced.
    """
    merged: Content = _carried("", before, after, coming)
    return merged


def withdrawal(writer: Writer, rows: Sequence[Row], voided: Sequence[Row], day: date) -> RowChanges:
    """Undo what a change did to its entries from ``day`` on; what was recorded meanwhile stays.

    ``rows``: the entries' live rows; ``voided``: those that the change voided.
    """
    undone = [row for row in rows if row.valid_from >= day]
    ended = {row.sub_processor_id: row for row in rows if row.valid_to == day - ONE_DAY}
    lasting = [row for row in voided if row.valid_to == FOREVER]
    again = [ended.get(row.sub_processor_id, row).until(FOREVER) for row in lasting]
    over = [ended[each] for each in {row.sub_processor_id for row in lasting} & ended.keys()]
    return RowChanges((*undone, *over), tuple(writer.again(row) for row in again))


def _carried(name: str, before: Any, after: Any, coming: Any) -> Any:
    if before in (after, coming):
        return coming if before == after else after
    if all(isinstance(each, Mapping) for each in (before, after, coming)):
        return _members_carried(before, after, coming)
    keyed = [_keyed(name, each) for each in (before, after, coming)]
    if any(each is None for each in keyed):
        return coming
    return list(_members_carried(*keyed).values())


def _members_carried(before: Any, after: Any, coming: Any) -> dict[Any, Any]:
    names = dict.fromkeys([*coming, *after])
    merged = {
        name: _carried(str(name), *(each.get(name, _GONE) for each in (before, after, coming)))
        for name in names
    }
    return {name: value for name, value in merged.items() if value is not _GONE}


_GONE = object()


def _keyed(name: str, items: Any) -> dict[tuple[Any, ...], Any] | None:
    """The items of a list by what tells them apart; None where nothing does."""
    if name not in _KEYS or not isinstance(items, list):
        return None
    found = {_key(name, item): item for item in items}
    return found if len(found) == len(items) else None


def _key(name: str, item: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(item.get(part) for part in _KEYS[name])


def same_mechanisms(one: Content, other: Content) -> bool:
    """Whether both rest on the same instruments in the same places, whatever their evidence."""
    places = [
        {_key("locations", place): _mechanisms(place) for place in each["locations"]}
        for each in (one, other)
    ]
    return places[0] == places[1]


def _mechanisms(place: Mapping[str, Any]) -> frozenset[tuple[Any, ...]]:
    return frozenset(_key("mechanisms", each) for each in place["mechanisms"])
