"""The published rules of sending are those that the code goes by."""

from __future__ import annotations

from services.notices.channels.webhook.schedule import Schedule
from services.notices.settings import Settings
from services.notices.use_cases.sending_rules import rules
from shared.egress import Egress
from tests.builders import common_settings


def settings(schedule: Schedule) -> Settings:
    return Settings(common_settings("", "x"), Egress.from_text(""), schedule=schedule)


def test_they_say_what_a_receiver_has_to_reckon_with() -> None:
    assert rules(settings(Schedule((0, 5, 300)))) == {
        "attempts": 3,
        "waits": [0, 5, 300],
        "jitter": 0.2,
        "attempt_seconds": 15,
        "overloaded": {"statuses": [429, 502, 503, 504], "wait": 60},
        "longest_retry_after": 86_400,
        "limits": {"in_flight": 8, "per_second": 100},
        "stops": {"gone_status": 410, "header": "Webhook-Stop"},
        "disabled": {"failures": 4, "after": 432_000, "warned_after": [0, 86_400, 259_200]},
    }


def test_they_follow_the_settings_of_the_installation() -> None:
    shorter = Schedule((0, 60))
    assert (rules(settings(shorter))["attempts"], rules(settings(shorter))["waits"]) == (2, [0, 60])
