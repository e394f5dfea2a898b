"""Judges an endpoint by its failures since the last success, and decides when to warn its owner.

A single failure decides nothing: an endpoint is failing after four failures in a row. How long they
have lasted decides whether its owner is warned or the endpoint is disabled.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

FAILURES = 4
# How long failures in a row must have lasted for each warning, and for disabling the endpoint.
WARNINGS = (timedelta(0), timedelta(hours=24), timedelta(hours=72))
DISABLED_AFTER = timedelta(days=5)
DISABLE = len(WARNINGS) + 1
# The shortest time between first warnings: an endpoint may recover and fail many times a day.
QUIET = timedelta(hours=24)
# An answer that takes longer than this makes an endpoint slow for an hour.
SLOW_MS = 5_000
SLOW_FOR = timedelta(hours=1)


@dataclass(frozen=True)
class Health:
    """An endpoint's failures in a row, and what was done about them.

    ``warned``: the last warning given, 0 for none. ``blocked_at``: when its name led to an address
    that webhooks may not be sent to.
    """

    failures: int = 0
    first_failure_at: datetime | None = None
    last_failure_at: datetime | None = None
    warned: int = 0
    warned_at: datetime | None = None
    slow_until: datetime | None = None
    blocked_at: datetime | None = None
    last_error: str | None = None

    def troubled(self, now: datetime) -> bool:
        """Return whether its deliveries belong in the second lane, apart from first tries."""
        slow = self.slow_until is not None and now < self.slow_until
        return slow or self.failures > 0

    @property
    def stage(self) -> int:
        """The warning that is due (1 to 3), ``DISABLE``, or 0 for nothing.

        The time counts from the first to the latest failure. So an endpoint that gets no messages
        is not disabled for lack of success.
        """
        if self.failures < FAILURES or not (self.first_failure_at and self.last_failure_at):
            return 0
        lasted = self.last_failure_at - self.first_failure_at
        if lasted >= DISABLED_AFTER:
            return DISABLE
        return sum(lasted >= needed for needed in WARNINGS)

    @property
    def disabled_from(self) -> datetime | None:
        """When the endpoint will be disabled, if nothing succeeds until then."""
        return self.first_failure_at and self.first_failure_at + DISABLED_AFTER


@dataclass(frozen=True)
class Report:
    """The sum of some attempts at one endpoint, in their order.

    ``ok``: at least one succeeded. ``failures`` and all that follows count from the last success.
    """

    ok: bool = False
    failures: int = 0
    first_failure_at: datetime | None = None
    last_failure_at: datetime | None = None
    slow_until: datetime | None = None
    blocked_at: datetime | None = None
    last_error: str | None = None

    def and_then(self, *, ok: bool, code: str | None, ms: int, at: datetime) -> Report:
        """Return this report with one more attempt; ``ms``: how long it took."""
        slow_until = at + SLOW_FOR if ms > SLOW_MS else self.slow_until
        if ok:
            return Report(ok=True, slow_until=slow_until)
        return Report(
            ok=self.ok,
            failures=self.failures + 1,
            first_failure_at=self.first_failure_at or at,
            last_failure_at=at,
            slow_until=slow_until,
            blocked_at=at if code == "blocked_address" else self.blocked_at,
            last_error=code,
        )

    def tardy(self, at: datetime) -> Report:
        """Return this report with an attempt that was cut short: slow, but no failure."""
        return replace(self, slow_until=at + SLOW_FOR)

    def upon(self, health: Health | None) -> Health:
        """Return the health that follows from ``health`` and these attempts."""
        before = health or Health()
        if self.ok:
            before = Health(warned_at=before.warned_at, slow_until=before.slow_until)
        return Health(
            failures=before.failures + self.failures,
            first_failure_at=before.first_failure_at or self.first_failure_at,
            last_failure_at=self.last_failure_at or before.last_failure_at,
            warned=before.warned,
            warned_at=before.warned_at,
            slow_until=self.slow_until or before.slow_until,
            blocked_at=self.blocked_at or before.blocked_at,
            last_error=self.last_error or before.last_error,
        )
