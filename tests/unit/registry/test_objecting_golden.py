"""Every line of golden_objecting.txt: which step an objection allows, and up to which day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from services.registry.model.objections import (
    OPEN,
    STEPS,
    NotInThisNotice,
    ObjectionSettled,
    ObjectionWindowClosed,
    OfferLapsed,
    RespondByPassed,
    check_acceptable,
    check_in_notice,
    check_in_time,
    check_may_end,
    check_offer,
    statuses_of,
)
from shared.errors import DomainError
from tests.unit.registry.golden import Case, cases, section
from tests.unit.registry.objections import AT, objection

TABLE = "golden_objecting.txt"
STATUSES = section(TABLE, "steps")


def day_of(cell: str) -> date | None:
    return None if cell == "-" else date.fromisoformat(cell)


def verdict_of(check: Callable[[], None]) -> str:
    try:
        check()
    except DomainError as refusal:
        return refusal.code
    return "allowed"


@pytest.mark.parametrize("case", cases(TABLE, "in time"))
def test_the_last_day_to_object_counts_as_a_whole(case: Case) -> None:
    today, deadline, verdict, _ = case
    days = date.fromisoformat(today), date.fromisoformat(deadline)
    assert verdict_of(lambda: check_in_time(*days)) == verdict


@pytest.mark.parametrize("case", cases(TABLE, "offer"))
def test_an_offer_leaves_the_customer_at_least_today(case: Case) -> None:
    respond_by, today, verdict, _ = case
    days = date.fromisoformat(respond_by), date.fromisoformat(today)
    assert verdict_of(lambda: check_offer(*days)) == verdict


@pytest.mark.parametrize("case", cases(TABLE, "accept"))
def test_an_offer_can_be_accepted_up_to_its_last_day(case: Case) -> None:
    status, until, today, verdict, _ = case
    mitigation = None if until == "-" else {"text": "Encrypted.", "respond_by": until}
    offered = objection(status, mitigation=mitigation)
    assert verdict_of(lambda: check_acceptable(offered, date.fromisoformat(today))) == verdict


@pytest.mark.parametrize("case", cases(TABLE, "end the agreement"))
def test_an_agreement_can_be_ended_over_an_objection_that_was_not_met(case: Case) -> None:
    status, effective_on, until, today, verdict, _ = case
    raised = objection(status, effective_on=day_of(effective_on), respond_by=day_of(until))
    assert verdict_of(lambda: check_may_end(raised, date.fromisoformat(today))) == verdict


@pytest.mark.parametrize("to", list(STEPS))
@pytest.mark.parametrize(("status", "allowed"), STATUSES)
def test_a_step_is_taken_only_from_the_statuses_of_the_table(
    status: str, allowed: str, to: Any
) -> None:
    raised = objection(status)
    if to not in allowed.split():
        with pytest.raises(ObjectionSettled):
            raised.moved(to, AT)
        return
    moved = raised.moved(to, AT)
    is_open = to in ("received", "acknowledged", "modification_requested", "mitigation_offered")
    assert (moved.status, moved.revision, moved.open) == (to, 2, is_open)
    assert moved.settled_at == (None if is_open else AT)


DAY, NEXT = date(2026, 12, 24), date(2026, 12, 25)


def test_who_objects_too_late_is_told_the_last_day() -> None:
    with pytest.raises(ObjectionWindowClosed) as refusal:
        check_in_time(NEXT, DAY)
    assert refusal.value.detail == "The last day was 2026-12-24."
    assert refusal.value.context == {"objection_deadline": "2026-12-24"}


def test_who_leaves_no_day_to_answer_is_pointed_to_it() -> None:
    with pytest.raises(RespondByPassed) as refusal:
        check_offer(DAY, NEXT)
    words = "2026-12-24 lies before 2026-12-25."
    assert refusal.value.detail == words
    assert refusal.value.errors == [{"pointer": "/respond_by", "code": "day-past", "detail": words}]


def test_who_accepts_too_late_is_told_until_when_the_offer_was_open() -> None:
    offered = objection("mitigation_offered", mitigation={"respond_by": "2026-12-24"})
    with pytest.raises(OfferLapsed, match=r"^It was open until 2026-12-24\.$"):
        check_acceptable(offered, NEXT)


def test_a_step_that_is_not_open_is_refused_with_both_its_ends() -> None:
    with pytest.raises(ObjectionSettled) as refusal:
        objection("mitigation_accepted").moved("mitigation_offered", AT)
    assert refusal.value.detail == (
        "The objection is mitigation accepted; it cannot become mitigation offered."
    )


@pytest.mark.parametrize(("to", "settled_at"), [("acknowledged", None), ("rejected", AT)])
def test_a_step_keeps_its_instant_where_it_settles_and_the_members_it_brings(
    to: Any, settled_at: object
) -> None:
    before = objection("received")
    after = before.moved(to, AT, decision="Needed.", respond_by=DAY)
    assert after == objection(
        to, settled_at=settled_at, decision="Needed.", respond_by=DAY, revision=2
    )


@pytest.mark.parametrize(
    ("asked", "statuses"),
    [(None, frozenset()), ("", frozenset()), ("open", OPEN), ("rejected", frozenset({"rejected"}))],
)
def test_a_list_is_asked_for_by_one_status_or_by_those_that_are_open(
    asked: str | None, statuses: frozenset[str]
) -> None:
    assert statuses_of(asked) == statuses


def test_an_objection_names_only_changes_of_its_notice() -> None:
    check_in_notice(["chg_2"], ["chg_1", "chg_2"])
    check_in_notice([], ["chg_1"])

    with pytest.raises(NotInThisNotice) as refused:
        check_in_notice(["chg_2", "chg_3"], ["chg_1", "chg_2"])

    assert refused.value.detail == "It is about chg_1, chg_2."
    assert refused.value.errors == [
        {"pointer": "/change_ids", "code": "not-in-this-notice", "detail": "chg_3 is not."}
    ]
