"""Selects the members of a register that the public may see.

``shared/disclosure.json`` lists them: a member that it does not name as public never reaches a
page, a feed, a file or a PDF.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.disclosure import PLAIN, TEXT, shape, shown

Json = dict[str, Any]
Value = Any  # Any JSON value.

PROCESSOR, PAGE, SUB_PROCESSOR, CHANGE = (
    shape("processor", "public"),
    shape("page", "public"),
    shape("entry", "public"),
    shape("change", "public"),
)
EVIDENCE: Json = SUB_PROCESSOR["locations"][0]["mechanisms"][0]["evidence"]
# A draft is private until it is announced, and for good if it never is.
PUBLIC_STATUS = ("announced", "in_effect", "withdrawn")
DIFFERENCE = dict.fromkeys(("kind", "id", "legal_name"), PLAIN)
CHECKPOINT = dict.fromkeys(("stream", "sequence", "hash", "at", "key_id", "signature"), PLAIN)
# A matter of law belongs to no register: the registry gives it to anybody.
LAW_FACT = {
    **dict.fromkeys(("on", "text", "state", "source"), PLAIN),
    **dict.fromkeys(("text_by_language", "source_by_language"), TEXT),
}
MATTER = {
    **dict.fromkeys(("id", "state", "regimes", "instruments", "title", "recheck_by"), PLAIN),
    "title_by_language": TEXT,
    "facts": [LAW_FACT],
}
PUBLIC_KEY = dict.fromkeys(("kty", "crv", "use", "alg", "kid", "x"), PLAIN)


def public_processor(item: Json) -> Json:
    processor: Json = shown(item, PROCESSOR)
    return processor


def public_page(item: Json | None) -> Json:
    """Return how the vendor wants its page; of a register that says nothing, as pages are."""
    page: Json = shown(item or {}, PAGE)
    return {
        "display": "full",
        "show_other_registers": True,
        "show_mark": True,
        "agreement_url": None,
        "brand": {},
        "intro": None,
        **page,
    }


def public_entry(item: Json, places: Sequence[Json] | None = None) -> Json:
    """Return the public members of an entry.

    With ``places``, the public places of many entries, ``item`` gives only the positions of its own
    places in that list.
    """
    if places is None:
        return dict(shown(item, SUB_PROCESSOR))
    entry: Json = shown({**item, "locations": []}, SUB_PROCESSOR)
    entry["locations"] = [places[position] for position in item["locations"]]
    return entry


def public_matters(items: list[Json]) -> list[Json]:
    return [shown(item, MATTER) for item in items]


def public_place(item: Json) -> Json:
    place: Json = shown(item, SUB_PROCESSOR["locations"][0])
    return place


def public_changes(items: list[Json]) -> list[Json]:
    """Return the announced, effective and withdrawn changes, the latest effective day first."""
    changes = [shown(item, CHANGE) for item in items if was_announced(item)]
    return sorted(changes, key=_day_and_id, reverse=True)


def was_announced(item: Json) -> bool:
    return item.get("status") in PUBLIC_STATUS and bool(item.get("announced_at"))


def _day_and_id(change: Json) -> tuple[str, str]:
    return str(change.get("effective_on")), change["id"]


def public_diff(items: list[Json]) -> list[Json]:
    """Return the entries that differ between two days, with the public members that differ."""
    return [
        {**shown(item, DIFFERENCE), "fields": public_fields(item.get("fields") or [])}
        for item in items
    ]


def public_fields(fields: list[Json]) -> list[Json]:
    """Return the compared members that are public; paths into a member are dropped as private."""
    public = []
    for field in fields:
        disclosed = SUB_PROCESSOR.get(str(field.get("field")))
        if disclosed is None:
            continue
        before, after = (shown(field.get(name), disclosed) for name in ("before", "after"))
        if before != after:
            public.append({"field": field["field"], "before": before, "after": after})
    return public


def public_checkpoints(keys: list[Json], items: list[Json]) -> Json:
    """Return checkpoints and their keys in the format that ``art28-verify`` reads."""
    return {
        "keys": [shown(key, PUBLIC_KEY) for key in keys],
        "items": [shown(item, CHECKPOINT) for item in items],
    }
