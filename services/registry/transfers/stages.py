"""The stage of an entry: whether data flows to it, and who decides that it does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ACTIVE, PLANNED = "active", "planned"
ONLY_IF_ENABLED, CHOSEN_BY_CUSTOMER = "only_if_enabled", "chosen_by_customer"
STAGES = (ACTIVE, PLANNED, ONLY_IF_ENABLED, CHOSEN_BY_CUSTOMER)

Entry = Mapping[str, Any]


def stage_of(entry: Entry) -> str:
    """The stage of an entry; one of an earlier version has none, and is active."""
    return str(entry.get("stage") or ACTIVE)


def is_planned(entry: Entry | None) -> bool:
    """Whether no data flows to the entry yet: it is no recipient, and nothing is transferred."""
    return entry is not None and stage_of(entry) == PLANNED


def begins(before: Entry, after: Entry) -> bool:
    """Whether data flows to the entry by ``after`` where none did, or where the customer decided:
    a plan that is carried out, or an option that becomes one of the vendor or of everybody."""
    one, other = stage_of(before), stage_of(after)
    if other in (one, PLANNED):
        return False
    return one in (PLANNED, CHOSEN_BY_CUSTOMER) or other == ACTIVE
