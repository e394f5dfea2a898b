"""Where two lists, or two readings of one entry, differ, down to the member inside a member."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.registry.model.register import Row
from services.registry.transfers.circumstances import UNSTATED
from services.registry.transfers.statements import STATED_ON
from shared.errors import pointer_part


def parts(before: Any, after: Any, pointer: str = "") -> Iterator[dict[str, Any]]:
    """``{pointer, before, after}`` for each place; pointers as in RFC 6901, "" is the whole.

    Lists are looked into while they are equally long. Of others nobody can tell which item of the
    one is which of the other, so they are given as a whole.
    """
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted({*before, *after}):
            yield from parts(before.get(name), after.get(name), f"{pointer}/{pointer_part(name)}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for place, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from parts(one, other, f"{pointer}/{place}")
    else:
        yield {"pointer": pointer, "before": before, "after": after}


def differences(before: Sequence[Row], after: Sequence[Row]) -> list[dict[str, Any]]:
    """What changed between two lists, entry by entry and field by field."""
    old = {row.sub_processor_id: row for row in before}
    new = {row.sub_processor_id: row for row in after}
    entries = []
    for sub_id in sorted(old.keys() | new.keys()):
        kind, fields = _difference(old.get(sub_id), new.get(sub_id))
        if kind:
            row = new.get(sub_id) or old[sub_id]
            name = row.content["legal_name"]
            entries.append({"kind": kind, "id": sub_id, "legal_name": name, "fields": fields})
    return entries


def _difference(old: Row | None, new: Row | None) -> tuple[str, list[dict[str, Any]]]:
    if old is None or new is None:
        return ("removed" if new is None else "added"), []
    before, after = {**UNSTATED, **old.content}, {**UNSTATED, **new.content}
    # The day of a statement follows from the statement.
    names = sorted((before.keys() | after.keys()) - {STATED_ON})
    fields = [
        _field(name, before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    ]
    return ("modified" if fields else ""), fields


def _field(name: str, before: Any, after: Any) -> dict[str, Any]:
    """``parts``: where inside the member the two differ, if it holds others."""
    whole = {"field": name, "before": before, "after": after}
    inside = list(parts(before, after))
    return whole if [part["pointer"] for part in inside] == [""] else {**whole, "parts": inside}
