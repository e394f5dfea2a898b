"""A receipt that the contract deems: when its days run, whatever is proved or never comes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.registry.model.changes import Group
from tests.unit.registry.test_standings import change, dates, group, receipt

THREE_DAYS = {"value": 3, "unit": "business_days"}


def deeming(rule: str, **more: Any) -> Group:
    """Thirty days of notice and 14 to object; received at the latest three business days after
    the notice is sent: sent on Monday 2026-11-23, that is Thursday the 26th."""
    start = {"starts": rule, "deemed_after": THREE_DAYS}
    terms = {"notice": {"length": {"value": 30, "unit": "days"}, **start},
             "objection": {"length": {"value": 14, "unit": "days"}, **start}, **more}  # fmt: skip
    return replace(group("a"), terms=terms)


@pytest.mark.parametrize(
    ("rule", "known", "deadline", "why"),
    [
        ("delivered", (0, None, None), "2026-12-10", "nothing is proved: 26 November + 14"),
        ("delivered", (0, 1, None), "2026-12-08", "proved on Tuesday 24 November"),
        ("delivered", (0, 7, None), "2026-12-14", "proved later, on Monday 30: it was not earlier"),
        ("delivered", (0, None, 1), "2026-12-08", "an acknowledgement proves the delivery"),
        ("delivered", (4, None, None), "2026-12-16", "sent on Friday 27: deemed on Wednesday 2"),
        ("acknowledged", (0, None, None), "2026-12-10", "never acknowledged: 26 November + 14"),
        ("acknowledged", (0, 1, None), "2026-12-10", "delivered is not acknowledged"),
        ("acknowledged", (0, None, 1), "2026-12-08", "acknowledged on Tuesday 24"),
        ("acknowledged", (0, 1, 30), "2026-12-10", "a late one does not begin the days again"),
        ("published", (2, 4, 6), "2026-12-09", "a page informs nobody: the sending on 25"),
    ],
)
def test_the_days_run_from_the_receipt_that_counts(
    rule: str, known: tuple[int | None, ...], deadline: str, why: str
) -> None:
    found = dates(change(deeming(rule)), {"a": receipt(*known)})
    assert str(found.objection_deadline) == deadline, why


def test_what_was_never_sent_is_never_deemed_received() -> None:
    found = dates(change(deeming("acknowledged")), {"a": receipt(None, None, None)})
    assert (found.objection_deadline, found.lacks) == (None, "sent")


def test_each_period_waits_for_its_own_receipt() -> None:
    """The notice from the sending on 23 November, to 23 December; the objection from the
    acknowledgement on the 27th, to 11 December."""
    apart = deeming("sent", objection={"length": {"value": 14, "unit": "days"},
                                       "starts": "acknowledged"})  # fmt: skip
    waiting = dates(change(apart), {"a": receipt(0, 1, None)})
    assert (waiting.objection_deadline, waiting.begins_on, waiting.lacks) == (
        None, None, "acknowledged",
    )  # fmt: skip
    known = dates(change(apart), {"a": receipt(0, 1, 4)})
    assert str(known.objection_deadline) == "2026-12-11"
    assert str(known.begins_on) == "2026-12-24"


def test_a_missing_receipt_of_the_notice_hides_no_deadline() -> None:
    """The objection from the sending on 23 November, to 7 December; the notice from the
    acknowledgement, which does not come."""
    apart = deeming("sent", notice={"length": {"value": 30, "unit": "days"},
                                    "starts": "acknowledged"})  # fmt: skip
    waiting = dates(change(apart), {"a": receipt(0, 1, None)})
    assert str(waiting.objection_deadline) == "2026-12-07"
    assert (waiting.begins_on, waiting.lacks) == (None, "acknowledged")


def test_objections_until_the_change_last_until_it_takes_effect_for_this_customer() -> None:
    """The change is for 24 December; sent on 7 December, thirty days end on 6 January."""
    until = deeming("sent", objection={"ends": "effective_day"})
    assert str(dates(change(until), {"a": receipt(0, None, None)}).objection_deadline) == (
        "2026-12-24"
    )
    late = dates(change(until), {"a": receipt(14, None, None)})
    assert (str(late.objection_deadline), str(late.begins_on)) == ("2027-01-07", "2027-01-07")
