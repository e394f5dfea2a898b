"""Anybody asks to hear of a register's changes by mail, confirms it, and ends it.

Only a button acts, for mail scanners follow links; but the one POST that a mail program sends
(RFC 8058) ends it at once. Nothing here tells whether an address is known.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, make_response, render_template, request

from services.public.catalogue import words
from services.public.forms import (
    EMPTY,
    FORM,
    ONE_CLICK,
    Filled,
    SubscriptionForm,
    filled_in,
    is_json,
    network,
)
from services.public.query import Query, read_query
from services.public.register import Register
from services.public.responses import Content, deps, register_view
from services.public.routes import HTML, html
from shared.auth import public
from shared.bodies import JSON_TYPE, accepts
from shared.errors import NotFound

visitors = Blueprint("visitors", __name__)

LONGEST_TOKEN = 500
# What a page says; these have a button, which leads to one of the others.
CONFIRM, END = "confirm", "end"
STATUSES = {"expired": 410, "unknown": 404, "asked": 202}


@visitors.get("/p/<slug:slug>/subscriptions")
@register_view("lang")
def subscription_page(register: Register) -> Content:
    return html("subscribe.html", register, filled=EMPTY)


@visitors.post("/p/<slug:slug>/subscriptions")
@public()
@accepts(FORM, JSON_TYPE)
def subscribe(slug: str) -> Response:
    """Mail a link by which the owner of the address confirms; the answer is always the same."""
    register = register_of(slug)
    visit = visit_to(register)
    filled = filled_in(SubscriptionForm)
    if filled.errors:
        return page_of("subscribe.html", register, register.query, 422, filled=filled)
    state = deps().notices.subscribe({**filled.members, **visit})
    if is_json():
        return make_response(jsonify({"state": state}), STATUSES[state])
    return _said(register, register.query, state)


@visitors.get("/p/<slug:slug>/subscriptions/confirm/<token>")
@public()
def confirm_page(slug: str, **_: str) -> Response:
    return _of_link(slug, CONFIRM)


@visitors.post("/p/<slug:slug>/subscriptions/confirm/<token>")
@public()
@accepts(FORM)
def confirm(slug: str, token: str) -> Response:
    return _of_link(slug, deps().notices.confirm(token[:LONGEST_TOKEN]))


@visitors.get("/p/<slug:slug>/subscriptions/<token>")
@public()
def end_page(slug: str, **_: str) -> Response:
    return _of_link(slug, END)


@visitors.post("/p/<slug:slug>/subscriptions/<token>")
@public()
@accepts(*ONE_CLICK)
def end(slug: str, token: str) -> Response:
    return _of_link(slug, deps().notices.end(token[:LONGEST_TOKEN]))


def register_of(slug: str) -> Register:
    return deps().register(read_query(request, {"slug": slug}, ("lang",)))


def visit_to(register: Register) -> dict[str, Any]:
    """At whose page somebody asks, in which language, and from where. Raises ``NotFound``."""
    vendor = {name: register.processor[name] for name in ("id", "slug", "legal_name")}
    return {"processor": vendor, "language": register.language, "network": network()}


def _of_link(slug: str, state: str) -> Response:
    """A page for whoever has a link, also to a register that is not public any more."""
    register = register_of(slug)
    shown: Register | None = register
    try:
        _ = register.processor
    except NotFound:
        shown = None
    return _said(shown, register.query, state)


def _said(register: Register | None, query: Query, state: str) -> Response:
    return page_of("subscription.html", register, query, STATUSES.get(state, 200), state=state)


def page_of(
    template: str, register: Register | None, query: Query, status: int, **more: Filled | bool | str
) -> Response:
    t = register.words if register else words(query.language or "en")
    text = render_template(template, register=register, query=query, t=t, **more)
    response = make_response(text, status)
    response.content_type = HTML
    response.headers["Content-Language"] = t.language
    return response
