"""What every app is made of: one function composes it, no app inherits from another."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Flask, Request, Response, current_app, request
from flask_smorest import Api  # type: ignore[import-untyped]  # It has none.
from flask_smorest import Blueprint as SmorestBlueprint
from flask_smorest.utils import prepare_response  # type: ignore[import-untyped]  # As above.
from marshmallow import RAISE, fields
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.middleware.proxy_fix import ProxyFix

from shared import errors, headers, health, limits, logs, metrics, problems, tracing
from shared.auth import DOOR, EITHER, PUBLIC, count_strangers, public
from shared.idempotency import Idempotency
from shared.ids import new_id
from shared.mongo import Mongo
from shared.schemas import Day, Instant, Shape
from shared.sealing import Seal
from shared.settings import Common
from shared.strict_json import parse_json
from shared.tokens import TokenVerifier

LARGEST_BODY = 1024 * 1024
ACCEPTS, LARGEST = "__art28_accepts__", "__art28_largest__"
JSON_TYPE = "application/json"
# What the edge lets through, and a little more.
UNREAD_AT_MOST, CHUNK = 18 * 1024 * 1024, 64 * 1024
# Python 3.13 gave these statuses other names; routes go on naming them by these.
RENAMED = {413: "REQUEST_ENTITY_TOO_LARGE", 422: "UNPROCESSABLE_ENTITY"}


class StrictParser(FlaskParser):
    """Reads bodies and queries; what is not plain, unambiguous JSON is refused."""

    DEFAULT_UNKNOWN_BY_LOCATION = {  # noqa: RUF012  webargs declares it so.
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": RAISE,
        "form": RAISE,
    }

    def load_json(self, req: Request, schema: Any) -> Any:  # noqa: ARG002  webargs calls it so.
        raw = req.get_data(cache=True)
        if not raw.strip():
            raise errors.Malformed("A JSON body is needed.")
        return parse_json(raw)


class Blueprint(SmorestBlueprint):  # type: ignore[misc]  # flask-smorest has no types.
    """A flask-smorest blueprint that reads strictly."""

    ARGUMENTS_PARSER = StrictParser()


class ProblemSchema(Shape):
    """How flask-smorest describes errors; the members are those of RFC 9457 and our own."""

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    detail = fields.String()
    code = fields.String()
    request_id = fields.String()
    errors = fields.List(fields.Dict(keys=fields.String(), values=fields.String()))
    context = fields.Dict()


class ProblemApi(Api):  # type: ignore[misc]  # The same.
    """flask-smorest, but errors are problem+json and are rendered by ``shared.problems``."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """Ours are registered already."""

    def _register_responses(self) -> None:
        self.DEFAULT_RESPONSE_CONTENT_TYPE = problems.CONTENT_TYPE
        super()._register_responses()
        for status, name in RENAMED.items():
            if HTTPStatus(status).name != name:
                answer = {"description": HTTPStatus(status).phrase, "schema": self.ERROR_SCHEMA}
                prepare_response(answer, self.spec, problems.CONTENT_TYPE)
                self.spec.components.response(name, answer, lazy=True)
        del self.DEFAULT_RESPONSE_CONTENT_TYPE


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
    """The Flask app of service ``name`` with all that holds everywhere."""
    app = Flask(f"services.{name}", static_folder=None)
    app.name = name
    app.config.update(
        # Werkzeug cuts a chunked body off at its limit in silence. One byte more is let through, so
        # that who reads the body can tell that there was more.
        MAX_CONTENT_LENGTH=LARGEST_BODY + 1,
        API_TITLE=f"Art28 {name}",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        API_SPEC_OPTIONS={"servers": [{"url": f"{settings.origin}/{name}"}]},
        PROPAGATE_EXCEPTIONS=False,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Members keep the order of the shapes.
    app.extensions["art28.verifier"] = verifier
    tracing.register(app, lambda: new_id("req"))
    logs.configure(settings.log_level, settings.log_format)
    headers.register(app, https=settings.origin.startswith("https:"))
    problems.register(app)
    metrics.register(app, settings.metrics_from)
    limits.register(app, limits.Limits.of(settings))
    app.before_request(count_strangers)
    read_bodies(app)
    api = ProblemApi(app)
    api.register_field(Day, "string", "date")
    api.register_field(Instant, "string", "date-time")
    api.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    checks = dict(checks or {})
    if mongo is not None:
        seal = Seal(settings.secrets_key, settings.older_secrets_keys)
        app.extensions["art28.idempotency"] = Idempotency(mongo, now, seal)
        checks["database"] = mongo.ping
    health.register(app, checks)
    serve_openapi(app, api)
    behind_proxies(app, settings)
    return app


def read_bodies(app: Flask) -> None:
    """What is done with the body of every request, in this order."""
    app.before_request(refuse_half_bodies)
    app.before_request(refuse_other_media_types)
    app.before_request(let_large_bodies_in)
    app.before_request(take_in_body)
    app.after_request(read_to_the_end)


def read_to_the_end(response: Response) -> Response:
    """Take in what an early refusal left of the body, up to a bound.

    The web server hangs up on a body that nobody reads, and whoever keeps the connection, the edge
    or a client, loses its next request with it.
    """
    left = UNREAD_AT_MOST
    if _has_body():
        unread = request.environ["wsgi.input"]
        # What is broken off ends here, too; the answer has been found without it.
        with suppress(errors.Malformed, OSError):
            while left > 0 and (chunk := unread.read(min(left, CHUNK))):
                left -= len(chunk)
    return response


def refuse_half_bodies() -> None:
    """Have a body that ends before its Content-Length refused (400) when it is read.

    gunicorn says of every body that its end can be trusted, also when the connection broke.
    """
    if request.content_length is not None:
        request.environ.pop("wsgi.input_terminated", None)


def take_in_body() -> None:
    """Read the body before anything is done, so that a broken one (400) or one too large (413)
    is refused at every address. Views that take large bodies read them themselves."""
    view = current_app.view_functions.get(request.endpoint or "")
    if _has_body() and not hasattr(view, LARGEST):
        whole_body(LARGEST_BODY)


def whole_body(size: int) -> bytes:
    """The body of up to ``size`` bytes. Raises ``TooLarge``, or ``Malformed`` for a broken one."""
    request.max_content_length = size + 1
    raw = request.get_data(cache=True)
    if len(raw) > size:
        raise RequestEntityTooLarge
    return raw


def _has_body() -> bool:
    return bool(request.content_length or request.headers.get("Transfer-Encoding"))


def behind_proxies(app: Flask, settings: Common) -> None:
    """Believe what the proxies in front say of the client; without any, nobody is believed."""
    hops = settings.trusted_proxies
    if hops:
        wrapped = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)
        app.wsgi_app = wrapped  # type: ignore[method-assign]  # To WSGI it is an attribute.


def serve_openapi(app: Flask, api: Api) -> None:
    """The OpenAPI document; each operation says which scopes open its door."""

    @app.get("/openapi.json")
    @public()
    def openapi() -> dict[str, Any]:
        document: dict[str, Any] = api.spec.to_dict()
        for rule in app.url_map.iter_rules():
            path = document["paths"].get(re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), {})
            door = getattr(app.view_functions[rule.endpoint], DOOR, PUBLIC)
            for method in rule.methods or ():
                if method.lower() in path and door != PUBLIC:
                    path[method.lower()]["security"] = [
                        {"bearer": [scope]} for scope in door.split(EITHER)
                    ]
        return document


def accepts(*media_types: str) -> Callable[[Any], Any]:
    """Say that a view reads these kinds of body instead of JSON."""

    def decorate(view: Any) -> Any:
        setattr(view, ACCEPTS, media_types)
        return view

    return decorate


def largest_body(size: int) -> Callable[[Any], Any]:
    """Say that a view takes a body of up to ``size`` bytes, more than others do."""

    def decorate(view: Any) -> Any:
        setattr(view, LARGEST, size)
        return view

    return decorate


def let_large_bodies_in() -> None:
    if request.endpoint is not None:
        size = getattr(current_app.view_functions[request.endpoint], LARGEST, None)
        if size is not None:
            request.max_content_length = size + 1


def refuse_other_media_types() -> None:
    """415 for a body of a kind that the view does not read."""
    if request.method not in ("POST", "PUT", "PATCH") or request.endpoint is None:
        return
    if not request.content_length and not request.headers.get("Transfer-Encoding"):
        return
    allowed = getattr(current_app.view_functions[request.endpoint], ACCEPTS, (JSON_TYPE,))
    if request.mimetype not in allowed:
        raise errors.UnsupportedMediaType(f"Send the body as {' or '.join(allowed)}.")
