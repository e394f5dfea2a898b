"""Ledger entries of an agreement: public part, and private part with persons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from services.agreements.contract.contents import Party, group_of, zone_apart
from services.agreements.contract.wording import Template
from services.agreements.events import ERASED, ROLL_OUT_OVER, Event
from services.agreements.model.agreement import Acceptance, Agreement, Version
from services.agreements.model.roll_outs import RollOut
from shared.times import format_instant

# How the portal names the client of an answer by link, before the id of the mail.
LINK = "link:"


def event(
    kind: str, agreement: Agreement, version: Version, *, related: bool = False, **private: Any
) -> Event:
    """The event of a step. ``agreement`` is given as it is after the step.

    ``related``: another agreement binds the two parties.
    """
    data = {**facts(agreement, version), "confirmed": related or agreement.confirmed}
    return Event(kind, data, {**persons(agreement, version), **private})


def linked(client_id: str, person: Mapping[str, Any]) -> dict[str, Any]:
    """The private member ``by`` of an answer by the link in a mail: name and title as the reader
    wrote them, and the mail. Nothing of an answer by any other client."""
    if not (person and client_id.startswith(LINK)):
        return {}
    who = {name: person[name] for name in ("name", "title")}
    return {"by": {**who, "mail_id": client_id.removeprefix(LINK)}}


def erasure(agreement: Agreement) -> Event:
    """The last entry of an agreement: it was erased. It names no person."""
    return Event(ERASED, {
        "agreement_id": agreement.id, "processor_id": agreement.processor.id,
        "status": agreement.status, "ended_on": str(agreement.ended_on),
        "document_sha256": agreement.document_sha256,
    }, {})  # fmt: skip


def roll_out_over(
    roll_out: RollOut, processor: Party, template: Template | None, counts: Mapping[str, int]
) -> Event:
    """The end of a roll-out, in numbers: it names no customer."""
    name = {"template_name": template.name} if template else {}
    return Event(ROLL_OUT_OVER, {
        "roll_out_id": roll_out.id, "status": roll_out.status, "processor": _name(processor),
        "template_id": roll_out.template_id, "counts": dict(counts),
    }, name)  # fmt: skip


def facts(agreement: Agreement, version: Version) -> dict[str, Any]:
    """The public part: no persons, no free text, no floats (RFC 8785)."""
    content = version.content
    group = group_of(content, zone_apart(agreement.processor, agreement.controller))
    return {
        "agreement_id": agreement.id,
        "version": version.version,
        "status": agreement.status,
        "processor": _name(version.processor),
        "controller": _name(agreement.controller),
        "products": list(content.products),
        "cover": agreement.cover.members(),
        "effective_from": content.effective_from.isoformat(),
        "ends_on": agreement.ends_on.isoformat() if agreement.ends_on else None,
        "authorisation": content.authorisation,
        "terms": group.terms.members(),
        "terms_key": group.key,
        "document_sha256": version.document_sha256,
    }


def persons(agreement: Agreement, version: Version) -> dict[str, Any]:
    """The private part: contacts, channels, language, who accepted ``version``, and whether the
    customer may ask for modifications of a change (RTS (EU) 2025/532 Art. 5)."""
    terms = version.content.notice_terms
    return {
        **({"modifications": True} if terms.remedy and "modify" in terms.remedy.then else {}),
        "contacts": [asdict(contact) for contact in terms.contacts],
        "channels": list(terms.ways),
        "language": version.content.language,
        "acceptances": [
            _signature(acceptance)
            for acceptance in agreement.acceptances
            if acceptance.version == version.version
        ],
    }


def _name(party: Party) -> Mapping[str, str]:
    return {"id": party.id, "slug": party.slug, "legal_name": party.legal_name}


def _signature(acceptance: Acceptance) -> Mapping[str, Any]:
    return {name: _written(value) for name, value in asdict(acceptance).items()}


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_instant(value)
    return value.isoformat() if isinstance(value, date) else value
