"""Which event an entry of the ledger makes for the vendor: what its customers did, what is due.

It names the vendor's own customer, and holds what the vendor may read of it elsewhere anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.notices import events
from services.notices.model.entries import AGREEMENT_MEMBERS, make_event, shortened
from services.notices.model.messages import Event
from services.notices.model.owners import vendor
from shared.ids import derived_id

Members = dict[str, Any]
Entry = Mapping[str, Any]

# ``by``: who answered by the link in a mail.
_OF_OBJECTION = ("agreement_id", "grounds", "respond_by", "by")
_OF_EVIDENCE = ("sub_processor", "location", "instrument_id", "instrument_name_by_language",
                "evidence", "listed_until", "due_on", "days_left")  # fmt: skip
# What people wrote; shortened, as the whole text is behind the link.
_TEXTS = ("text", "modification", "reason")
_ACCEPTANCE = ("party", "name", "title", "at", "document_sha256")
_TYPES = {
    events.CHANGE_APPROVAL_GIVEN: events.CHANGE_APPROVED,
    events.AGREEMENT_DELETION_OVERDUE: events.DELETION_OVERDUE,
}
# Nobody needs to be told of what it did itself.
_NOT_ITS_OWN = (
    events.AGREEMENT_REJECTED,
    events.AGREEMENT_DECLINED,
    events.PAPER_UPLOADED,
    events.PAPER_REFUSED,
    events.AGREEMENT_TERMINATION_SCHEDULED,
    events.AGREEMENT_TERMINATED,
)


@dataclass(frozen=True)
class Known:
    """What notices knows beside the entry. ``customer``: id, slug and legal name, as far as the
    vendor knows them; ``change``: the announced one, in the few members that name it."""

    processor: Members = field(default_factory=dict)
    customer: Members = field(default_factory=dict)
    change: Members = field(default_factory=dict)


def concerns_vendor(entry: Entry) -> bool:
    """Whether the vendor is to hear of this entry."""
    kind = entry["type"]
    if kind.startswith(events.OBJECTION_PREFIX):
        # Nothing is told of one whose customer has been erased.
        return "controller_id" in (entry.get("private") or {})
    return kind in _WRITERS or _agreement_kind(entry) in events.VENDOR_MESSAGES


def vendor_event(entry: Entry, origin: str, known: Known) -> Event:
    """The event for the vendor of an entry that ``concerns_vendor``."""
    kind = entry["type"]
    if kind.startswith(events.OBJECTION_PREFIX):
        return _objection(entry, origin, known)
    return _WRITERS.get(kind, _agreement)(entry, origin, known)


def unreached_event(
    event_id: str, at: str, origin: str, known: Known, told: Mapping[str, Any]
) -> Event:
    """A customer that nobody could reach. ``told``: change_id, notice_id, agreement_id, reason, and
    objection_deadline of its notice."""
    links = {
        "evidence": f"{origin}/notices/v1/changes/{told['change_id']}/evidence",
        "reachability": f"{origin}/notices/v1/reachability",
    }
    data = {**told, **_named(known)}
    return made(event_id, events.CUSTOMER_UNREACHED, at, data, links, known)


def _objection(entry: Entry, origin: str, known: Known) -> Event:
    data, private = entry["data"], entry.get("private") or {}
    is_new = data["status"] == "received"
    kind = events.OBJECTION_RECEIVED if is_new else events.OBJECTION_UPDATED
    shown = {
        **{name: data[name] for name in ("objection_id", "change_id", "status")},
        **{name: private[name] for name in _OF_OBJECTION if name in private},
        **_texts(private),
        **_named(known),
    }
    slug = known.processor.get("slug", "")
    links = {
        "objection": f"{origin}/registry/v1/objections/{data['objection_id']}",
        "change": f"{origin}/registry/v1/processors/{slug}/changes/{data['change_id']}",
    }
    return _of_entry(entry, kind, shown, links, known)


def _approval(entry: Entry, origin: str, known: Known) -> Event:
    change_id = entry["data"]["change_id"]
    slug = known.processor.get("slug", "")
    links = {"change": f"{origin}/registry/v1/processors/{slug}/changes/{change_id}"}
    private = entry.get("private") or {}
    by = {"by": private["by"]} if "by" in private else {}
    shown = {"change_id": change_id, "approved_at": entry["at"], **by, **_named(known)}
    return _of_entry(entry, events.CHANGE_APPROVED, shown, links, known)


def _evidence_due(entry: Entry, origin: str, known: Known) -> Event:
    """Evidence, a review or a certificate of an entry ends: which, at which place, and when."""
    told = {**(entry.get("private") or {}), **entry["data"]}
    shown = {name: told[name] for name in _OF_EVIDENCE if name in told}
    slug = known.processor.get("slug", "")
    links = {"sub_processors": f"{origin}/registry/v1/processors/{slug}/sub-processors"}
    return _of_entry(entry, events.EVIDENCE_DUE, shown, links, known)


def _roll_out(entry: Entry, origin: str, known: Known) -> Event:
    """A roll-out is over: how many agreements have come to which end."""
    name = (entry.get("private") or {}).get("template_name", "")
    shown = {**entry["data"], "template_name": name}
    roll_out_id = shown["roll_out_id"]
    links = {"roll_out": f"{origin}/agreements/v1/roll-outs/{roll_out_id}"}
    return _of_entry(entry, events.ROLL_OUT_OVER, shown, links, known)


def _agreement(entry: Entry, origin: str, known: Known) -> Event:
    data, private = entry["data"], entry.get("private") or {}
    kind = _agreement_kind(entry)
    shown = {name: data[name] for name in AGREEMENT_MEMBERS if name in data}
    shown = {"agreement_id": data["agreement_id"], **shown, **_texts(private), **_named(known)}
    shown.pop("controller", None)
    if kind in (events.AGREEMENT_ACCEPTED, events.AGREEMENT_CONFIRMED):
        shown["acceptance"] = _last_acceptance(private)
    if "due_on" in private:
        shown["due_on"] = private["due_on"]
    links = {"agreement": f"{origin}/agreements/v1/agreements/{data['agreement_id']}"}
    return _of_entry(entry, kind, shown, links, known)


_WRITERS: dict[str, Callable[[Entry, str, Known], Event]] = {
    events.CHANGE_APPROVAL_GIVEN: _approval,
    events.EVIDENCE_DUE: _evidence_due,
    events.ROLL_OUT_OVER: _roll_out,
}


def _agreement_kind(entry: Entry) -> str:
    """The type for the vendor; an empty one where it is the vendor's own act, or no agreement."""
    if not entry["type"].startswith("agreement."):
        return ""
    kind, private = str(entry["type"]), entry.get("private") or {}
    if kind == events.AGREEMENT_OFFERED:
        return events.AGREEMENT_PROPOSED if private.get("proposed_by") == "controller" else ""
    if kind == events.AGREEMENT_ACCEPTED:
        return kind if _last_acceptance(private).get("party") == "controller" else ""
    if kind in _NOT_ITS_OWN:
        return "" if entry["actor"] == entry["data"]["processor"]["id"] else kind
    return _TYPES.get(kind, kind)


