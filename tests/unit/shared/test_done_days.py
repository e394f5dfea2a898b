"""What was done on a day was done on a day that has come, somewhere on earth."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from shared.done_days import check_done, last_day_begun
from shared.errors import Invalid

# An instant in UTC | the last day that has begun anywhere: that of Kiritimati, 14 hours ahead.
DAYS = [
    (datetime(2026, 11, 30, 9, 59, 59, tzinfo=UTC), date(2026, 11, 30)),
    (datetime(2026, 11, 30, 10, tzinfo=UTC), date(2026, 12, 1)),
    (datetime(2026, 12, 31, 10, tzinfo=UTC), date(2027, 1, 1)),
    (datetime(2028, 2, 28, 10, tzinfo=UTC), date(2028, 2, 29)),
    (datetime(2027, 2, 28, 10, tzinfo=UTC), date(2027, 3, 1)),
]


@pytest.mark.parametrize(("now", "day"), DAYS)
def test_a_day_has_begun_as_soon_as_it_has_in_the_first_zone(now: datetime, day: date) -> None:
    assert last_day_begun(now) == day
    check_done({"/day": day, "/none": None}, now)


def test_each_day_that_has_begun_nowhere_is_refused_by_its_pointer() -> None:
    now, late = datetime(2026, 11, 30, 9, tzinfo=UTC), date(2026, 12, 1)

    with pytest.raises(Invalid) as refused:
        check_done({"/a": late, "/b": date(2026, 11, 30), "/c": late}, now)

    detail = "It lies after 2026-11-30; name the day on which it was done, or leave it out."
    assert refused.value.detail == detail
    assert refused.value.errors == [
        {"pointer": at, "code": "day-to-come", "detail": detail} for at in ("/a", "/c")
    ]
