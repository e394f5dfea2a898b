"""The rules by which webhooks are sent, in numbers: those that the code itself goes by."""

from __future__ import annotations

from typing import Any

from services.notices.channels.webhook.answer import LONGEST_HINT, STOP_HEADER
from services.notices.channels.webhook.schedule import GONE, JITTER, OVERLOADED, RESPITE
from services.notices.model.health import DISABLED_AFTER, FAILURES, WARNINGS
from services.notices.settings import Settings


def rules(settings: Settings) -> dict[str, Any]:
    """How this installation sends. Times in seconds."""
    waits = list(settings.schedule.waits)
    return {
        "attempts": len(waits),
        "waits": waits,
        "jitter": JITTER,
        "attempt_seconds": settings.attempt_seconds,
        "overloaded": {"statuses": sorted(OVERLOADED), "wait": int(RESPITE)},
        "longest_retry_after": LONGEST_HINT,
        "limits": {"in_flight": settings.endpoint_in_flight, "per_second": settings.endpoint_rate},
        "stops": {"gone_status": GONE, "header": STOP_HEADER},
        "disabled": {
            "failures": FAILURES,
            "after": int(DISABLED_AFTER.total_seconds()),
            "warned_after": [int(each.total_seconds()) for each in WARNINGS],
        },
    }
