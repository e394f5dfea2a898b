"""What a visitor looks for in a list is found, and in the order that is asked for."""

from __future__ import annotations

from typing import Any

import pytest

from services.public import find
from services.public.catalogue import words
from services.public.entries import Entry
from services.public.query import Query

Json = dict[str, Any]
T = words("en")


def place(country: str, status: str | None = None, **verdict: Any) -> Json:
    return {"country": country, "verdict": {"status": status, **verdict}}


CLOUD = Entry({
    "id": "a", "legal_name": "Cloud Inc.", "country": "US", "products": ["Mail"],
    "categories": ["hosting"], "purpose": {"da": "Driver serverne."}, "listed_since": "2026-01-01",
    "locations": [place("IE", "no_transfer", regime="EU"), place("US", "valid", regime="EU")],
})  # fmt: skip
VOICE = Entry({
    "id": "b", "legal_name": "Voice AB", "country": "SE", "products": [], "categories": ["sms"],
    "purpose": {"en": "Telephony."}, "listed_since": "2020-01-01", "listed_until": "2027-01-01",
    "locations": [place("SE", "no_transfer", regime="EU")],
})  # fmt: skip
FAX = Entry({
    "id": "c", "legal_name": "Anno Fax", "country": "IN", "products": ["Voice"], "stage": "planned",
    "locations": [place("IN", "missing", regime="EU")],
})  # fmt: skip
LIST = [CLOUD, VOICE, FAX]


def found(**asked: Any) -> list[str]:
    query = Query(slug="x", language="en", **asked)
    return [entry["id"] for entry in find.matching(LIST, query, T)]


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ({}, ["a", "b", "c"]),
        ({"product": "Mail"}, ["a", "b"]),  # Who names no product is used for all.
        ({"outside_eea": True}, ["a", "c"]),
        ({"verdict": "valid"}, ["a"]),
        ({"verdict": "no_transfer"}, ["a", "b"]),
        ({"country": "SE"}, ["b"]),
        ({"category": "hosting"}, ["a"]),
        ({"state": "planned"}, ["c"]),
        ({"state": "changing"}, ["b"]),
        ({"q": "ireland"}, ["a"]),
        ({"q": "SERVERNE"}, ["a"]),
        ({"q": "text messages"}, ["b"]),
        ({"product": "Voice", "outside_eea": True}, ["c"]),
        ({"sort": "country"}, ["c", "b", "a"]),
        ({"sort": "since"}, ["a", "b", "c"]),
        ({"sort": "verdict"}, ["c", "a", "b"]),
        ({"sort": "next"}, ["b", "c", "a"]),
    ],
)
def test_what_is_asked_for_is_found(asked: Json, ids: list[str]) -> None:
    assert found(**asked) == ids


def test_a_country_is_found_by_its_name_in_the_language_of_the_page() -> None:
    assert "irland" in find.search_text(CLOUD, words("da"))
    assert "irland" not in find.search_text(CLOUD, words("en"))


def test_seat_and_places_count_as_countries() -> None:
    assert find.countries(CLOUD) == {"US", "IE"}
    assert find.countries({"country": "US", "locations": [{"country": None}]}) == {"US"}


@pytest.mark.parametrize(
    ("where", "inside"),
    [
        (place("GB", "no_transfer", regime="EU"), True),  # As EU law judged it on that day.
        (place("GB", "valid", regime="EU"), False),
        (place("GB", "no_transfer", regime="UK"), False),
        (place("DK", "valid", regime="UK"), True),
        (place("US", by_regime=[{"regime": "UK", "status": "valid"},
                                {"regime": "EU", "status": "no_transfer"}]), True),
        ({"country": "NO", "verdict": None}, True),
        ({"country": "US", "verdict": None}, False),
    ],
)  # fmt: skip
def test_whether_a_place_is_in_the_eea_is_a_matter_of_eu_law(where: Json, inside: bool) -> None:
    assert find.in_eea(where) == inside


def test_a_long_list_is_cut_into_pages_and_stays_one_where_all_is_asked_for() -> None:
    entries = [Entry({"id": str(number)}) for number in range(250)]
    assert find.paged(entries[:200], "2") == (entries[:200], 1)
    assert find.paged(entries, "") == (entries[:100], 3)
    assert find.paged(entries, "3") == (entries[200:], 3)
    assert find.paged(entries, "9") == (entries[200:], 3)
    assert find.paged(entries, "all") == (entries, 1)
