"""The composition root of the public service."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import Any

from flask import Flask, Response
from flask.templating import Environment
from requests.adapters import BaseAdapter
from werkzeug.routing import BaseConverter

from services.public import errors, page_text
from services.public.cache import Seconds
from services.public.catalogue import LANGUAGES
from services.public.clients import Documents, DocumentsClient, Registry, RegistryClient
from services.public.entries import Listings
from services.public.front import Front
from services.public.responses import Desk
from services.public.routes import pages as views
from services.public.settings import DOCUMENTED, Settings
from services.public.shelves import Shelves
from shared import bodies, limits
from shared.app import behind_proxies, compose
from shared.auth import public
from shared.ids import new_id
from shared.peers import Peers, ServiceClient
from shared.safe_text import mail_link, shown, web_link
from shared.times import Clock, utc_now

# Everything a page shows is its own text, its one style sheet and its mark; it runs nothing.
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
A_YEAR = 365 * 24 * 3600


class Slug(BaseConverter):
    regex = "[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?"


class Name(BaseConverter):
    regex = "[A-Za-z0-9_-]{1,80}"


def create_app(
    settings: Settings,
    transport: BaseAdapter | None = None,
    *,
    registry: Registry | None = None,
    documents: Documents | None = None,
    clock: Clock = utc_now,
    seconds: Seconds = time.monotonic,
) -> Flask:
    """The public pages. ``registry`` and ``documents`` stand in for the other services in tests."""
    app = Flask("services.public", static_folder="static", template_folder="templates")
    app.name = "public"
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = A_YEAR
    app.url_map.converters.update(slug=Slug, name=Name)
    if registry is None:
        registry = RegistryClient(Peers("public", settings.common, transport).client("registry"))
    documents = documents or documents_client(settings, transport)
    listings = Listings(settings.listings, settings.listing_seconds, seconds)
    counted = limits.Limits.of(settings.common)
    app.extensions["public.desk"] = Desk(
        registry,
        documents,
        Shelves.of(settings, seconds),
        counted,
        listings,
        clock,
        settings.origin,
    )
    compose(app, settings.common, counted, {"registry": lambda: answers(registry)})
    bodies.register(app)
    for_pages(app)
    app.register_blueprint(views)
    # mypy: a method to Flask, an attribute to WSGI.
    front = Front(app.wsgi_app, seconds, lambda: new_id("req"), counted)
    app.wsgi_app = front  # type: ignore[method-assign]
    behind_proxies(app, settings.common)
    return app


def for_pages(app: Flask) -> None:
    """What pages have besides: their policy, their errors, and what every template may say."""
    app.after_request(page_policy)
    errors.install(app)
    app.view_functions["static"] = public()(app.view_functions["static"])
    app.jinja_environment = Templates
    app.jinja_env.finalize = shown
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        languages=tuple(LANGUAGES), page=page_text, sheet=sheet_version(),
        web_link=web_link, mail_link=mail_link,
    )  # fmt: skip


class Templates(Environment):
    """Looks for a member first where Jinja looks for an attribute: nearly all that pages show are
    members of entries, and each search in vain is dear."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


def sheet_version() -> str:
    """Browsers keep the style sheet for a year, so its address changes with its contents."""
    sheet = Path(__file__).parent / "static" / "page.css"
    return hashlib.sha256(sheet.read_bytes()).hexdigest()[:10]


def answers(registry: Registry) -> None:
    """Raises when the registry does not answer."""
    registry.processors()


def page_policy(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = PAGE_POLICY
    return response


def documents_client(settings: Settings, transport: BaseAdapter | None) -> DocumentsClient:
    return DocumentsClient(
        {
            name: ServiceClient(name, settings.document_url(name), None, transport)
            for name in DOCUMENTED
        }
    )
