"""The composition root of agreements."""

from __future__ import annotations

from flask import Flask
from requests.adapters import BaseAdapter

from services.agreements import api
from services.agreements.settings import Settings
from services.agreements.wiring import make_deps
from shared.app import build
from shared.mongo import connect
from shared.peers import Peers
from shared.times import Clock, utc_now


def create_app(
    settings: Settings, transport: BaseAdapter | None = None, now: Clock = utc_now
) -> Flask:
    """``transport`` carries what agreements asks of other services; None for the network."""
    common = settings.common
    mongo = connect(common.mongo_url, common.database("agreements"))
    peers = Peers("agreements", common, transport)
    verifier = peers.verifier(now)
    app = build("agreements", common, api.blueprints, verifier=verifier, now=now, mongo=mongo)
    app.extensions["art28.deps"] = make_deps(settings, mongo, peers, now)
    return app
