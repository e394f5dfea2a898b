"""Answers errors: a page for a browser, problem+json for a program."""

from __future__ import annotations

from flask import Flask, Response, current_app, render_template, request
from werkzeug.exceptions import HTTPException

from services.public.catalogue import Words, accepted, supported, words
from services.public.query import BadQuery
from services.public.wiring import Deps
from shared import problems
from shared.errors import DomainError, Unavailable

# Errors at addresses with these endings are always problem+json, because programs read them.
MACHINE_FORMATS = (".json", ".csv", ".jsonld", ".pdf", ".atom", ".ics", ".jsonl")
PAGE = "text/html"
KINDS = {400: "400", 404: "404", 422: "400", 429: "429", 503: "503"}


def register(app: Flask) -> None:
    app.register_error_handler(DomainError, on_domain_error)
    app.register_error_handler(HTTPException, on_http_exception)
    app.register_error_handler(Exception, on_bug)


def on_domain_error(error: DomainError) -> Response:
    t = visitor_words()
    if isinstance(error, BadQuery):
        error.detail = t(error.key, **error.context)
    if error.status not in (400, 404, 412, 413, 415, 422, 429, 503):
        # The registry refused our token or scope: our fault, so the visitor gets a 503.
        error = Unavailable()
    return as_page(problems.on_domain_error(error), error.detail, t)


def on_http_exception(error: HTTPException) -> Response:
    response = problems.on_http_exception(error)
    return response if (error.code or 500) < 400 else as_page(response, "", visitor_words())


def on_bug(error: Exception) -> Response:
    return as_page(problems.on_bug(error), "", visitor_words())


def as_page(response: Response, detail: str, t: Words) -> Response:
    """Return the error as a page if the client prefers one. It is never cached."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept, Accept-Language"
    if prefers_page() and has_host():
        kind = KINDS.get(response.status_code, "other")
        detail = detail if kind == "400" else ""
        page = render_template(
            "error.html", t=t, kind=kind, detail=detail, query=None, back=way_back()
        )
        response.set_data(page)
        response.content_type = "text/html; charset=utf-8"
        response.headers["Content-Language"] = t.language
    return response


def has_host() -> bool:
    """Return whether the request names a host that links of a page can be made for."""
    try:
        current_app.create_url_adapter(request)
    except HTTPException:
        return False
    return True


def prefers_page() -> bool:
    """Return whether the client prefers HTML to JSON, as browsers do."""
    offered = (problems.CONTENT_TYPE, "application/json", PAGE)
    preferred = request.accept_mimetypes.best_match(offered)
    return preferred == PAGE and not request.path.endswith(MACHINE_FORMATS)


def way_back() -> tuple[str, str] | None:
    """Return the name of the vendor at whose page the visitor is, and its address with the
    language; None where no such register is public, or the registry is away."""
    slug = (request.view_args or {}).get("slug")
    if not slug or "/p/" not in request.path:
        return None
    deps: Deps = current_app.extensions["art28.deps"]
    try:
        found = deps.registry.processor(slug)
    except DomainError:
        return None
    if not found["published"]:
        return None
    language = supported(request.args.get("lang"))
    return found["legal_name"], f"/p/{slug}" + (f"?lang={language}" if language else "")


def visitor_words() -> Words:
    """Return the texts in the visitor's language; unlike ``read_query`` this never raises."""
    read = (supported(request.args.get("lang")), *accepted(request.accept_languages), "en")
    return words(next(tag for tag in read if tag))
