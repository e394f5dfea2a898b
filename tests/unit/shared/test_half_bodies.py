"""A body that ends too early is refused, never taken for a shorter one."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import request
from flask.testing import FlaskClient

from shared.app import build
from shared.auth import public
from shared.openapi import Blueprint
from tests.builders import common_settings, no_verifier
from tests.clock import now


@pytest.fixture
def client() -> FlaskClient:
    blp = Blueprint("size", __name__, url_prefix="/v1")

    @blp.route("/size", methods=["POST"])
    @public()
    @blp.response(200)
    def size() -> dict[str, int]:
        return {"size": len(request.get_data())}

    app = build("size", common_settings("", "x"), [blp], verifier=no_verifier(), now=now)
    return app.test_client()


def post(client: FlaskClient, body: bytes, length: int) -> Any:
    """As gunicorn hands a request over."""
    return client.post(
        "/v1/size",
        input_stream=io.BytesIO(body),
        content_type="application/json",
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": str(length)},
    )


def test_a_body_that_ends_too_early_is_malformed(client: FlaskClient) -> None:
    answer = post(client, b'{"a": 1}', length=20)

    assert (answer.status_code, answer.json["code"]) == (400, "malformed-request")


def test_a_whole_body_is_read(client: FlaskClient) -> None:
    assert post(client, b'{"a": 1}', length=8).json == {"size": 8}
