"""Two readings of an entry are told apart by the places in which they differ."""

from __future__ import annotations

from typing import Any

import pytest

from services.registry.model.comparing import parts


@pytest.mark.parametrize(
    ("before", "after", "places"),
    [
        (1, 1, []),
        (1, 2, [""]),
        (None, {"a": 1}, [""]),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, ["/b"]),
        ({"a": 1}, {"b": 1}, ["/a", "/b"]),
        ({"a": {"b": [1, {"c": 2}]}}, {"a": {"b": [1, {"c": 3}]}}, ["/a/b/1/c"]),
        ([1, 2], [1, 2, 3], [""]),
        ({"x/y": 1, "x~y": 1}, {"x/y": 2, "x~y": 2}, ["/x~1y", "/x~0y"]),
    ],
)
def test_each_place_is_named_once(before: Any, after: Any, places: list[str]) -> None:
    assert [each["pointer"] for each in parts(before, after)] == places
