"""What is said: an event, and the message made of it for each customer.

A body is put together from three pieces of text that never change: the event's ``head``, the
message's ``extra`` and the event's ``tail``. So it is the same bytes on every attempt, and a change
told to 100,000 customers keeps its large part once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.notices import events
from shared.ids import derived_id

# Made once: a message is made for every customer.
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

LARGEST_BODY = 20_000
# What is left of it when a message has added its own part and the links.
LARGEST_HEAD = 18_500

# Members of an announcement that are the same for everyone, in the order of the contract.
_CHANGE_MEMBERS = (
    "change_id",
    "sequence",
    "kind",
    "materiality",
    "processor",
    "sub_processor",
    "previous",
    "reason",
    "justification",
)
_AGREEMENT_MEMBERS = (
    "version",
    "status",
    "processor",
    "controller",
    "products",
    "effective_from",
    "ends_on",
    "authorisation",
)


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


def event_id(stream: str, sequence: int) -> str:
    return derived_id("evt", stream, str(sequence))


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


def event_from(entry: Mapping[str, Any], origin: str) -> Event | None:
    """The event that a ledger entry makes, or None when customers are not told of it."""
    kind = entry["type"]
    if kind in events.NOTICES or kind in events.FOLLOW_UPS:
        return _change_event(entry, origin)
    if kind in events.BASES:
        return _basis_event(entry, origin)
    if kind.startswith(events.OBJECTION_PREFIX):
        return _objection_event(entry, origin)
    if kind in events.AGREEMENT_MESSAGES:
        return _agreement_event(entry, origin)
    return None


def _change_event(entry: Mapping[str, Any], origin: str) -> Event:
    data, private = entry["data"], entry.get("private") or {}
    shown = {**data, "sequence": entry["sequence"]}
    if entry["type"] in events.NOTICES:
        shown = {name: shown[name] for name in _CHANGE_MEMBERS if name in shown}
    links = {
        "change": f"{origin}/portal/v1/changes/{data['change_id']}",
        "page": f"{origin}/p/{data['processor']['slug']}",
    }
    return Event(
        id=event_id(entry["stream"], entry["sequence"]),
        type=entry["type"],
        at=entry["at"],
        processor=dict(data["processor"]),
        head=_head(entry["type"], entry["at"], shown),
        tail=_tail(links),
        change_id=data["change_id"],
        recipients_version=private.get("recipients_version", 0),
        effective_on=data.get("effective_on"),
        groups=tuple(_group(each) for each in private.get("groups") or ()),
        time_zone=private.get("time_zone", "UTC"),
    )


def _basis_event(entry: Mapping[str, Any], origin: str) -> Event:
    data, private = entry["data"], entry.get("private") or {}
    return Event(
        id=event_id(entry["stream"], entry["sequence"]),
        type=entry["type"],
        at=entry["at"],
        processor=dict(data["processor"]),
        head=_head(entry["type"], entry["at"], {**data, "sequence": entry["sequence"]}),
        tail=_tail({"page": f"{origin}/p/{data['processor']['slug']}"}),
        recipients_version=private.get("recipients_version", 0),
    )


def _objection_event(entry: Mapping[str, Any], origin: str) -> Event | None:
    data, private = entry["data"], entry.get("private") or {}
    if "controller_id" not in private:
        return None  # Its customer has been erased: there is nobody to tell.
    links = {
        "objection": f"{origin}/portal/v1/objections/{data['objection_id']}",
        "change": f"{origin}/portal/v1/changes/{data['change_id']}",
    }
    return Event(
        id=event_id(entry["stream"], entry["sequence"]),
        type=events.OBJECTION_UPDATED,
        at=entry["at"],
        processor=dict(data["processor"]),
        head=_head(events.OBJECTION_UPDATED, entry["at"], dict(data)),
        tail=_tail(links),
        change_id=data["change_id"],
        agreement_id=private.get("agreement_id"),
        controller_id=private["controller_id"],
    )


def _agreement_event(entry: Mapping[str, Any], origin: str) -> Event:
    data = entry["data"]
    shown = {name: data[name] for name in _AGREEMENT_MEMBERS if name in data}
    links = {"agreement": f"{origin}/portal/v1/agreements/{data['agreement_id']}"}
    return Event(
        id=event_id(entry["stream"], entry["sequence"]),
        type=entry["type"],
        at=entry["at"],
        processor=dict(data["processor"]),
        head=_head(entry["type"], entry["at"], shown),
        tail=_tail(links),
        agreement_id=data["agreement_id"],
        controller_id=data["controller"]["id"],
    )


def message_event(
    event_id: str, kind: str, at: str, data: Mapping[str, Any], **more: str | None
) -> Event:
    """An event of our own making, such as a test message; ``more``: members of the event."""
    return Event(event_id, kind, at, {}, _head(kind, at, dict(data)), "}}", **more)  # type: ignore[arg-type]


def _group(told: Mapping[str, Any]) -> Group:
    return Group(
        key=told["key"],
        given_on=told["given_on"],
        objection_deadline=told.get("objection_deadline"),
        earliest_effective_on=told.get("earliest_effective_on"),
        silence=told.get("silence"),
        terms=dict(told.get("terms") or {}),
        objection_spans=told.get("objection_spans", ""),
    )


def _head(kind: str, at: str, data: dict[str, Any]) -> str:
    """The body up to where a message adds its own part; bounded, see ``_slimmer``."""
    text = ""
    for shown in (data, *_slimmer(data)):
        text = json_text({"type": kind, "timestamp": at, "data": shown})[:-2]
        if len(text.encode()) <= LARGEST_HEAD:
            break
    return text


def _slimmer(data: dict[str, Any]) -> Sequence[dict[str, Any]]:
    # Standard Webhooks asks for bodies under 20 kB. The whole entry is behind the links, so a
    # chain of places too long for that is left out rather than the notice.
    without_previous = {**data, "previous": None, "truncated": True}
    entry = data.get("sub_processor") or {}
    kept = {name: entry[name] for name in ("id", "legal_name", "country") if name in entry}
    slim = {**without_previous, "sub_processor": kept or None}
    return (without_previous, slim, {**slim, "reason": str(data.get("reason"))[:1000]})


def _tail(links: Mapping[str, str]) -> str:
    return f',"links":{json_text(links)}}}}}'


def extra_text(members: Mapping[str, Any]) -> str:
    """A message's own members as the middle piece of its body."""
    return "," + json_text(members)[1:-1] if members else ""


def body_of(head: str, extra: str, tail: str) -> bytes:
    """The exact bytes that are signed and sent."""
    return f"{head}{extra}{tail}".encode()
