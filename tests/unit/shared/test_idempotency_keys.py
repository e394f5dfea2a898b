"""An Idempotency-Key in quotes, as the IETF draft writes it, is the key between them."""

from __future__ import annotations

import pytest

from shared.idempotency import unquoted


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("a1b2", "a1b2"),
        ('"a1b2"', "a1b2"),
        ('"', '"'),
        ('""', '""'),
        ('"a1b2', '"a1b2'),
        ('a1"b2', 'a1"b2'),
        ('"a"b"', '"a"b"'),
    ],
)
def test_only_quotes_around_the_whole_key_are_none_of_it(header: str, key: str) -> None:
    assert unquoted(header) == key
