"""The product's own export, written and read back without loss: CSV with a row per place, JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from services.registry.transfers.statements import NOT_STATED, STATED_ON
from shared.sheets import joined, line, split, unguarded

Json = dict[str, Any]

PARTS = {
    "address": ("street", "postal_code", "city", "country"),
    "contact": ("name", "position", "email"),
    "flow_down": ("reference", "signed_on"),
}
TEXTS = (
    "legal_name",
    "brand",
    "registration_number",
    "country",
    "website",
    "ai_use",
    "hr_data",
    "relation",
    "stage",
    "parent_id",
    "retention",
    "reviewed_on",
    "used_since",
    "evidence_url",
    "seen_on",
)
BY_LANGUAGE = ("purpose", "responsibilities")
LISTS = ("categories", "data_categories", "data_subjects", "products", "certifications")
FLAGS = ("special_categories", "required", "affiliate")
# Words with a value that stands where nothing is said: an empty cell says nothing.
WORDS = ("ai_use", "hr_data", "relation", "stage")
# May also be left unstated: an empty cell.
FACTS = ("data_combined", "exporter_is_public_authority")
# Objects: as they are in JSON, as JSON in a column of CSV.
OBJECTS = ("retention_periods",)
PLACE = ("country", "region", "organisation", "kind")
MECHANISM = ("instrument_id", "role", "evidence")
# Computed at every export, so never read back.
COMPUTED = ("id", "version", "valid_from", "valid_to")
NOT_READ = (*COMPUTED, STATED_ON)
COMPUTED_COLUMNS = (
    "verdict_status",
    "verdict_reason",
    "verdict_citations",
    "verdict_ends_on",
    "verdict_open",
    "verdict_law",
    "verdict_by_law",
)
# Members and columns that only the public files have; they are computed as well.
LISTED = ("listed_since", "listed_until", "next_change")
PUBLIC_COLUMNS = (
    *LISTED[:2],
    "next_change_id",
    "next_change_kind",
    "next_change_on",
    "verdict_contested_recheck_by",
)
_LANGUAGES = ("en", "da", "sv")
_LAWS = {"EU": "EU law", "UK": "UK law", "CH": "Swiss law"}


def is_own(cells: Mapping[str, Any]) -> bool:
    """Whether a row is of this shape rather than a list as vendors publish them."""
    if isinstance(cells.get("locations"), list) and "legal_name" in cells:
        return all(isinstance(place, dict) for place in cells["locations"])
    return {"legal_name", "location_country", "location_kind"} <= cells.keys()


def is_own_column(name: str) -> bool:
    known = {
        *TEXTS,
        *LISTS,
        *FLAGS,
        *FACTS,
        *OBJECTS,
        *PARTS,
        *BY_LANGUAGE,
        *NOT_READ,
        *COMPUTED_COLUMNS,
        *PUBLIC_COLUMNS,
        "locations",
        "mechanisms",
    }
    first, _, rest = name.partition("_")
    parts = {f"{member}_{part}" for member, names in PARTS.items() for part in names}
    places = {f"location_{part}" for part in PLACE}
    spoken = first in BY_LANGUAGE and bool(rest)
    return name in known | parts | places or spoken or name.endswith(".json")


def as_csv(entries: Sequence[Json]) -> Iterator[str]:
    """One line per place, because mechanisms and verdicts belong to places (RFC 4180)."""
    columns = _columns(entries)
    yield line(columns)
    for entry in entries:
        cells = _entry_cells(entry)
        for place in entry.get("locations") or [{}]:
            row = {**cells, **_place_cells(place)}
            yield line(row.get(name) for name in columns)


def _columns(entries: Sequence[Json]) -> list[str]:
    spoken = [
        f"{member}_{tag}"
        for member in BY_LANGUAGE
        for tag in dict.fromkeys((*_LANGUAGES, *(t for e in entries for t in e.get(member) or ())))
    ]
    known = {*TEXTS, *BY_LANGUAGE, *LISTS, *FLAGS, *FACTS, *PARTS, *NOT_READ, "locations"}
    others = sorted({name for entry in entries for name in entry if name not in known})
    parts = [f"{member}_{part}" for member, names in PARTS.items() for part in names]
    return [
        "id",
        *TEXTS[:4],
        *parts,
        *TEXTS[4:],
        *spoken,
        *LISTS,
        *FLAGS,
        *FACTS,
        *(f"{name}.json" for name in others),
        *(f"location_{part}" for part in PLACE),
        "mechanisms",
        *COMPUTED[1:],
        *COMPUTED_COLUMNS,
    ]


def _entry_cells(entry: Json) -> dict[str, str]:
    known = {*TEXTS, *BY_LANGUAGE, *LISTS, *FLAGS, *FACTS, *PARTS, *NOT_READ, "locations"}
    cells = {name: _cell(entry.get(name)) for name in (*TEXTS, *COMPUTED)}
    cells |= {name: _fact_cell(entry.get(name)) for name in (*FLAGS, *FACTS)}
    cells |= {name: joined(entry.get(name) or ()) for name in LISTS}
    for member in BY_LANGUAGE:
        cells |= {f"{member}_{tag}": text for tag, text in (entry.get(member) or {}).items()}
    for member, names in PARTS.items():
        texts = entry.get(member) or {}
        cells |= {f"{member}_{part}": _cell(texts.get(part)) for part in names}
    return cells | {f"{name}.json": _json(entry[name]) for name in entry if name not in known}


def _place_cells(place: Json) -> dict[str, str]:
    verdict = place.get("verdict") or {}
    cells = {f"location_{part}": _cell(place.get(part)) for part in PLACE}
    mechanisms = [_mechanism(mechanism) for mechanism in place.get("mechanisms") or ()]
    return cells | {
        "mechanisms": _json(mechanisms) if mechanisms else "",
        "verdict_status": _cell(verdict.get("status")),
        "verdict_reason": _cell(verdict.get("reason")),
        "verdict_citations": joined(verdict.get("citations") or ()),
        "verdict_ends_on": _cell(verdict.get("ends_on")),
        "verdict_open": _cell((verdict.get("open") or {}).get("question")),
        "verdict_law": _law(verdict),
        "verdict_by_law": joined(
            [f"{_law(one)}: {one['status']}" for one in verdict.get("by_regime") or ()]
        ),
    }


def _law(verdict: Json) -> str:
    """The law that a verdict was made under, in plain words."""
    return _LAWS.get(verdict.get("regime") or "", "")


def from_rows(rows: Sequence[Mapping[str, Any]]) -> Json:
    """The members that the rows of one entry state; members without a column are left out."""
    first = rows[0]
    if isinstance(first.get("locations"), list):
        return _from_json(first)
    cells = {name: unguarded(cell) for name, cell in first.items()}
    said = [name for name in TEXTS if name in cells and (cells[name] or name not in WORDS)]
    stated: Json = {name: cells[name] or None for name in said}
    stated |= {name: split(cells[name]) for name in LISTS if name in cells}
    stated |= {name: _flag(cells[name]) for name in (*FLAGS, *FACTS) if cells.get(name)}
    for member in BY_LANGUAGE:
        tags = [name for name in cells if name.startswith(f"{member}_")]
        if tags:
            stated[member] = {name[len(member) + 1 :]: cells[name] for name in tags if cells[name]}
    for member, names in PARTS.items():
        if any(f"{member}_{part}" in cells for part in names):
            parts = {part: cells.get(f"{member}_{part}") or None for part in names}
            stated[member] = parts if any(parts.values()) else None
    others = [name for name in cells if name.endswith(".json") and cells[name]]
    stated |= {name.removesuffix(".json"): json.loads(cells[name]) for name in others}
    stated["locations"] = [place for row in rows if (place := _place(row))]
    return stated


def since(row: Mapping[str, Any]) -> date | None:
    """The day since which the entry is on the list. Raises ``ValueError`` for none of the calendar.

    An export names that of the entry, or at least that of its version."""
    stated = unguarded(row.get("listed_since") or row.get("valid_from"))
    return date.fromisoformat(stated) if stated else None


def _place(row: Mapping[str, Any]) -> Json | None:
    cells = {name: unguarded(cell) for name, cell in row.items()}
    place: Json = {part: cells.get(f"location_{part}") or None for part in PLACE}
    if not any(place.values()):
        return None
    text = cells.get("mechanisms") or ""
    if text.startswith("["):
        return {**place, "mechanisms": json.loads(text)}
    # The public export names instruments only; their evidence stays in the register.
    ids = split(text)
    return {
        **place,
        "mechanisms": [
            {
                "instrument_id": instrument_id,
                "role": "fallback" if at else "primary",
                "evidence": {},
            }
            for at, instrument_id in enumerate(ids)
        ],
    }


def _from_json(item: Mapping[str, Any]) -> Json:
    stated = {name: value for name, value in item.items() if name not in (*NOT_READ, *LISTED)}
    flow_down = stated.get("flow_down")
    if isinstance(flow_down, dict) and "reference" not in flow_down:
        del stated["flow_down"]  # The public export leaves the reference out.
    stated["locations"] = [
        {name: value for name, value in place.items() if name not in ("verdict", "mechanisms")}
        | {"mechanisms": [_mechanism(mechanism) for mechanism in place.get("mechanisms") or ()]}
        for place in item["locations"]
    ]
    return stated


def _mechanism(stated: Any) -> Any:
    if not isinstance(stated, dict):
        return stated
    return {name: stated[name] for name in MECHANISM if name in stated}


def _cell(value: Any) -> str:
    return "" if value is None else str(value)


def _fact_cell(value: Any) -> str:
    return {True: "true", False: "false", NOT_STATED: NOT_STATED}.get(value, "")


def _flag(text: str) -> Any:
    return {"true": True, "false": False}.get(text.casefold(), text)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
