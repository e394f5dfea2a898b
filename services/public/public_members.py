"""What the public may see of a register, and its plain exports: JSON and CSV.

The list in ``shared/disclosure.json`` is the only way out: a member that it does not name as public
never reaches a page, a feed, a file or a PDF.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from shared import sheets
from shared.disclosure import PLAIN, shape, shown

Json = dict[str, Any]
Value = Any  # Whatever JSON can hold.

PROCESSOR, SUB_PROCESSOR, CHANGE = (shape(each, "public") for each in
                                    ("processor", "entry", "change"))  # fmt: skip
EVIDENCE: Json = SUB_PROCESSOR["locations"][0]["mechanisms"][0]["evidence"]
# A draft is the processor's own business until it is announced.
PUBLIC_STATUS = ("announced", "in_effect", "withdrawn")
CHECKPOINT = dict.fromkeys(("stream", "sequence", "hash", "at", "key_id", "signature"), PLAIN)
PUBLIC_KEY = dict.fromkeys(("kty", "crv", "use", "alg", "kid", "x"), PLAIN)


def public_processor(item: Json) -> Json:
    processor: Json = shown(item, PROCESSOR)
    return processor


def public_entry(item: Json, places: Sequence[Json] | None = None) -> Json:
    """``places``: those of many entries, as shown; ``item`` then names its own by position."""
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
    return [
        {**shown(item, dict.fromkeys(("kind", "id", "legal_name"), PLAIN)),
         "fields": public_fields(item.get("fields") or [])}
        for item in items
    ]  # fmt: skip


def public_fields(fields: list[Json]) -> list[Json]:
    """Only whole members of an entry are compared in public; a path into one says too much."""
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
    """What ``art28-verify`` reads: keep a copy, and later compare the ledger with it."""
    return {
        "keys": [shown(key, PUBLIC_KEY) for key in keys],
        "items": [shown(item, CHECKPOINT) for item in items],
    }


COLUMNS = (
    "id", "legal_name", "registration_number", "country", "website", "purpose_en", "purpose_da",
    "purpose_sv", "categories", "data_categories", "data_subjects", "special_categories",
    "products", "required", "affiliate", "ai_use", "parent_id", "certifications", "valid_from",
    "valid_to", "location_country", "location_region", "location_kind", "mechanisms",
    "verdict_status", "verdict_reason", "verdict_citations", "verdict_ends_on",
)  # fmt: skip


def as_csv(entries: Sequence[Json]) -> str:
    """One row per place, because the verdict belongs to the place (RFC 4180, with a header)."""
    columns = csv_columns(entries)
    rows = (csv_row(entry, place) for entry in entries for place in entry.get("locations") or [{}])
    lines = (sheets.line(row.get(name) for name in columns) for row in rows)
    return "".join([sheets.line(columns), *lines])


def csv_columns(entries: Sequence[Json]) -> list[str]:
    """``COLUMNS``, and behind the purposes one for each further language that is told."""
    others = sorted({f"purpose_{tag}" for entry in entries for tag in purposes(entry)})
    at = COLUMNS.index("categories")
    return list(dict.fromkeys([*COLUMNS[:at], *others, *COLUMNS[at:]]))


def purposes(entry: Json) -> Json:
    told = entry.get("purpose") or {}
    return told if isinstance(told, dict) else {"en": told}


def csv_row(entry: Json, location: Json) -> Json:
    verdict = location.get("verdict") or {}
    reason = verdict.get("reason")
    return {
        **entry,
        **{f"purpose_{tag}": text for tag, text in purposes(entry).items()},
        **{f"location_{name}": location.get(name) for name in ("country", "region", "kind")},
        "mechanisms": [one.get("instrument_id") for one in location.get("mechanisms") or []],
        **{f"verdict_{name}": value for name, value in verdict.items()},
        "verdict_reason": reason.get("en") if isinstance(reason, dict) else reason,
    }


def as_json(processor: Json, entries: Sequence[Json], day: date, url: str) -> Json:
    """The export whose shape is described at ``/p/{slug}/schema.json``."""
    return {
        "$schema": f"{url}/schema.json",
        "processor": processor,
        "as_of": day.isoformat(),
        "links": {
            "page": url,
            "changes": f"{url}/changes.json",
            "ledger": f"{url}/ledger.jsonl",
        },
        "items": entries,
    }


def published(items: list[Json], origin: str) -> Json:
    """The list of published registers, by name."""
    shown_items = sorted((public_processor(item) for item in items), key=by_legal_name)
    return {
        "registers": [register_links(item, f"{origin}/p/{item['slug']}") for item in shown_items]
    }


def by_legal_name(item: Json) -> str:
    return str(item.get("legal_name") or item["slug"]).casefold()


def register_links(item: Json, url: str) -> Json:
    kept = {name: item.get(name) for name in ("slug", "legal_name", "country", "updated_at")}
    return {**kept, "url": url, "json": f"{url}.json", "json_ld": f"{url}.jsonld",
            "csv": f"{url}.csv", "pdf": f"{url}.pdf", "schema": f"{url}/schema.json",
            "feed": f"{url}/changes.atom", "ledger": f"{url}/ledger.jsonl",
            "checkpoints": f"{url}/checkpoints.json"}  # fmt: skip
