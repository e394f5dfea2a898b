"""Entries and changes in their wire form, with the verdict of each place on the day asked for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from services.registry.model.chain import parents_of, tiers
from services.registry.model.changes import Change
from services.registry.model.law import Law
from services.registry.model.register import FOREVER, Row
from services.registry.transfers import Circumstances, assess_location, known_evidence
from services.registry.transfers.evidence import covered_entities
from services.registry.transfers.names import is_named


def entry_view(row: Row, day: date, law: Law, horizon_days: int = 0) -> dict[str, Any]:
    """One entry of the list on ``day``, in wire form."""
    return {
        "id": row.sub_processor_id,
        "version": row.version,
        **content_view(row.content, day, law, horizon_days),
        "valid_from": row.valid_from,
        "valid_to": None if row.valid_to == FOREVER else row.valid_to,
    }


def list_view(
    rows: Sequence[Row], day: date, law: Law, shown: Sequence[Row] | None = None
) -> list[dict[str, Any]]:
    """A whole list, or those of its rows that are ``shown``: each entry with its tier in the chain
    of the whole, 1 for a direct sub-processor."""
    tier = tiers(parents_of(rows))
    chosen = rows if shown is None else shown
    return [{**entry_view(row, day, law), "tier": tier[row.sub_processor_id]} for row in chosen]


def content_view(
    content: dict[str, Any], day: date, law: Law, horizon_days: int = 0
) -> dict[str, Any]:
    content = known_evidence(content, law.instruments)
    about = Circumstances.of(content)
    places = [
        _place(place, day, law, horizon_days, _about(place, about))
        for place in content["locations"]
    ]
    return {**content, "locations": places}


def change_entry(
    change: Change, content: dict[str, Any] | None, sub_id: str | None, law: Law
) -> dict[str, Any] | None:
    """An entry as a change would have it, judged on the effective day."""
    if content is None:
        return None
    return {"id": sub_id, **content_view(content, change.effective_on, law)}


def _about(place: dict[str, Any], about: Circumstances) -> Circumstances:
    """The circumstances without the recipient's name where no certification of the place says
    another one: entries that differ in nothing else then share what was judged."""
    evidence = [each["evidence"] for each in place["mechanisms"]]
    named = all(
        is_named(str(each["participant"]), about.legal_name or "", covered_entities(each))
        for each in evidence
        if "participant" in each
    )
    return replace(about, legal_name=None) if named else about


def _place(
    location: dict[str, Any], day: date, law: Law, horizon_days: int, about: Circumstances
) -> dict[str, Any]:
    key = (json.dumps(location), day, horizon_days, about)
    if key not in law.judged:
        law.judged[key] = _judged(location, day, law, horizon_days, about)
    return law.judged[key]


def _judged(
    location: dict[str, Any], day: date, law: Law, horizon_days: int, about: Circumstances
) -> dict[str, Any]:
    verdict = assess_location(
        location,
        day,
        exporter=law.exporter,
        horizon_days=horizon_days,
        instruments=law.instruments,
        about=about,
        regimes=law.regimes,
    )
    return {
        **location,
        "mechanisms": [_mechanism(mechanism, law) for mechanism in location["mechanisms"]],
        "verdict": verdict.to_mapping(),
    }


def _mechanism(mechanism: dict[str, Any], law: Law) -> dict[str, Any]:
    """The mechanism with its instrument's name and end, so that a reader need not look it up."""
    instrument = law.instruments.get(mechanism["instrument_id"])
    if instrument is None:
        return mechanism
    ended_on = instrument.ended_on.isoformat() if instrument.ended_on else None
    return {
        **mechanism,
        "name": instrument.name,
        "name_by_language": {"en": instrument.name, **instrument.name_by_language},
        "ended_on": ended_on,
        "ended_by": instrument.ended_by,
    }
