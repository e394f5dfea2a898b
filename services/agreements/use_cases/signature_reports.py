"""What signature providers report: a version was signed there, declined, or not signed in time.

What a provider says is its processor's word (decision 0097): it binds the processor at once, and
its customer once that has accepted here, or confirms the file as it would a paper.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from services.agreements import events
from services.agreements.model.agreement import Agreement, Paper, Version
from services.agreements.model.life import DocumentOutdated
from services.agreements.model.outside_signatures import (
    NoSignatureProvider,
    SignatureRequest,
    Signed,
    own_acceptance,
    paper_of,
    reported,
)
from services.agreements.model.papers import uploaded
from services.agreements.use_cases.documents import keep_executed
from services.agreements.use_cases.imports import LARGEST_PDF, NotAPdf, check_pdf
from services.agreements.use_cases.parties import party
from services.agreements.use_cases.saving import Outcome, check_no_overlap, save
from services.agreements.use_cases.signature_requests import secret_of
from services.agreements.use_cases.signing import accepted_by, paper_event
from services.agreements.wiring import Deps
from shared.documents import from_wire
from shared.errors import Unauthenticated, problem_at
from shared.mongo import Session, afterwards
from shared.webhook_signing import is_signed


def check_signature(deps: Deps, request_id: str, headers: Mapping[str, str], raw: bytes) -> None:
    """Raises ``NotFound``, or ``Unauthenticated`` unless the provider signed ``raw`` just now."""
    request = deps.signature_requests.get(None, request_id)
    try:
        secret = secret_of(deps, deps.signature_providers.get(request.processor_id))
    except NoSignatureProvider:
        secret = None
    if secret is None or not is_signed(headers, raw, [secret], deps.now()):
        raise Unauthenticated("Sign the report by the secret of the provider, with today's time.")


def take(
    deps: Deps, request_id: str, report_sha256: str, body: Mapping[str, Any]
) -> SignatureRequest:
    """Take in a report; the same again changes nothing and is answered alike.

    ``report_sha256``: of the whole body. Raises ``DocumentOutdated``, ``SignatureRequestOver``,
    ``NotAPdf``, ``PaperWaits``, ``AgreementOverlaps``, or ``Invalid``.
    """
    seen = deps.signature_requests.get(None, request_id)
    if seen.report_sha256 == report_sha256:
        return seen
    _check_about(seen, body)
    reported(seen.state, body["status"])
    pdf_sha256 = _kept_evidence(deps, seen, body) if body["status"] == "signed" else None

    def work(session: Session) -> tuple[SignatureRequest, Agreement | None]:
        request = deps.signature_requests.get(session, request_id)
        if request.report_sha256 == report_sha256:
            return request, None
        settled = replace(request, state=reported(request.state, body["status"]),
                          settled_at=deps.now(), report_sha256=report_sha256)  # fmt: skip
        deps.signature_requests.put(session, settled)
        signed = [from_wire(Signed, each) for each in body["signed"]]
        bound = _sign(deps, session, request, signed, pdf_sha256) if pdf_sha256 else None
        return settled, bound

    settled, after = deps.mongo.transact(work)
    if after is not None:
        afterwards(lambda: keep_executed(deps, after))
    return settled


def _check_about(request: SignatureRequest, body: Mapping[str, Any]) -> None:
    """The address is not signed, so the body names the request: one is no answer to another."""
    if body["request_id"] != request.id:
        raise problem_at("/request_id", "other-request", "The report is about another request.")
    if body["document_sha256"] != request.document_sha256:
        raise DocumentOutdated(context={"document_sha256": request.document_sha256})


def _kept_evidence(deps: Deps, request: SignatureRequest, body: Mapping[str, Any]) -> str:
    """Store the PDF that shows the signatures, with the agreement; its SHA-256."""
    if not (body["signed"] and body["evidence"]):
        raise problem_at("/evidence", "evidence-missing", "Send who signed, and the signed PDF.")
    try:
        pdf = b64decode(body["evidence"], validate=True)
    except (Error, ValueError) as error:
        raise NotAPdf("The evidence is no base64.") from error
    if len(pdf) > LARGEST_PDF:
        raise NotAPdf("The evidence is larger than 16 MiB.")
    check_pdf(pdf)
    return deps.files.add(request.agreement_id, pdf, deps.now())


def _sign(
    deps: Deps, session: Session, request: SignatureRequest, signed: Sequence[Signed], sha256: str
) -> Agreement:
    before = deps.agreements.get(session, request.agreement_id)
    version = deps.versions.get(session, before.id, request.version)
    paper = paper_of(before, request, signed, sha256, deps.now())
    waiting = uploaded(before, paper)
    if before.accepted_by("controller", request.version):
        after, told = _bound(deps, session, before, version, paper)
    else:
        after, told = waiting, [paper_event(events.PAPER_UPLOADED, waiting, version)]
    return save(deps, session, before, after, told, request.processor_id)


def _bound(
    deps: Deps, session: Session, before: Agreement, version: Version, paper: Paper
) -> Outcome:
    """The customer has accepted here: the processor's signature is the last one."""
    customer = None if before.binding else party(deps, before.customer_id)
    known = replace(before, controller=customer) if customer else before
    check_no_overlap(deps, session, known, version)
    return accepted_by(replace(before, paper=paper), version, own_acceptance(paper), customer)
