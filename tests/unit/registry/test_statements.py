"""What nobody has stated is unknown: it is never read as "no", and each statement has its day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.registry.importing.merging import same
from services.registry.linter.findings import entry_findings
from services.registry.model.comparing import differences
from services.registry.schemas.imports import content_of
from services.registry.transfers import Circumstances, load_instruments
from services.registry.transfers.statements import (
    AS_IF,
    dated,
    judged,
    restated,
    unstated,
    without_days,
)
from shared.errors import Invalid
from tests.unit.registry.test_transfers_bases import DPF, row

FIRST, LATER = date(2026, 3, 1), date(2026, 9, 1)


def bare(**stated: Any) -> dict[str, Any]:
    """An entry as somebody sends it who says no more than a name."""
    return content_of({"legal_name": "Mailer Inc.", **stated}, load_instruments())


def test_an_entry_states_nothing_until_somebody_does() -> None:
    assert {name: bare()[name] for name in AS_IF} == dict.fromkeys(AS_IF, "not_stated")
    assert unstated(bare(required=False, ai_use="none")) == ("special_categories", "affiliate")


def test_the_law_reads_an_unstated_affiliate_as_none() -> None:
    assert Circumstances.of(bare()).affiliate is False
    assert judged(bare()) == {**bare(), **AS_IF}


def test_each_fact_that_nobody_stated_is_a_finding_that_blocks_nothing() -> None:
    found = {each.code: each.severity for each in entry_findings(bare(affiliate=True), FIRST)}
    facts = ("ai-use-missing", "special-categories-missing", "required-missing")
    assert {code: found.get(code) for code in facts} == dict.fromkeys(facts, "should")
    assert "affiliate-missing" not in found


def test_a_statement_has_the_day_it_was_made_and_keeps_it() -> None:
    first = dated(bare(ai_use="none"), None, FIRST)
    assert first["stated_on"] == {"ai_use": "2026-03-01"}
    second = dated(bare(ai_use="none", affiliate=True), first, LATER)
    assert second["stated_on"] == {"ai_use": "2026-03-01", "affiliate": "2026-09-01"}
    third = dated(bare(ai_use="both"), second, LATER)
    assert third["stated_on"] == {"ai_use": "2026-09-01"}


def test_days_that_a_content_has_already_stay() -> None:
    first = dated(bare(ai_use="none"), None, FIRST)
    again = dated(first, {**first, "ai_use": "both"}, LATER)
    assert again == first
    assert again is not first


def test_a_correction_dates_what_it_states_anew_and_leaves_the_rest() -> None:
    first = dated(bare(ai_use="none", affiliate=False), None, FIRST)
    corrected = restated({**first, "affiliate": True}, first, LATER)
    assert corrected == {
        **first,
        "affiliate": True,
        "stated_on": {"ai_use": "2026-03-01", "affiliate": "2026-09-01"},
    }
    assert without_days(first) == {**bare(ai_use="none", affiliate=False)}


def test_what_stood_in_an_entry_before_anybody_was_asked_has_no_day() -> None:
    old = bare(ai_use="none", affiliate=False)
    new = dated(bare(ai_use="none", affiliate=True), old, LATER)
    assert new["stated_on"] == {"ai_use": None, "affiliate": "2026-09-01"}


def test_the_days_of_statements_are_no_difference_between_entries() -> None:
    old = row("sub_1", DPF)
    new = replace(old, content={**old.content, "stated_on": {"ai_use": "2026-03-01"}})
    assert differences([old], [new]) == []
    assert same(old.content, new.content)


@pytest.mark.parametrize("fact", ["special_categories", "required", "affiliate"])
@pytest.mark.parametrize("value", ["yes", "none", 1, [True], "NOT_STATED", ""])
def test_a_fact_is_true_false_or_not_stated(fact: str, value: object) -> None:
    with pytest.raises(Invalid) as refused:
        bare(**{fact: value})
    assert [each["pointer"] for each in refused.value.errors] == [f"/{fact}"]
