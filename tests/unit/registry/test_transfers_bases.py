"""When the end of a basis is told, of which transfers, and in parts of which size."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.model.bases import (
    BYTES_AN_ENTRY,
    STAGES,
    Assessor,
    end_recorded_at,
    ending,
    in_chunks,
    reliances,
    stage_of,
)
from services.registry.model.instruments import Recorded, next_revision
from services.registry.model.register import FOREVER, Row
from services.registry.transfers import load_instruments, with_end
from tests import builders

TODAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days_left", "stage"),
    [
        (400, None),
        (91, None),
        (90, 90),
        (31, 90),
        (30, 30),
        (8, 30),
        (7, 7),
        (1, 7),
        (0, 0),
        (-9, 0),
    ],
)
def test_the_most_urgent_stage_reached_is_told(days_left: int, stage: int | None) -> None:
    assert stage_of(days_left) == stage


@given(st.lists(st.integers(0, 40), max_size=40))
def test_however_the_clock_runs_each_stage_is_told_once_and_in_order(steps: list[int]) -> None:
    told: list[int] = []
    days_left = 100
    for step in steps:
        days_left -= step
        stage = stage_of(days_left)
        if stage is not None and not any(before <= stage for before in told):
            told.append(stage)
    assert told == sorted(set(told), reverse=True)
    assert set(told) <= set(STAGES)
    assert (0 in told) == (days_left <= 0)


def row(sub_id: str, *mechanisms: dict[str, Any], kind: str = "storage") -> Row:
    place = {"country": "US", "kind": kind, "mechanisms": list(mechanisms)}
    content = builders.sub_processor(locations=[place])
    return Row(f"row_{sub_id}", "org_1", sub_id, 1, content, TODAY, FOREVER, AT, "chg_1")


DPF = {"instrument_id": "eu-us-dpf", "role": "primary", "evidence": builders.evidence_of_dpf()}
SCC = {"instrument_id": "scc-2021-914", "role": "fallback", "evidence": builders.evidence_of_scc()}


def test_places_are_lost_saved_or_unaffected() -> None:
    rows = [row("sub_lost", DPF), row("sub_saved", DPF, SCC), row("sub_apart", SCC),
            row("sub_named", {**SCC, "role": "primary"}, {**DPF, "role": "fallback"})]  # fmt: skip
    known = load_instruments()
    ended = with_end(known, "eu-us-dpf", TODAY)

    found = reliances(
        "eu-us-dpf", (rows, Assessor("DK", TODAY, known)), (rows, Assessor("DK", TODAY, ended))
    )

    assert {each.sub_processor_id: each.outcome for each in found} == {
        "sub_lost": "lost", "sub_saved": "saved", "sub_named": "unaffected",
    }  # fmt: skip
    assert [each.legal_name for each in found] == [
        each.content["legal_name"] for each in rows if each.sub_processor_id != "sub_apart"
    ]


def test_a_place_is_judged_for_its_exporter_and_for_what_its_entry_says() -> None:
    [location] = row("sub_1", DPF).content["locations"]
    plain = row("sub_1", DPF)
    staff = replace(plain, content={**plain.content, "hr_data": "yes"})
    european = Assessor("DK", TODAY, load_instruments())
    british = Assessor("GB", TODAY, load_instruments())
    assert european.judge(plain, location).lawful
    assert not british.judge(plain, location).lawful
    assert european.judge(staff, location) != european.judge(plain, location)


def test_a_place_is_judged_by_every_law_that_binds_the_vendor() -> None:
    """GDPR Art. 3(2) beside UK GDPR Art. 3(1): the DPF decision is of the one law alone."""
    [location] = row("sub_1", DPF).content["locations"]
    both = Assessor("DK", TODAY, load_instruments(), ("EU", "UK"))
    assert [each.regime for each in both.judge(row("sub_1", DPF), location).by_regime] == [
        "UK",
        "EU",
    ]


def test_a_place_that_is_gone_or_rests_on_something_else_later_is_left_out() -> None:
    assessor = Assessor("DK", TODAY, load_instruments())
    now = [row("sub_gone", DPF), row("sub_mended", DPF), row("sub_moved", DPF)]
    later = [row("sub_mended", SCC), row("sub_moved", DPF, kind="remote_access")]

    assert reliances("eu-us-dpf", (now, assessor), (later, assessor)) == []


def test_instruments_that_end_within_the_longest_stage_are_looked_at() -> None:
    known = load_instruments()
    near = with_end(known, "eu-us-dpf", TODAY + timedelta(90))
    far = with_end(known, "eu-us-dpf", TODAY + timedelta(200))
    assert "eu-us-dpf" in {each.id for each in ending(near, TODAY)}
    assert "eu-us-dpf" not in {each.id for each in ending(far, TODAY)}
    assert "eu-us-privacy-shield" in {each.id for each in ending(known, TODAY)}


def test_the_end_is_news_from_when_it_was_last_altered() -> None:
    history: list[Recorded] = []
    news: list[dict[str, Any]] = [
        {"remarks": ["a"]},
        {"ended_on": "2027-01-01"},
        {"ended_by": "C-1/26"},
    ]
    for day, members in enumerate(news):
        before = history[-1] if history else None
        history.append(next_revision("x", before, members, AT + timedelta(day), "cli_1"))
    assert end_recorded_at([]) is None
    assert end_recorded_at(history[:1]) is None
    assert end_recorded_at(history) == AT + timedelta(1)
    taken_back = next_revision("x", history[-1], {"ended_on": None}, AT + timedelta(9), "cli_1")
    assert end_recorded_at([*history, taken_back]) == AT + timedelta(9)


@given(st.lists(st.text(max_size=400), max_size=120))
def test_parts_hold_everything_in_order_and_stay_small(names: list[str]) -> None:
    transfers = [{"legal_name": name} for name in names]
    parts = list(in_chunks(transfers))
    assert [each for part in parts for each in part] == transfers
    for part in parts:
        size = sum(len(json.dumps(each, ensure_ascii=False).encode()) for each in part)
        assert part
        assert size <= BYTES_AN_ENTRY or len(part) == 1


def test_transfers_that_are_too_many_for_one_entry_are_parted() -> None:
    transfer = {"legal_name": "x" * (BYTES_AN_ENTRY // 2)}
    assert [len(part) for part in in_chunks([transfer] * 3)] == [1, 1, 1]


def test_an_end_is_announced_once_for_a_place_and_anew_when_its_last_day_moves() -> None:
    assessor = Assessor("DK", TODAY, load_instruments())
    rows = [row("sub_1", DPF)]
    [storage] = reliances("eu-us-dpf", (rows, assessor), (rows, assessor))

    key = storage.key("org_1", TODAY)
    assert key == ("org_1", "eu-us-dpf", "2026-11-23", "sub_1", "US", "", "", "storage")
    assert storage.key("org_1", TODAY + timedelta(1)) != key
