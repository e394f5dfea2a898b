"""The document of each service, of an app that has its routes and nothing behind them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from flask import Flask

from shared.app import build
from shared.openapi import EXTENSION, document_of
from shared.settings import Common
from shared.times import utc_now
from shared.tokens import PublicKeys, TokenVerifier

Json = dict[str, Any]
# Where a document is served, this becomes the origin there (`services/public`).
ORIGIN = "https://art28.example"
SERVICES = ("identity", "agreements", "registry", "notices", "portal")


def documents() -> dict[str, Json]:
    """The OpenAPI document of each service, by name."""
    return {name: _document(name) for name in SERVICES}


def _document(name: str) -> Json:
    app = _app(name)
    with app.app_context():
        return document_of(app, app.extensions[EXTENSION])


def _app(name: str) -> Flask:
    blueprints = import_module(f"services.{name}.api").blueprints
    nobody = TokenVerifier(PublicKeys(lambda: {"keys": []}), "", "", utc_now)
    return build(name, _settings(), blueprints, verifier=nobody, now=utc_now)


def _settings() -> Common:
    """Settings that reach nothing: no request is ever answered with them."""
    return Common(
        origin=ORIGIN, mongo_url="", db_prefix="", audience="", urls={},
        service_key=b"", secrets_key=b"", log_level="error", log_format="json",
    )  # fmt: skip
