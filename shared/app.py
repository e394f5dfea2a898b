"""How the app of a service is put together: ``compose`` for every app, ``build`` for APIs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from shared import bodies, headers, health, limits, metrics, openapi, problems, tracing
from shared.auth import count_strangers
from shared.idempotency import Idempotency
from shared.ids import new_id
from shared.mongo import Mongo
from shared.openapi import Blueprint
from shared.sealing import Seal
from shared.settings import Common
from shared.tokens import TokenVerifier


def build(
    name: str,
    settings: Common,
    blueprints: Sequence[Blueprint],
    *,
    verifier: TokenVerifier,
    now: Callable[[], datetime],
    mongo: Mongo | None = None,
    checks: Mapping[str, health.Check] | None = None,
) -> Flask:
    """The API of service ``name``. With ``mongo``, a write and its answer are one transaction."""
    app = Flask(f"services.{name}", static_folder=None)
    app.name = name
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Members keep the order of the shapes.
    app.extensions["art28.verifier"] = verifier
    checks = dict(checks or {})
    if mongo is not None:
        seal = Seal(settings.secrets_key, settings.older_secrets_keys)
        app.extensions["art28.idempotency"] = Idempotency(mongo, now, seal)
        checks["database"] = mongo.ping
    compose(app, settings, limits.Limits.of(settings), checks)
    # In this order: whoever is beyond the limit is refused before the body is read.
    app.before_request(count_strangers)
    bodies.register(app)
    api = openapi.register(app, f"Art28 {name}", f"{settings.origin}/{name}")
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    headers.validate(app)
    behind_proxies(app, settings)
    return app


def compose(
    app: Flask, settings: Common, counted: limits.Limits, checks: Mapping[str, health.Check]
) -> None:
    """Give an app what every app has: request ids, headers, errors, metrics, limits, health."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    tracing.register(app, lambda: new_id("req"))
    headers.register(app, https=settings.origin.startswith("https:"))
    problems.register(app)
    metrics.register(app, settings.metrics_from)
    limits.register(app, counted)
    health.register(app, checks)


def behind_proxies(app: Flask, settings: Common) -> None:
    """Take the client's address from as many proxies as the settings say; 0: from none."""
    hops = settings.trusted_proxies
    if hops:
        wrapped = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)
        app.wsgi_app = wrapped  # type: ignore[method-assign]  # To WSGI it is an attribute.
