"""The days of one customer's notice, read from the numbers that `registry` counted.

Each number says how many days follow if something happens on the day the notice is dated, a day
later, and so on; beyond them no day is guessed. ``services/registry/clock/spans.py`` makes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from services.notices.model.receipts import RULES, Moments


@dataclass(frozen=True)
class Counting:
    """One period: what it runs from (``starts``: sent, delivered, acknowledged), how many days
    after its sending that is deemed to have happened, and how many days after its start the change
    may take effect. The last two are numbers in one text; empty where there are none."""

    starts: str = RULES[0]
    deemed: str = ""
    first_day: str = ""

    @classmethod
    def parse(cls, members: Mapping[str, Any]) -> Counting:
        return cls(members["starts"], members.get("deemed", ""), members.get("first_day", ""))


@dataclass(frozen=True)
class Known:
    """What has happened to one notice. ``day_of`` gives the day of an instant, never before
    ``dated``, the day of the notice. ``now``: what has not happened yet counts as if it happened
    at this instant, the earliest possible; None: it does not count."""

    moments: Moments
    dated: date
    day_of: Callable[[datetime], date]
    now: datetime | None = None

    @property
    def given_on(self) -> date | None:
        """The day it was sent."""
        return self._day(self.moments.sent_at or self.now)

    def start(self, counting: Counting) -> date | None:
        """The day that a period runs from. A delivery that is proved is better than one that is
        deemed; an acknowledgement that comes late does not put off what is deemed."""
        counted = self._day(self.moments.by(counting.starts))
        if counting.starts == "delivered" and counted:
            return counted
        days = (counted or self._day(self.now), self._deemed(counting))
        return min((day for day in days if day), default=None)

    def first_day(self, counting: Counting) -> date | None:
        """The first day on which this period lets the change take effect."""
        start = self.start(counting)
        return start and later(start, counting.first_day, self.dated)

    def _deemed(self, counting: Counting) -> date | None:
        sent_on = self._day(self.moments.sent_at)
        return sent_on and later(sent_on, counting.deemed, self.dated)

    def _day(self, at: datetime | None) -> date | None:
        return self.day_of(at) if at else None


def later(day: date, spans: str, dated: date) -> date | None:
    """``day`` and as many days more as ``spans`` say for it; None beyond them."""
    numbers, late = spans.split(), (day - dated).days
    return day + timedelta(int(numbers[late])) if 0 <= late < len(numbers) else None
