"""What every refusal must look like, whoever gives it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import Headers

# RFC 6749 §5.2 asks the token endpoint for the second, beside the member `error`.
PROBLEM, OF_TOKENS = "application/problem+json", "application/json"
MEMBERS = {"type", "title", "status", "detail", "code", "request_id"}
# What a reader would see of our insides if an error were not caught.
INSIDES = ("Traceback", 'File "', "site-packages", "pymongo", "werkzeug", "marshmallow")


def problem(status: int, headers: Mapping[str, str] | Headers, body: bytes) -> dict[str, Any]:
    """The problem document, after checking all that holds for every one."""
    text = body.decode()
    assert headers["Content-Type"] in (PROBLEM, OF_TOKENS), text[:300]
    assert not [inside for inside in INSIDES if inside in text], text
    told: dict[str, Any] = json.loads(text)
    assert ("error" in told) == (headers["Content-Type"] == OF_TOKENS)
    assert set(told) >= MEMBERS
    assert told["status"] == status
    assert told["request_id"]
    assert told["request_id"] == headers["X-Request-Id"]
    assert told["code"] == told["code"].lower().replace("_", "-")
    assert status != 500, text
    return told


def refusal(status: int, headers: Mapping[str, str] | Headers, body: bytes, page: bool) -> Any:
    """The problem document; of a ``page``, what a browser shows, which must be as tight."""
    if not (page and headers["Content-Type"].startswith("text/html")):
        return problem(status, headers, body)
    text = body.decode()
    assert 400 <= status < 500, text
    assert text.startswith("<!doctype html>"), text
    assert not [inside for inside in INSIDES if inside in text], text
    assert headers["X-Request-Id"]
    return text


def pointers(told: Mapping[str, Any]) -> dict[str, str]:
    """Where values are wrong, each with its code."""
    for each in told.get("errors", []):
        assert set(each) == {"pointer", "code", "detail"}
    return {each["pointer"]: each["code"] for each in told.get("errors", [])}
