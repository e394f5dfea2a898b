"""Give a customer the document evidence of an entry, and note in the ledger that it asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from services.registry import events, ledger_entries
from services.registry.model.assessments import (
    MOST_REQUESTS,
    REQUESTS_WITHIN,
    Assessment,
    EvidenceAskedOften,
    EvidenceRequest,
    names_record,
)
from services.registry.model.files import KeptFile
from services.registry.model.register import EntryUnknown, Register, Row
from services.registry.transfers import known_evidence
from services.registry.use_cases.assessment_views import assessment_view
from services.registry.use_cases.jurisdiction import law_of
from services.registry.use_cases.permissions import own_register
from services.registry.use_cases.readers import CUSTOMERS, Reader, reader_of
from services.registry.wiring import Deps
from shared import disclosure
from shared.auth import Caller
from shared.documents import to_document
from shared.errors import NotFound
from shared.hash_chain import entry_hash
from shared.mongo import Session
from shared.pagination import Page, PageRequest
from shared.times import format_instant

ON_REQUEST = disclosure.shape("assessment", "on request")
MECHANISM = CUSTOMERS["locations"][0]["mechanisms"][0]
PLACE = ("country", "region", "organisation", "kind")


def ask(deps: Deps, caller: Caller, sub_id: str) -> dict[str, Any]:
    """The evidence of an entry that serves, or is about to serve, this customer.

    Each request is a ledger entry. Raises ``EntryUnknown`` for everybody whom the entry does not
    concern: a stranger, a former customer, one that is excluded from it or has other products;
    ``EvidenceAskedOften``.
    """
    register, rows = _concerning(deps, caller, sub_id)
    _check_seldom(deps, register, caller)
    given = tuple(_given(deps, register, rows))
    request = EvidenceRequest(
        id=deps.new_id("evr"),
        processor_id=register.id,
        controller_id=caller.org_id,
        sub_processor_id=sub_id,
        legal_name=rows[0].content["legal_name"],
        requested_at=deps.now(),
        given=given,
    )
    assessments = _assessments(deps, request)
    public, private = ledger_entries.evidence_given(register, request, _digests(deps, assessments))

    def work(session: Session) -> None:
        deps.stores.evidence_requests.add(request, session)
        deps.ledger.append_confidential(
            session,
            register.stream,
            events.EVIDENCE_GIVEN,
            public,
            about=request.id,
            at=request.requested_at,
            actor=caller.client_id,
            private=private,
        )

    deps.mongo.transact(work)
    return _view(deps, request, assessments)


def read(deps: Deps, caller: Caller, request_id: str) -> dict[str, Any]:
    """What a request was given, for the customer that asked while an agreement binds the two."""
    request = _customers_own(deps, caller, request_id)
    return _view(deps, request, _assessments(deps, request))


def file_of(deps: Deps, caller: Caller, request_id: str, file_id: str) -> KeptFile:
    """A file that a request was given. Raises ``NotFound`` for any other."""
    request = _customers_own(deps, caller, request_id)
    named = {each.file_id for each in _assessments(deps, request)}
    if file_id not in named:
        raise NotFound("There is no such file.")
    return deps.stores.files.get(file_id)


def by_customer(deps: Deps, caller: Caller, request: PageRequest) -> Page:
    """The requests of a customer, those to vendors that it left among them, by name alone."""
    return deps.stores.evidence_requests.page({"controller_id": caller.org_id}, request)


def to_vendor(deps: Deps, caller: Caller, slug: str, request: PageRequest) -> Page:
    register = own_register(deps, caller, slug)
    return deps.stores.evidence_requests.page({"processor_id": register.id}, request)


def _check_seldom(deps: Deps, register: Register, caller: Caller) -> None:
    since = deps.now() - REQUESTS_WITHIN
    requests = deps.stores.evidence_requests
    if requests.since(register.id, caller.org_id, since, MOST_REQUESTS) >= MOST_REQUESTS:
        raise EvidenceAskedOften


def _concerning(deps: Deps, caller: Caller, sub_id: str) -> tuple[Register, list[Row]]:
    """The register, and the versions of the entry that serve this customer today or later."""
    rows = deps.stores.rows.of(sub_id)
    if not rows:
        raise EntryUnknown
    register = deps.stores.registers.get(rows[0].processor_id)
    reader = _bound_reader(deps, caller, register)
    if reader is None:
        raise EntryUnknown
    ahead = [row for row in rows if row.valid_to >= reader.today]
    own = reader.own(deps, ahead, reader.today)
    if not own:
        raise EntryUnknown
    return register, own


def _bound_reader(deps: Deps, caller: Caller, register: Register) -> Reader | None:
    """The caller as a customer under an agreement that binds today; None for anybody else."""
    try:
        reader = reader_of(deps, caller, register.slug)
    except NotFound:
        return None
    bonds = reader.relation.bonds if reader.relation else ()
    return reader if any(bond.in_force_on(reader.today) for bond in bonds) else None


def _customers_own(deps: Deps, caller: Caller, request_id: str) -> EvidenceRequest:
    request = deps.stores.evidence_requests.get(request_id)
    register = deps.stores.registers.get(request.processor_id)
    is_own = request.controller_id == caller.org_id
    if not is_own or _bound_reader(deps, caller, register) is None:
        raise NotFound("There is no such request.")
    return request


def _given(deps: Deps, register: Register, rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    instruments = law_of(deps, register).instruments
    for row in rows:
        for place in known_evidence(row.content, instruments)["locations"]:
            for mechanism in place["mechanisms"]:
                shown = disclosure.shown(mechanism, MECHANISM)
                reference = shown.get("evidence", {}).get("tia_reference")
                yield {
                    "version": row.version,
                    "valid_from": row.valid_from.isoformat(),
                    "place": {name: place.get(name) for name in PLACE},
                    "instrument_id": mechanism["instrument_id"],
                    "role": mechanism["role"],
                    "evidence": shown.get("evidence", {}),
                    "assessment_id": reference if names_record(reference) else None,
                }


def _assessments(deps: Deps, request: EvidenceRequest) -> list[Assessment]:
    found = deps.stores.assessments.among(request.processor_id, request.assessment_ids)
    return [found[each] for each in request.assessment_ids if each in found]


def _digests(deps: Deps, assessments: Sequence[Assessment]) -> list[dict[str, Any]]:
    """What was given, so that it can be proven later: each record and each file by its SHA-256."""
    digests = []
    for assessment in assessments:
        file = deps.stores.files.get(assessment.file_id) if assessment.file_id else None
        digests.append(
            {
                "assessment_id": assessment.id,
                "sha256": _digest(assessment),
                "file_id": assessment.file_id,
                "file_sha256": file.sha256 if file else None,
            }
        )
    return digests


def _digest(assessment: Assessment) -> str:
    """That of the record as it is stored, in canonical form (RFC 8785)."""
    recorded_at = format_instant(assessment.recorded_at)
    return entry_hash({**to_document(assessment), "recorded_at": recorded_at})


def _view(
    deps: Deps, request: EvidenceRequest, assessments: Sequence[Assessment]
) -> dict[str, Any]:
    shown = [disclosure.shown(assessment_view(deps, each), ON_REQUEST) for each in assessments]
    return {**vars(request), "assessments": shown}
