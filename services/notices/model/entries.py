"""Which event an entry of the ledger makes for customers, and the pieces of text they all get."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from services.notices import events
from services.notices.model.answers import proof_of
from services.notices.model.counting import Counting
from services.notices.model.messages import NOTICE, Event, Group, ToldChange, json_text
from services.notices.model.recipients import owner_of
from services.notices.model.told_changes import shorter, texts_that_fit
from shared import disclosure
from shared.ids import derived_id
from shared.scope import Scope

LARGEST_BODY = 20_000
# What is left of it when a message has added its own part and the links.
LARGEST_HEAD = 18_500
# Two texts of it fit into one message, even where each character takes four bytes.
LONGEST_TEXT = 1_500

# What of an entry goes to customers in a message and to nobody else.
PERSONS = disclosure.shape("entry", "notice")
APPROVER = disclosure.shape("approver", "notice")
TO_CUSTOMERS = disclosure.shape("entry", "public", "notice")

# Members of a change in an announcement, and of a notice of one, in the order of the contract.
_CHANGE_MEMBERS = (
    "change_id",
    "sequence",
    "kind",
    "materiality",
    "processor",
    "sub_processor",
    "previous",
    "reason",
    "what_it_means",
    "justification",
    "approved_by",
)
_LETTER_MEMBERS = ("kind", "received_on", "text", "file", "objection_id")
AGREEMENT_MEMBERS = (
    "version",
    "status",
    "processor",
    "controller",
    "products",
    "effective_from",
    "ends_on",
    "authorisation",
    "paper",
    "proposal",
)


def event_id(stream: str, sequence: int) -> str:
    return derived_id("evt", stream, str(sequence))


def event_from(entry: Mapping[str, Any], origin: str) -> Event | None:
    """The event that a ledger entry makes, or None when customers are not told of it."""
    kind = entry["type"]
    if kind in (*events.NOTICES, *events.FOLLOW_UPS):
        make = _notice_event if kind in events.NOTICES else _follow_up_event
        return make(entry, origin)
    if kind in events.BASES:
        return _basis_event(entry, origin)
    if kind.startswith(events.OBJECTION_PREFIX):
        return _objection_event(entry, origin)
    if kind == events.LETTER_RECORDED:
        return _letter_event(entry, origin)
    if kind in events.AGREEMENT_MESSAGES or kind in events.INVITATIONS:
        return _agreement_event(entry, origin)
    return None


def _follow_up_event(entry: Mapping[str, Any], origin: str) -> Event:
    """What became of a change, or of several of one notice."""
    shown = {**_open(entry), "sequence": entry["sequence"]}
    changes = shown.get("changes") or [shown]
    ids = [change["change_id"] for change in changes]
    if len(changes) == 1:
        return _about_change(entry, shown, ids[0], {"change": _link_to(ids[0], origin)}, origin)
    base = {name: value for name, value in shown.items() if name != "changes"}
    event = _about_change(entry, base, ids[0], {"changes": _link_to("", origin)}, origin)
    return _with_changes(event, ids, changes, [None] * len(ids))


def _with_changes(
    event: Event, ids: Sequence[str], changes: Sequence[Any], scopes: Sequence[Scope | None]
) -> Event:
    """The event with several changes apart, because not all of them concern each customer."""
    room = LARGEST_HEAD - len(event.head.encode()) - len(',"changes":[]')
    texts = texts_that_fit(changes, json_text, room)
    parts = [ToldChange(*each) for each in zip(ids, texts, scopes, strict=True)]
    return replace(event, changes=tuple(parts))


def _notice_event(entry: Mapping[str, Any], origin: str) -> Event:
    told, changes = _open(entry), _told_changes(entry)
    ids = [change["change_id"] for change in changes]
    base = {"processor": told["processor"], "sequence": entry["sequence"]}
    if approvers := _approvers(entry):
        base["approved_by"] = approvers
    if len(changes) == 1:
        beside = {**changes[0], **base}
        shown = {name: beside[name] for name in _CHANGE_MEMBERS if name in beside}
        shown["changes"] = changes
        return _about_change(entry, shown, ids[0], {"change": _link_to(ids[0], origin)}, origin)
    # Not a link to one of them: it may not concern every customer.
    event = _about_change(entry, base, ids[0], {"changes": _link_to("", origin)}, origin)
    return _with_changes(event, ids, changes, _scopes(entry.get("private") or {}, len(changes)))


def _approvers(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Who approved the announcement, as customers read it: by name."""
    kept = (entry.get("private") or {}).get("approved_by") or ()
    shown = (disclosure.shown(each, APPROVER) for each in kept)
    return [each for each in shown if each]


def _link_to(change_id: str, origin: str) -> str:
    return f"{origin}/portal/v1/changes/{change_id}".rstrip("/")


