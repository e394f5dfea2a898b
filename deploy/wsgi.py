"""The apps at their paths, as gunicorn serves them: `gunicorn deploy.wsgi:application`.

ART28_APPS names the apps to mount, comma separated; all six by default.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING

from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from shared.http import WSGITransport

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

NAMES = ("identity", "agreements", "registry", "notices", "portal", "public")


def mounted(names: Iterable[str] = NAMES) -> WSGIApplication:
    """Return one WSGI app with each named service at `/<name>`, and `public` at the root.

    With all six in this process they ask each other in process; otherwise over the network.
    Raises ValueError for an unknown name.
    """
    chosen = tuple(names)
    unknown = set(chosen) - set(NAMES)
    if unknown or not chosen:
        raise ValueError(f"ART28_APPS: {', '.join(sorted(unknown)) or 'empty'}; known: {NAMES}")
    transport = WSGITransport() if set(chosen) == set(NAMES) else None
    apps = {name: _create(name, transport) for name in chosen}
    root = apps.pop("public", NotFound())
    whole = DispatcherMiddleware(root, {f"/{name}": app for name, app in apps.items()})
    if transport is not None:
        transport.mount(whole)
    return whole


def _create(name: str, transport: WSGITransport | None) -> WSGIApplication:
    settings = import_module(f"services.{name}.settings").Settings.from_env()
    app: WSGIApplication = import_module(f"services.{name}.app").create_app(settings, transport)
    return app


def __getattr__(name: str) -> WSGIApplication:
    """Build `application` when gunicorn asks for it, not when `mounted` is imported."""
    if name == "application":
        named = os.environ.get("ART28_APPS", "")
        return mounted([word.strip() for word in named.split(",") if word.strip()] or NAMES)
    raise AttributeError(name)
