"""What a text says of one kind of change goes before what it says of all (golden by hand)."""

from __future__ import annotations

from typing import Any

import pytest

from services.registry.clock import Calendar, NoticeTerms, Period, Span
from tests.unit.registry.notice_terms import long

MONTH, FIVE_DAYS = {"value": 1, "unit": "months"}, {"value": 5, "unit": "days"}
TWO_WEEKS = {"value": 14, "unit": "days"}
ALL = {"length": TWO_WEEKS, "starts": "delivered", "deemed_after": FIVE_DAYS,
       "first_day_counts": True}  # fmt: skip
UNTIL = {"ends": "effective_day", "before_effect": FIVE_DAYS}


@pytest.mark.parametrize(
    ("of_all", "of_this_kind", "span"),
    [
        # What is said is taken, what is not said stays.
        (ALL, {}, Span(Period(14), "delivered", Period(5), True)),
        (ALL, {"length": MONTH}, Span(Period(1, "months"), "delivered", Period(5), True)),
        (ALL, {"starts": "acknowledged"}, Span(Period(14), "acknowledged", Period(5), True)),
        (ALL, {"deemed_after": MONTH}, Span(Period(14), "delivered", Period(1, "months"), True)),
        (ALL, {"first_day_counts": False, "length": MONTH},
         Span(Period(1, "months"), "delivered", Period(5), False)),
        ({"length": TWO_WEEKS}, {"first_day_counts": True}, Span(Period(14), "sent", None, True)),
        # A length of its own has its own end; what names neither ends as that of all kinds.
        (UNTIL, {"length": MONTH}, Span(Period(1, "months"))),
        (UNTIL, {"before_effect": MONTH}, Span(ends="effective_day",
                                               before_effect=Period(1, "months"))),
        (UNTIL, {"starts": "delivered"}, Span(starts="delivered", ends="effective_day",
                                              before_effect=Period(5))),
        (UNTIL, {"ends": "effective_day"}, Span(ends="effective_day")),
        ({"length": TWO_WEEKS}, UNTIL, Span(Period(14), ends="effective_day",
                                            before_effect=Period(5))),
    ],
)  # fmt: skip
@pytest.mark.parametrize("which", ["notice", "objection"])
def test_a_kind_of_change_has_its_own_period_as_far_as_the_text_says(
    which: str, of_all: dict[str, Any], of_this_kind: dict[str, Any], span: Span
) -> None:
    members = {which: of_all, "by_kind": {"remove": {which: of_this_kind}}}
    assert getattr(NoticeTerms.parse(members, kind="remove"), which) == span
    assert NoticeTerms.parse(members, kind="add") == NoticeTerms.parse({which: of_all})


@pytest.mark.parametrize(
    ("short_form", "of_all", "of_this_kind", "silence"),
    [
        (None, None, None, "consent"),
        ("refusal", None, None, "refusal"),
        ("consent", "refusal", None, "refusal"),
        ("consent", "consent", "refusal", "refusal"),
        ("refusal", "refusal", "consent", "consent"),
    ],
)
def test_silence_means_what_the_nearest_words_say(
    short_form: str | None, of_all: str | None, of_this_kind: str | None, silence: str
) -> None:
    members = {
        "silence": short_form,
        "objection": {"length": TWO_WEEKS, "silence": of_all},
        "by_kind": {"add": {"objection": {"silence": of_this_kind}}},
    }
    assert NoticeTerms.parse(members, kind="add").silence == silence


@pytest.mark.parametrize(
    ("named", "kind", "days"),
    [
        (("material_modify",), "modify", 60),
        (("modify",), "modify", 10),
        (("modify", "material_modify"), "modify", 60),
        (("material_modify",), "add", 30),
        (("material_modify",), None, 30),
    ],
)
def test_words_for_material_modifications_go_before_those_for_any(
    named: tuple[str, ...], kind: str | None, days: int
) -> None:
    lengths = {"modify": 10, "material_modify": 60}
    by_kind = {
        each: {"notice": {"length": {"value": lengths[each], "unit": "days"}}} for each in named
    }
    members = {"notice": {"length": {"value": 30, "unit": "days"}}, "by_kind": by_kind}
    assert NoticeTerms.parse(members, kind=kind).notice.length == Period(days)


def test_a_period_without_a_start_runs_from_the_receipt_of_the_short_form() -> None:
    members = {"notice": {"length": TWO_WEEKS}, "receipt_rule": "acknowledged"}
    assert NoticeTerms.parse(members).notice == Span(Period(14), "acknowledged")
    assert NoticeTerms.parse({"notice": {"length": TWO_WEEKS}}).notice == Span(Period(14))


def test_the_same_terms_are_read_in_the_calendar_of_another_place() -> None:
    terms = long("30d", "14d", "DK")
    moved = terms.in_calendar("SE", eves=True)
    assert moved.calendar == Calendar("SE", eves=True)
    assert moved.in_calendar("DK") == terms


@pytest.mark.parametrize(
    ("objection", "ends_with_effect"), [("14d", False), ("until", True), ("14d&until-5d", True)]
)
def test_one_objection_until_the_change_makes_the_terms_wait_for_its_day(
    objection: str, ends_with_effect: bool
) -> None:
    assert long("30d", objection).ends_with_effect is ends_with_effect


@pytest.mark.parametrize(
    ("members", "also", "rules"),
    [
        ({"receipt_rule": "delivered"}, {}, ("delivered", "delivered")),
        ({"notice": {"starts": "delivered"}, "objection": {"starts": "acknowledged"}}, {},
         ("delivered", "acknowledged")),
        ({"receipt_rule": "delivered"}, {"starts": "sent"}, ("sent", "sent")),
        ({}, {}, ("sent", "sent")),
    ],
)  # fmt: skip
def test_a_second_period_of_a_text_runs_from_what_the_first_does(
    members: dict[str, Any], also: dict[str, Any], rules: tuple[str, str]
) -> None:
    period = {"length": TWO_WEEKS, **also}
    terms = NoticeTerms.parse({**members, "also": [{"notice": period, "objection": period}]})
    assert tuple(span.rule for span in terms.also[0]) == rules
