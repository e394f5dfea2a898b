"""Taking over agreements that were signed elsewhere: the signed PDF, and its terms as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from services.agreements import events
from services.agreements.contract.contents import SIGNED_ELSEWHERE, Content, Party
from services.agreements.contract.wording import BUILT_IN, Template, check_language
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
from services.agreements.use_cases.saving import append_events, check_no_overlap, count_terms
from services.agreements.wiring import Deps
from shared.auth import Caller
from shared.done_days import check_done
from shared.errors import Conflict, DomainError, Invalid, Unavailable, problem_at
from shared.ids import derived_id
from shared.mongo import Session
from shared.pdfs import fault_of_beginning, fault_of_end

# The edge lets 17 MiB through (its `max_size`).
LARGEST_PDF = 16 * 1024 * 1024

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
    """Store a signed PDF; storing it again changes nothing. Raises ``NotAPdf``."""
    check_processor(caller)
    check_pdf(body)
    return {"sha256": deps.files.add(caller.org_id, body, deps.now()), "bytes": len(body)}


def file(deps: Deps, caller: Caller, sha256: str) -> bytes:
    """A signed PDF of the caller's own. Raises ``NotFound``."""
    return deps.files.read(caller.org_id, sha256)


def check_pdf(body: bytes) -> None:
    """Raises ``NotAPdf`` unless it begins and ends as a whole PDF does."""
    fault = fault_of_beginning(body) or fault_of_end(body)
    if fault:
        raise NotAPdf(fault)


def import_row(deps: Deps, caller: Caller, processor: Party, row: Row, import_id: str) -> None:
    """Import one line and settle it. A row is known by its ``reference``, the processor's own name
    for the agreement, so a file can be sent again."""
    outcome = _refused_or_known(deps, processor, row)
    try:
        if outcome is None:
            _import_with_retry(deps, caller, processor, row, import_id)
            return
    except Unavailable:
        raise
    except DomainError as refused:
        reference = row.cells.get("reference")
        outcome = Outcome(row.line, reference, REFUSED, errors=_reasons(refused))
    deps.imports.settle(None, import_id, outcome)


def _refused_or_known(deps: Deps, processor: Party, row: Row) -> Outcome | None:
    reference = row.cells.get("reference")
    if row.errors:
        return Outcome(row.line, reference, REFUSED, errors=row.errors)
    known = deps.agreements.find(None, derived_id("agr", processor.id, str(reference)))
    if known is None:
        return None
    return Outcome(row.line, reference, ALREADY, known.id, known.status)


def _import_with_retry(
    deps: Deps, caller: Caller, processor: Party, row: Row, import_id: str
) -> None:
    try:
        _import(deps, caller, processor, row, import_id)
    except RelationEnded:
        # Their last agreement has just ended, so the customer has to confirm this one.
        _import(deps, caller, processor, row, import_id)


def _import(deps: Deps, caller: Caller, processor: Party, row: Row, import_id: str) -> None:
    cells = row.cells
    agreement_id = derived_id("agr", processor.id, str(cells["reference"]))
    file = SignedFile(cells["reference"], cells["pdf_sha256"], cells["signed_on"])
    check_done({"/signed_on": file.signed_on}, deps.now())
    if not deps.files.has(processor.id, cells["pdf_sha256"]):
        raise problem_at("/pdf_sha256", "no-such-file", "Upload this PDF first.")
    if cells["controller"] in (processor.id, processor.slug):
        raise problem_at("/controller", "same-party", "A processor needs another controller.")
    customer = addressee_named(deps, processor.id, cells["controller"])
    parties = processor, named_party(customer.party, cells["party"])
    version = _version(deps, caller, parties, agreement_id, cells, file)
    agreement = _agreement(version, file, _signatures(version, cells, caller), customer)
    outcome = Outcome(row.line, file.reference, IMPORTED, agreement.id, agreement.status)
    kinds = events.IMPORTED, events.ACTIVATED if customer.is_related else events.TO_BE_CONFIRMED

    def work(session: Session) -> None:
        # A concurrent termination writes the same counts, so one of the two transactions repeats.
        if customer.is_related and not deps.agreements.related(session, agreement):
            raise RelationEnded
        check_no_overlap(deps, session, agreement, version)
        new_events = [event(kind, agreement, version) for kind in kinds]
        after, watermark = count_terms(deps, session, None, agreement, new_events)
        deps.versions.add(session, version)
        deps.agreements.add(session, after)
        append_events(deps, session, after, new_events, caller.org_id, watermark)
        deps.imports.settle(session, import_id, outcome)

    deps.mongo.transact(work)


def _agreement(
    version: Version, file: SignedFile, signed: tuple[Acceptance, ...], customer: Addressee
) -> Agreement:
    """It binds at once if another agreement binds the two already; else it must be confirmed."""
    agreement = signed_elsewhere.imported(version, file, signed)
    return (
        agreement
        if customer.is_related
        else signed_elsewhere.to_be_confirmed(agreement, customer.hidden_id)
    )


def _version(
    deps: Deps,
    caller: Caller,
    parties: tuple[Party, Party],
    agreement_id: str,
    cells: Mapping[str, Any],
    file: SignedFile,
) -> Version:
    signed = {"reference": file.reference, "sha256": file.sha256,
              "signed_on": file.signed_on.isoformat()}  # fmt: skip
    return make_version(
        agreement_id, 1, parties, _content(cells), TEMPLATE, at=deps.now(),
        by=caller.client_id, more={"signed_document": signed},
    )  # fmt: skip


def _content(cells: Mapping[str, Any]) -> Content:
    content = content_of({"template_id": SIGNED_ELSEWHERE, **cells["content"]})
    check_language(TEMPLATE, content.language)
    return content


def _signatures(
    version: Version, cells: Mapping[str, Any], caller: Caller
) -> tuple[Acceptance, ...]:
    """The two signatories of the paper. Only the day is known, so the time is midnight UTC."""
    signed_on: date = cells["signed_on"]
    return tuple(
        Acceptance(
            party=side, **cells[f"{side}_signatory"], at=datetime.combine(signed_on, time(), UTC),
            version=version.version, document_sha256=version.document_sha256,
            client_id=caller.client_id,
        )
        for side in PARTIES
    )  # fmt: skip


def _reasons(refused: DomainError) -> Sequence[Mapping[str, str]]:
    if isinstance(refused, Invalid) and refused.errors:
        return refused.errors
    more = {name: str(value) for name, value in (refused.context or {}).items()}
    return [{"pointer": "", "code": refused.code, "detail": refused.detail, **more}]
