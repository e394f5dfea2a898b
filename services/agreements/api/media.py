"""A document in the kind of media its reader asked for."""

from __future__ import annotations

from flask import Response
from werkzeug.datastructures import MIMEAccept

from services.agreements import rendering
from services.agreements.contract.wording import spoken
from services.agreements.model.agreement import Version
from services.agreements.store.documents import Kept
from services.agreements.use_cases.documents import DOCX, HTML, JSON, KINDS, PDF
from shared.errors import DomainError
from shared.safe_text import disposition


class NotAcceptable(DomainError):
    """The document is there as JSON, HTML, PDF and DOCX; ask for one of them."""

    code, status = "not-acceptable", 406


def wanted(accepted: MIMEAccept) -> str:
    """The kind that fits best; JSON when nothing is said. Raises ``NotAcceptable``."""
    if not accepted:
        return JSON
    kind = accepted.best_match(KINDS)
    if kind is None:
        raise NotAcceptable
    return kind


def answer(version: Version, kept: Kept, kind: str) -> Response:
    """The JSON is the very text that was accepted; HTML and PDF show the same.

    The ETag is the SHA-256 of the bytes given out.
    """
    response = Response(kept.body, content_type=_content_type(kind))
    response.set_etag(kept.sha256)
    response.headers["Vary"] = "Accept, Authorization"
    response.headers["Content-Language"] = spoken(version.content.language)
    title = rendering.title_of(version)
    ending = "docx" if kind == DOCX else kind.rpartition("/")[2]
    name = f"{title} v{version.version}.{ending}"
    response.headers["Content-Disposition"] = disposition("inline", name)
    if kind == HTML:
        response.headers["Content-Security-Policy"] = rendering.style_policy(kept.body)
    return response


def comparison(body: bytes, kind: str) -> Response:
    """Two versions as one marked text."""
    response = Response(body, content_type=_content_type(kind))
    response.headers["Vary"] = "Accept, Authorization"
    if kind == HTML:
        response.headers["Content-Security-Policy"] = rendering.style_policy(body)
    return response


def signed_pdf(body: bytes, sha256: str) -> Response:
    """A PDF that was signed elsewhere, to be saved and not to be opened in the page."""
    return file(body, PDF, f"{sha256}.pdf", sha256)


def file(body: bytes, kind: str, name: str, sha256: str | None = None) -> Response:
    """A file to be saved under its name."""
    response = Response(body, content_type=kind)
    if sha256:
        response.set_etag(sha256)
    response.headers["Content-Disposition"] = disposition("attachment", name)
    return response


def _content_type(kind: str) -> str:
    return f"{kind}; charset=utf-8" if kind == HTML else kind
