"""Answering an offer: accept or reject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.agreements import events
from services.agreements.contract.contents import Party
from services.agreements.ledger_entries import event, linked
from services.agreements.model import life
from services.agreements.model.agreement import Acceptance, Agreement, Refusal, Version
from services.agreements.model.document import check_complete, make_version, read
from services.agreements.model.life import DocumentOutdated
from services.agreements.use_cases.documents import keep_executed
from services.agreements.use_cases.offering import offering
from services.agreements.use_cases.parties import (
    party,
    template_of,
)
from services.agreements.use_cases.permissions import (
    Origin,
    acting_party,
    visible,
)
from services.agreements.use_cases.saving import Outcome, apply_step, check_no_overlap
from services.agreements.use_cases.signing import accepted_by
from services.agreements.wiring import Deps
from shared.auth import Caller
from shared.mongo import Session, afterwards


def accept(
    deps: Deps, caller: Caller, origin: Origin, agreement_id: str, body: Mapping[str, Any]
) -> Agreement:
    """Accept the version on offer for the caller's party; it binds once both have accepted.

    Raises ``DocumentOutdated`` if the register has changed since the document was made; a version
    with today's list is then on offer; ``DocumentIncomplete`` if an annex has open points.
    """
    if renewed := renew_offer_if_register_moved(deps, caller, agreement_id, body):
        raise _outdated(renewed)
    customer = _customer_to_bind(deps, caller, agreement_id)

    def step(session: Session, agreement: Agreement) -> Outcome:
        acting = acting_party(caller, agreement)
        answered = _answered_by(agreement, caller, acting)
        on_offer = life.offer_to_accept(answered, acting, body["document_sha256"])
        version = deps.versions.get(session, agreement.id, on_offer.version)
        check_complete(version)
        bound = replace(answered, controller=customer) if customer else answered
        check_no_overlap(deps, session, bound, version)
        signed = _signed(deps, origin, acting, body, version)
        return accepted_by(answered, version, signed, customer)

    after = apply_step(deps, caller, agreement_id, step)
    afterwards(lambda: keep_executed(deps, after))
    return after


def reject(
    deps: Deps, caller: Caller, origin: Origin, agreement_id: str, body: Mapping[str, Any]
) -> Agreement:
    """Turn down, or take back, the version on offer. What binds goes on binding."""
    reason, by = body["reason"], linked(origin.client_id, body["by"] or {})

    def step(session: Session, agreement: Agreement) -> Outcome:
        refusal = Refusal(
            acting_party(caller, agreement), agreement.latest_version, reason, deps.now()
        )
        after = life.rejected(agreement, refusal)
        version = deps.versions.get(session, agreement.id, agreement.latest_version)
        return after, [event(events.REJECTED, after, version, reason=reason, **by)]

    return apply_step(deps, caller, agreement_id, step)


def _customer_to_bind(deps: Deps, caller: Caller, agreement_id: str) -> Party | None:
    """The customer's details from identity, if this acceptance makes the agreement binding."""
    seen = visible(deps, caller, agreement_id)
    other = "controller" if acting_party(caller, seen) == "processor" else "processor"
    last = seen.offer and seen.accepted_by(other, seen.offer.version)
    customer_id = caller.org_id if other == "processor" else seen.customer_id
    return party(deps, customer_id) if last and not seen.binding else None


def _answered_by(agreement: Agreement, caller: Caller, acting: str) -> Agreement:
    """The agreement with the customer that answers it: of the two that may, the other drops out."""
    is_entered = acting == "controller" and caller.org_id == agreement.controller.id
    return replace(agreement, addressed_to=None) if is_entered else agreement


def _signed(
    deps: Deps, origin: Origin, acting: str, body: Mapping[str, Any], version: Version
) -> Acceptance:
    return Acceptance(
        party=acting, name=body["name"], title=body["title"], email=body["email"], at=deps.now(),
        version=version.version, document_sha256=version.document_sha256,
        client_id=origin.client_id, address=origin.address,
    )  # fmt: skip


def renew_offer_if_register_moved(
    deps: Deps, caller: Caller, agreement_id: str, body: Mapping[str, Any]
) -> Version | None:
    """Offer the next version if the register is no longer the one that the document lists.

    Returns that version, or None if the document on offer is still true.
    """
    seen = visible(deps, caller, agreement_id)
    acting = acting_party(caller, seen)
    on_offer = life.offer_to_accept(seen, acting, body["document_sha256"])
    version = deps.versions.get(None, seen.id, on_offer.version)
    annex = deps.annex(version.processor.slug, version.content)
    listed = read(version).get("sub_processors")
    if seen.accepted_by(acting, version.version) or annex.matches(listed):
        return None
    amends = deps.versions.get(None, seen.id, seen.version) if seen.binding else None
    template = template_of(deps, seen.processor.id, version.content)
    renewed = make_version(
        seen.id, seen.latest_version + 1, (version.processor, version.controller),
        version.content, template, at=deps.now(), by=caller.client_id, annex=annex, amends=amends,
        official=deps.official(template, version.content),
    )  # fmt: skip
    # Committed by itself: the refusal that follows must not take it back, and the request's
    # Idempotency-Key stays free for the acceptance.
    step = offering(deps, renewed, on_offer.roll_out)
    apply_step(deps, caller, agreement_id, step, companions=False)
    return renewed


def _outdated(renewed: Version) -> DocumentOutdated:
    return DocumentOutdated(
        "The list of sub-processors has changed since; read the new version and accept that.",
        context={"version": renewed.version, "document_sha256": renewed.document_sha256},
    )
