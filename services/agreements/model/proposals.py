"""What a customer proposes to change in a version, or says of its sections; nothing binds by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from services.agreements.model.agreement import Agreement
from services.agreements.model.life import DocumentOutdated, NotAmendable, check_amendable
from shared.errors import Conflict, TooManyRequests

OPEN, ANSWERED, ACCEPTED, DECLINED = "open", "answered", "accepted", "declined"
STATES = (OPEN, ANSWERED, ACCEPTED, DECLINED)
UNDECIDED = (OPEN, ANSWERED)
MOST_UNDECIDED = 10


class TooManyProposals(TooManyRequests):
    """Ten of your proposals still wait for an answer; wait until one is decided."""

    code, retry_after = "too-many-proposals", 3_600


class ProposalDecided(Conflict):
    """This proposal has been accepted or declined already."""

    code = "proposal-decided"


class NothingToOffer(Conflict):
    """This proposal has comments alone; answer it, or amend the agreement yourself."""

    code = "nothing-to-offer"


@dataclass(frozen=True)
class Comment:
    """What is said of one section, or of the whole (no ``section``)."""

    text: str
    section: str | None = None


@dataclass(frozen=True)
class Answer:
    """What the processor said to a proposal."""

    text: str
    at: datetime
    client_id: str


@dataclass(frozen=True)
class Proposal:
    """``changes``: members as in an amendment. ``offered``: the version that was offered with them.
    ``name``, ``title``, ``email``: of the person who proposes."""

    id: str
    agreement_id: str
    processor_id: str
    version: int
    document_sha256: str
    name: str
    title: str
    email: str
    at: datetime
    client_id: str
    address: str | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    comments: tuple[Comment, ...] = ()
    state: str = OPEN
    answers: tuple[Answer, ...] = ()
    offered: int | None = None

    @property
    def text(self) -> str:
        """Its comments as one text, and the names of the members that it would change."""
        said = [f"{each.section}: {each.text}" if each.section else each.text
                for each in self.comments]  # fmt: skip
        changed = ", ".join(sorted(self.changes))
        return "\n".join([*said, *([changed] if changed else [])])


def check_can_propose(agreement: Agreement, document_sha256: str, undecided: int) -> int:
    """The version that a proposal is about: the one on offer, else the one that binds.

    Raises ``NotAmendable``, ``TerminationScheduled``, ``AmendmentScheduled``, ``DocumentOutdated``
    or ``TooManyProposals``.
    """
    check_amendable(agreement)
    offer = agreement.offer
    number = offer.version if offer else agreement.version
    right = offer.document_sha256 if offer else agreement.document_sha256
    if document_sha256 != right:
        raise DocumentOutdated(context={"version": number, "document_sha256": right})
    if undecided >= MOST_UNDECIDED:
        raise TooManyProposals
    return number


def accepted(proposal: Proposal, agreement: Agreement) -> Proposal:
    """With a next version of ``agreement`` on offer. Raises ``ProposalDecided``, ``NotAmendable``
    or ``NothingToOffer``."""
    _check_undecided(proposal)
    if not proposal.changes:
        raise NothingToOffer
    if agreement.offer is None:
        raise NotAmendable
    return replace(proposal, state=ACCEPTED, offered=agreement.offer.version)


def answered(proposal: Proposal, answer: Answer) -> Proposal:
    """With words for it; it can still be accepted or declined. Raises ``ProposalDecided``."""
    _check_undecided(proposal)
    return replace(proposal, state=ANSWERED, answers=(*proposal.answers, answer))


def declined(proposal: Proposal, answer: Answer) -> Proposal:
    """With the reason; the offer stays as it was. Raises ``ProposalDecided``."""
    _check_undecided(proposal)
    return replace(proposal, state=DECLINED, answers=(*proposal.answers, answer))


def told(proposal: Proposal) -> Mapping[str, Any]:
    """What messages say of it, beside the words."""
    return {"id": proposal.id, "state": proposal.state, "version": proposal.version}


def _check_undecided(proposal: Proposal) -> None:
    if proposal.state not in UNDECIDED:
        raise ProposalDecided(f"It is {proposal.state}.")
