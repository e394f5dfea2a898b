"""A document in the kind of media its reader asked for."""

from __future__ import annotations

from flask import Response
from werkzeug.datastructures import MIMEAccept

from services.agreements import rendering
from services.agreements.model import Version
from shared.errors import DomainError

JSON, HTML, PDF = "application/json", "text/html", "application/pdf"
KINDS = (JSON, HTML, PDF)


class NotAcceptable(DomainError):
    """The document is there as application/json, text/html and application/pdf."""

    code, status = "not-acceptable", 406


def wanted(accepted: MIMEAccept) -> str:
    """The kind that fits best; JSON when nothing is said. Raises ``NotAcceptable``."""
    if not accepted:
        return JSON
    kind = accepted.best_match(KINDS)
    if kind is None:
        raise NotAcceptable
    return kind


def answer(version: Version, kind: str) -> Response:
    """The JSON is the very text that was accepted; HTML and PDF show the same."""
    response = Response(_body(version, kind), content_type=_content_type(kind))
    response.set_etag(f"{version.document_sha256}-{kind.rpartition('/')[2]}")
    response.headers["Vary"] = "Accept, Authorization"
    response.headers["Content-Language"] = version.content.language
    name = f"{version.agreement_id}-v{version.version}.{kind.rpartition('/')[2]}"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    if kind == HTML:
        response.headers["Content-Security-Policy"] = rendering.style_policy()
    return response


def _body(version: Version, kind: str) -> str | bytes:
    if kind == PDF:
        return rendering.as_pdf(version)
    return rendering.as_html(version) if kind == HTML else version.document


def _content_type(kind: str) -> str:
    return f"{kind}; charset=utf-8" if kind == HTML else kind