def _told_changes(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The changes of an announcement; entries of before 2026-11-30 are of one, without a list."""
    told, private = _open(entry), entry.get("private") or {}
    changes = told.get("changes") or [told]
    contents = private.get("contents") or [private.get("content")] * len(changes)
    shown = [
        {name: change[name] for name in _CHANGE_MEMBERS if name in change and name != "processor"}
        for change in changes
    ]
    pairs = zip(shown, contents, strict=True)
    return [_with_contact(change, content or {}) for change, content in pairs]


def _about_change(
    entry: Mapping[str, Any],
    shown: Mapping[str, Any],
    change_id: str,
    links: Mapping[str, str | None],
    origin: str,
) -> Event:
    data, private = entry["data"], entry.get("private") or {}
    return _event(
        entry,
        entry["type"],
        shown,
        {**links, "page": _page(data["processor"], origin)},
        change_id=change_id,
        recipients_version=private.get("recipients_version", 0),
        effective_on=data.get("effective_on"),
        scope=_scope(private),
        groups=tuple(group_from(each) for each in private.get("groups") or ()),
        time_zone=private.get("time_zone", "UTC"),
        approved_by=tuple(_approvers(entry)),
        **_filtered_by(data.get("changes") or [data]),
    )


def _filtered_by(changes: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    """What endpoints may filter a notice by: of several changes, all that any of them is about."""
    words = (word for change in changes for word in change.get("materiality") or ())
    products = [_products(each.get("sub_processor"), each.get("previous")) for each in changes]
    named = sorted({name for some in products for name in some}) if all(products) else ()
    return {"materiality": tuple(dict.fromkeys(words)), "products": tuple(named)}


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


def _with_contact(change: dict[str, Any], content: Mapping[str, Any]) -> dict[str, Any]:
    """Controllers have the contact person ready at all times (EDPB Opinion 22/2024, para. 32)."""
    persons = disclosure.shown(content, PERSONS)
    entry = change.get("sub_processor")
    return {**change, "sub_processor": {**entry, **persons}} if entry else change


def without_persons(event: Event) -> Event:
    """The event when its ledger entry has lost the persons it named."""

    def cleaned(change: dict[str, Any]) -> dict[str, Any]:
        entry = change.get("sub_processor") or {}
        kept = {name: value for name, value in entry.items() if name not in PERSONS}
        return {**change, "sub_processor": kept} if entry else change

    return _rewritten(event, cleaned)


def within_the_list(event: Event) -> Event:
    """The event without what its entries may not tell customers."""

    def cleaned(change: dict[str, Any]) -> dict[str, Any]:
        told: dict[str, Any] = {
            name: disclosure.shown(change[name], TO_CUSTOMERS)
            for name in ("sub_processor", "previous")
            if name in change
        }
        return {**change, **told}

    return _rewritten(event, cleaned)


def _rewritten(event: Event, write: Callable[[dict[str, Any]], dict[str, Any]]) -> Event:
    """The event with ``write(change)`` in place of each of its changes, wherever they stand."""
    body = json.loads(f"{event.head}}}}}")
    data = write(body["data"])
    if "changes" in data:
        data = {**data, "changes": [write(each) for each in data["changes"]]}
    parts = [replace(it, text=json_text(write(json.loads(it.text)))) for it in event.changes]
    head = json_text({**body, "data": data})[:-2]
    return replace(event, head=head, changes=tuple(parts))


def _basis_event(entry: Mapping[str, Any], origin: str) -> Event:
    data, private = entry["data"], entry.get("private") or {}
    shown = {**_open(entry), "sequence": entry["sequence"]}
    links = {"page": _page(data["processor"], origin)}
    version = private.get("recipients_version", 0)
    scope = _scope(private)
    return _event(entry, entry["type"], shown, links, recipients_version=version, scope=scope)


def _scopes(private: Mapping[str, Any], count: int) -> list[Scope | None]:
    """Whom each change of a notice concerns; earlier versions of the teller did not say."""
    told = private.get("scopes")
    return [Scope.parse(each) for each in told] if told else [None] * count


def _scope(private: Mapping[str, Any]) -> Scope | None:
    """Whom the event concerns; earlier versions of the teller told everybody."""
    return Scope.parse(private["scope"]) if "scope" in private else None


def _objection_event(entry: Mapping[str, Any], origin: str) -> Event | None:
    data, private = entry["data"], entry.get("private") or {}
    if "controller_id" not in private:
        return None  # Its customer has been erased: there is nobody to tell.
    links = {
        "objection": f"{origin}/portal/v1/objections/{data['objection_id']}",
        "change": f"{origin}/portal/v1/changes/{data['change_id']}",
    }
    by = {"by": private["by"]} if "by" in private else {}
    return _event(
        entry,
        events.OBJECTION_UPDATED,
        {**_open(entry), **by},
        links,
        change_id=data["change_id"],
        agreement_id=private.get("agreement_id"),
        controller_id=private["controller_id"],
    )


def _letter_event(entry: Mapping[str, Any], origin: str) -> Event | None:
    private = entry.get("private") or {}
    if "controller_id" not in private:
        return None  # Its customer has been erased: there is nobody to tell.
    letter = {name: private.get(name) for name in _LETTER_MEMBERS}
    shown = {
        "change_id": private["change_id"],
        "processor": entry["data"]["processor"],
        "letter": {"id": entry["data"]["letter_id"], "recorded_at": entry["at"], **letter},
    }
    links = {"change": _link_to(private["change_id"], origin)}
    return _event(
        entry,
        events.LETTER_RECORDED,
        shown,
        links,
        change_id=private["change_id"],
        agreement_id=private["agreement_ids"][0],
        controller_id=private["controller_id"],
    )


def _agreement_event(entry: Mapping[str, Any], origin: str) -> Event:
    data = entry["data"]
    shown = {name: data[name] for name in AGREEMENT_MEMBERS if name in data}
    said = (entry.get("private") or {}).get("text")
    if entry["type"] == events.PROPOSAL_ANSWERED and said:
        shown["text"] = shortened(said)
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
    told = {**more, "entry": proof_of(entry)}
    return make_event(of_entry, kind, entry["at"], processor, shown, links, **told)


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
    """The body up to where a message adds its own part; bounded, see ``shorter``."""
    text = ""
    for shown in (data, *shorter(data)):
        text = json_text({"type": kind, "timestamp": at, "data": shown})[:-2]
        if len(text.encode()) <= LARGEST_HEAD:
            break
    return text


def _tail(links: Mapping[str, str | None]) -> str:
    return f',"links":{json_text(links)}}}}}'
