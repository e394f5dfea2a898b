"""What If-Match says of the version that a caller has read (RFC 9110 section 13.1.1)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from flask.ctx import RequestContext
from flask.testing import FlaskClient

from shared.errors import PreconditionFailed, PreconditionRequired
from shared.headers import etag_of, seen_revision, seen_revision_if_named, validate


def request_with(header: str | None) -> RequestContext:
    headers = {} if header is None else {"If-Match": header}
    return Flask("any").test_request_context("/", headers=headers)


@pytest.mark.parametrize(
    ("header", "seen"),
    [('"r7"', 7), ('W/"r7"', 7), ('"r7.0123456789abcdef"', 7), ("*", None), (" * ", None)],
)
def test_it_names_a_revision_or_any(header: str, seen: int | None) -> None:
    with request_with(header):
        assert seen_revision() == seen
        assert seen_revision_if_named() == seen


def test_where_it_is_needed_none_is_not_any() -> None:
    with request_with(None):
        assert seen_revision_if_named() is None
        with pytest.raises(PreconditionRequired):
            seen_revision()


@pytest.mark.parametrize(
    "header", ['"*"', "**", '"r"', '"r1", "r2"', '"r1."', '"r1.x"', '"r9999999999999999999"']
)
def test_what_names_no_version_is_refused(header: str) -> None:
    with request_with(header), pytest.raises(PreconditionFailed):
        seen_revision()


def app_saying(*answers: Any) -> FlaskClient:
    """An app that gives these answers, one after the other."""
    app, left = Flask("any"), iter(answers)
    validate(app)
    app.add_url_rule("/", "say", lambda: next(left), methods=["GET", "POST"])
    return app.test_client()


def test_an_answer_that_differs_has_another_tag_though_the_revision_is_the_same() -> None:
    at = {"ETag": etag_of(3)}
    visitor = app_saying(({"open": True}, at), ({"open": False}, at), ({"open": False}, at))
    first, second = visitor.get("/"), visitor.get("/")

    assert first.headers["ETag"] != second.headers["ETag"]
    assert first.headers["ETag"].startswith('"r3.')
    seen = {"If-None-Match": second.headers["ETag"]}
    assert visitor.get("/", headers=seen).status_code == 304


def test_a_tag_of_another_service_stays_as_it_is() -> None:
    at = {"ETag": '"r3.0123456789abcdef"'}

    assert app_saying(({"a": 1}, at)).get("/").headers["ETag"] == at["ETag"]


def test_only_answers_that_read_something_have_a_digest() -> None:
    visitor = app_saying({"a": 1}, ({"a": 1}, 404), {"a": 1})

    assert "ETag" not in visitor.post("/").headers
    assert "ETag" not in visitor.get("/").headers
    assert "ETag" in visitor.get("/").headers


def test_who_asks_for_another_version_is_refused_in_our_form() -> None:
    answer = app_saying({"a": 1}).get("/", headers={"If-Match": '"r2"'})

    assert (answer.status_code, answer.mimetype) == (412, "application/problem+json")
    assert json.loads(answer.data)["code"] == "precondition-failed"
    assert "ETag" not in answer.headers
