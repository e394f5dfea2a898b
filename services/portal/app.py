"""The composition root of the portal, which owns no data."""

from __future__ import annotations

from flask import Flask
from requests.adapters import BaseAdapter

from services.portal import api
from services.portal.settings import Settings
from services.portal.wiring import make_deps
from shared.app import build
from shared.peers import Peers
from shared.times import Clock, utc_now


def create_app(
    settings: Settings, transport: BaseAdapter | None = None, now: Clock = utc_now
) -> Flask:
    """``transport`` carries calls to other services in process; None: over the network."""
    peers = Peers("portal", settings.common, transport)
    app = build(
        "portal",
        settings.common,
        api.blueprints,
        verifier=peers.verifier(now),
        now=now,
    )
    app.extensions["art28.deps"] = make_deps(peers, settings.common.origin)
    return app
