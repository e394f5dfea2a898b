"""A plan is no way around the notice: data flows only after days of its own."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.clock import owes
from services.registry.linter import MATERIALITY, materiality
from services.registry.model.gate import Standing, judge
from services.registry.model.register import FOREVER, Row
from services.registry.transfers.members import known_evidence
from services.registry.transfers.stages import PLANNED, STAGES, begins, is_planned, stage_of
from tests.unit.registry.test_records import EDITS, ENTRIES, judged

KINDS = st.sets(st.sampled_from(["add", "replace", "modify", "material_modify", "remove"]))
TERMS = st.fixed_dictionaries({"owed_for": st.none() | KINDS.map(sorted)})
ON = date(2026, 12, 24)
IN_USE = st.sampled_from([each for each in STAGES if each != PLANNED])


@given(ENTRIES, EDITS, IN_USE, TERMS)
def test_whoever_carries_out_a_plan_owes_notice_whatever_else_differs(
    entry: dict[str, Any], edit: dict[str, Any], stage: str, terms: dict[str, Any]
) -> None:
    before = judged({**entry, "stage": PLANNED})
    after = judged({**entry, **edit, "stage": stage})
    words = materiality(before, after)
    assert owes(terms, "modify", words) == "notice"
    # What the plan said counts for nothing: the notice tells what an addition would tell.
    added = set(materiality(None, after, kind="add"))
    assert added <= set(words)


@given(ENTRIES, EDITS, st.sampled_from(STAGES), st.sampled_from(STAGES), TERMS)
def test_data_begins_to_flow_only_after_notice(
    entry: dict[str, Any], edit: dict[str, Any], one: str, other: str, terms: dict[str, Any]
) -> None:
    before = judged({**entry, "stage": one})
    after = judged({**entry, **edit, "stage": other})
    words = materiality(before, after)
    assert ("begins_use" in words) is begins(before, after)
    if begins(before, after):
        assert owes(terms, "modify", words) == "notice"
    assert set(words) <= set(MATERIALITY)


@given(st.lists(st.sampled_from(STAGES), max_size=4), st.integers(0, 60))
def test_the_gate_never_opens_for_what_is_only_planned(stages: list[str], offset: int) -> None:
    """Rows of ten days each, the last one for ever; nothing else keeps the gate shut."""
    first = date(2026, 12, 1)
    rows = [
        Row(
            f"row_{at}", "org_1", "sub_1", at, {"stage": stage},
            date.fromordinal(first.toordinal() + 10 * at),
            FOREVER if at == len(stages) - 1 else date.fromordinal(first.toordinal() + 10 * at + 9),
            datetime(2026, 11, 23, tzinfo=UTC), "chg_1",
        )
        for at, stage in enumerate(stages)
    ]  # fmt: skip
    on = date.fromordinal(first.toordinal() + offset)
    now = next((row for row in rows if row.on(on)), None)
    gate = judge(rows, on, None, [Standing(first)])
    assert (gate.answer == "allowed") is (now is not None and not is_planned(now.content))


@pytest.mark.parametrize("content", [{}, {"stage": None}])
def test_an_entry_of_before_is_active(content: dict[str, Any]) -> None:
    assert stage_of(content) == "active"
    assert not is_planned(content)


def test_an_entry_of_before_is_read_as_active() -> None:
    assert known_evidence({"locations": []}, {})["stage"] == "active"
