"""Which transfers rest on an instrument that ends, on what then, and when to announce it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from services.registry.model.instruments import Recorded
from services.registry.model.register import Row
from services.registry.transfers import Circumstances, Instrument, Verdict, assess_location
from services.registry.transfers.stages import is_planned

Outcome = Literal["lost", "saved", "unaffected"]
Known = Mapping[str, Instrument]

# Customers are informed so many days before the first day without effect; 0 is that day itself.
STAGES = (90, 30, 7, 0)
LOST = 0
# Size of the transfers in one ledger entry, so that the message made of it stays under 20 kB.
BYTES_AN_ENTRY = 10_000
_PLACE = ("country", "region", "organisation", "kind")
_ENDS = ("ended_on", "expires_on")


@dataclass(frozen=True)
class Reliance:
    """One place of one entry that names the instrument, judged with and without it; ``products``
    are those that the entry serves."""

    sub_processor_id: str
    legal_name: str
    place: dict[str, Any]
    instrument_id: str
    before: Verdict
    after: Verdict
    products: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """``unaffected``: the instrument is named but does not carry the transfer."""
        if not self.before.lawful or self.before.instrument_id != self.instrument_id:
            return "unaffected"
        return "saved" if self.after.lawful else "lost"

    def key(self, processor_id: str, last_day: date) -> tuple[str, ...]:
        """Identifies this end of this instrument for this place of this entry, announced once."""
        place = [str(self.place[name] or "") for name in _PLACE]
        ending = (self.instrument_id, last_day.isoformat())
        return (processor_id, *ending, self.sub_processor_id, *place)


@dataclass(frozen=True)
class Assessor:
    """Judges places of entries on one day, for one exporting country, by the instruments known."""

    exporter: str
    day: date
    known: Known
    regimes: tuple[str, ...] = ()

    def judge(self, row: Row, location: Mapping[str, Any]) -> Verdict:
        return assess_location(
            location,
            self.day,
            exporter=self.exporter,
            instruments=self.known,
            about=Circumstances.of(row.content),
            regimes=self.regimes,
        )


def reliances(
    instrument_id: str,
    before: tuple[Sequence[Row], Assessor],
    after: tuple[Sequence[Row], Assessor],
) -> list[Reliance]:
    """The places that name the instrument in both lists, judged by both assessors.

    A place that is gone, or no longer names it, is left out: a change has replaced it.
    """
    later = {
        (row.sub_processor_id, _place_key(place)): (row, place)
        for row, place in _naming(after[0], instrument_id)
    }
    judged = []
    for row, location in _naming(before[0], instrument_id):
        kept = later.get((row.sub_processor_id, _place_key(location)))
        if kept is not None:
            verdicts = before[1].judge(row, location), after[1].judge(*kept)
            judged.append(_reliance(kept[0], location, instrument_id, verdicts))
    return judged


def found_weaker(
    before: Row, after: Row, assessor: Assessor, weaker: Callable[[Verdict, Verdict], bool]
) -> list[Reliance]:
    """The places of an entry that are found to rest on less than the register said.

    Each names the instrument that was thought to carry it, as far as that is known.
    """
    kept = {_place_key(place): place for place in after.content["locations"]}
    found: list[Reliance] = []
    for location in () if is_planned(after.content) else before.content["locations"]:
        if _place_key(location) not in kept:
            continue
        old = assessor.judge(before, location)
        new = assessor.judge(after, kept[_place_key(location)])
        if old.instrument_id in assessor.known and weaker(old, new):
            found.append(_reliance(after, location, str(old.instrument_id), (old, new)))
    return found


def _reliance(
    row: Row, location: Mapping[str, Any], instrument_id: str, verdicts: tuple[Verdict, Verdict]
) -> Reliance:
    return Reliance(
        row.sub_processor_id,
        row.content["legal_name"],
        {name: location.get(name) for name in _PLACE},
        instrument_id,
        *verdicts,
        products=tuple(row.content.get("products") or ()),
    )


def _naming(rows: Sequence[Row], instrument_id: str) -> Iterator[tuple[Row, Mapping[str, Any]]]:
    """The places that name the instrument; nothing is transferred to what is only planned."""
    for row in rows:
        for location in () if is_planned(row.content) else row.content["locations"]:
            if any(
                mechanism["instrument_id"] == instrument_id for mechanism in location["mechanisms"]
            ):
                yield row, location


def _place_key(location: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(location.get(name) for name in _PLACE)


def stage_of(days_left: int) -> int | None:
    """The most urgent stage reached, ``days_left`` before the first day without effect."""
    reached = [stage for stage in STAGES if days_left <= stage]
    return min(reached, default=None)


def ending(known: Known, today: date) -> list[Instrument]:
    """Instruments that have ended, or end soon enough to be announced somewhere on earth."""
    horizon = today + timedelta(days=max(STAGES) + 1)
    return [
        instrument
        for instrument in known.values()
        if instrument.last_day and instrument.last_day <= horizon
    ]


def end_recorded_at(history: Sequence[Recorded]) -> datetime | None:
    """When the platform last recorded the end of the instrument; None where the end shipped."""
    at: datetime | None = None
    seen: dict[str, Any] = dict.fromkeys(_ENDS)
    for revision in history:
        ends = {name: revision.members.get(name) for name in _ENDS}
        if ends != seen:
            at, seen = revision.recorded_at, ends
    return at


def in_chunks(transfers: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Split ``transfers``, in order, into lists small enough for one message."""
    chunk: list[dict[str, Any]] = []
    size = 0
    for transfer in transfers:
        length = len(json.dumps(transfer, ensure_ascii=False).encode())
        if chunk and size + length > BYTES_AN_ENTRY:
            yield chunk
            chunk, size = [], 0
        chunk.append(transfer)
        size += length
    if chunk:
        yield chunk
