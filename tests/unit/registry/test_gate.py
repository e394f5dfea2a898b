"""The gate opens when everything is clear, and names the one fault that keeps it shut."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeGuard

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.registry.model import gate
from services.registry.model.gate import Gate, Standing, judge
from services.registry.model.objections import STEPS, Objection
from services.registry.model.register import FOREVER, Row
from tests.unit.registry.objections import objection

AT = datetime(2026, 11, 23, tzinfo=UTC)
TODAY = date(2026, 11, 23)
DAYS = [TODAY + timedelta(n) for n in range(8)]
ONE_DAY = timedelta(days=1)


def row(begins: date, ends: date = FOREVER) -> Row:
    return Row("row_1", "org_1", "sub_1", 1, {}, begins, ends, AT, "chg_1")


@dataclass(frozen=True)
class Case:
    """What the gate is asked: the entry's rows, the day, and one standing for each change."""

    rows: list[Row]
    on: date
    standings: list[Standing]

    def with_fault(self, **members: Any) -> Case:
        """The same, with a fault in the standing to one of the changes."""
        *others, one = self.standings
        return replace(self, standings=[replace(one, **members), *others])

    def with_rows(self, *rows: Row) -> Case:
        return replace(self, rows=list(rows))


def settled(on: date) -> st.SearchStrategy[Objection | None]:
    """No objection, or one that keeps nothing shut on that day."""
    lapsed = st.builds(objection, st.just("rejected"), respond_by=st.just(on - ONE_DAY))
    met = st.builds(objection, st.sampled_from(["withdrawn", "mitigation_accepted"]))
    return st.none() | lapsed | met


def clear(on: date) -> st.SearchStrategy[Standing]:
    """A standing that lets the gate open on that day: announced in time, no objection open."""
    by_then = st.sampled_from([on, on - ONE_DAY, on - timedelta(days=400)])
    return st.builds(
        Standing,
        effective_on=by_then,
        objection=settled(on),
        awaits_approval=st.just(False),
        begins_on=by_then | st.just(date.min),
    )


@st.composite
def clear_cases(draw: st.DrawFn) -> Case:
    on = draw(st.sampled_from(DAYS))
    standings = draw(st.lists(clear(on), min_size=1, max_size=3))
    return Case([row(draw(st.sampled_from([on, TODAY])))], on, standings)


def objected(status: str) -> Callable[[Case], Case]:
    return lambda case: case.with_fault(objection=objection(status))


def lacks(event: str) -> Callable[[Case], Case]:
    return lambda case: case.with_fault(begins_on=None, lacks=event)


# Each code, what brings it about, and the answer it comes with.
FAULTS: list[tuple[str, Callable[[Case], Case], str]] = [
    ("excluded", objected("excluded"), "excluded"),
    ("objection-open", objected("received"), "objected"),
    ("objection-open", objected("acknowledged"), "objected"),
    ("objection-open", objected("mitigation_offered"), "objected"),
    ("objection-open", objected("modification_requested"), "objected"),
    ("agreement-ending", objected("terminated"), "objected"),
    (
        "objection-rejected",
        lambda case: case.with_fault(objection=objection("rejected", respond_by=case.on)),
        "objected",
    ),
    ("not-in-register", lambda case: case.with_rows(), "not_notified"),
    (
        "not-in-register",
        lambda case: case.with_rows(row(TODAY - ONE_DAY, case.on - ONE_DAY)),
        "not_notified",
    ),
    (
        "planned",
        lambda case: case.with_rows(replace(case.rows[0], content={"stage": "planned"})),
        "blocked_until",
    ),
    ("announced", lambda case: case.with_rows(row(case.on + ONE_DAY)), "blocked_until"),
    ("not-in-accepted-list", lacks("listed"), "not_notified"),
    ("notice-not-sent", lacks("sent"), "not_notified"),
    (
        "emergency-not-sent",
        lambda case: case.with_fault(begins_on=None, lacks="sent", emergency=True),
        "not_notified",
    ),
    ("notice-not-delivered", lacks("delivered"), "blocked_until"),
    ("notice-not-acknowledged", lacks("acknowledged"), "blocked_until"),
    ("approval-missing", lambda case: case.with_fault(awaits_approval=True), "blocked_until"),
    (
        "days-not-over",
        lambda case: case.with_fault(begins_on=case.on + ONE_DAY),
        "blocked_until",
    ),
]


def codes_of_the_gate() -> set[str]:
    """The last argument of every ``Gate(…)`` in the module."""
    calls = [node for node in ast.walk(ast.parse(inspect.getsource(gate))) if is_gate(node)]
    return {ast.literal_eval(call.args[-1]) for call in calls}


