"""Bodies are read as strict JSON (RFC 7493) or not at all."""

from __future__ import annotations

import pytest

from shared.errors import Malformed
from shared.strict_json import parse_json


def test_it_works() -> None:
    assert parse_json('{"a": [1, 2.5, "æ😀", null, true]}'.encode()) == {
        "a": [1, 2.5, "æ😀", None, True]
    }


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"{'a': 1}",
        b'{"a": 1,}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": 1, "a": 2}',
        b'{"a": "\xff"}',
        b'{"a": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"a": 1} {"b": 2}',
        b"[" * 100_000,
        b'{"a": ' + b"9" * 5_000 + b"}",
    ],
)
def test_what_is_not_strict_json_is_refused(raw: bytes) -> None:
    with pytest.raises(Malformed):
        parse_json(raw)


def test_an_escaped_pair_is_one_character() -> None:
    assert parse_json(b'"\\ud83d\\ude00"') == "😀"
