"""The days in an entry on which something was done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from services.registry.transfers.evidence import as_day
from services.registry.transfers.members import DONE_DAYS

Content = Mapping[str, Any]
_OF_ENTRY = ("reviewed_on", "seen_on")


def done_days(content: Content, at: str) -> dict[str, date | None]:
    """Each such day of an entry by its JSON pointer; ``at``: that of the contents in the body.

    ``used_since`` is none: an entry of a change to come may name the day from which it is used.
    """
    flow_down = content.get("flow_down") or {}
    days = {f"{at}/{name}": as_day(content.get(name)) for name in _OF_ENTRY}
    days[f"{at}/flow_down/signed_on"] = as_day(flow_down.get("signed_on"))
    return days | {f"{at}{path}": day for path, day in _of_evidence(content)}


def _of_evidence(content: Content) -> Iterator[tuple[str, date | None]]:
    for n, place in enumerate(content.get("locations") or ()):
        for m, mechanism in enumerate(place.get("mechanisms") or ()):
            evidence = mechanism.get("evidence") or {}
            for name in DONE_DAYS:
                path = f"/locations/{n}/mechanisms/{m}/evidence/{name}"
                yield path, as_day(evidence.get(name))
