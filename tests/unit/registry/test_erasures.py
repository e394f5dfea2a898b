"""A person is found by the address, wherever a private part holds it."""

from __future__ import annotations

from typing import Any

import pytest

from services.registry.model.erasures import speaks_of


@pytest.mark.parametrize(
    ("private", "holds"),
    [
        ({"contact": {"email": "ida@a.example"}}, True),
        ({"contacts": [{"email": "IDA@A.Example"}]}, True),
        ({"note": "Write to ida@a.example, please."}, True),
        ({"contact": {"email": "bo@a.example"}}, False),
        ({"contact": {"email": "ida@a.exampl"}}, False),
        ({"contact": {"email": "da@a.example"}}, False),
        (None, False),
    ],
)
def test_an_address_is_found_in_whatever_case_and_place(private: Any, holds: bool) -> None:
    assert speaks_of(private, "Ida@a.example") is holds


def test_an_address_in_other_letters_is_found_in_whatever_case() -> None:
    assert speaks_of({"email": "ØRE@A.EXAMPLE"}, "øre@a.example")
