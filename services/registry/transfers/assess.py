"""The verdict for one location on one day: the best basis that holds, what is wrong with others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from services.registry.countries import check_country, in_eea, remark_on
from services.registry.transfers.evidence import Question, cautions
from services.registry.transfers.instruments import Instrument, load_instruments
from services.registry.transfers.outcomes import Outcome, out_of_force, outcome_of
from services.registry.transfers.values import Location, Mechanism, Verdict

_RANK = {"valid": 0, "unproven": 1, "invalid": 2}
_FOREIGN_REGIMES = {"GB": "UK", "CH": "CH"}
_CHAPTER = {"EU": "GDPR Art. 44", "UK": "UK GDPR Art. 44", "CH": "FADP Art. 16"}


def assess_location(
    record: Mapping[str, Any],
    on: date,
    *,
    exporter: str = "DK",
    horizon_days: int = 0,
    instruments: Mapping[str, Instrument] | None = None,
) -> Verdict:
    """``assess`` for one item of the contract's ``locations``, with the mechanisms it holds."""
    location = Location.parse(record)
    return assess(
        location,
        location.mechanisms,
        on,
        exporter=exporter,
        horizon_days=horizon_days,
        instruments=instruments,
    )


def assess(
    location: Location,
    mechanisms: Sequence[Mechanism],
    on: date,
    *,
    exporter: str = "DK",
    horizon_days: int = 0,
    instruments: Mapping[str, Instrument] | None = None,
    relation: str = "processor_processor",
    hr_data: bool = False,
) -> Verdict:
    """Is there a basis for data going to ``location`` on that day, and which (GDPR Art. 44 to 49).

    Mechanisms count primary first, then fallback, in their order; the first that holds carries the
    transfer, and the reason says what is wrong with the others. ``horizon_days`` > 0 turns
    ``valid`` into ``expiring`` where no valid mechanism lasts beyond ``on + horizon_days``.
    ``exporter`` is the ISO code of the exporting vendor's country: GB and CH have rules of their
    own, all others are under the GDPR, onward transfers included. ``relation`` names the roles of
    exporter and importer (a key of MODULE_OF), ``hr_data`` says whether employment data is
    included. ``instruments`` defaults to those that ship with the product.

    Raises ValueError for a negative horizon, an unknown exporter or an unknown relation.
    """
    if horizon_days < 0:
        raise ValueError("The horizon is a number of days, 0 or more.")
    regime = _regime(exporter, on)
    remarks = _place_remarks(location, on)
    if _at_home(location, regime, on):
        return _no_transfer(location, mechanisms, regime, remarks)
    known = load_instruments() if instruments is None else instruments
    if not mechanisms:
        return _missing(location, on, regime, known, remarks)
    question = Question(on, relation, hr_data)
    ordered = sorted(mechanisms, key=lambda mechanism: mechanism.role != "primary")
    outcomes = [
        outcome_of(item, known.get(item.instrument_id), location, regime, question)
        for item in ordered
    ]
    return _verdict(location, outcomes, question, horizon_days, remarks)


def _regime(exporter: str, on: date) -> str:
    # A vendor elsewhere passes on data it got under Chapter V: the same rules bind it (Art. 44).
    check_country(exporter)
    return "EU" if in_eea(exporter, on) else _FOREIGN_REGIMES.get(exporter, "EU")


def _place_remarks(location: Location, on: date) -> tuple[str, ...]:
    remark = remark_on(location.country, on, location.region) if location.country else None
    return (remark,) if remark else ()


def _at_home(location: Location, regime: str, on: date) -> bool:
    # An international organisation is a recipient of its own wherever it sits (GDPR Art. 4(26)).
    if location.organisation is not None or location.country is None:
        return False
    if regime == "EU":
        return in_eea(location.country, on, location.region)
    return _FOREIGN_REGIMES.get(location.place or "") == regime


def _no_transfer(
    location: Location, mechanisms: Sequence[Mechanism], regime: str, remarks: tuple[str, ...]
) -> Verdict:
    where = "in the EEA" if regime == "EU" else "in the exporter's own country"
    unneeded = ("A mechanism is recorded, but none is needed.",) if mechanisms else ()
    reason = _sentence(f"{location.label} is {where}, so there is no transfer to a third country.")
    return Verdict("no_transfer", reason, (_CHAPTER[regime],), None, remarks + unneeded)


def _missing(
    location: Location,
    on: date,
    regime: str,
    known: Mapping[str, Instrument],
    remarks: tuple[str, ...],
) -> Verdict:
    what = "an international organisation" if location.organisation else "a third country"
    reason = _sentence(f"{location.label} is {what} and no mechanism is recorded.")
    hints = tuple(
        f"An adequacy decision exists; record {item.id} if it covers the recipient."
        for item in known.values()
        if item.kind == "adequacy"
        and "*" not in item.destinations
        and out_of_force(item, location, regime, on) is None
    )
    return Verdict("missing", reason, (_CHAPTER[regime],), None, remarks + hints)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _verdict(
    location: Location,
    outcomes: Sequence[Outcome],
    question: Question,
    horizon_days: int,
    remarks: tuple[str, ...],
) -> Verdict:
    best = min(outcomes, key=lambda outcome: _RANK[outcome.status])
    failing = [item for item in outcomes if item is not best and item.problem]
    ends_on = _last_day([item for item in outcomes if item.status == "valid"])
    soon = ends_on and horizon_days and ends_on <= question.on + timedelta(days=horizon_days)
    citations = best.citations + tuple(cite for item in failing for cite in item.citations)
    return Verdict(
        "expiring" if soon else best.status,
        _reason(location, best, failing, ends_on if soon else None),
        tuple(dict.fromkeys(citations)),
        ends_on,
        remarks + _remarks(best, question),
        best.mechanism.instrument_id,
    )


def _last_day(valid: Sequence[Outcome]) -> date | None:
    # All of them hold on the day asked for, so the last to end decides; one without an end wins.
    ends = [outcome.ends_on or date.max for outcome in valid]
    last = max(ends, default=date.max)
    return None if last == date.max else last


def _reason(
    location: Location, best: Outcome, failing: Sequence[Outcome], ends_soon: date | None
) -> str:
    sentences = [f"{best.name} {best.problem}."]
    if best.status == "valid":
        basis = f"{best.name} ({best.mechanism.role})"
        sentences = [f"The transfer to {location.label} rests on {basis}."]
    if ends_soon:
        sentences.append(f"No basis is recorded beyond {ends_soon}.")
    sentences += [f"{item.name} ({item.mechanism.role}) {item.problem}." for item in failing]
    return " ".join(sentences)


def _remarks(best: Outcome, question: Question) -> tuple[str, ...]:
    if best.instrument is None:
        return ()
    if best.status != "valid":
        return best.instrument.remarks
    ends = (f"{best.name}: recorded until {best.ends_on}.",) if best.ends_on else ()
    held = cautions(best.instrument, best.mechanism.evidence, question)
    return ends + held + best.instrument.remarks
