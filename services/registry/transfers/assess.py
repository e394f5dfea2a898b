"""The verdict for one location on one day: the best basis that holds, what is wrong with others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from services.registry.transfers.cautions import cautions
from services.registry.transfers.circumstances import Circumstances
from services.registry.transfers.countries import (
    check_country,
    in_eea,
    place_of,
    questions_on,
    remarks_on,
)
from services.registry.transfers.evidence import Question, evidence_days
from services.registry.transfers.instruments import Instrument, load_instruments
from services.registry.transfers.laws import ANY_EXPORTER, law_of, timeline_of
from services.registry.transfers.outcomes import Outcome, out_of_force, outcome_of
from services.registry.transfers.pending_law import contested_on
from services.registry.transfers.values import Location, Mechanism, Verdict
from services.registry.transfers.wording import DataText, Phrase, Place, phrase

ORDINARY = Circumstances()
# Of several laws that bind one exporter, the strictest verdict decides.
_STRICTNESS = ("no_transfer", "valid", "expiring", "unproven", "invalid", "missing")
_RANK = {"valid": 0, "unproven": 1, "invalid": 2}


def assess_location(
    record: Mapping[str, Any],
    on: date,
    *,
    exporter: str = "DK",
    horizon_days: int = 0,
    instruments: Mapping[str, Instrument] | None = None,
    about: Circumstances = ORDINARY,
    regimes: Sequence[str] = (),
) -> Verdict:
    """``assess`` for one item of the contract's ``locations``, with the mechanisms it holds.

    With ``regimes`` the verdict is the strictest of those by each of these laws; ``by_regime``
    holds them all, the strictest first.
    """
    location = Location.parse(record)
    verdicts = []
    for regime in regimes or ("",):
        verdict = assess(
            location,
            location.mechanisms,
            on,
            exporter=timeline_of(exporter, regime) if regime else exporter,
            horizon_days=horizon_days,
            instruments=instruments,
            about=about,
        )
        # A law that is not held for the day is named all the same, where the register names it.
        verdicts.append(replace(verdict, regime=verdict.regime or regime or None))
    ordered = tuple(sorted(verdicts, key=_strictness))
    return ordered[0] if len(ordered) == 1 else _of_several(ordered)


def _of_several(ordered: tuple[Verdict, ...]) -> Verdict:
    """The strictest, with what is open or contested under any of the laws."""
    asked = tuple(dict.fromkeys(question for each in ordered for question in each.open))
    doubts = next((each.contested for each in ordered if each.contested), None)
    return replace(ordered[0], by_regime=ordered, open=asked, contested=doubts)


def _strictness(verdict: Verdict) -> int:
    """Sorts the strictest first."""
    return -_STRICTNESS.index(verdict.status)


def assess(
    location: Location,
    mechanisms: Sequence[Mechanism],
    on: date,
    *,
    exporter: str = "DK",
    horizon_days: int = 0,
    instruments: Mapping[str, Instrument] | None = None,
    about: Circumstances = ORDINARY,
) -> Verdict:
    """Is there a basis for data going to ``location`` on that day, and which (GDPR Art. 44 to 49).

    Mechanisms count primary first, then fallback, in their order; the first that holds carries the
    transfer, and the reason says what is wrong with the others. ``horizon_days`` > 0 turns
    ``valid`` into ``expiring`` where no valid mechanism lasts beyond ``on + horizon_days``.
    ``exporter`` is the ISO code of the exporting vendor's country, whose law of the day decides
    (``laws.json``). ``about`` is what the entry says of the processing; a seat abroad is no
    transfer by itself, but worth a remark. ``instruments`` defaults to those that ship with the
    product.

    Raises ValueError for a negative horizon or an unknown exporter.
    """
    if horizon_days < 0:
        raise ValueError("The horizon is a number of days, 0 or more.")
    if exporter != ANY_EXPORTER:
        check_country(exporter)
    law = law_of(exporter, on)
    if law is None:
        return _not_held(exporter)
    question = Question(on, about, exporter, law)
    if _at_home(location, question):
        return _no_transfer(location, mechanisms, question)
    known = load_instruments() if instruments is None else instruments
    if not mechanisms:
        return _missing(location, known, question)
    ordered = sorted(mechanisms, key=lambda mechanism: mechanism.role != "primary")
    outcomes = [
        outcome_of(item, known.get(item.instrument_id), location, question) for item in ordered
    ]
    return _verdict(location, outcomes, question, horizon_days)


def _not_held(exporter: str) -> Verdict:
    """The law of the day is not held here, so nothing is said about it."""
    because = (phrase("law.not_held", exporter=Place(exporter)),)
    return Verdict("unproven", because)


def _place_remarks(location: Location, question: Question) -> tuple[Phrase, ...]:
    # What is known of territories is their position in Union law.
    if location.country is None or question.law.regime != "EU":
        return ()
    found = remarks_on(location.country, question.on, location.region)
    return tuple(_place_remark(place, text) for place, text in found)


def _questions(location: Location, question: Question) -> tuple[str, ...]:
    if location.country is None or question.law.regime != "EU":
        return ()
    return questions_on(location.country, location.region)


def _place_remark(place: str | None, text: str) -> Phrase:
    if place is None:
        return phrase("remark.sentence", text=DataText(text))
    return phrase("remark.place", place=Place(place), text=DataText(text))


def _at_home(location: Location, question: Question) -> bool:
    # An international organisation is a recipient of its own wherever it sits (GDPR Art. 4(26)).
    if location.organisation is not None or location.country is None:
        return False
    return _is_home(location.country, location.region, question)


def _is_home(country: str, region: str | None, question: Question) -> bool:
    if question.law.regime == "EU":
        return in_eea(country, question.on, region)
    return place_of(country, region).partition("-")[0] == question.exporter


def _no_transfer(
    location: Location, mechanisms: Sequence[Mechanism], question: Question
) -> Verdict:
    noted = list(_place_remarks(location, question))
    open_, seat = _questions(location, question), question.about.seat
    if seat and not _is_home(seat, None, question):
        noted.append(phrase("remark.seat", place=Place(seat)))
        open_ += ("seat-abroad",)
    if mechanisms:
        noted.append(phrase("remark.unneeded"))
    where = "no_transfer.EU" if question.law.regime == "EU" else "no_transfer.home"
    because = (phrase(where, place=location.label),)
    return _bare("no_transfer", because, tuple(noted), open_, question)


def _missing(location: Location, known: Mapping[str, Instrument], question: Question) -> Verdict:
    what = "missing.organisation" if location.organisation else "missing.country"
    hints = tuple(
        phrase("remark.adequacy", id=item.id)
        for item in known.values()
        if item.kind == "adequacy"
        and "*" not in item.destinations
        and out_of_force(item, location, question) is None
    )
    because = (phrase(what, place=location.label),)
    noted = _place_remarks(location, question) + hints
    open_ = _questions(location, question)
    return _bare("missing", because, noted, open_, question)


def _bare(
    status: str,
    because: tuple[Phrase, ...],
    noted: tuple[Phrase, ...],
    open_: tuple[str, ...],
    question: Question,
) -> Verdict:
    """A verdict that no mechanism carries."""
    law = question.law
    return Verdict(status, because, (law.chapter,), None, noted, open=open_, regime=law.regime)


def _verdict(
    location: Location, outcomes: Sequence[Outcome], question: Question, horizon_days: int
) -> Verdict:
    best = min(outcomes, key=lambda outcome: _RANK[outcome.status])
    failing = [item for item in outcomes if item is not best and item.problem]
    ends_on = _last_day([item for item in outcomes if item.status == "valid"])
    soon = ends_on and horizon_days and ends_on <= question.on + timedelta(days=horizon_days)
    cited = [cite for item in (best, *failing) for cite in item.citations(question.law)]
    return Verdict(
        "expiring" if soon else best.status,
        _reason(location, best, failing, ends_on if soon else None),
        tuple(dict.fromkeys(cited)),
        ends_on,
        _place_remarks(location, question) + _remarks(best, question),
        best.mechanism.instrument_id,
        _questions(location, question) + best.open,
        question.law.regime,
        *evidence_days(best.mechanism.evidence),
        contested=_doubts(best, question),
    )


def _doubts(best: Outcome, question: Question) -> dict[str, Any] | None:
    if best.instrument is None or best.status != "valid":
        return None
    return contested_on(best.instrument, question.on)


def _last_day(valid: Sequence[Outcome]) -> date | None:
    # All of them hold on the day asked for, so the last to end decides; one without an end wins.
    ends = [outcome.ends_on or date.max for outcome in valid]
    last = max(ends, default=date.max)
    return None if last == date.max else last


def _reason(
    location: Location, best: Outcome, failing: Sequence[Outcome], ends_soon: date | None
) -> tuple[Phrase, ...]:
    said = [_best(location, best)]
    if ends_soon:
        said.append(phrase("reason.beyond", day=ends_soon))
    said += [
        phrase("reason.other", name=item.name, role=_role(item), problem=item.problem)
        for item in failing
        if item.problem
    ]
    return tuple(said)


def _best(location: Location, best: Outcome) -> Phrase:
    if best.problem:
        return phrase("reason.best", name=best.name, problem=best.problem)
    return phrase("reason.rests", place=location.label, name=best.name, role=_role(best))


def _role(outcome: Outcome) -> Phrase:
    return phrase(f"role.{outcome.mechanism.role}")


def _remarks(best: Outcome, question: Question) -> tuple[Phrase, ...]:
    if best.instrument is None:
        return ()
    texts = tuple(
        phrase("remark.text", text=DataText(remark)) for remark in best.instrument.remarks
    )
    if best.status != "valid":
        return texts
    ends = (phrase("remark.until", name=best.name, day=best.ends_on),) if best.ends_on else ()
    evidence = {**best.mechanism.evidence, **question.about.facts}
    return ends + cautions(best.instrument, evidence, question) + texts
