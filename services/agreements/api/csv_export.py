"""Agreements as lines of CSV (RFC 4180)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from services.agreements.api import term_columns
from services.agreements.contract.terms import SHORT_FORM
from services.agreements.model.agreement import Agreement
from services.agreements.schemas.notice_terms import NoticeTermsShape
from shared.sheets import line

HEADINGS = (
    "id", "reference", "status", "version", "processor", "controller",
    "controller_registration_number", "products", "authorisation", *SHORT_FORM, "effective_from",
    "ends_on", "governing_law", "language", "document_sha256", "channels", *term_columns.COLUMNS,
)  # fmt: skip
LINES_A_PIECE = 200
TERMS = NoticeTermsShape()


def lines(agreements: Iterable[Agreement]) -> Iterator[str]:
    """The heading and one line an agreement, some lines at a time, so that none waits for all."""
    piece = [line(HEADINGS)]
    for number, agreement in enumerate(agreements, start=1):
        piece.append(line(_cells(agreement)))
        if number % LINES_A_PIECE == 0:
            yield "".join(piece)
            piece.clear()
    yield "".join(piece)


def _cells(agreement: Agreement) -> tuple[object, ...]:
    content, file = agreement.content, agreement.signed_file
    terms = TERMS.dump(content.notice_terms)
    return (
        agreement.id, file.reference if file else None, agreement.status, agreement.version,
        agreement.processor.legal_name, agreement.controller.legal_name,
        agreement.controller.registration_number, content.products,
        content.authorisation, *(terms[name] for name in SHORT_FORM), content.effective_from,
        agreement.ended_on or agreement.last_day, content.governing_law, content.language,
        agreement.document_sha256, terms["channels"], *term_columns.cells(terms),
    )  # fmt: skip
