"""A customer proposes changes of a version, or comments on it; its processor decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from services.agreements import events
from services.agreements.contract.namesakes import amended_members
from services.agreements.events import Event
from services.agreements.ledger_entries import event
from services.agreements.model import proposals
from services.agreements.model.agreement import Agreement
from services.agreements.model.proposals import Answer, Comment, Proposal
from services.agreements.use_cases.offering import next_version, offering
from services.agreements.use_cases.parties import content_of
from services.agreements.use_cases.permissions import (
    NotAParty,
    Origin,
    acting_party,
    check_acts_as_processor,
    check_processor,
    visible,
)
from services.agreements.use_cases.saving import append_events, save
from services.agreements.wiring import Deps
from shared.auth import Caller
from shared.documents import to_document
from shared.mongo import Session
from shared.pagination import Page, PageRequest


def propose(
    deps: Deps, caller: Caller, origin: Origin, agreement_id: str, body: Mapping[str, Any]
) -> Proposal:
    """Propose, for the customer, changes of the version that was read. Nothing binds by it, and
    the offer stays. Raises what ``check_can_propose`` does, or ``ContentsContradict``."""
    members = {**body, "changes": to_document(body["changes"]),
               "comments": tuple(Comment(**each) for each in body["comments"])}  # fmt: skip

    def work(session: Session) -> Proposal:
        agreement = visible(deps, caller, agreement_id, session)
        if acting_party(caller, agreement) != "controller":
            raise NotAParty("Only the customer proposes; its processor amends.")
        undecided = deps.proposals.undecided(session, agreement_id)
        number = proposals.check_can_propose(agreement, body["document_sha256"], undecided)
        version = deps.versions.get(session, agreement_id, number)
        content_of(amended_members(version.content, members["changes"]))
        proposal = Proposal(
            **members, id=deps.new_id("prp"), agreement_id=agreement_id,
            processor_id=agreement.processor.id, version=number, at=deps.now(),
            client_id=origin.client_id, address=origin.address,
        )  # fmt: skip
        deps.proposals.add(session, proposal)
        told = _told(deps, session, events.PROPOSAL_MADE, agreement, proposal, proposal.text)
        append_events(deps, session, agreement, [told], caller.org_id)
        return proposal

    return deps.mongo.transact(work)


def accept(deps: Deps, caller: Caller, agreement_id: str, proposal_id: str) -> Proposal:
    """Offer the next version with what was proposed; both have to accept that.

    Raises ``ProposalDecided``, ``NothingToOffer``, or what stands against an amendment.
    """
    seen = visible(deps, caller, agreement_id)
    check_acts_as_processor(caller, seen)
    proposal = deps.proposals.get(None, agreement_id, proposal_id)
    base = deps.versions.get(None, agreement_id, proposal.version)
    content = content_of(amended_members(base.content, proposal.changes))
    version = next_version(deps, seen, content, caller.client_id)

    def work(session: Session) -> Proposal:
        before = visible(deps, caller, agreement_id, session)
        now = deps.proposals.get(session, agreement_id, proposal_id)
        after, told = offering(deps, version)(session, before)
        done = proposals.accepted(now, after)
        deps.proposals.put(session, done)
        answer = _told(deps, session, events.PROPOSAL_ANSWERED, after, done, "")
        save(deps, session, before, after, [answer, *told], caller.org_id)
        return done

    return deps.mongo.transact(work)


def answer(deps: Deps, caller: Caller, agreement_id: str, proposal_id: str, text: str) -> Proposal:
    """Say something to a proposal, without deciding it. Raises ``ProposalDecided``."""
    return _decided(deps, caller, (agreement_id, proposal_id), text, proposals.answered)


def decline(
    deps: Deps, caller: Caller, agreement_id: str, proposal_id: str, reason: str
) -> Proposal:
    """Decline a proposal; the offer stays as it was. Raises ``ProposalDecided``."""
    return _decided(deps, caller, (agreement_id, proposal_id), reason, proposals.declined)


def of_agreement(deps: Deps, caller: Caller, agreement_id: str, request: PageRequest) -> Page:
    """The proposals to an agreement, for both parties, the newest first."""
    agreement = visible(deps, caller, agreement_id)
    return deps.proposals.page({"agreement_id": agreement.id}, request)


def of_processor(deps: Deps, caller: Caller, state: str | None, request: PageRequest) -> Page:
    """The proposals to a processor, of one state or all, the newest first."""
    check_processor(caller)
    where = {"processor_id": caller.org_id, **({"state": state} if state else {})}
    return deps.proposals.page(where, request)


def _decided(
    deps: Deps,
    caller: Caller,
    ids: tuple[str, str],
    text: str,
    decide: Callable[[Proposal, Answer], Proposal],
) -> Proposal:
    def work(session: Session) -> Proposal:
        agreement = visible(deps, caller, ids[0], session)
        check_acts_as_processor(caller, agreement)
        word = Answer(text, deps.now(), caller.client_id)
        done = decide(deps.proposals.get(session, *ids), word)
        deps.proposals.put(session, done)
        told = _told(deps, session, events.PROPOSAL_ANSWERED, agreement, done, text)
        append_events(deps, session, agreement, [told], caller.org_id)
        return done

    return deps.mongo.transact(work)


def _told(
    deps: Deps, session: Session, kind: str, agreement: Agreement, proposal: Proposal, text: str
) -> Event:
    """The event of a step; what was written, and by whom, is confidential."""
    version = deps.versions.get(session, agreement.id, proposal.version)
    made = event(kind, agreement, version, text=text)
    by = {"name": proposal.name, "title": proposal.title}
    who = {"by": by} if kind == events.PROPOSAL_MADE else {}
    return replace(made, data={**made.data, "proposal": dict(proposals.told(proposal))},
                   private={**made.private, **who})  # fmt: skip
