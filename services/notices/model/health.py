"""How an endpoint has been doing since its last success, and when its owner is warned.

Neither a single failure nor a single success decides: an endpoint is failing after a number of
failures in a row, and how long they have gone on says what is done about it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

FAILURES = 4
# How long failures in a row must have gone on for each warning; then the endpoint is disabled.
WARNINGS = (timedelta(0), timedelta(hours=24), timedelta(hours=72))
DISABLED_AFTER = timedelta(days=5)
DISABLE = len(WARNINGS) + 1
# One that fails, recovers and fails again is not warned of each time.
QUIET = timedelta(hours=24)
# An answer later than this makes an endpoint slow, for as long as it goes on, and an hour more.
SLOW_MS = 5_000
SLOW_FOR = timedelta(hours=1)


@dataclass(frozen=True)
class Health:
    """``warned``: the last warning given (0: none); ``blocked_at``: its name led to an address
    that webhooks may not go to."""

    failures: int = 0
    first_failure_at: datetime | None = None
    last_failure_at: datetime | None = None
    warned: int = 0
    warned_at: datetime | None = None
    slow_until: datetime | None = None
    blocked_at: datetime | None = None
    last_error: str | None = None

    def troubled(self, now: datetime) -> bool:
        """Whether its deliveries go in the second lane, where they hold up nobody else."""
        slow = self.slow_until is not None and now < self.slow_until
        return slow or self.failures > 0

    @property
    def stage(self) -> int:
        """The warning that is due (1 to 3), ``DISABLE``, or 0. It is counted from the first to the
        latest failure, so that an endpoint to which nothing is sent is not blamed for silence."""
        if self.failures < FAILURES or not (self.first_failure_at and self.last_failure_at):
            return 0
        lasted = self.last_failure_at - self.first_failure_at
        if lasted >= DISABLED_AFTER:
            return DISABLE
        return sum(lasted >= each for each in WARNINGS)

    @property
    def disabled_from(self) -> datetime | None:
        """When it will be disabled if nothing succeeds until then."""
        return self.first_failure_at and self.first_failure_at + DISABLED_AFTER


@dataclass(frozen=True)
class Report:
    """What some attempts at one endpoint say, in their order: whether one succeeded, and the
    failures after that."""

    ok: bool = False
    failures: int = 0
    first_failure_at: datetime | None = None
    last_failure_at: datetime | None = None
    slow_until: datetime | None = None
    blocked_at: datetime | None = None
    last_error: str | None = None

    def and_then(self, *, ok: bool, code: str | None, ms: int, at: datetime) -> Report:
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
        """One that was not waited for to the end has not failed, but it is slow."""
        return replace(self, slow_until=at + SLOW_FOR)

    def upon(self, health: Health | None) -> Health:
        """The health after these attempts."""
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
