"""How one mechanism does on one day, before it is weighed against the others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.registry.transfers.evidence import Question, contradictions, evidence_ends, gaps
from services.registry.transfers.instruments import Instrument
from services.registry.transfers.values import Location, Mechanism


@dataclass(frozen=True, slots=True)
class Outcome:
    """One mechanism on the day; ``problem`` is a phrase that follows the instrument's name."""

    status: str
    mechanism: Mechanism
    instrument: Instrument | None
    problem: str = ""
    ends_on: date | None = None

    @property
    def name(self) -> str:
        return self.instrument.name if self.instrument else f"{self.mechanism.instrument_id!r}"

    @property
    def citations(self) -> tuple[str, ...]:
        if self.instrument is None:
            return ()
        ended_by = self.instrument.ended_by if self.status == "invalid" else None
        return self.instrument.citations + ((ended_by,) if ended_by else ())


def outcome_of(
    mechanism: Mechanism,
    instrument: Instrument | None,
    location: Location,
    regime: str,
    question: Question,
) -> Outcome:
    """How ``mechanism`` does on the day of the question; an ``instrument`` of None is unknown."""
    if instrument is None:
        return Outcome("invalid", mechanism, None, "is not a known instrument")
    refused = out_of_force(instrument, location, regime, question.on)
    if refused:
        return Outcome("invalid", mechanism, instrument, refused)
    against = contradictions(instrument, mechanism.evidence, question)
    if against:
        return Outcome("invalid", mechanism, instrument, f"cannot be used: {'; '.join(against)}")
    lacking = gaps(instrument, mechanism.evidence, question)
    if lacking:
        return Outcome(
            "unproven", mechanism, instrument, f"cannot be relied on: {'; '.join(lacking)}"
        )
    ends = [
        day for day in (instrument.last_day, evidence_ends(instrument, mechanism.evidence)) if day
    ]
    return Outcome("valid", mechanism, instrument, "", min(ends, default=None))


def out_of_force(instrument: Instrument, location: Location, regime: str, on: date) -> str | None:
    """Why the instrument has no effect there on that day, as a phrase; None if it has."""
    if instrument.regime != regime:
        return f"cannot serve exports under {regime} law"
    if not instrument.covers(location.place, location.organisation):
        return f"never covered {location.label}"
    if on < instrument.valid_from:
        return f"took effect only on {instrument.valid_from}"
    if instrument.ended_on and on >= instrument.ended_on:
        by = f" ({instrument.ended_by})" if instrument.ended_by else ""
        return f"ended on {instrument.ended_on}{by}"
    if instrument.expires_on and on > instrument.expires_on:
        return f"expired at the end of {instrument.expires_on}"
    return None
