"""What the evidence of a mechanism shows on a day: what is missing, and what speaks against it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.registry.transfers.circumstances import (
    RELATIONS,
    Circumstances,
)
from services.registry.transfers.data_kinds import held
from services.registry.transfers.instruments import Instrument
from services.registry.transfers.laws import Law
from services.registry.transfers.members import NOT_EQUIVALENT
from services.registry.transfers.names import is_named
from services.registry.transfers.parts import OpenCase
from services.registry.transfers.wording import Fact, Phrase, Several, phrase

# Roles of exporter and importer, and the module of (EU) 2021/914 that is made for them.
MODULE_OF = dict(zip(RELATIONS, (1, 2, 3, 4), strict=True))


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: for which exporter and day, under whose law, about which processing."""

    on: date
    about: Circumstances
    exporter: str
    law: Law

    @property
    def module(self) -> int:
        """The module of (EU) 2021/914 made for these roles."""
        return MODULE_OF[self.about.relation]


@dataclass(frozen=True, slots=True)
class _Recorded:
    """One piece of evidence that an instrument requires, with what is needed to judge it."""

    name: str
    evidence: Mapping[str, Any]
    instrument: Instrument
    question: Question

    @property
    def value(self) -> object:
        return self.evidence.get(self.name)

    @property
    def day(self) -> date | None:
        return as_day(self.value)


# Says what is wrong with a recorded fact; _FINE where nothing is, None where it is not recorded.
_FINE = phrase("remark.text", text="")
_Check = Callable[[_Recorded], Phrase | None]


def gaps(
    instrument: Instrument, evidence: Mapping[str, Any], question: Question
) -> tuple[Phrase, ...]:
    """Why the evidence is not enough on that day, as phrases; empty where it is."""
    whole = "edition" if instrument.kind == "scc" else "own_record"
    missing = [] if instrument.complete else [Fact(whole)]
    wrong: list[Phrase] = []
    for name in _required(instrument, evidence, question):
        problem = _check(name)(_Recorded(name, evidence, instrument, question))
        if problem is None:
            missing.append(Fact(name))
        elif problem is not _FINE:
            wrong.append(problem)
    listed = (phrase("gap.missing", facts=Several(tuple(missing))),) if missing else ()
    return listed + tuple(wrong)


def _required(instrument: Instrument, evidence: Mapping[str, Any], question: Question) -> list[str]:
    """The facts that have to be recorded for these roles on that day."""
    names = [name for name in instrument.requires if instrument.asks_for(name, question.on)]
    for exempt in instrument.without:
        recorded = all(name in evidence for name in exempt.facts)
        if question.module in exempt.modules and evidence.get(exempt.unless) is not True:
            names = [name for name in names if name not in exempt.facts]
            stated = evidence.get(exempt.unless) is False
            names += [] if stated or recorded else [exempt.unless]
    return names


def open_cases(
    instrument: Instrument, evidence: Mapping[str, Any], question: Question
) -> tuple[OpenCase, ...]:
    """The recorded facts whose consequence is open in law."""
    return tuple(
        case
        for case in instrument.open_when
        if evidence.get(case.fact) is case.value and instrument.asks_for(case.fact, question.on)
    )


def case_reason(case: OpenCase) -> Phrase:
    return phrase(f"against.{str(case.value).lower()}", fact=Fact(case.fact))


def contradictions(
    instrument: Instrument, evidence: Mapping[str, Any], question: Question
) -> tuple[Phrase, ...]:
    """Recorded evidence that puts the transfer outside the instrument, as phrases."""
    asked = {name for name in evidence if instrument.asks_for(name, question.on)}
    unmet = [name for name in instrument.scope.all if name in asked and evidence[name] is False]
    excluded = [name for name in instrument.scope.none if name in asked and evidence[name] is True]
    found = [phrase("against.false", fact=Fact(name)) for name in unmet]
    found += [phrase("against.true", fact=Fact(name)) for name in excluded]
    relation, made_for = question.about.relation, instrument.relations
    if made_for and relation not in made_for and not open_cases(instrument, evidence, question):
        found.append(_other_roles(made_for, relation))
    signed, limit = as_day(evidence.get("signed_on")), instrument.signed_before
    if limit and signed and signed >= limit:
        found.append(phrase("against.signed", day=signed, limit=limit))
    if "participant" in instrument.requires:
        found += _outside_the_list(evidence, question)
    if evidence.get("tia_conclusion") == NOT_EQUIVALENT and _asks_for_tia(instrument, question):
        found.append(phrase("against.tia"))
    return tuple(found)


def _asks_for_tia(instrument: Instrument, question: Question) -> bool:
    return "tia_on" in instrument.requires and instrument.asks_for("tia_on", question.on)