def _last_acceptance(private: Mapping[str, Any]) -> Members:
    last: Members = next(reversed(private.get("acceptances") or ()), {})
    return {name: last[name] for name in _ACCEPTANCE if name in last}


def _texts(private: Mapping[str, Any]) -> Members:
    return {name: shortened(private[name]) for name in _TEXTS if private.get(name)}


def _named(known: Known) -> Members:
    named = {"customer": known.customer} if known.customer else {}
    return {**named, **({"change": known.change} if known.change else {})}


def _of_entry(
    entry: Entry, kind: str, shown: Members, links: Mapping[str, str], known: Known
) -> Event:
    event_id = derived_id("evt", entry["stream"], str(entry["sequence"]), "vendor")
    return made(event_id, kind, entry["at"], shown, links, known)


def made(
    event_id: str, kind: str, at: str, shown: Members, links: Mapping[str, str], known: Known
) -> Event:
    return make_event(
        event_id,
        kind,
        at,
        known.processor,
        {**shown, "processor": known.processor},
        links,
        change_id=shown.get("change_id"),
        agreement_id=shown.get("agreement_id"),
        controller_id=vendor(known.processor["id"]),
        by_mail=_is_mailed(kind, shown.get("status")),
    )


def _is_mailed(kind: str, status: str | None) -> bool:
    """Whether a person should read it: not of the vendor's own steps in an objection."""
    if kind == events.OBJECTION_UPDATED:
        return status in events.CUSTOMERS_STEPS
    return kind in events.VENDOR_MESSAGES and kind not in events.NOT_IN_NEWS