def is_gate(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Gate"


@pytest.mark.source
def test_every_code_of_the_gate_has_a_fault() -> None:
    opened = {"told", "approved", "accepted-with-agreement", "chosen-by-customer"}
    assert codes_of_the_gate() == {code for code, _, _ in FAULTS} | opened


@given(clear_cases())
def test_it_opens_when_everything_is_clear(case: Case) -> None:
    answer = judge(case.rows, case.on, None, case.standings)
    assert (answer.answer, answer.until, answer.reason_code) == ("allowed", None, "told")


@pytest.mark.parametrize(("code", "fault", "expected"), FAULTS, ids=[fault[0] for fault in FAULTS])
@settings(max_examples=20)
@given(clear_cases())
def test_one_fault_shuts_it_and_is_named(
    code: str, fault: Callable[[Case], Case], expected: str, case: Case
) -> None:
    faulty = fault(case)
    answer = judge(faulty.rows, faulty.on, None, faulty.standings)
    assert (answer.answer, answer.reason_code) == (expected, code)


@given(clear_cases())
def test_a_fault_of_a_change_to_come_leaves_what_is_at_work_alone(case: Case) -> None:
    coming = Standing(case.on + ONE_DAY, objection("received"), True, None, "sent")
    standings = [*case.standings, coming]
    assert judge(case.rows, case.on, None, standings).answer == "allowed"


@given(clear_cases())
def test_it_names_the_first_day_on_which_the_fault_is_over(case: Case) -> None:
    """After a rejection, after the customer's own days, and when the entry begins."""
    later = case.on + timedelta(days=3)
    rejected = case.with_fault(objection=objection("rejected", respond_by=later - ONE_DAY))
    early = case.with_fault(begins_on=later)
    coming = case.with_rows(row(later))
    for faulty in (rejected, early, coming):
        assert judge(faulty.rows, faulty.on, None, faulty.standings).until == later
        assert judge(faulty.rows, later, None, faulty.standings).answer == "allowed"


days = st.sampled_from(DAYS)
objections = st.builds(objection, st.sampled_from(["received", *STEPS]), respond_by=days)
rules = st.sampled_from(["sent", "delivered", "acknowledged"])
dated = st.builds(Standing, days, st.none() | objections, st.booleans(), st.just(date.min) | days)
lacking = st.builds(Standing, days, st.none() | objections, st.booleans(), st.none(), rules)
standings = dated | lacking
rows = st.lists(st.builds(row, days, days | st.just(FOREVER)), max_size=3)


@given(rows, days, st.lists(standings, max_size=3))
def test_without_an_agreement_it_never_opens(
    known: list[Row], on: date, many: list[Standing]
) -> None:
    shut = Gate("not_notified", None, "No agreement.", "no-agreement")
    assert judge(known, on, shut, many) == shut


@given(rows, days, st.lists(standings, max_size=3))
def test_the_day_it_names_lies_ahead(known: list[Row], on: date, many: list[Standing]) -> None:
    until = judge(known, on, None, many).until
    assert until is None or until > on


@given(days, st.lists(standings, max_size=3), standings)
def test_one_change_more_never_opens_it(on: date, many: list[Standing], more: Standing) -> None:
    known = [row(TODAY)]
    if judge(known, on, None, many).answer != "allowed":
        assert judge(known, on, None, [*many, more]).answer != "allowed"


def test_before_an_entry_begins_the_later_of_its_day_and_the_customers_own_is_named() -> None:
    coming = Standing(DAYS[3], begins_on=DAYS[5])
    assert judge([row(DAYS[3])], TODAY, None, [coming]).until == DAYS[5]
    assert judge([row(DAYS[3])], TODAY, None, [replace(coming, begins_on=DAYS[1])]).until == DAYS[3]


def test_of_several_days_on_which_an_entry_begins_the_first_is_named() -> None:
    again = [row(DAYS[6]), row(DAYS[3], DAYS[4])]
    assert judge(again, TODAY, None, [Standing(DAYS[3])]).until == DAYS[3]


@pytest.mark.parametrize(
    ("event", "answer", "code"),
    [
        ("sent", "not_notified", "notice-not-sent"),
        ("delivered", "blocked_until", "notice-not-delivered"),
        ("acknowledged", "blocked_until", "notice-not-acknowledged"),
    ],
)
def test_a_missing_receipt_is_named_before_and_after_the_effective_day(
    event: str, answer: str, code: str
) -> None:
    waiting = Standing(DAYS[3], begins_on=None, lacks=event)
    for on in (TODAY, DAYS[3], DAYS[7]):
        found = judge([row(DAYS[3])], on, None, [waiting])
        assert (found.answer, found.until, found.reason_code) == (answer, None, code)


def test_a_notice_not_sent_is_named_before_all_else_that_is_missing() -> None:
    waiting = [
        Standing(TODAY, None, True, None, event) for event in ("acknowledged", "delivered", "sent")
    ]
    assert judge([row(TODAY)], TODAY, None, waiting).reason_code == "notice-not-sent"
    assert judge([row(TODAY)], TODAY, None, waiting[:2]).reason_code == "notice-not-delivered"
    assert judge([row(TODAY)], TODAY, None, waiting[:1]).reason_code == "notice-not-acknowledged"
