"""Which event an entry of the ledger makes for customers, and the pieces of text they all get."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from services.notices import events
from services.notices.model.counting import Counting
from services.notices.model.messages import NOTICE, Event, Group, json_text
from services.notices.model.recipients import owner_of
from shared import disclosure
from shared.ids import derived_id

LARGEST_BODY = 20_000
# What is left of it when a message has added its own part and the links.
LARGEST_HEAD = 18_500
# Two texts of it fit into one message, even where each character takes four bytes.
LONGEST_TEXT = 1_500

# What of an entry goes to customers in a message and to nobody else.
PERSONS = disclosure.shape("entry", "notice")
TO_CUSTOMERS = disclosure.shape("entry", "public", "notice")

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
AGREEMENT_MEMBERS = (
    "version",
    "status",
    "processor",
    "controller",
    "products",
    "effective_from",
    "ends_on",
    "authorisation",
)


def event_id(stream: str, sequence: int) -> str:
    return derived_id("evt", stream, str(sequence))


def event_from(entry: Mapping[str, Any], origin: str) -> Event | None:
    """The event that a ledger entry makes, or None when customers are not told of it."""
    kind = entry["type"]
    if kind in events.NOTICES or kind in events.FOLLOW_UPS:
        return _change_event(entry, origin)
    if kind in events.BASES:
        return _basis_event(entry, origin)
    if kind.startswith(events.OBJECTION_PREFIX):
        return _objection_event(entry, origin)
    if kind in events.AGREEMENT_MESSAGES or kind in events.INVITATIONS:
        return _agreement_event(entry, origin)
    return None


def _change_event(entry: Mapping[str, Any], origin: str) -> Event:
    data, private = entry["data"], entry.get("private") or {}
    shown = {**_open(entry), "sequence": entry["sequence"]}
    if entry["type"] in events.NOTICES:
        shown = {name: shown[name] for name in _CHANGE_MEMBERS if name in shown}
        shown = _with_contact(shown, private)
    links = {
        "change": f"{origin}/portal/v1/changes/{data['change_id']}",
        "page": _page(data["processor"], origin),
    }
    return _event(
        entry,
        entry["type"],
        shown,
        links,
        change_id=data["change_id"],
        recipients_version=private.get("recipients_version", 0),
        effective_on=data.get("effective_on"),
        groups=tuple(group_from(each) for each in private.get("groups") or ()),
        time_zone=private.get("time_zone", "UTC"),
        materiality=tuple(data.get("materiality") or ()),
        products=_products(data.get("sub_processor"), data.get("previous")),
    )


def _page(processor: Mapping[str, Any], origin: str) -> str | None:
    """The public page of the register; None while there is none that the reader could open."""
    return f"{origin}/p/{processor['slug']}" if processor.get("published", True) else None


def _products(*entries: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The products that an entry is, or was, used for; none when it is for all of them."""
    named = [set(entry.get("products") or ()) for entry in entries if entry]
    return tuple(sorted(set().union(*named))) if all(named) else ()


