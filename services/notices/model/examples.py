"""A full example of every message, made by the builders of real ones.

The entries they are made of are filled from the list of what may go out, so that a member which a
message gains stands in its example, too. Every example says in its data that it is one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.notices import events
from services.notices.model.address_alarms import Back, bounced_event
from services.notices.model.endpoints import Endpoint
from services.notices.model.entries import AGREEMENT_MEMBERS, event_from, message_event
from services.notices.model.health import FAILURES, Health
from services.notices.model.messages import Event, json_text
from services.notices.model.notice_members import notice_members, own_part
from services.notices.model.owners import is_vendor
from services.notices.model.vendor_events import Known, unreached_event, vendor_event
from services.notices.model.warnings import warning_data
from shared import disclosure
from shared.times import format_instant

Members = dict[str, Any]

PROCESSOR = {
    "id": "org_example_vendor",
    "slug": "example-vendor",
    "legal_name": "Example Cloud A/S",
}
CUSTOMER = {"id": "org_example", "slug": "example", "legal_name": "Example Customer A/S"}
AGREEMENT = "agr_example"
_TERMS = {"notice_days": 30, "objection_days": 14, "day_kind": "calendar", "receipt_rule": "sent"}
# What stands under a name, wherever a message has it.
_VALUES: Members = {
    "affiliate": False,
    "agreement_id": AGREEMENT,
    "ai_use": "none",
    "article": "GDPR Art. 45(3)",
    "authorisation": "general",
    "brand": "Example Mail",
    "categories": ["email"],
    "certificate_register_url": "https://register.example/1",
    "certificate_scheme": "Europrivacy",
    "certificate_scope": "Hosting of mail",
    "certifications": ["ISO/IEC 27001"],
    "certified_on": "2026-03-01",
    "change_id": "chg_example",
    "checked_on": "2026-11-01",
    "citations": ["GDPR Art. 45"],
    "city": "Springfield",
    "controller": CUSTOMER,
    "country": "US",
    "covered_data": ["non_hr"],
    "covered_entities": ["Example Mail, Inc."],
    "customer": CUSTOMER,
    "data_categories": ["Contact details"],
    "data_combined": "no",
    "data_subjects": ["Customers"],
    "days_left": 30,
    "due_on": "2027-03-01",
    "edition": "2021",
    "effective_from": "2026-01-01",
    "effective_on": "2027-01-15",
    "ended_by": None,
    "ended_on": None,
    "ends_on": None,
    "evidence_url": "https://mail.example/dpa",
    "exporter_is_public_authority": "no",
    "found_on": "2026-11-01",
    "grounds": "location",
    "hr_data": "no",
    "instrument_id": "eu-us-dpf",
    "justification": "The former provider has stopped its service.",
    "kind": "storage",
    "last_day": "2027-03-01",
    "lawful": True,
    "legal_name": "Example Mail, Inc.",
    "letter_id": "let_example",
    "listed_since": "2027-01-15",
    "listed_until": None,
    "materiality": ["new_entity", "new_country"],
    "module": 3,
    "name": "EU-US Data Privacy Framework",
    "objection_id": "obj_example",
    "on": "2026-11-01",
    "organisation": "Example Mail, Inc.",
    "parent_id": None,
    "participant": "Example Mail, Inc.",
    "postal_code": "12345",
    "products": ["Core"],
    "question": "Is the decision valid?",
    "readings": ["It is.", "It is not."],
    "reason": "We send our newsletter by another provider.",
    "recheck_by": "2027-01-01",
    "regime": "EU",
    "region": None,
    "registration_number": "123456789",
    "relation": "processor_processor",
    "remarks": [],
    "required": True,
    "reviewed_on": "2026-11-01",
    "role": "primary",
    "seen_on": "2026-11-01",
    "signed_on": "2026-11-01",
    "slug": "example-vendor",
    "source": "https://www.dataprivacyframework.gov",
    "sources": ["https://eur-lex.europa.eu"],
    "special_categories": False,
    "stage": 30,
    "state": "pending",
    "status": "valid",
    "street": "1 Example Street",
    "text": "A court is to decide.",
    "unit": "days",
    "used_since": "2027-01-15",
    "valid_from": "2027-01-15",
    "valid_to": None,
    "value": 30,
    "version": 1,
    "website": "https://mail.example",
    "without_basis": 0,
}
# A member that means something else in the message itself, or within these. An addition has nothing
# before it; of an entry the stage is a word, elsewhere it counts days.
_OF_A_CHANGE: Members = {"kind": "add", "previous": None}
_OF_AN_ENTRY: Members = {"stage": "active"}
_WITHIN: dict[tuple[str, ...], Members] = {
    (): _OF_A_CHANGE,
    ("changes",): _OF_A_CHANGE,
    ("next_change",): _OF_A_CHANGE,
    ("sub_processor",): _OF_AN_ENTRY,
}
# Of an id, what it is of decides.
_IDS = {
    "processor": PROCESSOR["id"],
    "instrument": "eu-us-dpf",
    "sub_processor": "sub_example",
}


@dataclass(frozen=True)
class Example:
    """``head``, ``extra`` and ``tail``: the pieces of the body; see ``messages.body_of``."""

    head: str
    extra: str
    tail: str


def example_of(kind: str, endpoint: Endpoint, origin: str, now: datetime) -> Example:
    """The example of one of the types that this endpoint may subscribe to."""
    event = _event(kind, endpoint, origin, now)
    return Example(_marked(event.head), _own(event), event.tail)


def _event(kind: str, endpoint: Endpoint, origin: str, now: datetime) -> Event:
    if kind in (events.WEBHOOK_TEST, events.WEBHOOK_DISABLING_SOON):
        return message_event("evt_example", kind, format_instant(now), _of_endpoint(endpoint, now))
    if kind == events.CUSTOMER_UNREACHED:
        return _unreached(origin, now)
    if kind == events.NOTICE_ADDRESS_BOUNCED:
        back: Back = {"email": "privacy@vendor.example", "status": "5.1.1", "at": now}
        return bounced_event(PROCESSOR, back, origin)
    if is_vendor(endpoint.controller_id):
        entry = _entry(kind, now)
        return vendor_event(entry, origin, _known_beside(entry))
    made = event_from(_entry(kind, now), origin)
    if made is None:
        raise ValueError(f"no example of {kind}")
    return made


def _of_endpoint(endpoint: Endpoint, now: datetime) -> Members:
    """A warning about the endpoint itself, as if it had failed since yesterday."""
    health = Health(FAILURES, now - timedelta(days=1), last_error="http_503")
    return warning_data(endpoint, health)


def _unreached(origin: str, now: datetime) -> Event:
    told = {
        "change_id": _VALUES["change_id"],
        "notice_id": "ntc_example",
        "agreement_id": AGREEMENT,
        "reason": "contacts_exhausted",
        "objection_deadline": "2026-12-15",
    }
    return unreached_event("evt_example", format_instant(now), origin, _known(), told)


def _known() -> Known:
    name = {"legal_name": _VALUES["legal_name"]}
    change = {"kind": "add", "effective_on": _VALUES["effective_on"], "sub_processor": name,
              "previous": None}  # fmt: skip
    return Known(dict(PROCESSOR), dict(CUSTOMER), change)


def _known_beside(entry: Members) -> Known:
    """As of a real entry: an agreement is about no change."""
    is_of_agreement = "controller" in entry["data"]
    return Known(dict(PROCESSOR), dict(CUSTOMER)) if is_of_agreement else _known()


# Of which entry of the ledger a message is made, where their types differ.
_ENTRY_TYPES = {
    events.OBJECTION_RECEIVED: "objection.received",
    events.OBJECTION_UPDATED: "objection.withdrawn",
    events.CHANGE_APPROVED: events.CHANGE_APPROVAL_GIVEN,
    events.AGREEMENT_PROPOSED: events.AGREEMENT_OFFERED,
    events.DELETION_OVERDUE: events.AGREEMENT_DELETION_OVERDUE,
}


def _entry(kind: str, now: datetime) -> Members:
    return entry_of(_ENTRY_TYPES.get(kind, kind), now)


def entry_of(type_: str, now: datetime) -> Members:
    """An example of a ledger entry of this type, with what is kept beside it."""
    is_agreement = type_.startswith("agreement.")
    stream = f"agreement:{AGREEMENT}" if is_agreement else f"processor:{PROCESSOR['id']}"
    return {
        "stream": stream,
        "sequence": 1,
        "type": type_,
        "at": format_instant(now),
        # A refusal is the customer's own act.
        "actor": CUSTOMER["id"],
        "data": _data(type_),
        "private": _private(now),
    }


def _data(type_: str) -> Members:
    if type_.startswith("agreement."):
        names = ("agreement_id", *AGREEMENT_MEMBERS)
        status = {"status": "active", "processor": dict(PROCESSOR)}
        told = {name: status.get(name, _VALUES.get(name)) for name in names if name not in _OF_SOME}
        return {**told, **_of_some(type_)}
    if type_ == events.EVIDENCE_DUE:
        place = {"country": "US", "region": None, "organisation": None, "kind": "storage"}
        name = {"id": "sub_example", "legal_name": _VALUES["legal_name"]}
        told = {key: _VALUES[key] for key in ("instrument_id", "due_on", "days_left")}
        return {"processor": dict(PROCESSOR), "sub_processor": name, "location": place, **told}
    if type_ == events.ROLL_OUT_OVER:
        return {"processor": dict(PROCESSOR), "roll_out_id": "rol_example", "status": "done",
                "template_id": "tpl_example", "counts": {"accepted": 38, "refused": 2}}  # fmt: skip
    shape = disclosure.ledger_shape(type_) or {}
    data: Members = _filled(shape, ())
    if "processor" in data:
        data["processor"] = dict(PROCESSOR)
    step = {"status": type_.partition(".")[2]} if type_.startswith("objection.") else {}
    return {**data, **step}


# Members that some messages about agreements have.
_OF_SOME = ("paper", "proposal")


def _of_some(type_: str) -> Members:
    if type_.startswith("agreement.paper_"):
        return {"paper": {"party": "controller", "pdf_sha256": "0" * 64}}
    if type_.startswith("agreement.proposal_"):
        return {"proposal": {"id": "prp_example", "state": "answered", "version": 1}}
    return {}


def _private(now: datetime) -> Members:
    day = now.date()
    group = {
        "key": "example",
        "given_on": str(day),
        "objection_deadline": str(day + timedelta(days=14)),
        "earliest_effective_on": str(day + timedelta(days=31)),
        "silence": "consent",
        "terms": _TERMS,
    }
    signature = {"party": "controller", "name": "Ida Holm", "title": "Director",
                 "at": format_instant(now), "document_sha256": "0" * 64}  # fmt: skip
    return {
        "controller_id": CUSTOMER["id"],
        "agreement_id": AGREEMENT,
        "agreement_ids": [AGREEMENT],
        "change_id": "chg_example",
        "kind": "objection",
        "received_on": str(day),
        "received_at": format_instant(now),
        "file": {"name": "Letter.pdf", "sha256": "0" * 64},
        "objection_id": "obj_example",
        "grounds": _VALUES["grounds"],
        "respond_by": None,
        "text": "We may not send data there.",
        "proposed_by": "controller",
        "template_name": "Terms of 2027",
        "acceptances": [signature],
        "due_on": _VALUES["due_on"],
        "groups": [group],
        "content": {"contact": {"name": "Ada Lund", "position": "Privacy",
                                "email": "privacy@mail.example"}},
    }  # fmt: skip


def _filled(shape: Any, path: tuple[str, ...]) -> Any:
    """A value of this shape, by the names on the way to it."""
    within = _WITHIN.get(path[-2:-1], {})
    if path and path[-1] in within:
        return within[path[-1]]
    if isinstance(shape, Mapping):
        return {name: _filled(inner, (*path, name)) for name, inner in shape.items()
                if name != disclosure.OTHERS}  # fmt: skip
    if isinstance(shape, list):
        return [_filled(shape[0], path)]
    if path[-1] == "id":
        return _IDS.get(path[-2], f"{path[-2]}-example")
    if path[-1] in ("en", "da", "sv"):
        return []
    return {"en": "Example"} if shape is disclosure.TEXT else _VALUES.get(path[-1], "example")


def _own(event: Event) -> str:
    """The message's own part, as fan-out writes it."""
    if is_vendor(event.controller_id or ""):
        return ""
    if not event.is_notice:
        return own_part(event.agreement_id, None)
    return own_part(AGREEMENT, notice_members(event, AGREEMENT, "example", event.change_ids))


def _marked(head: str) -> str:
    body = json.loads(f"{head}}}}}")
    return json_text({**body, "data": {"example": True, **body["data"]}})[:-2]
