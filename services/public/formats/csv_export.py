"""The list as CSV, for spreadsheets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.public.catalogue import words
from services.public.verdict_text import law_line, law_name, laws
from shared import sheets

Json = dict[str, Any]

BYTE_ORDER_MARK = "\ufeff"
# In this order in the file.
COLUMNS = (
    "id", "legal_name", "brand", "registration_number", "country", "website", "purpose_en",
    "purpose_da", "purpose_sv", "categories", "data_categories", "data_subjects",
    "special_categories",
    "products", "required", "affiliate", "ai_use", "hr_data", "relation", "stage", "parent_id",
    "certifications", "used_since", "evidence_url", "seen_on",
    "valid_from", "valid_to", "listed_since", "listed_until", "next_change_id",
    "next_change_kind", "next_change_on", "location_country", "location_region",
    "location_kind", "mechanisms",
    "verdict_status", "verdict_reason", "verdict_citations", "verdict_ends_on", "verdict_open",
    "verdict_law", "verdict_by_law", "verdict_contested_recheck_by",
)  # fmt: skip


def as_csv(entries: Sequence[Json]) -> str:
    """One row per place, because the verdict belongs to the place (RFC 4180, with a header)."""
    columns = csv_columns(entries)
    rows = (csv_row(entry, place) for entry in entries for place in entry.get("locations") or [{}])
    lines = (sheets.line(row.get(name) for name in columns) for row in rows)
    return "".join([sheets.line(columns), *lines])


def csv_columns(entries: Sequence[Json]) -> list[str]:
    """``COLUMNS``, and after the purposes one for each further language that an entry has."""
    others = sorted({f"purpose_{tag}" for entry in entries for tag in purposes(entry)})
    at = COLUMNS.index("categories")
    return list(dict.fromkeys([*COLUMNS[:at], *others, *COLUMNS[at:]]))


def purposes(entry: Json) -> Json:
    purpose = entry.get("purpose") or {}
    return purpose if isinstance(purpose, dict) else {"en": purpose}


def csv_row(entry: Json, location: Json) -> Json:
    verdict, t = location.get("verdict") or {}, words("en")
    coming = entry.get("next_change") or {}
    reason = verdict.get("reason")
    return {
        **entry,
        **{f"purpose_{tag}": text for tag, text in purposes(entry).items()},
        **{f"location_{name}": location.get(name) for name in ("country", "region", "kind")},
        "next_change_id": coming.get("change_id"),
        "next_change_kind": coming.get("kind"),
        "next_change_on": coming.get("effective_on"),
        "mechanisms": [one.get("instrument_id") for one in location.get("mechanisms") or []],
        **{f"verdict_{name}": value for name, value in verdict.items()},
        "verdict_open": (verdict.get("open") or {}).get("question"),
        "verdict_law": law_name(verdict, t) if verdict.get("regime") else None,
        "verdict_by_law": [law_line(one, t) for one in laws(verdict, t)],
        "verdict_contested_recheck_by": (verdict.get("contested") or {}).get("recheck_by"),
        "verdict_reason": reason.get("en") if isinstance(reason, dict) else reason,
    }
