"""The way from a request to its response, the same for every view.

A view returns a ``Content``. It is rendered once, kept on the shelf of its kind, and compared with
what the visitor has already (ETag, Last-Modified).
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
from services.public.front import CACHE_ENTRY, ROUTE
from services.public.query import Query, read_query
from services.public.register import Register
from services.public.shelves import is_custom
from services.public.wiring import Deps
from shared.auth import public
from shared.limits import caller_of
from shared.places import Busy
from shared.safe_text import disposition
from shared.times import parse_instant

CACHE_CONTROL = "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400"


class Content(NamedTuple):
    """A body that has no headers yet; ``language`` is None where the body has none."""

    body: str | bytes
    content_type: str
    language: str | None = None
    filename: str | None = None


def deps() -> Deps:
    found: Deps = current_app.extensions["art28.deps"]
    return found


def check_costly() -> None:
    """Raise ``TooManyAsked`` when this visitor has used up its share of costly answers."""
    limits = deps().limits
    limits.check(limits.costly, caller_of(request.remote_addr))


def check_present() -> None:
    """Raise ``Busy`` for a visitor who has hung up meanwhile: nobody would read the answer."""
    connection: socket | None = request.environ.get("gunicorn.socket")
    if connection is None:
        return
    with suppress(BlockingIOError):
        if not connection.recv(1, MSG_PEEK | MSG_DONTWAIT):
            raise Busy


def register_view(
    *allowed: str, pdf: bool = False
) -> Callable[[Callable[[Register], Content]], Callable[..., Response]]:
    """Make a view of one register; ``allowed`` are the parameters its query may have."""

    def decorate(make: Callable[[Register], Content]) -> Callable[..., Response]:
        @public()
        @functools.wraps(make)
        def view(**path: str) -> Response:
            query = read_query(request, path, allowed)
            register, shelf = deps().register(query), deps().shelves.shelf(query, pdf=pdf)
            key = (make.__name__, query)
            if (pdf or is_custom(query)) and shelf.fresh(key) is None:
                check_costly()
                check_present()
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
    """Make a view of no single register: the start page, the list of registers, the API docs."""

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
    """The register's last change, or the last midnight: an answer says which days are past."""
    midnight = datetime.combine(register.today, time(), register.zone)
    at = register.processor.get("updated_at")
    return max(midnight, parse_instant(at)) if at else midnight


def rendered(content: Content, at: datetime) -> RenderedAnswer:
    """``content`` with its headers. The ETag is a hash of all that the visitor gets to see."""
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
    return RenderedAnswer(body, etag, tuple(headers), modified)


def respond(entry: CacheEntry, *, repeatable: bool = True) -> Response:
    """The entry as a response, or 304. ``repeatable``: the front may serve it again.

    Custom answers are not: there are so many that they would push out all others.
    """
    response = Response(entry.answer.body, headers=list(entry.answer.headers))
    environ = request.environ
    if repeatable:
        environ[CACHE_ENTRY], environ[ROUTE] = entry, str(request.url_rule)
    if "HTTP_IF_NONE_MATCH" in environ or "HTTP_IF_MODIFIED_SINCE" in environ:
        response.make_conditional(environ)
    return response


def as_json(value: object, content_type: str = "application/json") -> Content:
    return Content(json.dumps(value, ensure_ascii=False, indent=1) + "\n", content_type)
