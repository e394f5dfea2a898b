"""The composition root of the registry."""

from __future__ import annotations

from flask import Flask
from requests.adapters import BaseAdapter

from services.registry.api import blueprints
from services.registry.settings import Settings
from services.registry.wiring import make_deps
from shared.app import build
from shared.peers import Peers
from shared.times import Clock, utc_now


def create_app(
    settings: Settings, transport: BaseAdapter | None = None, now: Clock = utc_now
) -> Flask:
    """``transport`` carries calls to other services in process; None: over the network."""
    deps = make_deps(settings, transport, now)
    verifier = Peers("registry", settings.common, transport).verifier(now)
    app = build(
        "registry",
        settings.common,
        blueprints,
        verifier=verifier,
        now=now,
        mongo=deps.mongo,
    )
    app.extensions["art28.deps"] = deps
    return app
