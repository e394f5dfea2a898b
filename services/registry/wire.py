"""Entries and changes in their wire form, with the verdict of each place on the day asked for."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.registry.model.changes import Change
from services.registry.model.register import FOREVER, Row
from services.registry.transfers import assess_location, load_instruments


def entry_view(row: Row, day: date, exporter: str, horizon_days: int = 0) -> dict[str, Any]:
    """One entry of the list on ``day``, as the contract has it."""
    return {
        "id": row.sub_processor_id,
        "version": row.version,
        **content_view(row.content, day, exporter, horizon_days),
        "valid_from": row.valid_from,
        "valid_to": None if row.valid_to == FOREVER else row.valid_to,
    }


def content_view(
    content: dict[str, Any], day: date, exporter: str, horizon_days: int = 0
) -> dict[str, Any]:
    places = [_place(each, day, exporter, horizon_days) for each in content["locations"]]
    return {**content, "locations": places}


def change_entry(
    change: Change, content: dict[str, Any] | None, sub_id: str | None, exporter: str
) -> dict[str, Any] | None:
    """An entry as a change would have it, judged on the effective day."""
    if content is None:
        return None
    return {"id": sub_id, **content_view(content, change.effective_on, exporter)}


def _place(location: dict[str, Any], day: date, exporter: str, horizon_days: int) -> dict[str, Any]:
    verdict = assess_location(location, day, exporter=exporter, horizon_days=horizon_days)
    return {
        **location,
        "mechanisms": [_mechanism(each) for each in location["mechanisms"]],
        "verdict": verdict.to_mapping(),
    }


def _mechanism(mechanism: dict[str, Any]) -> dict[str, Any]:
    """The mechanism with its instrument's name and end, so that a reader need not look it up."""
    instrument = load_instruments().get(mechanism["instrument_id"])
    if instrument is None:
        return mechanism
    ended_on = instrument.ended_on.isoformat() if instrument.ended_on else None
    return {
        **mechanism,
        "name": instrument.name,
        "ended_on": ended_on,
        "ended_by": instrument.ended_by,
    }
