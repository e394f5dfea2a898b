"""Documents of agreements: once accepted, always the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress

from services.agreements import rendering
from services.agreements.model.agreement import Acceptance, Agreement, Version
from services.agreements.model.document import official_file_named
from services.agreements.official_files import OfficialFile
from services.agreements.store.documents import Kept
from services.agreements.use_cases.permissions import visible
from services.agreements.wiring import Deps
from shared.auth import Caller
from shared.errors import NotFound
from shared.pdf_seals import SealUnavailable

JSON, HTML, PDF = "application/json", "text/html", "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
KINDS = (JSON, HTML, PDF, DOCX)


def document(
    deps: Deps, caller: Caller, agreement_id: str, number: int | None, kind: str
) -> tuple[Version, Kept]:
    """Version ``number``, or the one that binds, else the newest, as one of ``KINDS``.

    Accepted documents are stored; others are rendered anew, with the acceptances so far.
    Raises ``NotFound``.
    """
    agreement = visible(deps, caller, agreement_id)
    version = deps.versions.get(None, agreement.id, number or agreement.version)
    if kind == JSON:
        return version, Kept(version.document.encode(), version.document_sha256)
    if not (agreement.confirmed and agreement.executed(version.version)):
        body = _rendered(deps, agreement, version, kind)
        return version, Kept(body, hashlib.sha256(body).hexdigest())
    return version, executed(deps, agreement, version, kind)


def executed(deps: Deps, agreement: Agreement, version: Version, kind: str) -> Kept:
    """The stored bytes of an accepted version; rendered, sealed and stored on first use.

    Raises ``SealUnavailable``; then nothing is stored.
    """
    kept = deps.documents.find(agreement.id, version.version, kind)
    if kept is None:
        body = _rendered(deps, agreement, version, kind, deps.seals_at)
        if kind == PDF and not _signed_elsewhere(agreement, version):
            body = deps.seal(body, deps.now())
        kept = deps.documents.keep(agreement.id, version.version, kind, body, deps.now())
    return kept


def keep_executed(deps: Deps, agreement: Agreement) -> None:
    """Store the documents of a version that both have just accepted.

    A failure here is harmless: a missing document is rendered and sealed when it is first read.
    """
    number = agreement.scheduled.version if agreement.scheduled else agreement.version
    if agreement.offer is not None or not agreement.executed(number):
        return
    version = deps.versions.get(None, agreement.id, number)
    with suppress(SealUnavailable):
        for kind in (HTML, PDF):
            executed(deps, agreement, version, kind)


def _signed_elsewhere(agreement: Agreement, version: Version) -> bool:
    """Whether its file was uploaded: others' signatures are in it, so it stays as it came."""
    file = agreement.signed_file
    return bool(file and file.sha256) and version.version == 1


def unsigned(deps: Deps, version: Version, kind: str) -> Kept:
    """A document that nobody has accepted, as one of ``KINDS``; it is stored nowhere."""
    if kind == JSON:
        return Kept(version.document.encode(), version.document_sha256)
    body = _laid_out(deps, version, kind, ())
    return Kept(body, hashlib.sha256(body).hexdigest())


def _rendered(
    deps: Deps, agreement: Agreement, version: Version, kind: str, seals_at: str = ""
) -> bytes:
    file = agreement.signed_file
    if kind == PDF and file and file.sha256 and version.version == 1:
        return deps.files.read(agreement.processor.id, file.sha256)
    accepted = [
        acceptance for acceptance in agreement.acceptances if acceptance.version == version.version
    ]
    return _laid_out(deps, version, kind, accepted, seals_at)


def official_text(
    deps: Deps, caller: Caller, agreement_id: str, number: int | None
) -> OfficialFile:
    """The official file that a version names, by default the one that binds, else the newest.

    Raises ``NotFound`` where it names none.
    """
    agreement = visible(deps, caller, agreement_id)
    version = deps.versions.get(None, agreement.id, number or agreement.version)
    file = _official_file(deps, version)
    if file is None:
        raise NotFound("The document names no official file.")
    return file


def _official_file(deps: Deps, version: Version) -> OfficialFile | None:
    named = official_file_named(version)
    return deps.official_texts.get(named) if named else None


def _laid_out(
    deps: Deps, version: Version, kind: str, accepted: Sequence[Acceptance], seals_at: str = ""
) -> bytes:
    if kind == HTML:
        return rendering.as_html(version, accepted).encode()
    if kind == DOCX:
        return rendering.as_docx(version, accepted)
    return rendering.as_pdf(version, accepted, _official_file(deps, version), seals_at)
