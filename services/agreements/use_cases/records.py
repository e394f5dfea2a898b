"""The record of processing (Art. 30(2) GDPR) of a processor, from its agreements and register."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from services.agreements.contract.annex import Annex, annex_from
from services.agreements.model.agreement import TO_BE_CONFIRMED, Agreement, Version
from services.agreements.model.dora import Contract, Row, register
from services.agreements.model.record import Line, line_of, version_on
from services.agreements.rendering import record
from services.agreements.use_cases.parties import party
from services.agreements.wiring import Deps
from shared.auth import Caller
from shared.errors import Conflict, NotFound
from shared.pagination import PageRequest

MOST_IN_PDF, VERSIONS_AT_ONCE = 1_000, 200
_BINDING = ["active", "terminated", "expired"]
_EVER = [*_BINDING, TO_BE_CONFIRMED]
Listed = Sequence[Mapping[str, Any]] | None


class RecordTooLong(Conflict):
    """The record has too many agreements for one PDF; take the XLSX or JSON, without limit."""

    code = "record-too-long-for-pdf"


def lines(deps: Deps, caller: Caller, day: date, language: str) -> list[Line]:
    """A line for each agreement of the caller, as a processor, that applied on the day.

    ``language``: of the names of what transfers rest on.
    """
    where = {"processor.id": caller.org_id, "status": {"$in": _EVER}}
    applied = [
        (agreement, version)
        for agreement in deps.agreements.every(where)
        if (version := version_on(agreement, _versions(deps, agreement), day))
    ]
    listed = _listed(deps, applied, day)
    found = [
        line_of(each, version, _annex(listed, version, day, language)) for each, version in applied
    ]
    return sorted(found, key=lambda it: (it.controller.legal_name.casefold(), it.agreement_id))


def information(
    deps: Deps, caller: Caller, day: date, controller_id: str | None
) -> dict[str, list[Row]]:
    """The rows of DORA's register of information by template: of the caller as a customer over all
    its vendors; or with ``controller_id`` those that the caller, as its vendor, can give it."""
    where: dict[str, Any] = {"status": {"$in": _BINDING}}
    if controller_id is None:
        where["controller.id"] = caller.org_id
        contracts = list(_contracts(deps, where, day))
        return register(party(deps, caller.org_id), contracts, day)
    where |= {"processor.id": caller.org_id, "controller.id": controller_id}
    contracts = list(_contracts(deps, where, day))
    if not contracts:
        raise NotFound("No agreement with this customer applies on that day.")
    return register(contracts[-1].version.controller, contracts, day)


def _contracts(deps: Deps, where: Mapping[str, Any], day: date) -> Iterator[Contract]:
    lists: dict[str, Listed] = {}
    for agreement in deps.agreements.every(where):
        versions = _versions(deps, agreement)
        version = version_on(agreement, versions, day)
        if version:
            slug = agreement.processor.slug
            if slug not in lists:
                lists[slug] = deps.registry.listed(slug, day)
            since = min(each.content.effective_from for each in versions)
            annex = _annex(lists[slug], version, day, version.content.language)
            yield Contract(agreement, version, since, annex)


def sealed_pdf(
    deps: Deps, caller: Caller, found: Sequence[Line], day: date, language: str
) -> bytes:
    """The record as a sealed PDF. Raises ``RecordTooLong`` or ``SealUnavailable``."""
    if len(found) > MOST_IN_PDF:
        raise RecordTooLong
    name, now = _name(deps, caller, found), deps.now()
    return deps.seal(record.pdf(name, found, day, now, language, deps.seals_at), now)


def _name(deps: Deps, caller: Caller, found: Sequence[Line]) -> str:
    if found:
        return found[0].processor.legal_name
    organisation = deps.identity.organisation(caller.org_id) or {}
    return str(organisation.get("legal_name") or caller.org_id)


def _listed(deps: Deps, applied: Sequence[tuple[Agreement, Version]], day: date) -> Listed:
    """The register of that day; all agreements are of one processor, so it is asked for once."""
    return deps.registry.listed(applied[0][0].processor.slug, day) if applied else None


def _annex(listed: Listed, version: Version, day: date, language: str) -> Annex:
    return annex_from(listed, day, language, version.content.products)


def _versions(deps: Deps, agreement: Agreement) -> list[Version]:
    found: list[Version] = []
    cursor: str | None = None
    while True:
        page = deps.versions.page(agreement.id, PageRequest(VERSIONS_AT_ONCE, cursor))
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found
