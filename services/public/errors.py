"""What a visitor reads when something is wrong: a page in a browser, a problem for a machine."""

from __future__ import annotations

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException

from services.public.catalogue import LANGUAGES, Words, supported, words
from services.public.query import BadQuery
from shared import problems
from shared.errors import DomainError, Unavailable

# Formats that programs read; whoever asks for one gets errors a program can read, too.
MACHINE = (".json", ".csv", ".jsonld", ".pdf", ".atom", ".ics", ".jsonl")
PAGE = "text/html"
KINDS = {400: "400", 404: "404", 422: "400", 503: "503"}


def install(app: Flask) -> None:
    app.register_error_handler(DomainError, on_domain_error)
    app.register_error_handler(HTTPException, on_http_exception)
    app.register_error_handler(Exception, on_bug)


def on_domain_error(error: DomainError) -> Response:
    t = visitor_words()
    if isinstance(error, BadQuery):
        error.detail = t(error.key, **error.context)
    if error.status not in (400, 404, 422, 429, 503):
        # The registry's own refusals (a token, a scope) are ours to mend, not the visitor's.
        error = Unavailable()
    return framed(problems.on_domain_error(error), error.detail, t)


def on_http_exception(error: HTTPException) -> Response:
    response = problems.on_http_exception(error)
    return response if (error.code or 500) < 400 else framed(response, "", visitor_words())


def on_bug(error: Exception) -> Response:
    return framed(problems.on_bug(error), "", visitor_words())


def framed(response: Response, detail: str, t: Words) -> Response:
    """The same answer as a page, for a browser; never cached, for it may be over in a moment."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept, Accept-Language"
    if asks_for_a_page():
        kind = KINDS.get(response.status_code, "other")
        told = detail if kind == "400" else ""
        response.set_data(render_template("error.html", t=t, kind=kind, detail=told, ask=None))
        response.content_type = "text/html; charset=utf-8"
        response.headers["Content-Language"] = t.language
    return response


def asks_for_a_page() -> bool:
    """Whether it is a browser that asks: one that names HTML, and likes nothing of ours better."""
    offered = (problems.CONTENT_TYPE, "application/json", PAGE)
    liked = request.accept_mimetypes.best_match(offered)
    return liked == PAGE and not request.path.endswith(MACHINE)


def visitor_words() -> Words:
    wish = supported(request.args.get("lang")) or request.accept_languages.best_match(LANGUAGES)
    return words(wish or "en")
