"""The next attempt follows from the number of the last one, its outcome and chance alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notices.channels.webhook.answer import retry_after
from services.notices.channels.webhook.schedule import WAITS, Schedule

ATTEMPTS = len(WAITS)
next_attempt = Schedule().after

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = 86_400


@dataclass(frozen=True)
class Ended:
    status: int | None = 500
    code: str | None = "http_500"
    retry_after_s: int | None = None
    ok: bool = False


def seconds(attempt: int, outcome: Ended, jitter: float = 0.0) -> float:
    after = next_attempt(attempt, outcome, jitter).after
    assert after is not None
    return after.total_seconds()


def test_it_works() -> None:
    waits = [seconds(attempt, Ended()) for attempt in range(1, ATTEMPTS)]
    assert waits == [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]


def test_after_the_tenth_attempt_the_delivery_has_failed() -> None:
    assert next_attempt(9, Ended(), 0).state == "retry"
    assert next_attempt(10, Ended(), 0).state == "failed"
    assert next_attempt(10, Ended(), 0).after is None


def test_a_yes_ends_it() -> None:
    assert next_attempt(1, Ended(status=204, code=None, ok=True), 0).state == "delivered"


@pytest.mark.parametrize("attempt", [1, 5, 10, 11])
def test_410_disables_the_endpoint_at_once(attempt: int) -> None:
    assert next_attempt(attempt, Ended(status=410, code="http_410"), 0).state == "disabled"


@pytest.mark.parametrize("status", [None, 301, 304, 400, 401, 403, 404, 408, 409, 425, 500, 999])
def test_every_other_answer_is_tried_again(status: int | None) -> None:
    assert seconds(1, Ended(status=status, code="any")) == 5


@pytest.mark.parametrize(
    "outcome",
    [
        Ended(status=429),
        Ended(status=502),
        Ended(status=503),
        Ended(status=504),
        Ended(status=None, code="timeout"),
        Ended(status=200, code="timeout"),
    ],
)
def test_a_receiver_in_trouble_gets_a_minute_and_no_herd(outcome: Ended) -> None:
    assert seconds(1, outcome, -1) == 60
    assert seconds(1, outcome, 1) == 72
    assert seconds(3, outcome) == 1800


def test_jitter_moves_the_wait_by_a_fifth_either_way() -> None:
    assert (seconds(2, Ended(), -1), seconds(2, Ended(), 1)) == (240, 360)


def test_a_receiver_may_ask_for_more_time_but_not_for_less_nor_for_ever() -> None:
    assert seconds(1, Ended(retry_after_s=120), -1) == 120
    assert seconds(3, Ended(retry_after_s=1)) == 1800
    assert seconds(1, Ended(retry_after_s=10**9), -1) == DAY


@given(
    attempt=st.integers(1, ATTEMPTS - 1),
    status=st.one_of(st.none(), st.integers(0, 999)),
    hint=st.one_of(st.none(), st.integers(0, 10**12)),
    jitter=st.floats(-1, 1),
)
def test_a_wait_is_never_shorter_than_asked_and_never_longer_than_bounded(
    attempt: int, status: int | None, hint: int | None, jitter: float
) -> None:
    outcome = Ended(status=status, retry_after_s=hint)
    after = next_attempt(attempt, outcome, jitter).after
    if status == 410:
        assert after is None
    else:
        assert after is not None
        assert min(hint or 0, DAY) <= after.total_seconds() <= DAY * 1.2


@pytest.mark.parametrize(("attempt", "jitter"), [(0, 0), (-1, 0), (1, 1.1), (1, float("nan"))])
def test_numbers_out_of_range_are_refused(attempt: int, jitter: float) -> None:
    with pytest.raises(ValueError, match="jitter"):
        next_attempt(attempt, Ended(), jitter)


@pytest.mark.parametrize(
    ("hints", "expected"),
    [
        (["120"], 120),
        (["0"], None),
        (["-5"], None),
        (["1.5"], None),
        (["nan"], None),
        (["inf"], None),
        (["1e300"], None),
        (["9" * 5000], None),
        (["９０"], None),
        ([""], None),
        (["soon"], None),
        (["8640000"], DAY),  # 100 days
        (["999999999999"], DAY),
        (["Sun, 22 Nov 2026 12:02:00 GMT"], 120),
        (["Sun, 22 Nov 2026 12:02:00"], 120),
        (["Sun, 22 Nov 2026 14:02:00 +0200"], 120),
        (["Sun, 22 Nov 2026 11:00:00 GMT"], None),
        (["Sat, 31 Dec 9999 23:59:59 -2359"], DAY),
        (["Mon, 99 Foo 2026 99:99:99 GMT"], None),
        (["120", "60"], 120),
        (["nan", "60"], 60),
        ([], None),
    ],
)
def test_retry_after_is_read_within_bounds(hints: list[str], expected: int | None) -> None:
    assert retry_after(hints, NOON) == expected


@given(st.lists(st.text(), max_size=3))
def test_no_retry_after_is_ever_an_error(hints: list[str]) -> None:
    wait = retry_after(hints, NOON)
    assert wait is None or 0 < wait <= DAY
    assert timedelta(seconds=wait or 0) <= timedelta(days=1)
