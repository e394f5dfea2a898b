"""How one mechanism does on one day, before it is weighed against the others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.registry.transfers.evidence import (
    Question,
    case_reason,
    contradictions,
    evidence_ends,
    gaps,
    open_cases,
)
from services.registry.transfers.instruments import Instrument
from services.registry.transfers.values import Location, Mechanism
from services.registry.transfers.wording import Phrase, Said, Several, phrase


@dataclass(frozen=True, slots=True)
class Outcome:
    """One mechanism on the day; ``problem`` is a phrase that follows the instrument's name."""

    status: str
    mechanism: Mechanism
    instrument: Instrument | None
    problem: Phrase | None = None
    ends_on: date | None = None
    open: tuple[str, ...] = ()

    @property
    def name(self) -> Said:
        if self.instrument is None:
            return f"{self.mechanism.instrument_id!r}"
        return self.instrument.title

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
        return Outcome("invalid", mechanism, None, phrase("problem.unknown"))
    refused = out_of_force(instrument, location, regime, question.on)
    if refused:
        return Outcome("invalid", mechanism, instrument, refused)
    evidence = {**mechanism.evidence, **question.about.facts}
    against = contradictions(instrument, evidence, question)
    if against:
        unusable = phrase("problem.unusable", reasons=Several(against, "; "))
        return Outcome("invalid", mechanism, instrument, unusable)
    cases = open_cases(instrument, evidence, question)
    asked = tuple(case.question for case in cases)
    lacking = gaps(instrument, evidence, question)
    if lacking:
        unproven = phrase("problem.unproven", reasons=Several(lacking, "; "))
        return Outcome("unproven", mechanism, instrument, unproven, open=asked)
    undecided = tuple(case_reason(case) for case in cases if case.status != "valid")
    if undecided:
        problem = phrase("problem.open", reasons=Several(undecided, "; "))
        return Outcome("unproven", mechanism, instrument, problem, open=asked)
    ends = [day for day in (instrument.last_day, evidence_ends(instrument, evidence)) if day]
    return Outcome("valid", mechanism, instrument, None, min(ends, default=None), asked)


def out_of_force(
    instrument: Instrument, location: Location, regime: str, on: date
) -> Phrase | None:
    """Why the instrument has no effect there on that day, as a phrase; None if it has."""
    if instrument.regime != regime:
        return phrase("force.regime", regime=phrase(f"regime.{regime}"))
    if not instrument.covers(location.place, location.organisation):
        return phrase("force.never", place=location.label)
    if on < instrument.valid_from:
        return phrase("force.later", day=instrument.valid_from)
    return _over(instrument, on)


def _over(instrument: Instrument, on: date) -> Phrase | None:
    if instrument.ended_on and on >= instrument.ended_on:
        if instrument.ended_by:
            return phrase("force.ended_by", day=instrument.ended_on, by=instrument.ended_by)
        return phrase("force.ended", day=instrument.ended_on)
    if instrument.expires_on and on > instrument.expires_on:
        return phrase("force.expired", day=instrument.expires_on)
    return None
