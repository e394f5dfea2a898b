"""Routes that describe themselves: flask-smorest with strict input, problem+json and scopes."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

from flask import Flask
from flask_smorest import Api  # type: ignore[import-untyped]  # It has none.
from flask_smorest import Blueprint as SmorestBlueprint
from flask_smorest.utils import prepare_response  # type: ignore[import-untyped]  # As above.
from marshmallow import fields

from shared import problems
from shared.auth import DOOR, EITHER, PUBLIC, public
from shared.bodies import StrictParser
from shared.schemas import Day, Instant, Shape

# Python 3.13 gave these statuses other names; routes keep the names of earlier versions.
RENAMED = {413: "REQUEST_ENTITY_TOO_LARGE", 422: "UNPROCESSABLE_ENTITY"}


class Blueprint(SmorestBlueprint):  # type: ignore[misc]  # flask-smorest has no types.
    """A flask-smorest blueprint that parses strictly."""

    ARGUMENTS_PARSER = StrictParser()


class ProblemSchema(Shape):
    """The shape of an error in the OpenAPI document: RFC 9457 and our own members."""

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    detail = fields.String()
    code = fields.String()
    request_id = fields.String()
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
    api.register_field(Day, "string", "date")
    api.register_field(Instant, "string", "date-time")
    api.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})

    @app.get("/openapi.json")
    @public()
    def openapi() -> dict[str, Any]:
        return _with_scopes(app, api.spec.to_dict())

    return api


def _with_scopes(app: Flask, document: dict[str, Any]) -> dict[str, Any]:
    """The document, each operation with the scopes of its ``@requires``."""
    for rule in app.url_map.iter_rules():
        path = document["paths"].get(re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), {})
        door = getattr(app.view_functions[rule.endpoint], DOOR, PUBLIC)
        for method in rule.methods or ():
            if method.lower() in path and door != PUBLIC:
                path[method.lower()]["security"] = [
                    {"bearer": [scope]} for scope in door.split(EITHER)
                ]
    return document
