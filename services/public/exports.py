"""What the public may see of a register, and its plain exports: JSON and CSV.

The list below is the only way out: a member that it does not name never reaches a page, a feed, a
file or a PDF. Contact persons, references of sub-contracts and texts of transfer impact
assessments are not named (EDPB Opinion 22/2024 gives them to controllers, not to everybody).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

Json = dict[str, Any]
Value = Any  # Whatever JSON can hold.

PLAIN = "a number, a text, a truth value or a list of these"
TEXT = "a text, or texts by language"

ADDRESS = {"street": PLAIN, "postal_code": PLAIN, "city": PLAIN, "country": PLAIN}
EVIDENCE = dict.fromkeys(
    ("participant", "status", "covered_data", "checked_on", "due_on", "edition", "module",
     "signed_on"), PLAIN,
)  # fmt: skip
MECHANISM = {"instrument_id": PLAIN, "role": PLAIN, "name": TEXT, "name_by_language": TEXT,
             "ended_on": PLAIN,
             "ended_by": PLAIN, "article": PLAIN, "source": PLAIN,
             "evidence": EVIDENCE}  # fmt: skip
REMARKS = dict.fromkeys(("en", "da", "sv"), PLAIN)
VERDICT = {"status": PLAIN, "reason": TEXT, "reason_by_language": TEXT, "citations": PLAIN,
           "ends_on": PLAIN, "remarks": PLAIN, "remarks_by_language": REMARKS,
           "instrument_id": PLAIN}  # fmt: skip
LOCATION = {"country": PLAIN, "organisation": PLAIN, "region": PLAIN, "kind": PLAIN,
            "mechanisms": [MECHANISM], "verdict": VERDICT}  # fmt: skip
SUB_PROCESSOR: Json = {
    "id": PLAIN, "version": PLAIN, "legal_name": PLAIN, "registration_number": PLAIN,
    "address": ADDRESS, "country": PLAIN, "website": PLAIN, "purpose": TEXT,
    "responsibilities": TEXT, "categories": PLAIN, "data_categories": PLAIN,
    "data_subjects": PLAIN, "special_categories": PLAIN,
    "products": PLAIN, "required": PLAIN, "affiliate": PLAIN, "ai_use": PLAIN, "parent_id": PLAIN,
    "flow_down": {"signed_on": PLAIN}, "certifications": PLAIN, "retention": TEXT,
    "locations": [LOCATION], "valid_from": PLAIN, "valid_to": PLAIN,
}  # fmt: skip
PROCESSOR = {
    "id": PLAIN, "slug": PLAIN, "legal_name": PLAIN, "registration_number": PLAIN,
    "country": PLAIN, "address": ADDRESS, "locale": PLAIN, "time_zone": PLAIN, "website": PLAIN,
    "privacy_contact": PLAIN, "updated_at": PLAIN, "sequence": PLAIN, "head_hash": PLAIN,
}  # fmt: skip
CHANGE = {
    "id": PLAIN, "kind": PLAIN, "status": PLAIN, "announced_at": PLAIN, "effective_on": PLAIN,
    "reason": TEXT, "materiality": PLAIN, "sequence": PLAIN,
    "emergency": {"justification": PLAIN}, "withdrawal_reason": PLAIN, "ended_at": PLAIN,
    "sub_processor": SUB_PROCESSOR, "previous": SUB_PROCESSOR,
}  # fmt: skip
# A draft is the processor's own business until it is announced.
PUBLIC_STATUS = ("announced", "in_effect", "withdrawn")
ENTRY = ("stream", "sequence", "type", "at", "actor", "private_hash", "previous_hash", "hash")
CHECKPOINT = dict.fromkeys(("stream", "sequence", "hash", "at", "key_id", "signature"), PLAIN)
PUBLIC_KEY = dict.fromkeys(("kty", "crv", "use", "alg", "kid", "x"), PLAIN)
# What an entry of the ledger may never carry in its open part.
PRIVATE_NAMES = frozenset({"contact", "contacts", "email", "tia_reference", "reference", "private"})
LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def shown(value: Value, shape: Value) -> Value:
    """The part of ``value`` that ``shape`` names; None for what is not of that shape."""
    if shape is PLAIN:
        return plain(value)
    if shape is TEXT:
        return texts(value)
    if isinstance(shape, list):
        return [shown(one, shape[0]) for one in value] if isinstance(value, list) else []
    if not isinstance(value, Mapping):
        return None
    return {name: shown(value[name], inner) for name, inner in shape.items() if name in value}


def plain(value: Value) -> Value:
    if isinstance(value, list):
        return [one for one in value if isinstance(one, str | int | float | bool)]
    return value if isinstance(value, str | int | float | bool) else None


def texts(value: Value) -> Value:
    if not isinstance(value, Mapping):
        return value if isinstance(value, str) else None
    return {
        tag: text
        for tag, text in value.items()
        if LANGUAGE_TAG.fullmatch(str(tag)) and isinstance(text, str)
    }


def public_processor(item: Json) -> Json:
    processor: Json = shown(item, PROCESSOR)
    return processor


def public_entry(item: Json) -> Json:
    entry: Json = shown(item, SUB_PROCESSOR)
    return entry


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
        shape = SUB_PROCESSOR.get(str(field.get("field")))
        if shape is None:
            continue
        before, after = shown(field.get("before"), shape), shown(field.get("after"), shape)
        if before != after:
            kept.append({"field": field["field"], "before": before, "after": after})
    return kept


def public_ledger_entry(entry: Json) -> Json:
    """An entry as it was chained. One that holds something private loses its data, not its hash,
    so the chain can still be followed through it."""
    seen: Json = {name: entry[name] for name in ENTRY if name in entry}
    data = entry.get("data")
    if holds_private(data):
        return {**seen, "data": None, "withheld": True}
    return {**seen, "data": data}


def public_checkpoints(keys: list[Json], items: list[Json]) -> Json:
    """What ``art28-verify`` reads: keep a copy, and later compare the ledger with it."""
    return {
        "keys": [shown(key, PUBLIC_KEY) for key in keys],
        "items": [shown(item, CHECKPOINT) for item in items],
    }


def holds_private(value: Value) -> bool:
    if isinstance(value, Mapping):
        return any(
            (name in PRIVATE_NAMES and inner not in (None, "", [], {})) or holds_private(inner)
            for name, inner in value.items()
        )
    return isinstance(value, list) and any(holds_private(one) for one in value)


COLUMNS = (
    "id", "legal_name", "registration_number", "country", "website", "purpose_en", "purpose_da",
    "purpose_sv", "categories", "data_categories", "data_subjects", "special_categories",
    "products", "required", "affiliate", "ai_use", "parent_id", "certifications", "valid_from",
    "valid_to", "location_country", "location_region", "location_kind", "mechanisms",
    "verdict_status", "verdict_reason", "verdict_citations", "verdict_ends_on",
)  # fmt: skip


def as_csv(entries: list[Json]) -> str:
    """One row per place, because the verdict belongs to the place (RFC 4180, with a header)."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    for entry in entries:
        for location in entry.get("locations") or [{}]:
            row = csv_row(entry, location)
            writer.writerow({name: cell(row.get(name)) for name in COLUMNS})
    return out.getvalue()


def csv_row(entry: Json, location: Json) -> Json:
    purpose, verdict = entry.get("purpose"), location.get("verdict") or {}
    by_language = purpose if isinstance(purpose, dict) else {"en": purpose}
    return {
        **entry,
        **{f"purpose_{tag}": by_language.get(tag) for tag in ("en", "da", "sv")},
        **{f"location_{name}": location.get(name) for name in ("country", "region", "kind")},
        "mechanisms": [one.get("instrument_id") for one in location.get("mechanisms") or []],
        **{f"verdict_{name}": verdict.get(name) for name in VERDICT},
    }


def cell(value: Value) -> str:
    """A value as text that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        value = value.get("en") or next(iter(value.values()), "")
    text = "; ".join(cell(one) for one in value) if isinstance(value, list) else str(value)
    risky = text.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    return f"'{text}" if risky or text.startswith(("\t", "\r", "\n")) else text


def as_json(processor: Json, entries: list[Json], day: date, url: str) -> Json:
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
