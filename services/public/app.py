"""Builds the Flask app of the public service."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, request
from flask.templating import Environment
from requests.adapters import BaseAdapter
from werkzeug.routing import BaseConverter

from services.public import (
    change_text,
    errors,
    find,
    first_screen,
    groups,
    history,
    marks,
    page_text,
    value_text,
    verdict_text,
)
from services.public.cache import Monotonic
from services.public.catalogue import LANGUAGES
from services.public.clients import Documents, Notices, Registry
from services.public.front import Front
from services.public.own_hosts import OwnHosts
from services.public.pictures import timeline, world
from services.public.questions import asking
from services.public.routes import pages, policy_for
from services.public.settings import Settings
from services.public.subscriptions import visitors
from services.public.wiring import make_deps
from shared import bodies
from shared.app import behind_proxies, compose
from shared.auth import public
from shared.ids import new_id
from shared.pdf_seals import Sealer
from shared.safe_text import isolated, mail_link, shown, web_link
from shared.times import Clock, utc_now

SHARED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "If-None-Match, If-Modified-Since, X-Request-Id",
    "Access-Control-Expose-Headers": (
        "ETag, Last-Modified, Link, Memento-Datetime, RateLimit, Retry-After"
    ),
    "Access-Control-Max-Age": "86400",
}
A_YEAR = 365 * 24 * 3600


class Slug(BaseConverter):
    regex = "[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?"


class Name(BaseConverter):
    regex = "[A-Za-z0-9_-]{1,80}"


def create_app(
    settings: Settings,
    transport: BaseAdapter | None = None,
    now: Clock = utc_now,
    monotonic: Monotonic = time.monotonic,
    *,
    registry: Registry | None = None,
    documents: Documents | None = None,
    seal: Sealer | None = None,
    notices: Notices | None = None,
) -> Flask:
    """Return the app of the public pages. The arguments are those of ``make_deps``."""
    deps = make_deps(
        settings,
        transport,
        now,
        monotonic,
        registry=registry,
        documents=documents,
        seal=seal,
        notices=notices,
    )
    app = Flask("services.public", static_folder="static", template_folder="templates")
    app.name = "public"
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = A_YEAR
    app.url_map.converters.update(slug=Slug, name=Name)
    app.extensions["art28.deps"] = deps
    compose(app, settings.common, deps.limits, {"registry": lambda: check_registry(deps.registry)})
    bodies.register(app)
    compose_pages(app)
    app.register_blueprint(pages)
    app.register_blueprint(visitors)
    app.register_blueprint(asking)
    front = Front(app.wsgi_app, monotonic, lambda: new_id("req"), deps.limits)
    hosts = OwnHosts(front, deps.registry.slug_at, str(urlsplit(deps.origin).hostname), monotonic)
    app.wsgi_app = hosts  # type: ignore[method-assign]  # Flask documents this assignment.
    behind_proxies(app, settings.common)
    return app


def compose_pages(app: Flask) -> None:
    """Add to the app the parts that APIs do not have: page policy, error pages and templates."""
    app.after_request(add_page_policy)
    app.after_request(share_with_scripts)
    errors.register(app)
    app.view_functions["static"] = public()(app.view_functions["static"])
    app.jinja_environment = Templates
    app.jinja_env.finalize = shown
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        languages=tuple(LANGUAGES),
        page=page_text,
        change_text=change_text,
        value_text=value_text,
        verdict_text=verdict_text,
        find=find,
        history=history,
        timeline=timeline,
        world=world,
        first=first_screen,
        marks_of=marks.marks,
        recipients=groups.recipients,
        stated_on=marks.stated_on,
        sheet=sheet_version(),
        web_link=web_link,
        isolated=isolated,
        mail_link=mail_link,
    )


class Templates(Environment):
    """Jinja, but ``entry.name`` in a template reads ``entry["name"]`` first, then the attribute.

    Pages show mostly members of mappings, and a failed look-up of an attribute is slow.
    """

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


def sheet_version() -> str:
    """Return a hash of the style sheet for its URL, because browsers cache it for a year."""
    sheet = Path(__file__).parent / "static" / "page.css"
    return hashlib.sha256(sheet.read_bytes()).hexdigest()[:10]


def check_registry(registry: Registry) -> None:
    """Raise ``Unavailable`` when the registry does not answer."""
    registry.processors()


def share_with_scripts(response: Response) -> Response:
    """Let scripts of any site read what anybody may read; pages are for people, and stay apart."""
    if request.method == "OPTIONS" or response.mimetype != "text/html":
        response.headers.update(SHARED)
    return response


def add_page_policy(response: Response) -> Response:
    response.headers.setdefault(*policy_for(()))
    return response
