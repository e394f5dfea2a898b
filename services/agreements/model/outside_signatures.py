"""A version that is signed at a vendor's signature provider: what was asked, what is reported.

The provider is the vendor's own, so its word is the vendor's word (decision 0097).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.agreements.model.agreement import (
    PARTIES,
    Acceptance,
    Agreement,
    Offer,
    Paper,
    PaperSignatory,
)
from services.agreements.model.life import DocumentOutdated, on_offer
from shared.errors import Conflict, NotFound, problem_at

METHOD = "signature-provider"
WAITING, SENT, UNSENT, REPLACED = "waiting", "sent", "unsent", "replaced"
REPORTS = ("signed", "declined", "expired")
STATES = (WAITING, SENT, UNSENT, REPLACED, *REPORTS)
# A provider that we could not reach may have taken the request all the same.
OPEN = (WAITING, SENT, UNSENT)
# How far a provider's clock may be ahead.
AHEAD = timedelta(minutes=5)


class NoSignatureProvider(NotFound):
    """No signature provider is set; set one by PUT."""

    code = "no-signature-provider"


class SignatureRequestOver(Conflict):
    """This request was answered otherwise or replaced; its vendor can ask again."""

    code = "signature-request-over"


@dataclass(frozen=True)
class SignatureProvider:
    """Where the processor ``id`` has agreements signed. ``sealed``: the secret of both ways."""

    id: str
    url: str
    display_url: str
    sealed: bytes = field(repr=False)
    set_at: datetime
    set_by: str


@dataclass(frozen=True)
class Signer:
    """The person who is asked to sign for ``party``."""

    party: str
    name: str
    email: str


@dataclass(frozen=True)
class Signed:
    """A signature as the provider reports it."""

    party: str
    name: str
    at: datetime
    title: str = ""


@dataclass(frozen=True)
class SignatureRequest:
    """``report_sha256``: of the body of the report that settled it, so that the same is known."""

    id: str
    agreement_id: str
    processor_id: str
    version: int
    document_sha256: str
    signers: tuple[Signer, ...]
    made_at: datetime
    client_id: str
    state: str = WAITING
    settled_at: datetime | None = None
    report_sha256: str | None = None


def sent(state: str) -> str:
    """The state once the provider has taken the request; a report may have been faster."""
    return SENT if state == WAITING else state


def given_up(state: str) -> str:
    """The state once nobody tries to send it any more."""
    return UNSENT if state == WAITING else state


def replaced(state: str) -> str:
    """The state once a newer request of the agreement was made."""
    return REPLACED if state in OPEN else state


def reported(state: str, report: str) -> str:
    """The state after a report, one of ``REPORTS``. Raises ``SignatureRequestOver``."""
    if state not in OPEN:
        raise SignatureRequestOver
    return report


def offer_to_sign(agreement: Agreement, signers: Sequence[Signer]) -> Offer:
    """The offer that ``signers`` are asked to sign: somebody for each party that has not accepted.

    Raises ``NotOffered`` or ``Invalid``.
    """
    offer = on_offer(agreement)
    if {each.party for each in signers} != set(agreement.missing(offer.version)):
        detail = "Name who signs for each party that has not accepted, and nobody else."
        raise problem_at("/signers", "signatory-missing", detail)
    return offer


def paper_of(
    agreement: Agreement,
    request: SignatureRequest,
    signed: Sequence[Signed],
    pdf_sha256: str,
    now: datetime,
) -> Paper:
    """What the provider reports as signed, as an upload of the processor.

    Raises ``NotOffered``, ``DocumentOutdated``, or ``Invalid`` where a party that has not accepted
    is not among ``signed``, or for a time to come.
    """
    if on_offer(agreement).document_sha256 != request.document_sha256:
        raise DocumentOutdated
    if set(agreement.missing(request.version)) - {each.party for each in signed}:
        raise problem_at("/signed", "signatory-missing", "A party has not signed yet.")
    if max(each.at for each in signed) > now + AHEAD:
        raise problem_at("/signed", "day-to-come", "A signature was made now or before.")
    people = {party: _signatory(agreement, request.version, party, signed) for party in PARTIES}
    own = people["processor"]
    return Paper(
        party="processor", org_id=request.processor_id, version=request.version,
        document_sha256=request.document_sha256, pdf_sha256=pdf_sha256,
        signed_on=min(max(each.at for each in signed), now).date(),
        signatories=tuple(people.values()), name=own.name, title=own.title,
        email=_email(agreement, request), at=now, client_id=f"{METHOD}:{request.id}",
        method=METHOD,
    )  # fmt: skip


def own_acceptance(paper: Paper) -> Acceptance:
    """The processor's acceptance by its own provider: it needs nobody's confirmation."""
    own = next(each for each in paper.signatories if each.party == paper.party)
    return Acceptance(
        party=paper.party, name=own.name, title=own.title, email=paper.email, at=paper.at,
        version=paper.version, document_sha256=paper.document_sha256, client_id=paper.client_id,
        method=paper.method, evidence_sha256=paper.pdf_sha256, signed_on=paper.signed_on,
    )  # fmt: skip


def _signatory(
    agreement: Agreement, version: int, party: str, signed: Sequence[Signed]
) -> PaperSignatory:
    """Who signed for ``party``: there, or here before."""
    here = (each for each in agreement.acceptances
            if (each.party, each.version) == (party, version))  # fmt: skip
    there = (each for each in signed if each.party == party)
    found = next(there, None) or next(here)
    return PaperSignatory(party, found.name, found.title)


def _email(agreement: Agreement, request: SignatureRequest) -> str:
    """The address of who signs for the processor, as it was asked or has accepted."""
    asked = [each.email for each in request.signers if each.party == "processor"]
    here = [each.email for each in agreement.acceptances
            if (each.party, each.version) == ("processor", request.version)]  # fmt: skip
    return (asked + here)[0]
