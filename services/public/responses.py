"""From an ask to an answer: rendered once, kept, compared with what the visitor already has."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from typing import NamedTuple

from flask import Response, current_app, request
from werkzeug.http import http_date

from services.public import query
from services.public.cache import Copy, Held
from services.public.clients import Documents, Registry
from services.public.entries import Listings
from services.public.front import HELD, ROUTE
from services.public.query import Ask
from services.public.register import Register
from services.public.shelves import Shelves, is_asked
from shared.auth import public
from shared.limits import Limits, caller_of
from shared.safe_text import disposition
from shared.times import Clock, parse_instant

CACHE_CONTROL = "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400"


class Draft(NamedTuple):
    """An answer before it has headers; ``language`` is None when the bytes know none."""

    body: str | bytes
    content_type: str
    language: str | None = None
    filename: str | None = None


@dataclass(frozen=True)
class Desk:
    """What every view needs; one per app."""

    registry: Registry
    documents: Documents
    shelves: Shelves
    limits: Limits
    listings: Listings
    clock: Clock
    origin: str

    def check_costly(self) -> None:
        """Raises ``TooManyAsked`` when this visitor has had its share of expensive answers."""
        self.limits.check(self.limits.costly, caller_of(request.remote_addr))

    def register(self, ask: Ask) -> Register:
        return Register(self.registry, ask, self.clock(), self.origin, self.listings)


def desk() -> Desk:
    found: Desk = current_app.extensions["public.desk"]
    return found


def of_register(
    *allowed: str, pdf: bool = False
) -> Callable[[Callable[[Register], Draft]], Callable[..., Response]]:
    """A view about one processor's register; ``allowed`` are the members its query may have."""

    def decorate(make: Callable[[Register], Draft]) -> Callable[..., Response]:
        @public()
        @functools.wraps(make)
        def view(**where: str) -> Response:
            ask = query.read(request, where, allowed)
            register, shelf = desk().register(ask), desk().shelves.shelf(ask, pdf=pdf)
            key = (make.__name__, ask)
            if (pdf or is_asked(ask)) and shelf.fresh(key) is None:
                desk().check_costly()
            held = shelf.get(
                key, lambda: register.mark, lambda: copy(make(register), changed(register))
            )
            return sent(held, plain=not is_asked(ask))

        return view

    return decorate


def of_all(*allowed: str) -> Callable[[Callable[[Desk, Ask], Draft]], Callable[..., Response]]:
    """A view about no one register: the start page, the list of registers, the documents."""

    def decorate(make: Callable[[Desk, Ask], Draft]) -> Callable[..., Response]:
        @public()
        @functools.wraps(make)
        def view(**where: str) -> Response:
            ask, at = query.read(request, where, allowed), desk()
            shelf, key = at.shelves.plain, (make.__name__, ask)
            return sent(shelf.get(key, lambda: None, lambda: copy(make(at, ask), at.clock())))

        return view

    return decorate


def changed(register: Register) -> datetime:
    """When the answer last changed: with the register, and at midnight, because it names days."""
    midnight = datetime.combine(register.today, time(), register.zone)
    at = register.processor.get("updated_at")
    return max(midnight, parse_instant(at)) if at else midnight


def copy(draft: Draft, at: datetime) -> Copy:
    """The ETag is made of the bytes, and so of day, language, query and every verdict."""
    body = draft.body.encode() if isinstance(draft.body, str) else draft.body
    etag = f'"{hashlib.sha256(body + draft.content_type.encode()).hexdigest()[:32]}"'
    headers = [("Cache-Control", CACHE_CONTROL), ("ETag", etag), ("Last-Modified", http_date(at))]
    if draft.language:
        headers += [("Content-Language", draft.language), ("Vary", "Accept-Language")]
    if draft.filename:
        headers += [("Content-Disposition", disposition("inline", draft.filename))]
    return Copy(body, etag, (("Content-Type", draft.content_type), *headers), http_date(at))


def sent(held: Held, *, plain: bool = True) -> Response:
    """``plain``: the front may hand it out again; what single visitors name would crowd it."""
    response = Response(held.copy.body, headers=list(held.copy.headers))
    told = request.environ
    if plain:
        told[HELD], told[ROUTE] = held, str(request.url_rule)
    if "HTTP_IF_NONE_MATCH" in told or "HTTP_IF_MODIFIED_SINCE" in told:
        response.make_conditional(told)
    return response


def as_json(value: object, content_type: str = "application/json") -> Draft:
    return Draft(json.dumps(value, ensure_ascii=False, indent=1) + "\n", content_type)
