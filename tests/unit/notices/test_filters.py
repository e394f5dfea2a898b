"""What an endpoint's filters let through, and which patterns mean anything."""

from __future__ import annotations

from typing import Any

import pytest

from services.notices import events
from services.notices.model.filters import Filters, matches, unmatched

VENDOR = {"id": "org_v", "slug": "vendor"}
MATERIAL, PRODUCTS = ("new_country",), ("Core", "Helpdesk")


@pytest.mark.parametrize(
    ("filters", "is_through"),
    [
        ({}, True),
        ({"event_types": ("a.b",)}, True),
        ({"event_types": ("a.*",)}, True),
        ({"event_types": ("*",)}, True),
        ({"event_types": ("c.d", "a.b")}, True),
        ({"event_types": ("c.d",)}, False),
        ({"event_types": ("a",)}, False),
        ({"event_types": ("a.b.*",)}, False),
        ({"processors": ("vendor",)}, True),
        ({"processors": ("org_v",)}, True),
        ({"processors": ("other",)}, False),
        ({"materiality": ("new_country", "ai_use")}, True),
        ({"materiality": ("ai_use",)}, False),
        ({"products": ("Core",)}, True),
        ({"products": ("Billing",)}, False),
        ({"event_types": ("a.*",), "products": ("Billing",)}, False),
    ],
)
def test_each_filter_narrows(filters: dict[str, Any], is_through: bool) -> None:
    let_through = Filters(**filters).let_through("a.b", VENDOR, MATERIAL, PRODUCTS)
    assert let_through is is_through


@pytest.mark.parametrize(
    "filters", [{"processors": ("x",)}, {"materiality": ("ai_use",)}, {"products": ("Billing",)}]
)
def test_what_names_none_is_about_all(filters: dict[str, Any]) -> None:
    assert Filters(**filters).let_through("a.b", {})


@pytest.mark.parametrize("kind", [*events.SUBSCRIBABLE, *events.FOR_VENDORS])
def test_each_type_is_meant_by_itself_by_its_beginning_and_by_all(kind: str) -> None:
    first = kind.partition(".")[0]
    assert matches(kind, kind)
    assert matches(f"{first}.*", kind)
    assert matches("*", kind)
    assert not matches(f"x{first}.*", kind)


def test_a_pattern_that_means_no_type_is_found() -> None:
    kinds = ("agreement.offered", "webhook.test")
    assert unmatched(["agreement.*", "objection.*", "*", "agreement", ""], kinds) == [1, 3, 4]
