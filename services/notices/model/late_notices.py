"""A notice tells the days that follow from its real sending, whenever it is read or sent.

Fan-out writes it with the days of the announcement. They hold if it leaves on that day; a notice
that leaves later, or is shown later to somebody who has not got it, says what follows then. A day
that has been set by a sending stays, whatever is sent afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from services.notices.model.messages import Event, extra_text
from services.notices.model.receipts import Moments

Notice = Mapping[str, Any]


def is_late(event: Event, now: datetime) -> bool:
    """Whether the day on which this notice was dated is over for some of its customers."""
    if not event.is_notice or not event.groups:
        return False
    dated = {group.key: date.fromisoformat(group.given_on) for group in event.groups}
    return any(
        group.day_of(now, event.time_zone, dated[group.key]) > dated[group.key]
        for group in event.groups
    )


def as_of(event: Event, notice: Notice, moments: Moments, now: datetime) -> dict[str, Any]:
    """``notice`` with the days counted from what has happened to it; what has not happened yet can
    happen now at the earliest. ``objection_deadline`` is None where it is not known here, and
    ``provisional`` is there until the day is known."""
    dated = date.fromisoformat(notice["given_on"])
    group = event.group(notice["terms_key"])
    known = group.known(moments, event.time_zone, dated, now)
    deadline = group.deadline(known)
    begun = group.starts_on(replace(known, now=None)) is not None
    settled = deadline is not None and (begun or not group.waits_for_receipt)
    open_end = group.objection_deadline is None
    return {
        **{name: value for name, value in notice.items() if name != "provisional"},
        "given_on": str(known.given_on),
        "objection_deadline": deadline,
        "effective_on": group.takes_effect_on(known, event.effective_on) or notice["effective_on"],
        **({} if settled or open_end else {"provisional": True}),
    }


def redated(extra: str, notice: Notice) -> str:
    """The message's own part of a body (``messages.body_of``) with this notice in it; the same
    bytes if it says the same."""
    members = json.loads(f"{{{extra[1:]}}}")
    shown = {name: value for name, value in notice.items() if name != "terms_key"}
    return extra if members["notice"] == shown else extra_text({**members, "notice": shown})
