"""The judgement of the gate: the strictest of all that could keep it shut."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.model.gate import Gate, Standing, judge
from services.registry.model.objections import STEPS, Objection
from services.registry.model.register import FOREVER, Row

AT = datetime(2026, 11, 23, tzinfo=UTC)
TODAY = date(2026, 11, 23)
DAYS = [TODAY + timedelta(n) for n in range(8)]


def row(begins: date, ends: date = FOREVER) -> Row:
    return Row("row_1", "org_1", "sub_1", 1, {}, begins, ends, AT, "chg_1")


def objection(status: Any, respond_by: date | None = None) -> Objection:
    return Objection(
        "obj_1", "chg_1", "org_1", "org_2", "agr_1", "sub_1", "other", "No.", AT, status,
        respond_by=respond_by,
    )  # fmt: skip


days = st.sampled_from(DAYS)
objections = st.builds(objection, st.sampled_from(["received", *STEPS]), days)
rules = st.sampled_from(["sent", "delivered", "acknowledged"])
dated = st.builds(Standing, days, st.none() | objections, st.booleans(), st.just(date.min) | days)
lacking = st.builds(Standing, days, st.none() | objections, st.booleans(), st.none(), rules)
standings = dated | lacking
rows = st.lists(st.builds(row, days, days | st.just(FOREVER)), max_size=3)


def is_clear(each: Standing, on: date) -> bool:
    """Whether this change alone lets the gate open."""
    told = each.objection
    settled = (
        told is None
        or told.status in ("withdrawn", "mitigation_accepted")
        or (told.status == "rejected" and told.respond_by is not None and told.respond_by < on)
    )
    begun = each.begins_on is not None and each.begins_on <= on
    return each.effective_on > on or (settled and begun and not each.awaits_approval)


@given(rows, days, st.lists(standings, max_size=3))
def test_it_opens_only_when_nothing_at_all_keeps_it_shut(
    known: list[Row], on: date, told: list[Standing]
) -> None:
    listed = any(each.on(on) for each in known)
    clear = all(is_clear(each, on) for each in told)
    assert (judge(known, on, None, told).answer == "allowed") == (listed and clear)


@given(rows, days, st.lists(standings, max_size=3))
def test_without_an_agreement_it_never_opens(
    known: list[Row], on: date, told: list[Standing]
) -> None:
    shut = Gate("not_notified", None, "No agreement.", "no-agreement")
    assert judge(known, on, shut, told) == shut


@given(rows, days, st.lists(standings, max_size=3))
def test_the_day_it_names_lies_ahead(known: list[Row], on: date, told: list[Standing]) -> None:
    until = judge(known, on, None, told).until
    assert until is None or until > on


@given(days, st.lists(standings, max_size=3), standings)
def test_one_change_more_never_opens_it(on: date, told: list[Standing], more: Standing) -> None:
    known = [row(TODAY)]
    if judge(known, on, None, told).answer != "allowed":
        assert judge(known, on, None, [*told, more]).answer != "allowed"


def test_the_later_of_effective_day_and_own_days_is_told() -> None:
    coming = Standing(DAYS[3], begins_on=DAYS[5])
    assert judge([row(DAYS[3])], TODAY, None, [coming]).until == DAYS[5]
    assert judge([row(DAYS[3])], TODAY, None, [replace(coming, begins_on=DAYS[1])]).until == DAYS[3]


@pytest.mark.parametrize(
    ("lacks", "answer", "code"),
    [
        ("sent", "not_notified", "notice-not-sent"),
        ("delivered", "blocked_until", "notice-not-delivered"),
        ("acknowledged", "blocked_until", "notice-not-acknowledged"),
    ],
)
def test_what_is_missing_is_named_before_and_after_the_day(
    lacks: str, answer: str, code: str
) -> None:
    waiting = Standing(DAYS[3], begins_on=None, lacks=lacks)
    for on in (TODAY, DAYS[3], DAYS[7]):
        found = judge([row(DAYS[3])], on, None, [waiting])
        assert (found.answer, found.until, found.reason_code) == (answer, None, code)


def test_a_notice_not_sent_is_named_before_all_else_that_is_missing() -> None:
    waiting = [
        Standing(TODAY, None, True, None, lacks) for lacks in ("acknowledged", "delivered", "sent")
    ]
    assert judge([row(TODAY)], TODAY, None, waiting).reason_code == "notice-not-sent"
    assert judge([row(TODAY)], TODAY, None, waiting[:2]).reason_code == "notice-not-delivered"
    assert judge([row(TODAY)], TODAY, None, waiting[:1]).reason_code == "notice-not-acknowledged"
