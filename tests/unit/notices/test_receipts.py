"""What counts as sent, line by line of golden_sent.txt, and which day that is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notices.channels.email import CHANNEL as EMAIL
from services.notices.channels.webhook import CHANNEL as WEBHOOK
from services.notices.model.receipts import RULES, Moments, day_of, moments_of

ZONE = "Europe/Copenhagen"
DATED = date(2026, 11, 23)
LINES = (Path(__file__).parent / "golden_sent.txt").read_text("utf-8").splitlines()
CASES = [
    tuple(cell.strip() for cell in line.split("|"))
    for line in LINES
    if line and not line.startswith("#")
]


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}:00+00:00")


def told(happened: str) -> Moments:
    """The moments of a notice to which this has happened."""
    hooks: list[dict[str, Any]] = []
    mails: list[dict[str, Any]] = []
    acknowledged_at = None
    for each in [] if happened == "nothing" else happened.split("; "):
        what, when, *result = each.split(" ")
        if what == "ack":
            acknowledged_at = at(when)
        elif what == "mail":
            mails.append(mail(at(when), result[0]))
        else:
            hooks.append(attempt(at(when), result[0]))
    taken = [each["ended"] for each in hooks if each["status"] == 204]
    delivery: dict[str, Any] = {
        "attempts": hooks,
        **({"delivered_at": min(taken)} if taken else {}),
    }
    by_mail = [EMAIL.moments(each) for each in mails]
    return moments_of(acknowledged_at, [WEBHOOK.moments(delivery), *by_mail])


def attempt(moment: datetime, result: str) -> dict[str, Any]:
    status, _, took = result.partition("/")
    ended = moment + timedelta(seconds=int(took.removesuffix("s") or 0))
    return {"at": moment, "status": None if status == "refused" else int(status), "ended": ended}


def mail(moment: datetime, result: str) -> dict[str, Any]:
    state = {"250": "delivered", "failed": "failed", "bounced": "bounced"}[result]
    return {"state": state, **({"delivered_at": moment} if state != "failed" else {})}


def day(moment: datetime | None) -> str:
    return str(day_of(moment, ZONE, DATED)) if moment else "-"


@pytest.mark.parametrize("case", CASES, ids=[f"{case[0]}: {case[-1]}" for case in CASES])
def test_it_works(case: tuple[str, ...]) -> None:
    happened, sent, delivered, acknowledged, _ = case
    found = told(happened)
    assert day(found.sent_at) == sent
    assert day(found.delivered_at) == delivered
    assert day(found.acknowledged_at) == acknowledged


def test_the_table_is_long_enough_and_says_nothing_twice() -> None:
    assert len({case[0] for case in CASES}) == len(CASES) >= 20


moments = st.none() | st.datetimes(datetime(2026, 11, 1), datetime(2027, 2, 1)).map(
    lambda naive: naive.replace(tzinfo=UTC)
)


@given(moments, moments, moments)
def test_a_stricter_rule_is_never_met_sooner(
    sent: datetime | None, delivered: datetime | None, acknowledged: datetime | None
) -> None:
    by_rule = [Moments(sent, delivered, acknowledged).by(rule) for rule in RULES]
    far = datetime.max.replace(tzinfo=UTC)
    assert sorted(by_rule, key=lambda each: each or far) == by_rule


def test_the_first_answer_is_remembered_when_its_attempt_is_no_longer_kept() -> None:
    kept = [attempt(at("29T09:30"), "500")]
    found = WEBHOOK.moments({"attempts": kept, "sent_at": at("23T09:30")})
    assert found.sent_at == at("23T09:30")
