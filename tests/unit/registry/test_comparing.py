"""Two readings of an entry are told apart by the places in which they differ."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.registry.model.comparing import differences, parts
from services.registry.model.register import FOREVER, Row


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


def row(sub_id: str, **content: Any) -> Row:
    first, at = date(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC)
    named = {"legal_name": sub_id.title(), **content}
    return Row(f"row_{sub_id}", "org_1", sub_id, 1, named, first, FOREVER, at, "chg_1")


def test_two_lists_differ_by_entries_that_were_added_modified_and_removed() -> None:
    before = [row("gone"), row("moved", country="DK"), row("same", country="SE")]
    after = [row("same", country="SE"), row("moved", country="US"), row("new")]

    assert [(entry["kind"], entry["legal_name"]) for entry in differences(before, after)] == [
        ("removed", "Gone"),
        ("modified", "Moved"),
        ("added", "New"),
    ]
    assert differences(before, before) == []


def test_a_modified_entry_names_its_fields_and_the_places_inside_them() -> None:
    old = row("host", country="DK", address={"city": "Aarhus", "street": "1"})
    new = row("host", country="SE", address={"city": "Lund", "street": "1"})

    [entry] = differences([old], [new])
    address, country = entry["fields"]
    assert country == {"field": "country", "before": "DK", "after": "SE"}
    assert address["parts"] == [{"pointer": "/city", "before": "Aarhus", "after": "Lund"}]


def test_an_entry_is_named_by_its_id_and_its_newest_name() -> None:
    old, new = row("host", country="DK"), row("host", country="DK", website="https://h.example")
    assert differences([old], [new]) == [
        {
            "kind": "modified",
            "id": "host",
            "legal_name": "Host",
            "fields": [{"field": "website", "before": None, "after": "https://h.example"}],
        }
    ]
    assert differences([new], [old])[0]["fields"] == [
        {"field": "website", "before": "https://h.example", "after": None}
    ]
