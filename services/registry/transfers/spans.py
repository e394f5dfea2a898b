"""How long a verdict stays as it is: it turns only on days that stand in the law or the evidence.

A list is read on any day, and thousands of verdicts are dear; between two such days they are all
the same, so one that was made for a day serves every other day of its span.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from services.registry.transfers.countries import turning_days
from services.registry.transfers.evidence import as_day
from services.registry.transfers.instruments import FACT_DAYS, Instrument
from services.registry.transfers.laws import first_days

Known = Mapping[str, Instrument]
Record = Mapping[str, Any]


class Span(NamedTuple):
    """From ``first`` to the day before ``until``."""

    first: date
    until: date

    def holds(self, day: date) -> bool:
        return self.first <= day < self.until


def span_around(day: date, locations: Sequence[Record], instruments: Known) -> Span:
    """The days around ``day`` on which ``assess`` says the same of all these locations."""
    named = set(_named_days(locations, instruments))
    if day in named:
        return Span(day, _next(day))
    past, coming = (one for one in named if one < day), (one for one in named if one > day)
    last = max(past, default=None)
    return Span(_next(last) if last else date.min, min(coming, default=date.max))


def _named_days(locations: Sequence[Record], instruments: Known) -> Iterator[date]:
    yield from (*turning_days(), *first_days())
    for location in locations:
        mechanisms = location.get("mechanisms") or ()
        for mechanism in mechanisms:
            yield from _days_of(instruments.get(mechanism["instrument_id"]))
            values = (mechanism.get("evidence") or {}).values()
            yield from (found for found in map(as_day, values) if found)
        if not mechanisms:
            # The verdict on a place without any basis names adequacy decisions that could be one.
            for instrument in instruments.values():
                if instrument.kind == "adequacy":
                    yield from _days_of(instrument)


def _days_of(instrument: Instrument | None) -> Iterator[date]:
    if instrument is not None:
        days = (instrument.valid_from, instrument.ended_on, instrument.expires_on)
        yield from (day for day in days if day)
        yield from (
            fact.on for fact in (instrument.contested.facts if instrument.contested else ())
        )
        for fact_days in (*FACT_DAYS.values(), *instrument.fact_days.values()):
            yield from (day for day in (fact_days.first, fact_days.last) if day)


def _next(day: date) -> date:
    return day if day == date.max else day + timedelta(days=1)