def _other_roles(made_for: Sequence[str], relation: str) -> Phrase:
    made = Several(tuple(phrase(f"roles.{each}") for each in made_for))
    return phrase("against.roles", made=made, roles=phrase(f"roles.{relation}"))


def _outside_the_list(evidence: Mapping[str, Any], question: Question) -> list[Phrase]:
    # The status is optional: without it, the dated check stands for "seen as active on that day".
    status, kinds = evidence.get("status"), _kinds(evidence.get("covered_data"))
    found = []
    if isinstance(status, str) and not status.strip().lower().startswith("active"):
        inactive = phrase("against.inactive", status=status.strip())
        found.append(inactive if status.strip() else phrase("against.empty"))
    left_out = held(question.about).certain - kinds if kinds else ()
    found += [phrase(f"against.{kind}") for kind in sorted(left_out)]
    return found


def evidence_ends(instrument: Instrument, evidence: Mapping[str, Any]) -> date | None:
    """The last day on which the evidence itself holds: the next due day of a certification."""
    return as_day(evidence.get("due_on")) if "due_on" in instrument.requires else None


def evidence_days(evidence: Mapping[str, Any]) -> tuple[date | None, date | None]:
    """The day the evidence was last checked, and the next day to check it; None for unknown."""
    due = [as_day(evidence.get(name)) for name in ("due_on", "tia_review_on")]
    return as_day(evidence.get("checked_on")), min((day for day in due if day), default=None)


def as_day(value: object) -> date | None:
    """A day out of a date or YYYY-MM-DD; None for everything else."""
    if isinstance(value, date):
        return None if isinstance(value, datetime) else value
    if not isinstance(value, str) or len(value) != len("2026-01-01"):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _check(name: str) -> _Check:
    return _CHECKS.get(name, _dated if name.endswith("_on") else _stated)


def _stated(fact: _Recorded) -> Phrase | None:
    if fact.name in fact.instrument.scope.all:
        return _FINE if fact.value is True else None
    return _FINE if isinstance(fact.value, str) and fact.value.strip() else None


def _dated(fact: _Recorded) -> Phrase | None:
    if fact.day is None:
        return None
    late = fact.day > fact.question.on
    return phrase("gap.late", fact=Fact(fact.name), day=fact.day) if late else _FINE


def _signed(fact: _Recorded) -> Phrase | None:
    if fact.day is not None and fact.day < fact.instrument.valid_from:
        return phrase("gap.before", fact=Fact(fact.name), day=fact.day)
    return _dated(fact)


def _checked(fact: _Recorded) -> Phrase | None:
    # A look at the list proves nothing about days before it, unless the day of the first
    # certification is recorded too.
    certified = as_day(fact.evidence.get("certified_on"))
    if fact.day and certified and certified <= fact.question.on:
        return _FINE
    return _dated(fact)


def _due(fact: _Recorded) -> Phrase | None:
    if fact.day is None:
        return None
    lapsed = fact.day < fact.question.on
    return phrase("gap.due", day=fact.day) if lapsed else _FINE


def _participant(fact: _Recorded) -> Phrase | None:
    """The list proves something of the company that it names, and of no other."""
    stated, name = _stated(fact), fact.question.about.legal_name
    if stated is not _FINE or name is None:
        return stated
    if is_named(str(fact.value), name, covered_entities(fact.evidence)):
        return _FINE
    return phrase("gap.name", listed=str(fact.value).strip(), name=name)


def covered_entities(evidence: Mapping[str, Any]) -> list[str]:
    """The companies that a certification names as covered."""
    named = evidence.get("covered_entities")
    return [each for each in named if isinstance(each, str)] if isinstance(named, list) else []


def _covered(fact: _Recorded) -> Phrase | None:
    kinds = _kinds(fact.value)
    if not kinds:
        return None
    return phrase("gap.hr_data") if held(fact.question.about).possible - kinds else _FINE


def _kinds(value: object) -> frozenset[str]:
    items = value if isinstance(value, (list, tuple, set, frozenset)) else ()
    return frozenset(item for item in items if item in ("hr", "non_hr"))


def _module(fact: _Recorded) -> Phrase | None:
    modules = _modules(fact.value) & set(fact.instrument.modules)
    if not modules:
        return None
    if fact.question.module in modules:
        return _FINE
    return phrase(
        "gap.module",
        named=Several(tuple(sorted(modules))),
        roles=phrase(f"roles.{fact.question.about.relation}"),
        module=fact.question.module,
    )


def _modules(value: object) -> set[int]:
    # True equals 1 in Python, and is no module.
    if value is True:
        return set()
    items = value if isinstance(value, (list, tuple)) else [value]
    return {number for number in MODULE_OF.values() if number in items or str(number) in items}


_CHECKS: Mapping[str, _Check] = {
    "signed_on": _signed,
    "checked_on": _checked,
    "due_on": _due,
    "covered_data": _covered,
    "participant": _participant,
    "module": _module,
}