def _open(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What customers may read of an entry, whatever version of its teller wrote it."""
    by = disclosure.ledger_shape(entry["type"])
    told: dict[str, Any] = disclosure.shown(entry["data"], by or {})
    return told


def _with_contact(told: dict[str, Any], private: Mapping[str, Any]) -> dict[str, Any]:
    """Controllers have the contact person ready at all times (EDPB Opinion 22/2024, para. 32)."""
    persons = disclosure.shown(private.get("content") or {}, PERSONS)
    entry = told.get("sub_processor")
    return {**told, "sub_processor": {**entry, **persons}} if entry else told


def without_persons(head: str) -> str:
    """The ``head`` of an event whose ledger entry has lost the persons it named."""
    body = json.loads(f"{head}}}}}")
    entry = body["data"].get("sub_processor") or {}
    for name in PERSONS.keys() & entry.keys():
        del entry[name]
    return json_text(body)[:-2]


def within_the_list(head: str) -> str:
    """The ``head`` of an event without what its entries may not tell customers."""
    body = json.loads(f"{head}}}}}")
    told = {name: disclosure.shown(body["data"][name], TO_CUSTOMERS)
            for name in ("sub_processor", "previous") if name in body["data"]}  # fmt: skip
    return json_text({**body, "data": {**body["data"], **told}})[:-2]


def _basis_event(entry: Mapping[str, Any], origin: str) -> Event:
    data, private = entry["data"], entry.get("private") or {}
    shown = {**_open(entry), "sequence": entry["sequence"]}
    links = {"page": _page(data["processor"], origin)}
    version = private.get("recipients_version", 0)
    return _event(entry, entry["type"], shown, links, recipients_version=version)


def _objection_event(entry: Mapping[str, Any], origin: str) -> Event | None:
    data, private = entry["data"], entry.get("private") or {}
    if "controller_id" not in private:
        return None  # Its customer has been erased: there is nobody to tell.
    links = {
        "objection": f"{origin}/portal/v1/objections/{data['objection_id']}",
        "change": f"{origin}/portal/v1/changes/{data['change_id']}",
    }
    return _event(
        entry,
        events.OBJECTION_UPDATED,
        _open(entry),
        links,
        change_id=data["change_id"],
        agreement_id=private.get("agreement_id"),
        controller_id=private["controller_id"],
    )


def _agreement_event(entry: Mapping[str, Any], origin: str) -> Event:
    data = entry["data"]
    shown = {name: data[name] for name in AGREEMENT_MEMBERS if name in data}
    links = {"agreement": f"{origin}/portal/v1/agreements/{data['agreement_id']}"}
    return _event(
        entry,
        entry["type"],
        shown,
        links,
        agreement_id=data["agreement_id"],
        controller_id=owner_of(
            data["agreement_id"], data["controller"], data.get("confirmed", True)
        ),
        products=tuple(data.get("products") or ()),
    )


def _event(
    entry: Mapping[str, Any],
    kind: str,
    shown: Mapping[str, Any],
    links: Mapping[str, str | None],
    **more: Any,
) -> Event:
    """``shown``: what everyone reads of it; ``more``: members of the event."""
    of_entry = event_id(entry["stream"], entry["sequence"])
    processor = entry["data"]["processor"]
    return make_event(of_entry, kind, entry["at"], processor, shown, links, **more)


def make_event(
    event_id: str,
    kind: str,
    at: str,
    processor: Mapping[str, Any],
    shown: Mapping[str, Any],
    links: Mapping[str, str | None],
    **more: Any,
) -> Event:
    """An event of this type about a processor; ``more``: members of the event."""
    head = _head(kind, at, dict(shown))
    return Event(event_id, kind, at, dict(processor), head, _tail(links), **more)


def shortened(text: str) -> str:
    """As much of a person's text as a message has room for; the whole is behind its links."""
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"


def message_event(event_id: str, kind: str, at: str, data: Mapping[str, Any], **more: Any) -> Event:
    """An event of our own making, such as a test message; ``more``: members of the event."""
    return Event(event_id, kind, at, {}, _head(kind, at, dict(data)), "}}", **more)


def group_from(told: Mapping[str, Any]) -> Group:
    """A terms group as the registry tells it."""
    counting = told.get("counting") or {}
    return Group(
        key=told["key"],
        given_on=told["given_on"],
        objection_deadline=told.get("objection_deadline"),
        earliest_effective_on=told.get("earliest_effective_on"),
        silence=told.get("silence"),
        terms=dict(told.get("terms") or {}),
        objection_spans=told.get("objection_spans", ""),
        notice=Counting.parse(counting["notice"]) if counting else None,
        objection=Counting.parse(counting["objection"]) if counting else None,
        until_effect=bool(counting.get("until_effect")),
        owes=told.get("owes", NOTICE),
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
    entry = data.get("sub_processor") or {}
    in_english = {**data, "sub_processor": _in_english(entry) or None}
    without_previous = {**in_english, "previous": None, "truncated": True}
    kept = {name: entry[name] for name in ("id", "legal_name", "country") if name in entry}
    slim = {**without_previous, "sub_processor": kept or None}
    return (in_english, without_previous, slim, {**slim, "reason": str(data.get("reason"))[:1000]})


def _in_english(told: Any) -> Any:
    """Without the wordings in other languages: letters then say these in English."""
    if isinstance(told, list):
        return [_in_english(item) for item in told]
    if not isinstance(told, dict):
        return told
    kept = {name: it for name, it in told.items() if not name.endswith("_by_language")}
    return {name: _in_english(it) for name, it in kept.items()}


def _tail(links: Mapping[str, str | None]) -> str:
    return f',"links":{json_text(links)}}}}}'
