"""Errors as the visitor needs them: a page for a browser, problem+json for a program."""

from __future__ import annotations

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException

from services.public.catalogue import LANGUAGES, Words, supported, words
from services.public.query import BadQuery
from shared import problems
from shared.errors import DomainError, Unavailable

# Formats that programs read; their errors are for programs, too.
MACHINE_FORMATS = (".json", ".csv", ".jsonld", ".pdf", ".atom", ".ics", ".jsonl")
PAGE = "text/html"
KINDS = {400: "400", 404: "404", 422: "400", 503: "503"}


def register(app: Flask) -> None:
    app.register_error_handler(DomainError, on_domain_error)
    app.register_error_handler(HTTPException, on_http_exception)
    app.register_error_handler(Exception, on_bug)


def on_domain_error(error: DomainError) -> Response:
    t = visitor_words()
    if isinstance(error, BadQuery):
        error.detail = t(error.key, **error.context)
    if error.status not in (400, 404, 422, 429, 503):
        # That the registry refuses our token or scope is our fault, not the visitor's.
        error = Unavailable()
    return as_page(problems.on_domain_error(error), error.detail, t)


def on_http_exception(error: HTTPException) -> Response:
    response = problems.on_http_exception(error)
    return response if (error.code or 500) < 400 else as_page(response, "", visitor_words())


def on_bug(error: Exception) -> Response:
    return as_page(problems.on_bug(error), "", visitor_words())


def as_page(response: Response, detail: str, t: Words) -> Response:
    """The error as a page if a browser asks; never cached, for it may be over in a moment."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept, Accept-Language"
    if asks_for_a_page():
        kind = KINDS.get(response.status_code, "other")
        detail = detail if kind == "400" else ""
        page = render_template("error.html", t=t, kind=kind, detail=detail, query=None)
        response.set_data(page)
        response.content_type = "text/html; charset=utf-8"
        response.headers["Content-Language"] = t.language
    return response


def asks_for_a_page() -> bool:
    """Whether the client prefers HTML to JSON, as browsers do."""
    offered = (problems.CONTENT_TYPE, "application/json", PAGE)
    preferred = request.accept_mimetypes.best_match(offered)
    return preferred == PAGE and not request.path.endswith(MACHINE_FORMATS)


def visitor_words() -> Words:
    language = supported(request.args.get("lang")) or request.accept_languages.best_match(LANGUAGES)
    return words(language or "en")
