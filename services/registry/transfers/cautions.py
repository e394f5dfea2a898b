"""What a careful reader should know although the verdict does not turn on it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.registry.transfers.evidence import Question, as_day, case_reason, open_cases
from services.registry.transfers.instruments import Instrument
from services.registry.transfers.members import NO_SAFEGUARD
from services.registry.transfers.wording import DataText, Fact, Phrase, Several, phrase


def cautions(
    instrument: Instrument, evidence: Mapping[str, Any], question: Question
) -> tuple[Phrase, ...]:
    """What a careful reader should know although the verdict does not turn on it. Sentences."""
    found = []
    review = as_day(evidence.get("tia_review_on"))
    if review and review < question.on:
        found.append(phrase("remark.review", day=review))
    found += [
        phrase("remark.case", reason=case_reason(case))
        for case in open_cases(instrument, evidence, question)
    ]
    open_ = [
        name
        for name in instrument.scope.none
        if instrument.asks_for(name, question.on) and not isinstance(evidence.get(name), bool)
    ]
    if open_ and instrument.kind in NO_SAFEGUARD:
        facts = Several(tuple(Fact(name) for name in open_))
        found.append(phrase("remark.open", facts=facts))
    return (*found, *_contested(instrument, question.on), *_unchecked(instrument))


def _contested(instrument: Instrument, on: date) -> list[Phrase]:
    """What had happened by that day, and when to look again."""
    contested = instrument.contested
    facts = [fact for fact in contested.facts if fact.on <= on] if contested else []
    if not facts or contested is None:
        return []
    told = [phrase("remark.text", text=DataText(fact.text)) for fact in facts]
    again = phrase("remark.recheck", name=instrument.title, day=contested.recheck_by)
    return [*told, again]


def _unchecked(instrument: Instrument) -> list[Phrase]:
    """A record that nobody has compared with the official text, or not for long."""
    if not instrument.stale:
        return []
    if instrument.checked_on:
        return [phrase("remark.stale", name=instrument.title, day=instrument.checked_on)]
    compiled = instrument.compiled_on
    return [phrase("remark.unchecked", name=instrument.title, day=compiled)] if compiled else []
