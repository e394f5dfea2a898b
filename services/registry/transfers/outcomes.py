"""How one mechanism does on one day, before it is weighed against the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.registry.transfers.data_kinds import HR, held
from services.registry.transfers.evidence import (
    Question,
    case_reason,
    contradictions,
    evidence_ends,
    gaps,
    open_cases,
)
from services.registry.transfers.instruments import Instrument
from services.registry.transfers.laws import Law, next_law
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

    def citations(self, law: Law) -> tuple[str, ...]:
        if self.instrument is None:
            return ()
        ended_by = self.instrument.ended_by if self.status == "invalid" else None
        return self.instrument.citations(law) + ((ended_by,) if ended_by else ())


def outcome_of(
    mechanism: Mechanism, instrument: Instrument | None, location: Location, question: Question
) -> Outcome:
    """How ``mechanism`` does on the day of the question; an ``instrument`` of None is unknown."""
    if instrument is None:
        # What is not held here may be good law all the same.
        return Outcome("unproven", mechanism, None, phrase("problem.unknown"))
    refused = out_of_force(instrument, location, question)
    if refused:
        return Outcome("invalid", mechanism, instrument, refused)
    return _on_the_facts(mechanism, instrument.at(location.place), location, question)


def _on_the_facts(
    mechanism: Mechanism, instrument: Instrument, location: Location, question: Question
) -> Outcome:
    evidence = {**mechanism.evidence, **question.about.facts}
    against = contradictions(instrument, evidence, question)
    if against:
        unusable = phrase("problem.unusable", reasons=Several(against, "; "))
        return Outcome("invalid", mechanism, instrument, unusable)
    asked, undecided = _open_law(instrument, location, evidence, question)
    lacking = gaps(instrument, evidence, question)
    if lacking:
        unproven = phrase("problem.unproven", reasons=Several(lacking, "; "))
        return Outcome("unproven", mechanism, instrument, unproven, open=asked)
    if undecided:
        problem = phrase("problem.open", reasons=Several(undecided, "; "))
        return Outcome("unproven", mechanism, instrument, problem, open=asked)
    ends = [day for day in (instrument.last_day, evidence_ends(instrument, evidence)) if day]
    return Outcome("valid", mechanism, instrument, None, min(ends, default=None), asked)


def _open_law(
    instrument: Instrument, location: Location, evidence: Mapping[str, Any], question: Question
) -> tuple[tuple[str, ...], tuple[Phrase, ...]]:
    """The open questions, and the phrases for those that leave the basis unproven."""
    cases = open_cases(instrument, evidence, question)
    undecided = tuple(case_reason(case) for case in cases if case.status != "valid")
    asked = tuple(case.question for case in cases)
    if _is_staff_outside_the_group(instrument, question):
        asked += ("hr-outside-the-group",)
    place = location.place or ""
    if place not in instrument.open_in:
        return asked, undecided
    unnamed = phrase("open.unnamed", place=location.label)
    return (*asked, instrument.open_in[place]), (*undecided, unnamed)


def _is_staff_outside_the_group(instrument: Instrument, question: Question) -> bool:
    about = question.about
    return (
        "covered_data" in instrument.requires and HR in held(about).certain and not about.affiliate
    )


def out_of_force(instrument: Instrument, location: Location, question: Question) -> Phrase | None:
    """Why the instrument has no effect there on that day, as a phrase; None if it has."""
    law = question.law
    if instrument.regime != law.regime:
        return phrase("force.regime", regime=phrase(f"regime.{law.regime}"))
    if not instrument.covers(location.place, location.organisation):
        return phrase("force.never", place=location.label)
    first_day = _first_day(instrument, question)
    if question.on < first_day:
        return phrase("force.later", day=first_day)
    return _over(instrument, question.on)


def _first_day(instrument: Instrument, question: Question) -> date:
    """Its first day for this exporter, whose law may have come to know its kind later."""
    later = next_law(question.exporter, question.law)
    if later is None or instrument.known_to(question.law):
        return instrument.valid_from
    return max(later.first_day, instrument.valid_from)


def _over(instrument: Instrument, on: date) -> Phrase | None:
    if instrument.ended_on and on >= instrument.ended_on:
        if instrument.ended_by:
            return phrase("force.ended_by", day=instrument.ended_on, by=instrument.ended_by)
        return phrase("force.ended", day=instrument.ended_on)
    if instrument.expires_on and on > instrument.expires_on:
        return phrase("force.expired", day=instrument.expires_on)
    return None
