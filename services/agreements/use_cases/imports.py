"""Taking over agreements that were signed elsewhere: the signed PDF, and its terms as data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from services.agreements import events
from services.agreements.contract.contents import SIGNED_ELSEWHERE, Content, Party
from services.agreements.contract.wording import BUILT_IN, Template
from services.agreements.ledger_entries import event
from services.agreements.model import signed_elsewhere
from services.agreements.model.agreement import PARTIES, Acceptance, Agreement, SignedFile, Version
from services.agreements.model.document import make_version
from services.agreements.model.imports import ALREADY, IMPORTED, REFUSED, Outcome, Row
from services.agreements.use_cases.parties import (
    Addressee,
    addressee_named,
    content_of,
    named_party,
)
from services.agreements.use_cases.permissions import check_processor
from services.agreements.use_cases.saving import check_no_other_in_force, counted, tell
from services.agreements.wiring import Deps
from shared.auth import Caller
from shared.errors import Conflict, DomainError, Invalid, Unavailable, problem_at
from shared.ids import derived_id
from shared.mongo import Session

# The edge lets 17 MiB through (its `max_size`).
LARGEST_PDF = 16 * 1024 * 1024
PDF_BEGINS = re.compile(rb"%PDF-[12]\.\d")
# A reader looks for these within the first and the last kilobyte (ISO 32000-1, Annex H.3).
WITHIN = 1024

TEMPLATE = Template(
    id=SIGNED_ELSEWHERE, owner=BUILT_IN, name="Signed elsewhere", kind="signed-elsewhere",
    reference=None, sections=(), created_at=datetime(2026, 11, 1, tzinfo=UTC),
)  # fmt: skip


class RelationEnded(Conflict):
    """The last agreement with this customer ended while this one was imported; send it again."""

    code = "relation-ended"


class NotAPdf(Invalid):
    """The file is not a whole PDF."""

    code = "not-a-pdf"


def add_file(deps: Deps, caller: Caller, body: bytes) -> Mapping[str, Any]:
    """Keep a signed PDF. Raises ``NotAPdf``; the same file again changes nothing."""
    check_processor(caller)
    check_pdf(body)
    return {"sha256": deps.files.add(caller.org_id, body, deps.now()), "bytes": len(body)}


def check_pdf(body: bytes) -> None:
    """Raises ``NotAPdf`` unless it begins and ends as a whole PDF does."""
    if not PDF_BEGINS.search(body[:WITHIN]):
        raise NotAPdf("It does not begin as a PDF does.")
    tail = body[-WITHIN:]
    if b"%%EOF" not in tail or b"startxref" not in tail:
        raise NotAPdf("It is cut off: the end of the PDF is missing.")


def import_row(deps: Deps, caller: Caller, mine: Party, row: Row, import_id: str) -> None:
    """Import one line and settle it. A row is known by its ``reference``, the processor's own name
    for the agreement, so a file can be sent again."""
    outcome = _refused_or_known(deps, mine, row)
    try:
        if outcome is None:
            _import_anew_if_parted(deps, caller, mine, row, import_id)
            return
    except Unavailable:
        raise
    except DomainError as refused:
        reference = row.told.get("reference")
        outcome = Outcome(row.line, reference, REFUSED, errors=_reasons(refused))
    deps.imports.settle(None, import_id, outcome)


def _refused_or_known(deps: Deps, mine: Party, row: Row) -> Outcome | None:
    reference = row.told.get("reference")
    if row.errors:
        return Outcome(row.line, reference, REFUSED, errors=row.errors)
    known = deps.agreements.find(None, derived_id("agr", mine.id, str(reference)))
    if known is None:
        return None
    return Outcome(row.line, reference, ALREADY, known.id, known.status)


def _import_anew_if_parted(
    deps: Deps, caller: Caller, mine: Party, row: Row, import_id: str
) -> None:
    try:
        _import(deps, caller, mine, row, import_id)
    except RelationEnded:
        # Who the customer is to this processor is asked anew: it has to confirm this one now.
        _import(deps, caller, mine, row, import_id)


def _import(deps: Deps, caller: Caller, mine: Party, row: Row, import_id: str) -> None:
    told = row.told
    agreement_id = derived_id("agr", mine.id, str(told["reference"]))
    file = SignedFile(told["reference"], told["pdf_sha256"], told["signed_on"])
    if not deps.files.has(mine.id, file.sha256):
        raise problem_at("/pdf_sha256", "no-such-file", "Upload this PDF first.")
    if told["controller"] in (mine.id, mine.slug):
        raise problem_at("/controller", "same-party", "A processor needs another controller.")
    theirs = addressee_named(deps, mine.id, told["controller"])
    parties = mine, named_party(theirs.party, told["party"])
    version = _version(deps, caller, parties, agreement_id, told, file)
    agreement = _agreement(version, file, _signatures(version, told, caller), theirs)
    outcome = Outcome(row.line, file.reference, IMPORTED, agreement.id, agreement.status)
    kinds = events.IMPORTED, events.ACTIVATED if theirs.is_related else events.TO_BE_CONFIRMED

    def work(session: Session) -> None:
        # A termination at this moment writes what this import counts, so one of them repeats.
        if theirs.is_related and not deps.agreements.related(session, agreement):
            raise RelationEnded
        check_no_other_in_force(deps, session, agreement, version)
        happened = [event(kind, agreement, version) for kind in kinds]
        after, watermark = counted(deps, session, None, agreement, happened)
        deps.versions.add(session, version)
        deps.agreements.add(session, after)
        tell(deps, session, after, happened, caller.org_id, watermark)
        deps.imports.settle(session, import_id, outcome)

    deps.mongo.transact(work)


def _agreement(
    version: Version, file: SignedFile, signed: tuple[Acceptance, ...], theirs: Addressee
) -> Agreement:
    """It binds at once only whom an agreement with this processor binds already."""
    agreement = signed_elsewhere.imported(version, file, signed)
    return (
        agreement
        if theirs.is_related
        else signed_elsewhere.to_be_confirmed(agreement, theirs.hidden_id)
    )


def _version(
    deps: Deps,
    caller: Caller,
    parties: tuple[Party, Party],
    agreement_id: str,
    told: Mapping[str, Any],
    file: SignedFile,
) -> Version:
    signed = {"reference": file.reference, "sha256": file.sha256,
              "signed_on": file.signed_on.isoformat()}  # fmt: skip
    return make_version(
        agreement_id, 1, parties, _content(told), TEMPLATE, at=deps.now(),
        by=caller.client_id, more={"signed_document": signed},
    )  # fmt: skip


def _content(told: Mapping[str, Any]) -> Content:
    return content_of({"template_id": SIGNED_ELSEWHERE, **told["content"]})


def _signatures(
    version: Version, told: Mapping[str, Any], caller: Caller
) -> tuple[Acceptance, ...]:
    """Who signed the paper, as the row tells it; the day is known, the hour is not."""
    signed_on: date = told["signed_on"]
    return tuple(
        Acceptance(
            party=side, **told[f"{side}_signatory"], at=datetime.combine(signed_on, time(), UTC),
            version=version.version, document_sha256=version.document_sha256,
            client_id=caller.client_id,
        )
        for side in PARTIES
    )  # fmt: skip


def _reasons(refused: DomainError) -> Sequence[Mapping[str, str]]:
    if isinstance(refused, Invalid) and refused.errors:
        return refused.errors
    more = {name: str(told) for name, told in (refused.context or {}).items()}
    return [{"pointer": "", "code": refused.code, "detail": refused.detail, **more}]
