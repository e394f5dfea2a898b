"""Where a country has several clocks, a vendor is asked by which of them its days are counted."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.registry.model.register import Register
from services.registry.todo.of_work import of_zone
from services.registry.transfers.wording import LANGUAGES, sentence

AT = datetime(2026, 11, 23, tzinfo=UTC)


def register(country: str, zone: str) -> Register:
    return Register("org_1", "vendor", "Vendor Inc.", country, "en", zone, AT)


@pytest.mark.parametrize(
    ("country", "zone", "asked"),
    [
        ("US", "Europe/Copenhagen", True),
        ("ES", "Europe/Copenhagen", True),
        ("PT", "Europe/Copenhagen", True),
        ("US", "America/Chicago", False),
        ("ES", "Europe/Madrid", False),
        ("PT", "Atlantic/Azores", False),
        ("DK", "Europe/Copenhagen", False),
        ("SE", "Europe/Copenhagen", False),
    ],
)
def test_the_zone_is_asked_for_until_one_of_the_country_is_stated(
    country: str, zone: str, *, asked: bool
) -> None:
    assert len(list(of_zone(register(country, zone)))) == asked


def test_the_item_names_country_and_zone_and_the_way_to_state_it() -> None:
    [item] = of_zone(register("ES", "Europe/Copenhagen"))
    assert (item.kind, item.severity, item.subject.type) == ("finding", "should", "organisation")
    step = item.step_for(["identity:write"])
    assert step is not None
    assert (step.method, step.path) == ("PATCH", "/identity/v1/organisations/org_1")
    for language, country in zip(LANGUAGES, ("Spain", "Spanien", "Spanien"), strict=True):
        text = sentence(item.detail, language)
        assert country in text
        assert "Europe/Copenhagen" in text
