"""The routes of what customers propose to change in an agreement."""

from __future__ import annotations

from typing import Any

from services.agreements.api.context import deps, origin, page_request
from services.agreements.model.proposals import Proposal
from services.agreements.schemas.agreements import Rejection
from services.agreements.schemas.proposals import (
    NewAnswer,
    NewProposal,
    ProposalPage,
    ProposalQuery,
    ProposalShape,
)
from services.agreements.use_cases import proposals
from shared.auth import caller, requires
from shared.headers import located
from shared.openapi import Blueprint
from shared.pagination import Page
from shared.schemas import PageArgs

blp = Blueprint("proposals", __name__, url_prefix="/v1", description="Proposals of customers")
ONE = "/agreements/<agreement_id>/proposals/<proposal_id>"


@blp.route("/agreements/<agreement_id>/proposals", methods=["POST"])
@requires("agreements:accept")
@blp.arguments(NewProposal)
@blp.response(201, ProposalShape)
@blp.alt_response(409, "CONFLICT")
def propose(body: dict[str, Any], agreement_id: str) -> Any:
    """The customer proposes changes of the version it has read, or comments on its sections."""
    made = proposals.propose(deps(), caller(), origin(caller()), agreement_id, body)
    return made, located(f"/agreements/{agreement_id}/proposals")


@blp.route("/agreements/<agreement_id>/proposals")
@requires("agreements:read")
@blp.arguments(PageArgs, location="query")
@blp.response(200, ProposalPage)
@blp.alt_response(404, "NOT_FOUND")
def of_agreement(query: dict[str, Any], agreement_id: str) -> Page:
    """What was proposed to this agreement, the newest first, with the processor's answers."""
    return proposals.of_agreement(deps(), caller(), agreement_id, page_request(query))


@blp.route("/proposals")
@requires("agreements:read")
@blp.arguments(ProposalQuery, location="query")
@blp.response(200, ProposalPage)
def of_processor(query: dict[str, Any]) -> Page:
    """What your customers propose, the newest first; ``?state=open`` waits for you."""
    state = query["state"]
    return proposals.of_processor(deps(), caller(), state, page_request(query))


@blp.route(f"{ONE}/accept", methods=["POST"])
@requires("agreements:write")
@blp.response(200, ProposalShape)
@blp.alt_response(409, "CONFLICT")
def accept(agreement_id: str, proposal_id: str) -> Proposal:
    """Offer the next version with the proposed changes; both have to accept that one."""
    return proposals.accept(deps(), caller(), agreement_id, proposal_id)


@blp.route(f"{ONE}/answer", methods=["POST"])
@requires("agreements:write")
@blp.arguments(NewAnswer)
@blp.response(200, ProposalShape)
@blp.alt_response(409, "CONFLICT")
def answer(body: dict[str, Any], agreement_id: str, proposal_id: str) -> Proposal:
    """Say something to it; the customer is told, and it can still be accepted or declined."""
    return proposals.answer(deps(), caller(), agreement_id, proposal_id, body["text"])


@blp.route(f"{ONE}/decline", methods=["POST"])
@requires("agreements:write")
@blp.arguments(Rejection)
@blp.response(200, ProposalShape)
@blp.alt_response(409, "CONFLICT")
def decline(body: dict[str, Any], agreement_id: str, proposal_id: str) -> Proposal:
    """Decline it with a reason; the offer stays as it was."""
    return proposals.decline(deps(), caller(), agreement_id, proposal_id, body["reason"])
