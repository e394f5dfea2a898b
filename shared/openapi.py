"""Routes that describe themselves: flask-smorest with strict input, problem+json and scopes."""

from __future__ import annotations

import json
from copy import deepcopy
from http import HTTPStatus
from importlib.resources import files
from typing import Any

from flask import Flask
from flask_smorest import Api  # type: ignore[import-untyped]  # It has none.
from flask_smorest import Blueprint as SmorestBlueprint
from flask_smorest.utils import prepare_response  # type: ignore[import-untyped]  # As above.
from marshmallow import fields

from shared import operations, problems
from shared.auth import public
from shared.bodies import StrictParser
from shared.schemas import Day, Instant, Shape

EXTENSION = "art28.api"
TOKENS_FROM = "/identity/v1/token"
# Python 3.13 gave these statuses other names; routes keep the names of earlier versions.
RENAMED = {413: "REQUEST_ENTITY_TOO_LARGE", 422: "UNPROCESSABLE_ENTITY"}


class Blueprint(SmorestBlueprint):  # type: ignore[misc]  # flask-smorest has no types.
    """A flask-smorest blueprint that parses strictly."""

    ARGUMENTS_PARSER = StrictParser()


class ProblemSchema(Shape):
    """The shape of an error in the OpenAPI document: RFC 9457 and our own members."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True)
    request_id = fields.String(required=True)
    errors = fields.List(fields.Dict(keys=fields.String(), values=fields.String()))
    context = fields.Dict()


class ProblemApi(Api):  # type: ignore[misc]  # The same.
    """flask-smorest with errors as problem+json, which ``shared.problems`` renders."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """``shared.problems`` has registered its own."""

    def _register_responses(self) -> None:
        self.DEFAULT_RESPONSE_CONTENT_TYPE = problems.CONTENT_TYPE
        super()._register_responses()
        for status, name in RENAMED.items():
            if HTTPStatus(status).name != name:
                answer = {"description": HTTPStatus(status).phrase, "schema": self.ERROR_SCHEMA}
                prepare_response(answer, self.spec, problems.CONTENT_TYPE)
                self.spec.components.response(name, answer, lazy=True)
        del self.DEFAULT_RESPONSE_CONTENT_TYPE


def register(app: Flask, title: str, url: str) -> ProblemApi:
    """Describe the routes of ``app``, which is reached at ``url``, at ``/openapi.json``."""
    app.config.update(
        API_TITLE=title,
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        API_SPEC_OPTIONS={"servers": [{"url": url}]},
    )
    api = ProblemApi(app)
    app.extensions[EXTENSION] = api
    api.register_field(Day, "string", "date")
    api.register_field(Instant, "string", "date-time")
    for name, scheme in security_schemes(url.rpartition("/")[0] + TOKENS_FROM).items():
        api.spec.components.security_scheme(name, scheme)

    @app.get("/openapi.json")
    @public()
    def openapi() -> dict[str, Any]:
        return document_of(app, api)

    return api


def document_of(app: Flask, api: Api) -> dict[str, Any]:
    """The OpenAPI document of ``app``."""
    # A copy, for what is completed is written into it, and would be completed once more.
    document: dict[str, Any] = operations.complete(app, deepcopy(api.spec.to_dict()))
    readable: dict[str, Any] = readable_elsewhere(document)
    return readable


def scopes() -> dict[str, str]:
    """What each scope is for that a client or a person can hold, by name."""
    text = files("shared").joinpath("scopes.json").read_text("utf-8")
    return dict(json.loads(text))


def security_schemes(token_url: str) -> dict[str, Any]:
    """How a request proves who asks: a token, and for a token the secret of a client."""
    flow = {"tokenUrl": token_url, "scopes": scopes()}
    return {
        operations.FLOW: {
            "type": "oauth2",
            "description": "A client gets a token, good for 15 minutes, with its id and secret.",
            "flows": {"clientCredentials": flow},
        },
    }


def readable_elsewhere(node: Any) -> Any:
    """``node`` as validators in JavaScript and RE2 read it, and as makers of clients expect it:
    ``$`` ends a pattern, and a member that is null by default may be left out."""
    if isinstance(node, list):
        return [readable_elsewhere(each) for each in node]
    if not isinstance(node, dict):
        return node
    plain = {name: readable_elsewhere(each) for name, each in node.items()}
    if isinstance(plain.get("pattern"), str):
        plain["pattern"] = plain["pattern"].replace(r"\Z", "$")
    if "default" in plain and plain["default"] is None:
        del plain["default"]
    if isinstance(plain.get("type"), str) and isinstance(plain.get("anyOf"), list):
        del plain["type"]  # What is one of several says each type itself.
    if isinstance(plain.get("properties"), dict):
        plain["properties"] = {name: _left_out(it) for name, it in plain["properties"].items()}
    return _asked(plain) if plain.get("in") == "query" else plain


def _left_out(member: Any) -> Any:
    """A member of a body, with what holds when it is left out in words: makers of clients take
    one with a ``default`` for one that is always there, and ask for it."""
    if not isinstance(member, dict) or "default" not in member:
        return member
    about, default = member.get("description"), json.dumps(member["default"])
    holds = f"If left out: {default}."
    told = f"{about.rstrip('.')}. {holds}" if about else holds
    return {name: it for name, it in member.items() if name != "default"} | {"description": told}


def _asked(parameter: dict[str, Any]) -> dict[str, Any]:
    """A query has no null: a member is there or not."""
    schema = dict(parameter["schema"])
    kind = schema.get("type")
    if isinstance(kind, list):
        left = [each for each in kind if each != "null"]
        schema["type"] = left[0] if len(left) == 1 else left
    if "enum" in schema:
        schema["enum"] = [each for each in schema["enum"] if each is not None]
    return {**parameter, "schema": schema}
