"""The transfer instruments, as dated records."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.registry.transfers import load_instruments
from shared.errors import NotFound


def all_of(as_of: date | None) -> list[dict[str, Any]]:
    """Every instrument, or those in force on ``as_of``."""
    known = load_instruments().values()
    return [each.to_mapping() for each in known if as_of is None or each.in_force(as_of)]


def one(instrument_id: str) -> dict[str, Any]:
    found = load_instruments().get(instrument_id)
    if found is None:
        raise NotFound("There is no such instrument.")
    return found.to_mapping()
