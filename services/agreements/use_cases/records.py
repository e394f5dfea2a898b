"""The record of processing (Art. 30(2) GDPR) of a processor, from its agreements and register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services.agreements.contract.annex import Annex, annex_from
from services.agreements.model.agreement import TO_BE_CONFIRMED, Agreement, Version
from services.agreements.model.record import Line, line_of, version_on
from services.agreements.rendering import record
from services.agreements.wiring import Deps
from shared.auth import Caller
from shared.errors import Conflict
from shared.pagination import PageRequest

MOST_IN_PDF, VERSIONS_AT_ONCE = 1_000, 200
_EVER = ["active", "terminated", "expired", TO_BE_CONFIRMED]
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


def sealed_pdf(
    deps: Deps, caller: Caller, found: Sequence[Line], day: date, language: str
) -> bytes:
    """The record as a sealed PDF. Raises ``RecordTooLong`` or ``SealUnavailable``."""
    if len(found) > MOST_IN_PDF:
        raise RecordTooLong
    name, now = _name(deps, caller, found), deps.now()
    return deps.seal(record.pdf(name, found, day, now, language), now)


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
