"""The composition root of identity."""

from __future__ import annotations

import secrets

from flask import Flask
from requests.adapters import BaseAdapter

from services.identity import api, use_cases
from services.identity.settings import Settings
from services.identity.store import INDEXES, Clients, Hands, Organisations
from services.identity.throttle import Throttle
from services.identity.use_cases import Deps
from shared.app import build
from shared.idempotency import Idempotency
from shared.ids import new_id
from shared.keys import Keys
from shared.mongo import Mongo, connect
from shared.times import Clock, parse_instant, utc_now
from shared.tokens import PublicKeys, RemovedClients, TokenVerifier

SECRET_BYTES = 32


def make_deps(settings: Settings, mongo: Mongo, now: Clock = utc_now) -> Deps:
    organisations = Organisations(mongo)
    organisations.drop_old_index()
    mongo.ensure_indexes(
        {**INDEXES, **Clients.INDEXES, **Hands.INDEXES, **Throttle.INDEXES, **Idempotency.INDEXES}
    )
    return Deps(
        settings=settings,
        organisations=organisations,
        clients=Clients(mongo),
        hands=Hands(mongo),
        mongo=mongo,
        keys=Keys(mongo, settings.common.secrets_key, older=settings.common.older_secrets_keys),
        throttle=Throttle(mongo, settings.failed_tokens),
        now=now,
        new_id=new_id,
        new_secret=lambda: secrets.token_urlsafe(SECRET_BYTES),
    )


def create_app(
    settings: Settings,
    transport: BaseAdapter | None = None,  # noqa: ARG001  All services are composed alike.
    now: Clock = utc_now,
) -> Flask:
    """Identity asks nobody, so ``transport`` stays unused."""
    common = settings.common
    mongo = connect(common.mongo_url, common.database("identity"))
    deps = make_deps(settings, mongo, now)
    # Identity checks tokens with its own keys rather than asking itself over HTTP.
    keys = PublicKeys(lambda: deps.keys.jwks(now()), keep_seconds=30)
    removed = RemovedClients(
        lambda since: use_cases.removed_clients(deps, parse_instant(since) if since else None)
    )
    verifier = TokenVerifier(keys, common.issuer, common.audience, now, removed)
    blueprints = [api.tokens, api.blp, api.well_known]
    app = build("identity", common, blueprints, verifier=verifier, now=now, mongo=mongo)
    app.extensions["art28.deps"] = deps
    return app
