"""What a notice says of its days when it leaves, or is read, later than it was announced."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notices.model.counting import Counting
from services.notices.model.late_notices import as_of, is_late, redated
from services.notices.model.messages import Event, Group, extra_text
from services.notices.model.receipts import Moments

# Half past nine in the morning in Copenhagen.
NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
NOTICE = {
    "id": "ntc_1", "given_on": "2026-11-23", "objection_deadline": "2026-12-07",
    "effective_on": "2026-12-24", "silence": "consent", "terms_key": "t30",
}  # fmt: skip
SHOWN = {name: value for name, value in NOTICE.items() if name != "terms_key"}


def event(rule: str = "sent", spans: str = "14 14 14 16 15 14 14 14") -> Event:
    terms = {"receipt_rule": rule}
    group = Group("t30", "2026-11-23", "2026-12-07", "2026-12-24", "consent", terms, spans)
    return Event(
        "evt_1", "sub_processor.change.announced", "2026-11-23T08:30:00.000Z", {"id": "org_p"},
        "", "", change_id="chg_1", groups=(group,), time_zone="Europe/Copenhagen",
    )  # fmt: skip


def later(days: float) -> datetime:
    return NOW + timedelta(days=days)


def days(notice: dict[str, Any]) -> tuple[str, str | None]:
    return notice["given_on"], notice["objection_deadline"]


def test_it_works() -> None:
    assert as_of(event(), NOTICE, Moments(), NOW) == NOTICE
    assert days(as_of(event(), NOTICE, Moments(), later(7))) == ("2026-11-30", "2026-12-14")


@pytest.mark.parametrize(
    ("rule", "moments", "told"),
    [
        ("sent", Moments(NOW), ("2026-11-23", "2026-12-07")),
        ("sent", Moments(later(2)), ("2026-11-25", "2026-12-09")),
        ("delivered", Moments(NOW), ("2026-11-23", "2026-12-14")),
        ("delivered", Moments(NOW, later(2)), ("2026-11-23", "2026-12-09")),
        ("acknowledged", Moments(NOW, later(2)), ("2026-11-23", "2026-12-14")),
        ("acknowledged", Moments(NOW, later(1), later(2)), ("2026-11-23", "2026-12-09")),
    ],
)
def test_a_day_that_is_set_stays_and_one_that_is_not_can_be_today_at_the_earliest(
    rule: str, moments: Moments, told: tuple[str, str]
) -> None:
    assert days(as_of(event(rule), NOTICE, moments, later(7))) == told


def test_it_is_late_from_midnight_where_the_processor_sits() -> None:
    midnight = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
    assert not is_late(event(), midnight - timedelta(milliseconds=1))
    assert is_late(event(), midnight)


def test_a_notice_is_late_as_soon_as_it_is_for_one_of_its_customers() -> None:
    """It is past midnight in Tokyo (UTC+9), and afternoon in Copenhagen."""
    here = event().groups[0]
    in_tokyo = replace(here, key="tokyo", terms={"customer_time_zone": "Asia/Tokyo"})
    at = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
    assert not is_late(event(), at)
    assert is_late(replace(event(), groups=(here, in_tokyo)), at)


def has_provisional(notice: dict[str, Any]) -> bool:
    return notice.get("provisional", False) is True


@pytest.mark.parametrize(
    ("rule", "moments", "days", "provisional"),
    [
        ("sent", Moments(), 2, False),
        ("sent", Moments(NOW), 2, False),
        ("acknowledged", Moments(NOW), 2, True),
        ("acknowledged", Moments(NOW, later(1), later(2)), 2, False),
        ("delivered", Moments(NOW), 2, True),
        # Later than any day that was counted: the day is there, and the portal knows it.
        ("sent", Moments(), 8, True),
        ("sent", Moments(later(8)), 9, True),
    ],
)
def test_a_day_that_can_be_later_is_told_as_provisional(
    rule: str, moments: Moments, days: int, provisional: bool
) -> None:
    assert has_provisional(as_of(event(rule), NOTICE, moments, later(days))) is provisional
    before = {**NOTICE, "provisional": True}
    assert has_provisional(as_of(event(rule), before, moments, later(days))) is provisional


def test_where_no_day_ends_the_time_to_object_none_is_awaited() -> None:
    announced = event("acknowledged")
    announced = replace(announced, groups=(replace(announced.groups[0], objection_deadline=None),))
    notice = {**NOTICE, "objection_deadline": None}
    assert not has_provisional(as_of(announced, notice, Moments(NOW), later(2)))


def test_where_no_day_can_be_counted_only_the_day_of_the_notice_is_counted_anew() -> None:
    group = replace(event("acknowledged").groups[0], objection_deadline=None, objection_spans="")
    announced = replace(event(), groups=(group,))
    notice = {**NOTICE, "objection_deadline": None, "provisional": True}
    assert as_of(announced, notice, Moments(), later(2)) == {
        **NOTICE, "given_on": "2026-11-25", "objection_deadline": None,
    }  # fmt: skip


def test_what_is_no_notice_is_never_late() -> None:
    other = Event("evt_2", "agreement.activated", "2026-11-23T08:30:00.000Z", {}, "", "")
    assert is_late(other, later(99)) is False
    assert is_late(replace(event(), type="agreement.activated"), later(99)) is False
    assert is_late(replace(event(), groups=()), later(99)) is False


@pytest.mark.parametrize(
    ("terms", "moment", "day"),
    [
        # The processor sits in Copenhagen: UTC+1 in November. Tokyo is UTC+9, New York UTC-5.
        ({}, "23T22:59", 23),
        ({}, "23T23:00", 24),
        ({"customer_time_zone": "Asia/Tokyo"}, "23T14:59", 23),
        ({"customer_time_zone": "Asia/Tokyo"}, "23T15:00", 24),
        ({"customer_time_zone": "America/New_York"}, "23T23:00", 24),
        ({"time_zone": "America/New_York"}, "23T23:00", 23),
        ({"time_zone": "America/New_York"}, "24T05:00", 24),
        ({"time_zone": "America/New_York", "customer_time_zone": "Asia/Tokyo"}, "23T23:00", 23),
        ({}, "20T12:00", 23),  # announced before the day that it is dated
    ],
)
def test_a_day_is_that_of_the_zone_agreed_else_the_later_one_of_both_parties(
    terms: dict[str, str], moment: str, day: int
) -> None:
    group = replace(event().groups[0], terms=terms)
    at = datetime.fromisoformat(f"2026-11-{moment}:00+00:00")
    found = group.day_of(at, "Europe/Copenhagen", date(2026, 11, 23))
    assert found == date(2026, 11, day)


@pytest.mark.parametrize(
    ("emergency", "allowed"),
    [(None, False), ({}, False), ({"length": None}, False),
     ({"length": {"count": 3, "unit": "days"}}, True)],
)  # fmt: skip
def test_a_shorter_notice_counts_for_an_emergency_where_its_length_is_agreed(
    emergency: dict[str, Any] | None, allowed: bool
) -> None:
    group = replace(event().groups[0], terms={"emergency": emergency})
    assert group.allows_emergency is allowed
    assert event().groups[0].allows_emergency is False


@pytest.mark.parametrize(
    ("notice", "objection", "deadline"),
    [("sent", "sent", "2026-12-09"), ("delivered", "sent", None), ("sent", "delivered", None),
     ("sent", "acknowledged", None)],
)  # fmt: skip
def test_a_time_to_object_that_ends_with_the_change_has_a_day_if_both_periods_start_together(
    notice: str, objection: str, deadline: str | None
) -> None:
    """Sent on 25, delivered on 27 November: 25 + 14 days is 9 December. Where the periods start
    apart the last day depends on both, and only the registry can tell it."""
    group = replace(event().groups[0], notice=Counting(notice), objection=Counting(objection))
    known = group.known(Moments(later(2), later(4)), "Europe/Copenhagen", date(2026, 11, 23))
    assert replace(group, until_effect=True).deadline(known) == deadline


def test_a_time_to_object_of_its_own_has_a_last_day_however_the_notice_is_counted() -> None:
    """Delivered on 26 November: 26 + 16 days is 12 December (the numbers of the group)."""
    group = replace(event().groups[0], notice=Counting("sent"), objection=Counting("delivered"))
    known = group.known(Moments(later(2), later(3)), "Europe/Copenhagen", date(2026, 11, 23))
    assert group.deadline(known) == "2026-12-12"


def test_beyond_what_was_told_no_deadline_is_guessed() -> None:
    assert days(as_of(event(), NOTICE, Moments(), later(8))) == ("2026-12-01", None)
    assert days(as_of(event(spans=""), NOTICE, Moments(), later(1))) == ("2026-11-24", None)


def test_a_body_that_says_the_same_keeps_its_bytes() -> None:
    extra = extra_text({"agreement_id": "agr_1", "notice": SHOWN})
    assert redated(extra, as_of(event(), NOTICE, Moments(), NOW)) is extra


def test_a_body_tells_the_moved_days_and_nothing_else_changes() -> None:
    extra = extra_text({"agreement_id": "agr_1", "notice": SHOWN})
    moved = redated(extra, as_of(event(), NOTICE, Moments(), later(7)))
    told = json.loads(f"{{{moved[1:]}}}")
    assert told == {
        "agreement_id": "agr_1",
        "notice": {**SHOWN, "given_on": "2026-11-30", "objection_deadline": "2026-12-14"},
    }
    assert list(told["notice"]) == list(SHOWN)


@given(st.floats(0, 7), st.floats(0, 7), st.sampled_from(["sent", "delivered", "acknowledged"]))
def test_the_deadline_told_is_never_later_than_the_real_one_that_follows(
    told_after: float, happens_after: float, rule: str
) -> None:
    """Whatever was shown, an objection on the day that was shown is in time."""
    shown_at, at = sorted([later(told_after), later(happens_after)])
    shown = as_of(event(rule), NOTICE, Moments(), shown_at)
    real = as_of(event(rule), NOTICE, Moments(at, at, at), later(30))
    assert shown["objection_deadline"] <= real["objection_deadline"]


def test_on_the_day_of_the_notice_the_deadline_is_the_one_that_was_told() -> None:
    """Whatever the numbers say: the notice names that day itself."""
    group = event(spans="").groups[0]
    assert group.deadline_from(date(2026, 11, 23)) == "2026-12-07"
    assert group.deadline_from(date(2026, 11, 22)) == "2026-12-07"
    assert group.deadline_from(date(2026, 11, 24)) is None


def test_a_notice_that_leaves_late_puts_off_the_change_for_its_own_customer() -> None:
    """Thirty days of notice from 25 November end on 25 December: the change follows on 26. The
    other terms of the same event have no such days."""
    spans = Counting("sent", "", "31 31 31 31")
    mine = replace(event().groups[0], notice=spans, objection=Counting("sent", "", "15 15 15 15"))
    other = replace(mine, key="t60", objection_deadline="2027-01-22", notice=None, objection=None)
    both = replace(event(), groups=(other, mine), effective_on="2026-12-24")
    told = as_of(both, NOTICE, Moments(), later(2))
    assert (told["effective_on"], told["objection_deadline"]) == ("2026-12-26", "2026-12-09")
    assert as_of(both, NOTICE, Moments(), NOW) == NOTICE
