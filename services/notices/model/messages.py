"""What is said: an event, and the message made of it for each customer.

A body is put together from three pieces of text that never change: the event's ``head``, the
message's ``extra`` and the event's ``tail``. So it is the same bytes on every attempt, and a change
told to 100,000 customers keeps its large part once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.notices import events

# Made once: a message is made for every customer.
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class Group:
    """The dates of one set of notice terms, as ``registry`` counted them. Days are text.

    ``objection_spans``: how many days after its start the window ends, should the notice count from
    ``given_on``, from the day after it, and so on; numbers in one text, for the dispatcher reads
    all groups again and again.
    """

    key: str
    given_on: str
    objection_deadline: str | None
    earliest_effective_on: str | None
    silence: str | None
    terms: dict[str, Any]
    objection_spans: str = ""

    def deadline_from(self, day: date) -> str | None:
        """The last day to object if the days run from ``day``; None if that is not known here."""
        late = (day - date.fromisoformat(self.given_on)).days
        if late <= 0:
            return self.objection_deadline
        spans = self.objection_spans.split()
        return str(day + timedelta(int(spans[late]))) if late < len(spans) else None


@dataclass(frozen=True)
class Event:
    """Something that happened, to be told. ``at`` is RFC 3339.

    Told to: every recipient as of ``recipients_version`` (a notice, or a basis that ends), those
    who were told of the change before (a follow-up), or the one customer ``controller_id``; but
    not at ``except_endpoint``.
    """

    id: str
    type: str
    at: str
    processor: dict[str, Any]
    head: str
    tail: str
    change_id: str | None = None
    agreement_id: str | None = None
    controller_id: str | None = None
    recipients_version: int = 0
    effective_on: str | None = None
    groups: tuple[Group, ...] = ()
    except_endpoint: str | None = None
    time_zone: str = "UTC"

    @property
    def is_notice(self) -> bool:
        return self.type in events.NOTICES

    @property
    def is_for_all(self) -> bool:
        """Whether it goes to every customer the processor had when it was told."""
        return self.is_notice or self.type in events.BASES

    @property
    def is_follow_up(self) -> bool:
        return self.type in events.FOLLOW_UPS

    def group(self, key: str | None) -> Group:
        """The dates for these terms. Unknown terms get the latest deadline: never to the
        customer's disadvantage, and never no notice at all."""
        exact = next((each for each in self.groups if each.key == key), None)
        return exact or max(self.groups, key=lambda each: each.objection_deadline or "")


def ordered_id(prefix: str, at: datetime, *parts: str) -> str:
    """An id derived from ``parts`` that sorts by ``at``, so that lists page in that order."""
    return f"{prefix}_{int(at.timestamp() * 1000):012x}{_digest(prefix, *parts)[:24]}"


def delivery_id(message_id: str, endpoint_id: str) -> str:
    """One delivery per message and endpoint; it sorts as its message does."""
    moment = message_id.removeprefix("msg_")[:12]
    return f"dlv_{moment}{_digest(message_id, endpoint_id)[:24]}"


def attempt_id(delivery_id: str, claim: str) -> str:
    """Of the one attempt that is made under a claim."""
    return f"att_{delivery_id[16:]}{claim[-12:]}"


def notice_id(change_id: str, agreement_id: str) -> str:
    """One notice per change and agreement."""
    return f"ntc_{_digest(change_id, agreement_id)[:32]}"


def _digest(*parts: str) -> str:
    # Three are made for each notice, and base 32 of the standard library is slow Python.
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def least_id(prefix: str, at: datetime) -> str:
    """Where ids made at ``at`` or later begin."""
    return f"{prefix}_{int(at.timestamp() * 1000):012x}"


def moment_of(ordered: str) -> datetime | None:
    """When an id made by ``ordered_id`` (or derived from one) says it was made."""
    try:
        return datetime.fromtimestamp(int(ordered[4:16], 16) / 1000, UTC)
    except (ValueError, OverflowError):
        return None


def json_text(value: object) -> str:
    return _JSON.encode(value)


def extra_text(members: Mapping[str, Any]) -> str:
    """A message's own members as the middle piece of its body."""
    return "," + json_text(members)[1:-1] if members else ""


def body_of(head: str, extra: str, tail: str) -> bytes:
    """The exact bytes that are signed and sent."""
    return f"{head}{extra}{tail}".encode()
