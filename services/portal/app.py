"""The composition root of the portal, which owns no data."""

from __future__ import annotations

from flask import Flask
from requests.adapters import BaseAdapter

from services.portal import api
from services.portal.clients import Clients
from services.portal.settings import Settings
from shared.app import build
from shared.peers import Peers
from shared.times import Clock, utc_now


def create_app(
    settings: Settings, transport: BaseAdapter | None = None, now: Clock = utc_now
) -> Flask:
    """``transport`` carries calls to other services in process; None: over the network."""
    peers = Peers("portal", settings.common, transport)
    names = ("identity", "agreements", "registry", "notices")
    clients = Clients(**{name: peers.client(name) for name in names})
    app = build(
        "portal",
        settings.common,
        api.blueprints,
        verifier=peers.verifier(now),
        now=now,
    )
    app.extensions["art28.deps"] = clients
    return app
