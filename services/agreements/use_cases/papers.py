"""A version that was signed on paper: uploaded by one side, confirmed or refused by the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.agreements import events
from services.agreements.contract.contents import Party
from services.agreements.events import Event
from services.agreements.ledger_entries import linked
from services.agreements.model import papers
from services.agreements.model.agreement import (
    Acceptance,
    Agreement,
    Paper,
    PaperSignatory,
    Refusal,
    Version,
)
from services.agreements.model.document import check_complete
from services.agreements.use_cases.documents import keep_executed
from services.agreements.use_cases.imports import check_pdf
from services.agreements.use_cases.parties import party
from services.agreements.use_cases.permissions import Origin, acting_party, visible
from services.agreements.use_cases.saving import Outcome, apply_step, check_no_overlap
from services.agreements.use_cases.signing import accepted_by, paper_event
from services.agreements.wiring import Deps
from shared.auth import Caller
from shared.errors import NotFound, problem_at
from shared.mongo import Session, afterwards


def add_file(deps: Deps, caller: Caller, agreement_id: str, body: bytes) -> Mapping[str, Any]:
    """Store the PDF of what was signed on paper; its SHA-256 is what an upload names it by.

    Raises ``NotAPdf``.
    """
    agreement = visible(deps, caller, agreement_id)
    acting_party(caller, agreement)
    check_pdf(body)
    return {"sha256": deps.files.add(agreement.id, body, deps.now()), "bytes": len(body)}


def upload(
    deps: Deps, caller: Caller, origin: Origin, agreement_id: str, body: Mapping[str, Any]
) -> Agreement:
    """Say that the version on offer was signed on paper, as this PDF; the other side confirms."""
    visible(deps, caller, agreement_id)
    if not deps.files.has(agreement_id, body["pdf_sha256"]):
        raise problem_at("/pdf_sha256", "unknown-file", "Send the PDF first, to …/paper/file.")
    told = {**body, "signatories": tuple(PaperSignatory(**each) for each in body["signatories"])}

    def step(session: Session, agreement: Agreement) -> Outcome:
        number = agreement.offer.version if agreement.offer else agreement.version
        paper = Paper(
            **told, party=acting_party(caller, agreement), org_id=caller.org_id, version=number,
            at=deps.now(), client_id=origin.client_id, address=origin.address,
        )  # fmt: skip
        after = papers.uploaded(agreement, paper)
        version = deps.versions.get(session, agreement.id, number)
        check_complete(version)
        return after, [paper_event(events.PAPER_UPLOADED, after, version)]

    return apply_step(deps, caller, agreement_id, step)


def confirm(
    deps: Deps, caller: Caller, origin: Origin, agreement_id: str, body: Mapping[str, Any]
) -> Agreement:
    """Confirm, for the other side, that this PDF was signed: it binds as if both had accepted."""
    seen = visible(deps, caller, agreement_id)
    acting = acting_party(caller, seen)
    uploaded = papers.of_other_side(seen, acting)
    customer_id = caller.org_id if acting == "controller" else uploaded.org_id
    customer = None if seen.binding else party(deps, customer_id)

    def step(session: Session, agreement: Agreement) -> Outcome:
        waiting = papers.of_other_side(agreement, acting)
        version = deps.versions.get(session, agreement.id, waiting.version)
        word = _word(deps, origin, acting, body, version)
        paper = papers.confirmed(agreement, version, word, body["pdf_sha256"])
        is_entered = customer_id == agreement.controller.id
        known = replace(agreement, addressed_to=None) if is_entered else agreement
        check_no_overlap(deps, session, replace(known, controller=customer or known.controller),
                         version)  # fmt: skip
        return _signed(replace(known, paper=paper), version, paper, customer)

    after = apply_step(deps, caller, agreement_id, step)
    afterwards(lambda: keep_executed(deps, after))
    return after


def refuse(
    deps: Deps, caller: Caller, origin: Origin, agreement_id: str, body: Mapping[str, Any]
) -> Agreement:
    """Say, for the other side, that this was not signed. The offer stays as it was."""
    reason, by = body["reason"], linked(origin.client_id, body["by"] or {})

    def step(session: Session, agreement: Agreement) -> Outcome:
        number = agreement.offer.version if agreement.offer else agreement.version
        refusal = Refusal(acting_party(caller, agreement), number, reason, deps.now())
        after = papers.refused(agreement, refusal)
        version = deps.versions.get(session, agreement.id, number)
        return after, [paper_event(events.PAPER_REFUSED, after, version, reason=reason, **by)]

    return apply_step(deps, caller, agreement_id, step)


def file(deps: Deps, caller: Caller, agreement_id: str) -> tuple[bytes, str]:
    """The PDF that was uploaded last, for both parties, with its SHA-256. Raises ``NotFound``."""
    paper = visible(deps, caller, agreement_id).paper
    if paper is None:
        raise NotFound("There is no paper of this agreement.")
    return deps.files.read(agreement_id, paper.pdf_sha256), paper.pdf_sha256


def _signed(before: Agreement, version: Version, paper: Paper, customer: Party | None) -> Outcome:
    """All acceptances of the paper as one step, saved as one revision."""
    after, told = before, list[Event]()
    for acceptance in papers.signatures(before, paper):
        after, more = accepted_by(after, version, acceptance, customer)
        told.extend(more)
    return replace(after, revision=before.revision + 1), told


def _word(
    deps: Deps, origin: Origin, party: str, body: Mapping[str, Any], version: Version
) -> Acceptance:
    return Acceptance(
        party=party, name=body["name"], title=body["title"], email=body["email"], at=deps.now(),
        version=version.version, document_sha256=version.document_sha256,
        client_id=origin.client_id, address=origin.address, method=papers.PAPER,
        evidence_sha256=body["pdf_sha256"],
    )  # fmt: skip
