"""What a notice says of its days when it leaves, or is read, later than it was announced."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def test_what_is_no_notice_is_never_late() -> None:
    other = Event("evt_2", "agreement.activated", "2026-11-23T08:30:00.000Z", {}, "", "")
    assert not is_late(other, later(99))


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
