"""The apps at their paths, as gunicorn serves them: `gunicorn deploy.wsgi:application`.

ART28_APPS names the apps to mount, comma separated; all six by default.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from deploy.request_bodies import readable
from shared.in_process import WSGITransport
from shared.process import prepare
from shared.settings import Common

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

NAMES = ("identity", "agreements", "registry", "notices", "portal", "public")
# Where RFC 8414 has the metadata of a server of tokens; and pages that links in mails open: short
# addresses at the root, of the service that serves them.
METADATA = "/.well-known/oauth-authorization-server"
PAGES = {METADATA: "identity", "/respond": "portal", "/sign": "portal", "/approve": "portal"}


def mounted(names: Iterable[str] = NAMES) -> WSGIApplication:
    """Return one WSGI app with each named service at `/<name>`, and `public` at the root.

    All six in one process call each other in process; otherwise calls go over the network.
    Raises ValueError for an unknown name.
    """
    chosen = _known(tuple(names))
    transport = WSGITransport() if set(chosen) == set(NAMES) else None
    apps = {name: _create(name, transport) for name in chosen}
    root = apps.pop("public", NotFound())
    whole = DispatcherMiddleware(root, mounts_of(apps))
    if transport is not None:
        transport.mount(whole)
    return readable(whole)


def mounts_of(apps: Mapping[str, WSGIApplication]) -> dict[str, WSGIApplication]:
    """Each of these apps at ``/<name>``, and at the addresses of its pages."""
    pages = {path: at_the_root(apps[name]) for path, name in PAGES.items() if name in apps}
    return {**{f"/{name}": app for name, app in apps.items()}, **pages}


def at_the_root(app: WSGIApplication) -> WSGIApplication:
    """``app`` as if nothing had been mounted: it sees the whole path."""

    def whole(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        return app({**environ, "SCRIPT_NAME": "", "PATH_INFO": path}, start_response)

    return whole


def _known(names: tuple[str, ...]) -> tuple[str, ...]:
    unknown = set(names) - set(NAMES)
    if unknown or not names:
        known = ", ".join(NAMES)
        raise ValueError(f"ART28_APPS: {', '.join(sorted(unknown)) or 'empty'}; known: {known}.")
    return names


def _create(name: str, transport: WSGITransport | None) -> WSGIApplication:
    settings = import_module(f"services.{name}.settings").Settings.from_env()
    app: WSGIApplication = import_module(f"services.{name}.app").create_app(settings, transport)
    return app


def named_apps() -> tuple[str, ...]:
    """Return the apps that ART28_APPS names; all when it names none."""
    words = os.environ.get("ART28_APPS", "").split(",")
    return tuple(word.strip() for word in words if word.strip()) or NAMES


def read_settings() -> None:
    """Read the settings of every app to be mounted; raises SettingsError or ValueError."""
    for name in _known(named_apps()):
        import_module(f"services.{name}.settings").Settings.from_env()


def __getattr__(name: str) -> WSGIApplication:
    """Build `application` when gunicorn asks for it, not when `mounted` is imported."""
    if name == "application":
        prepare(named_apps(), Common.from_env())
        return mounted(named_apps())
    raise AttributeError(name)
