"""Confirming or declining an agreement that, its processor says, was signed elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.agreements import events
from services.agreements.events import Event
from services.agreements.ledger_entries import event, linked
from services.agreements.model import signed_elsewhere
from services.agreements.model.agreement import Acceptance, Agreement, Refusal
from services.agreements.model.life import DocumentOutdated
from services.agreements.use_cases.documents import keep_executed
from services.agreements.use_cases.parties import party
from services.agreements.use_cases.permissions import NotAParty, Origin, acting_party, visible
from services.agreements.use_cases.saving import apply_step, check_no_overlap
from services.agreements.wiring import Deps
from shared.auth import Caller
from shared.mongo import Session, afterwards

Outcome = tuple[Agreement, Sequence[Event]]
_READ = {
    "pdf_sha256": "It was signed as another PDF; read that before confirming.",
    "document_sha256": "Its PDF is not here; read its document, and send the hash of that.",
}


def confirm(
    deps: Deps, caller: Caller, origin: Origin, agreement_id: str, body: Mapping[str, Any]
) -> Agreement:
    """Confirm, for the customer, that it signed this PDF: from now on it binds both.

    Raises ``NotToBeConfirmed``, ``DocumentOutdated`` for another PDF, or ``AgreementOverlaps``.
    """
    seen = visible(deps, caller, agreement_id)
    if acting_party(caller, seen) != "controller":
        raise NotAParty("Only the customer can confirm it.")
    signed_elsewhere.check_to_be_confirmed(seen)
    _check_read(seen, body)
    customer = party(deps, caller.org_id)
    word = Acceptance(
        party="controller", name=body["name"], title=body["title"], email=body["email"],
        at=deps.now(), version=seen.version, document_sha256=seen.document_sha256,
        client_id=origin.client_id, address=origin.address,
    )  # fmt: skip

    def step(session: Session, agreement: Agreement) -> Outcome:
        after = signed_elsewhere.confirmed(agreement, word, customer)
        version = deps.versions.get(session, agreement.id, agreement.version)
        check_no_overlap(deps, session, after, version)
        by = linked(origin.client_id, body)
        confirmed = event(events.CONFIRMED, after, version, **by)
        return after, [confirmed, event(events.ACTIVATED, after, version)]

    after = apply_step(deps, caller, agreement_id, step)
    afterwards(lambda: keep_executed(deps, after))
    return after


def decline(
    deps: Deps, caller: Caller, origin: Origin, agreement_id: str, body: Mapping[str, Any]
) -> Agreement:
    """Decline an import, or take it back as its processor. Raises ``NotToBeConfirmed``."""
    reason, by = body["reason"], linked(origin.client_id, body["by"] or {})

    def step(session: Session, agreement: Agreement) -> Outcome:
        refusal = Refusal(acting_party(caller, agreement), agreement.version, reason, deps.now())
        after = signed_elsewhere.declined(agreement, refusal)
        version = deps.versions.get(session, agreement.id, agreement.version)
        return after, [event(events.DECLINED, after, version, reason=reason, **by)]

    return apply_step(deps, caller, agreement_id, step)


def _check_read(agreement: Agreement, body: Mapping[str, Any]) -> None:
    """That the customer has read the signed PDF, or where none is here, the document of its data.

    Raises ``DocumentOutdated``.
    """
    file = agreement.signed_file
    if file is None:
        return
    name = "pdf_sha256" if file.sha256 else "document_sha256"
    right = file.sha256 or agreement.document_sha256
    if body.get(name) != right:
        raise DocumentOutdated(_READ[name], context={name: right})
