"""The groups in which the list is shown: those that every customer has, and the others apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

Json = Mapping[str, Any]
E = TypeVar("E", bound=Json)

ENGAGED, AFFILIATE = "engaged", "affiliate"
ONLY_IF_ENABLED, PLANNED, CHOSEN = "only_if_enabled", "planned", "chosen_by_customer"
# In this order on the page and in the PDF.
GROUPS = (ENGAGED, AFFILIATE, ONLY_IF_ENABLED, PLANNED, CHOSEN)


def group_of(entry: Json) -> str:
    """The group of an entry: its stage, or whether it is a company of the vendor's own group."""
    if entry.get("stage") in (ONLY_IF_ENABLED, PLANNED, CHOSEN):
        return str(entry["stage"])
    return AFFILIATE if entry.get("affiliate") is True else ENGAGED


def grouped(entries: Iterable[E]) -> list[tuple[str, list[E]]]:
    """The groups that have entries, each with its own, in the order of ``entries``."""
    found: dict[str, list[E]] = {group: [] for group in GROUPS}
    for entry in entries:
        found[group_of(entry)].append(entry)
    return [(group, members) for group, members in found.items() if members]


def recipients(entries: Iterable[E]) -> list[E]:
    """The entries that the vendor engages: neither what it plans nor what the customer chooses."""
    return [entry for entry in entries if group_of(entry) not in (PLANNED, CHOSEN)]
