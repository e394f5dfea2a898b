"""Turns the content that a view returns into a response, with caching; the same for all views.

A ``Content`` is rendered once and kept on the shelf of its kind. A visitor who has it already gets
304 (ETag, Last-Modified).
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, time
from socket import MSG_DONTWAIT, MSG_PEEK, socket
from typing import NamedTuple

from flask import Response, current_app, request
from werkzeug.http import http_date

from services.public.cache import CacheEntry, RenderedAnswer
from services.public.front import CACHE_ENTRY, CONDITIONS, ROUTE
from services.public.query import Query, read_query
from services.public.register import Register
from services.public.shelves import is_custom
from services.public.wiring import Deps
from shared.auth import public
from shared.errors import PreconditionFailed
from shared.limits import caller_of
from shared.places import Busy
from shared.safe_text import disposition
from shared.times import parse_instant

CACHE_CONTROL = "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400"


class Content(NamedTuple):
    """The body that a view returns, and what its headers need; ``language``: None for all alike."""

    body: str | bytes
    content_type: str
    language: str | None = None
    filename: str | None = None
    headers: tuple[tuple[str, str], ...] = ()


def deps() -> Deps:
    """Return what the views of the current app work with."""
    of_app: Deps = current_app.extensions["art28.deps"]
    return of_app


def check_costly() -> None:
    """Count a costly answer for this visitor. Raises ``TooManyAsked`` over the limit."""
    limits = deps().limits
    limits.check(limits.costly, caller_of(request.remote_addr))


def check_connected() -> None:
    """Raise ``Busy`` if the visitor has closed the connection, to save the work of the answer."""
    connection: socket | None = request.environ.get("gunicorn.socket")
    if connection is None:
        return
    with suppress(BlockingIOError):
        if not connection.recv(1, MSG_PEEK | MSG_DONTWAIT):
            raise Busy


def register_view(
    *allowed: str, pdf: bool = False
) -> Callable[[Callable[[Register], Content]], Callable[..., Response]]:
    """Decorate a view of one register; ``allowed`` are the query parameters that it accepts."""

    def decorate(make: Callable[[Register], Content]) -> Callable[..., Response]:
        @public()
        @functools.wraps(make)
        def view(**path: str) -> Response:
            query = read_query(request, path, allowed)
            register, shelf = deps().register(query), deps().shelves.shelf(query, pdf=pdf)
            key = (make.__name__, query)
            if (pdf or is_custom(query)) and shelf.fresh(key) is None:
                check_costly()
                check_connected()
            entry = shelf.get(
                key,
                lambda: register.version,
                lambda: rendered(make(register), last_modified(register)),
            )
            return respond(entry, repeatable=not is_custom(query))

        return view

    return decorate


def site_view(
    *allowed: str,
) -> Callable[[Callable[[Deps, Query], Content]], Callable[..., Response]]:
    """Decorate a view that belongs to no register: start page, list of registers, API docs."""

    def decorate(make: Callable[[Deps, Query], Content]) -> Callable[..., Response]:
        @public()
        @functools.wraps(make)
        def view(**path: str) -> Response:
            query = read_query(request, path, allowed)
            entry = deps().shelves.standard.get(
                (make.__name__, query),
                lambda: None,
                lambda: rendered(make(deps(), query), deps().now()),
            )
            return respond(entry)

        return view

    return decorate


def last_modified(register: Register) -> datetime:
    """Return the later of the register's last change and the last midnight.

    Midnight counts because answers show which days are past.
    """
    midnight = datetime.combine(register.today, time(), register.zone)
    at = register.processor.get("updated_at")
    return max(midnight, parse_instant(at)) if at else midnight


def rendered(content: Content, at: datetime) -> RenderedAnswer:
    """Return ``content`` with its headers. The ETag is a hash of the body and its type."""
    body = content.body.encode() if isinstance(content.body, str) else content.body
    etag = f'"{hashlib.sha256(body + content.content_type.encode()).hexdigest()[:32]}"'
    modified = http_date(at)
    headers = [
        ("Content-Type", content.content_type),
        ("Cache-Control", CACHE_CONTROL),
        ("ETag", etag),
        ("Last-Modified", modified),
    ]
    if content.language:
        headers += [("Content-Language", content.language), ("Vary", "Accept-Language")]
    if content.filename:
        headers += [("Content-Disposition", disposition("inline", content.filename))]
    headers += content.headers
    return RenderedAnswer(body, etag, tuple(headers), modified)


def respond(entry: CacheEntry, *, repeatable: bool = True) -> Response:
    """Return the entry as a response, or 304 if the visitor has it already.

    ``repeatable``: ``Front`` may repeat it. Custom answers are not repeatable: there are so many
    that they would push out all others.
    """
    response = Response(entry.answer.body, headers=list(entry.answer.headers))
    if repeatable:
        environ = request.environ
        environ[CACHE_ENTRY], environ[ROUTE] = entry, str(request.url_rule)
    return conditional(response)


def conditional(response: Response) -> Response:
    """Answer 304 instead if the visitor has this version (RFC 9110, section 13).

    Raises PreconditionFailed when `If-Match` names no version that is current.
    """
    if CONDITIONS.isdisjoint(request.environ):
        return response
    response.make_conditional(request)
    if response.status_code == PreconditionFailed.status:
        raise PreconditionFailed("This is another version than If-Match asks for.")
    return response


def as_json(value: object, content_type: str = "application/json") -> Content:
    return Content(json.dumps(value, ensure_ascii=False, indent=1) + "\n", content_type)
