"""An error of another service becomes the class that stands for its code, if there is one."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from shared.errors import Conflict, DomainError, Invalid, registered
from shared.limits import TooManyAsked
from shared.peers import refusal


class HouseLocked(Conflict):
    """The house is locked; ring the bell."""

    code = "house-locked"


def answered(status: int, code: str, **more: Any) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response._content = json.dumps({"code": code, "detail": "No.", **more}).encode()
    return response


def test_a_class_is_found_by_its_code_and_status() -> None:
    assert registered("house-locked", 409) is HouseLocked
    assert registered("house-locked", 404) is None


def test_a_known_code_is_raised_as_its_class_with_detail_and_context() -> None:
    error = refusal(answered(409, "house-locked", context={"key": "left"}))

    assert isinstance(error, HouseLocked)
    assert (error.detail, error.context) == ("No.", {"key": "left"})


@pytest.mark.parametrize(("status", "kind"), [(409, Conflict), (418, DomainError)])
def test_an_unknown_code_keeps_its_name_and_the_kind_of_its_status(
    status: int, kind: type[DomainError]
) -> None:
    error = refusal(answered(status, "roof-leaks"))

    assert (type(error), error and error.code) == (kind, "roof-leaks")
    assert kind.code != "roof-leaks"


def test_wrong_values_keep_their_list() -> None:
    errors = [{"pointer": "/name", "code": "required", "detail": "Missing."}]
    error = refusal(answered(422, "invalid-values", errors=errors))

    assert isinstance(error, Invalid)
    assert error.errors == errors


def test_a_class_that_cannot_be_made_of_an_answer_leaves_it_to_the_kind_of_its_status() -> None:
    error = refusal(answered(429, TooManyAsked.code))

    assert error is not None
    assert (error.code, error.status) == ("rate-limited", 429)
