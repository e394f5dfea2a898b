"""The composition root of identity."""

from __future__ import annotations

from flask import Flask
from requests.adapters import BaseAdapter

from services.identity import api
from services.identity.settings import Settings
from services.identity.use_cases.clients import removed_clients
from services.identity.wiring import make_deps
from shared.app import build
from shared.mongo import connect
from shared.times import Clock, parse_instant, utc_now
from shared.tokens import PublicKeys, RemovedClients, TokenVerifier


def create_app(
    settings: Settings,
    transport: BaseAdapter | None = None,  # noqa: ARG001  All services are composed alike.
    now: Clock = utc_now,
) -> Flask:
    """Identity asks nobody, so ``transport`` stays unused."""
    common = settings.common
    mongo = connect(common.mongo_url, common.database("identity"))
    deps = make_deps(settings, mongo, now)
    deps.outside_signer.check_file()
    # Identity checks tokens with its own keys rather than asking itself over HTTP.
    keys = PublicKeys(lambda: deps.keys.jwks(now()), keep_seconds=30)
    removed = RemovedClients(
        lambda since: removed_clients(deps, parse_instant(since) if since else None)
    )
    verifier = TokenVerifier(keys, common.issuer, common.audience, now, removed)
    app = build("identity", common, api.blueprints, verifier=verifier, now=now, mongo=mongo)
    app.register_blueprint(api.pages.pages)
    app.extensions["art28.deps"] = deps
    return app
