"""How an endpoint is judged, line by line of golden_health.txt and golden_reports.txt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.notices.model.health import DISABLE, Health, Report

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
STAGES = {"nothing": 0, "first": 1, "second": 2, "third": 3, "disable": DISABLE}
UNITS = {"m": "minutes", "h": "hours", "d": "days"}
BEGAN, ENDED = NOON - timedelta(hours=1), NOON - timedelta(minutes=30)
SIX_SECONDS = 6_000


def cases(name: str) -> list[tuple[str, ...]]:
    lines = (Path(__file__).parent / name).read_text("utf-8").splitlines()
    kept = [line for line in lines if line and not line.startswith("#")]
    return [tuple(cell.strip() for cell in line.split("|")) for line in kept]


def span(text: str) -> timedelta:
    return timedelta(**{UNITS[text[-1]]: int(text[:-1])})


@pytest.mark.parametrize(("failures", "lasted", "due", "why"), cases("golden_health.txt"))
def test_the_row_of_failures_decides_the_warning(
    failures: str, lasted: str, due: str, why: str
) -> None:
    first, last = (None, None) if lasted == "-" else (NOON, NOON + span(lasted))
    health = Health(int(failures), first, last)
    assert health.stage == STAGES[due], why


def report_of(attempts: str) -> Report:
    report = Report()
    for minute, attempt in enumerate(attempts.split()):
        at, (result, _, slow) = NOON + minute * MINUTE, attempt.partition("/")
        if result == "cut":
            report = report.tardy(at)
            continue
        code = {"ok": None, "500": "http_500", "blocked": "blocked_address"}[result]
        report = report.and_then(
            ok=result == "ok", code=code, ms=SIX_SECONDS if slow else 80, at=at
        )
    return report


def clock(at: datetime | None) -> str:
    return f"{at:%H:%M}" if at else "-"


@pytest.mark.parametrize(
    ("before", "attempts", "after", "row", "slow", "why"), cases("golden_reports.txt")
)
def test_attempts_make_the_next_health(
    before: str, attempts: str, after: str, row: str, slow: str, why: str
) -> None:
    known = Health(int(before), BEGAN, ENDED) if int(before) else None
    health = report_of(attempts).upon(known)
    assert health.failures == int(after), why
    first, last = clock(health.first_failure_at), clock(health.last_failure_at)
    assert (row if row != "-" else "- -") == f"{first} {last}", why
    assert clock(health.slow_until) == slow, why


def test_a_success_forgets_the_warnings_but_not_when_the_last_one_was_given() -> None:
    warned = Health(5, BEGAN, ENDED, warned=2, warned_at=ENDED, blocked_at=ENDED, last_error="x")
    health = report_of("ok").upon(warned)
    assert health == Health(warned_at=ENDED)


def test_a_forbidden_address_is_remembered_until_a_success() -> None:
    health = report_of("blocked 500").upon(None)
    assert (health.blocked_at, health.last_error) == (NOON, "http_500")
    assert report_of("ok").upon(health).blocked_at is None


@pytest.mark.parametrize(
    ("health", "troubled"),
    [
        (Health(), False),
        (Health(failures=1), True),
        (Health(slow_until=NOON + MINUTE), True),
        (Health(slow_until=NOON), False),
    ],
)
def test_failing_or_slow_is_troubled(health: Health, troubled: bool) -> None:
    assert health.troubled(NOON) is troubled


def test_it_will_be_disabled_five_days_after_the_first_failure() -> None:
    assert Health(1, NOON, NOON).disabled_from == NOON + timedelta(days=5)
    assert Health().disabled_from is None


def test_six_seconds_are_slow_and_five_are_not() -> None:
    quick = Report().and_then(ok=True, code=None, ms=5_000, at=NOON)
    slow = Report().and_then(ok=True, code=None, ms=5_001, at=NOON)
    assert (quick.slow_until, slow.slow_until) == (None, NOON + timedelta(hours=1))


def test_a_row_of_failures_whose_end_is_not_known_warns_nobody() -> None:
    assert Health(4, NOON, None).stage == 0
    assert Health(4, None, NOON).stage == 0


def test_a_success_does_not_make_a_slow_endpoint_quick() -> None:
    slow = Health(slow_until=NOON + MINUTE)
    assert report_of("ok").upon(slow) == slow


def test_a_further_failure_keeps_the_warning_that_was_given_and_the_slowness() -> None:
    before = Health(5, BEGAN, ENDED, warned=2, warned_at=ENDED, slow_until=NOON + MINUTE)
    after = report_of("500").upon(before)
    assert (after.warned, after.warned_at, after.slow_until) == (2, ENDED, NOON + MINUTE)
