"""Claims on deliveries, and on parcels of them, as the database saw them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

END = "end"


@dataclass
class Claims:
    """``lapses``: how often a claim was taken after the one before it lapsed; ``overlaps``: what
    was claimed while another claim on it still held."""

    lapses: Counter[str] = field(default_factory=Counter)
    overlaps: list[str] = field(default_factory=list)
    _held_until: dict[str, datetime] = field(default_factory=dict)
    _parcels: dict[str, str] = field(default_factory=dict)

    def lapses_of(self, delivery_id: str) -> int:
        """With those of the parcel it was first sent from."""
        return self.lapses[delivery_id] + self.lapses[self._parcels.get(delivery_id, "")]

    def note(self, change: Mapping[str, Any]) -> None:
        """One event of a change stream."""
        name = change["documentKey"]["_id"]
        told = change.get("updateDescription", {})
        updated = told.get("updatedFields", {})
        if change["operationType"] == "insert":
            packed = change["fullDocument"].get("items", ())
            self._parcels |= {delivery_id: name for delivery_id, *_ in packed}
        elif {"claim", "due_at"} <= updated.keys():
            self._claimed(name, change["wallTime"], updated["due_at"])
        elif "claim" in told.get("removedFields", ()):
            self._held_until.pop(name, None)

    def _claimed(self, name: str, at: datetime, until: datetime) -> None:
        if before := self._held_until.get(name):
            self.lapses[name] += 1
            if at < before:
                self.overlaps.append(name)
        self._held_until[name] = until


def claims_in(changes: Iterable[Mapping[str, Any]]) -> Claims:
    """From what happened to a database until something was put into the collection ``END``."""
    claims = Claims()
    for change in changes:
        collection = change.get("ns", {}).get("coll")
        if collection == END:
            break
        if collection in ("deliveries", "parcels"):
            claims.note(change)
    return claims
