"""Bodies are read as strict JSON (RFC 7493) or not at all."""

from __future__ import annotations

import pytest

from shared.errors import Invalid, Malformed
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
        b'{"a": 1, "a": 2}',
        b'{"a": "\xff"}',
        b'{"a": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"a": 1} {"b": 2}',
        b"[" * 100_000,
    ],
)
def test_what_is_not_strict_json_is_refused(raw: bytes) -> None:
    with pytest.raises(Malformed):
        parse_json(raw)


@pytest.mark.parametrize(
    ("raw", "pointers"),
    [
        (b'{"a": {"b": [1, 1' + b"0" * 30 + b"]}}", ["/a/b/1"]),
        (b'{"a": ' + b"9" * 5_000 + b"}", ["/a"]),
        (b'{"a": 1e999, "b/c": -' + b"9" * 40 + b"}", ["/a", "/b~1c"]),
        (b"9223372036854775808", [""]),
    ],
)
def test_a_number_that_nothing_can_hold_is_refused_at_its_place(
    raw: bytes, pointers: list[str]
) -> None:
    with pytest.raises(Invalid) as refused:
        parse_json(raw)
    assert [each["pointer"] for each in refused.value.errors] == pointers
    assert {each["code"] for each in refused.value.errors} == {"number-too-large"}


def test_the_largest_whole_number_is_read() -> None:
    assert parse_json(b"[9223372036854775807, -9223372036854775807]") == [2**63 - 1, 1 - 2**63]


def test_an_escaped_pair_is_one_character() -> None:
    assert parse_json(b'"\\ud83d\\ude00"') == "😀"
