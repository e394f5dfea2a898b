"""HTTP manners of every API: what RFC 7396 and forms of browsers send is understood."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from marshmallow import fields

from shared.app import build
from shared.auth import public
from shared.openapi import Blueprint
from shared.schemas import Shape
from tests.builders import common_settings, no_verifier
from tests.clock import now

MERGE_PATCH = "application/merge-patch+json"


class Query(Shape):
    day = fields.String(load_default=None)
    must = fields.String(required=True)


class Change(Shape):
    name = fields.String(allow_none=True)


@pytest.fixture
def client() -> FlaskClient:
    blp = Blueprint("things", __name__, url_prefix="/v1")

    @blp.route("/things")
    @public()
    @blp.arguments(Query, location="query")
    @blp.response(200)
    def things(query: dict[str, Any]) -> Any:
        return query

    @blp.route("/things", methods=["PATCH", "POST"])
    @public()
    @blp.arguments(Change)
    @blp.response(200)
    def change(body: dict[str, Any]) -> Any:
        return body

    settings = common_settings("", "x")
    app = build("things", settings, [blp], verifier=no_verifier(), now=now)
    return app.test_client()


def test_an_empty_query_member_counts_as_absent(client: FlaskClient) -> None:
    assert client.get("/v1/things?day=&must=x").json == {"day": None, "must": "x"}


def test_an_empty_member_that_must_be_there_is_missing(client: FlaskClient) -> None:
    answer = client.get("/v1/things?must=")
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")


def test_an_unknown_member_is_refused_and_named(client: FlaskClient) -> None:
    answer = client.get("/v1/things?must=x&other=1")
    assert answer.status_code in (400, 422)
    assert "other" in answer.text


def test_a_merge_patch_is_taken_where_a_patch_is(client: FlaskClient) -> None:
    answer = client.patch("/v1/things", data='{"name": null}', content_type=MERGE_PATCH)
    assert answer.json == {"name": None}


def test_a_merge_patch_is_no_body_of_a_post(client: FlaskClient) -> None:
    answer = client.post("/v1/things", data='{"name": null}', content_type=MERGE_PATCH)
    assert (answer.status_code, answer.content_type) == (415, "application/problem+json")


def test_head_has_the_headers_of_get_and_no_body(client: FlaskClient) -> None:
    asked, read = client.head("/v1/things?must=x"), client.get("/v1/things?must=x")
    assert asked.data == b""
    for name in ("Content-Length", "Content-Type", "ETag"):
        assert asked.headers[name] == read.headers[name], name


@pytest.mark.parametrize(("method", "status"), [("DELETE", 405), ("PUT", 405)])
def test_a_method_that_is_not_there_is_a_problem_that_names_the_others(
    client: FlaskClient, method: str, status: int
) -> None:
    answer = client.open("/v1/things", method=method)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert {"GET", "PATCH", "POST"} <= set(answer.headers["Allow"].replace(" ", "").split(","))
