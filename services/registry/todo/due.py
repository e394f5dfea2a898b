"""Evidence and reviews that fall due: which, on which day, and when to remind of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.registry.model.deletions import due_on
from services.registry.model.register import Row
from services.registry.transfers import Instrument
from services.registry.transfers.evidence import as_day

# So many days before, the vendor is reminded; the first is also as far as the to-do list looks.
STAGES = (60, 30, 7)
# A certification that is to be looked up again or ends, and an assessment that is to be reviewed.
WHAT = ("due_on", "tia_review_on")
# The stage of what has passed, where that is told as well.
OVERDUE = 0
# What ``evidence`` of a reminder names where an ended sub-processor has confirmed nothing yet.
DELETION = "deletion_confirmation"
_PLACE = ("country", "region", "organisation", "kind")


@dataclass(frozen=True, slots=True)
class Due:
    """One day in the evidence of one mechanism; ``what`` is one of WHAT."""

    sub_processor_id: str
    legal_name: str
    place: Mapping[str, Any]
    instrument: Instrument
    what: str
    due_on: date

    @property
    def key(self) -> tuple[str, ...]:
        """Tells it from every other day of the register."""
        place = [str(self.place[name] or "") for name in _PLACE]
        ends = (self.instrument.id, self.what, self.due_on.isoformat())
        return (self.sub_processor_id, *place, *ends)

    def days_left(self, today: date) -> int:
        return (self.due_on - today).days


def dues(
    sub_id: str, content: Mapping[str, Any], instruments: Mapping[str, Instrument]
) -> Iterator[Due]:
    """Every day in the evidence of an entry by which somebody has to look again."""
    for place in content.get("locations") or ():
        about = {name: place.get(name) for name in _PLACE}
        for mechanism in place.get("mechanisms") or ():
            known = instruments.get(mechanism["instrument_id"])
            for what in WHAT if known else ():
                day = as_day((mechanism.get("evidence") or {}).get(what))
                if known and day:
                    yield Due(sub_id, content["legal_name"], about, known, what, day)


def within(all_dues: Sequence[Due], today: date) -> list[Due]:
    """Those that are due within the first stage, or were."""
    return [due for due in all_dues if due.days_left(today) <= STAGES[0]]


def stage_of(days_left: int) -> int | None:
    """The most urgent stage reached; None while none is, and once the day has passed."""
    reached = [stage for stage in STAGES if 0 <= days_left <= stage]
    return min(reached, default=None)


@dataclass(frozen=True, slots=True)
class Reminder:
    """What its vendor is to be told of a day that comes, at the ``stage`` that is reached; ``key``
    tells the day from every other of the register."""

    key: tuple[str, ...]
    stage: int
    due_on: date
    about: Mapping[str, Any]


def of_evidence(due: Due, today: date) -> Iterator[Reminder]:
    """Evidence, a review or a certificate; nothing once its day has passed."""
    stage, known = stage_of(due.days_left(today)), due.instrument
    if stage is None:
        return
    about = {
        "sub_processor": {"id": due.sub_processor_id, "legal_name": due.legal_name},
        "location": dict(due.place),
        "instrument_id": known.id,
        "instrument_name_by_language": {"en": known.name, **known.name_by_language},
        "evidence": due.what,
    }
    yield Reminder(due.key, stage, due.due_on, about)


def of_deletion(row: Row, today: date) -> Iterator[Reminder]:
    """The confirmation of an end that nobody has recorded yet; once more when its day has
    passed. ``row``: by which the entry was used last."""
    day = due_on(row.content, row.valid_to)
    stage = OVERDUE if day < today else stage_of((day - today).days)
    if stage is None:
        return
    about = {
        "sub_processor": {"id": row.sub_processor_id, "legal_name": row.content["legal_name"]},
        "evidence": DELETION,
        "listed_until": row.valid_to.isoformat(),
    }
    yield Reminder((row.sub_processor_id, DELETION, str(row.valid_to)), stage, day, about)
