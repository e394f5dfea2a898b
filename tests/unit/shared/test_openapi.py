"""The OpenAPI document says which door each operation has."""

from __future__ import annotations

from typing import Any

from shared.app import build
from shared.auth import public, requires
from shared.openapi import Blueprint
from tests.builders import common_settings, no_verifier
from tests.clock import now


def document() -> Any:
    blp = Blueprint("things", __name__, url_prefix="/v1")

    @blp.route("/things/<thing_id>")
    @requires("things:read", "things:write")
    @blp.response(200)
    def thing(thing_id: str) -> dict[str, str]:
        return {"id": thing_id}

    @blp.route("/open")
    @public()
    @blp.response(200)
    def opened() -> dict[str, str]:
        return {}

    settings = common_settings("", "x")
    app = build("things", settings, [blp], verifier=no_verifier(), now=now)
    return app.test_client().get("/openapi.json").json


def test_it_names_the_scopes_that_open_an_operation() -> None:
    operation = document()["paths"]["/v1/things/{thing_id}"]["get"]

    assert operation["security"] == [{"oauth2": ["things:read"]}, {"oauth2": ["things:write"]}]


def test_an_open_operation_asks_for_nothing() -> None:
    assert document()["paths"]["/v1/open"]["get"]["security"] == []


def test_errors_are_problem_documents() -> None:
    answers = document()["components"]["responses"]

    assert {kind for answer in answers.values() for kind in answer["content"]} == {
        "application/problem+json"
    }
