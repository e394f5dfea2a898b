"""What the public may see of a register.

The list in ``shared/disclosure.json`` is the only way out: a member that it does not name as public
never reaches a page, a feed, a file or a PDF.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.disclosure import PLAIN, shape, shown

Json = dict[str, Any]
Value = Any  # Whatever JSON can hold.

PROCESSOR, SUB_PROCESSOR, CHANGE = (
    shape("processor", "public"),
    shape("entry", "public"),
    shape("change", "public"),
)
EVIDENCE: Json = SUB_PROCESSOR["locations"][0]["mechanisms"][0]["evidence"]
# A draft is private until it is announced.
PUBLIC_STATUS = ("announced", "in_effect", "withdrawn")
DIFFERENCE = dict.fromkeys(("kind", "id", "legal_name"), PLAIN)
CHECKPOINT = dict.fromkeys(("stream", "sequence", "hash", "at", "key_id", "signature"), PLAIN)
PUBLIC_KEY = dict.fromkeys(("kty", "crv", "use", "alg", "kid", "x"), PLAIN)


def public_processor(item: Json) -> Json:
    processor: Json = shown(item, PROCESSOR)
    return processor


def public_entry(item: Json, places: Sequence[Json] | None = None) -> Json:
    """The public members of an entry.

    With ``places`` (public members of the places of many entries), ``item`` names its own by
    their positions in it.
    """
    if places is None:
        return dict(shown(item, SUB_PROCESSOR))
    entry: Json = shown({**item, "locations": []}, SUB_PROCESSOR)
    entry["locations"] = [places[position] for position in item["locations"]]
    return entry


def public_place(item: Json) -> Json:
    place: Json = shown(item, SUB_PROCESSOR["locations"][0])
    return place


def public_changes(items: list[Json]) -> list[Json]:
    """Announced, effective and withdrawn changes, the newest effective day first."""
    seen = [shown(item, CHANGE) for item in items if item.get("status") in PUBLIC_STATUS]
    return sorted(seen, key=lambda one: (str(one.get("effective_on")), one["id"]), reverse=True)


def public_diff(items: list[Json]) -> list[Json]:
    """Differences between two days: which entries, and which of their public members."""
    return [
        {**shown(item, DIFFERENCE), "fields": public_fields(item.get("fields") or [])}
        for item in items
    ]


def public_fields(fields: list[Json]) -> list[Json]:
    """The compared members that are public, and only whole ones: a path into one may be private."""
    kept = []
    for field in fields:
        by = SUB_PROCESSOR.get(str(field.get("field")))
        if by is None:
            continue
        before, after = shown(field.get("before"), by), shown(field.get("after"), by)
        if before != after:
            kept.append({"field": field["field"], "before": before, "after": after})
    return kept


def public_checkpoints(keys: list[Json], items: list[Json]) -> Json:
    """Checkpoints and their keys, as ``art28-verify`` reads them."""
    return {
        "keys": [shown(key, PUBLIC_KEY) for key in keys],
        "items": [shown(item, CHECKPOINT) for item in items],
    }
