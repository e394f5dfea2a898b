"""The first screen says in a few words where the data is, and never more than is true."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.public import first_screen
from services.public.catalogue import words
from services.public.entries import entry_of
from services.public.query import Query
from services.public.register import Register
from tests.long_list import LongRegistry, company

TODAY = date(2026, 11, 22)


def register(language: str = "en", **page: Any) -> Register:
    registry = LongRegistry()
    registry.page = page
    query = Query(slug="tempus-serva", language=language)
    return Register(registry, query, datetime(2026, 11, 22, tzinfo=UTC), "https://x.example")


def sentence(language: str = "en", **page: Any) -> str:
    told = str(first_screen.sums(register(language, **page), "/p/x"))
    return re.sub(r"<[^>]+>", "", told)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("Places: 25 of 42 stay in the EEA; allowed on a legal basis: 13; "
               "paperwork incomplete: 2; basis not valid: 1; no legal basis named: 1.")),
        ("da", ("Steder: 25 af 42 bliver i EØS; tilladt på et retligt grundlag: 13; "
               "dokumentation mangler: 2; grundlaget er ikke gyldigt: 1; "
               "intet grundlag angivet: 1.")),
        ("sv", ("Platser: 25 av 42 stannar inom EES; tillåtna på en rättslig grund: 13; "
               "underlag saknas: 2; grunden är inte giltig: 1; ingen grund angiven: 1.")),
    ],
)  # fmt: skip
def test_the_tally_is_a_sentence(language: str, said: str) -> None:
    assert sentence(language) == said


def test_each_sum_leads_to_the_entries_that_it_counts() -> None:
    assert "/p/x?lang=en&amp;verdict=unproven#list" in str(first_screen.sums(register(), "/p/x"))


def test_a_page_that_names_bases_counts_no_gap_as_anything() -> None:
    said = sentence(display="basis")
    assert "25 of 42" in said
    assert "allowed on a legal basis: 13" in said
    assert "incomplete" not in said


def test_places_with_one_basis_share_a_line() -> None:
    lines = first_screen.place_lines(company(1), words("en"), TODAY)
    assert lines == [
        {"status": "no_transfer", "words": "Stays in the EEA", "where": "Germany"},
        {"status": "valid", "words": "Allowed: EU–US Data Privacy Framework",
         "where": "United States"},
    ]  # fmt: skip
    double = first_screen.place_lines(company(0), words("da"), TODAY)
    assert double == [
        {"status": "no_transfer", "words": "Bliver i EØS", "where": "Irland, Tyskland"}
    ]


def test_a_place_that_is_not_judged_has_its_basis_and_no_mark() -> None:
    shown = register(display="basis")
    gap = next(one for one in shown.all_entries if one["id"] == "sub_14")
    (line,) = first_screen.place_lines(gap, words("en"), TODAY)
    assert line == {
        "status": "", "words": "Standard contractual clauses of 2021", "where": "Philippines",
    }  # fmt: skip


def test_what_stays_in_an_own_country_outside_the_eea_is_not_said_to_stay_in_the_eea() -> None:
    home = entry_of(company(3))
    home["locations"] = [
        {"country": "GB", "kind": "storage", "mechanisms": [],
         "verdict": {"status": "no_transfer", "regime": "UK"}},
    ]  # fmt: skip
    (line,) = first_screen.place_lines(home, words("en"), TODAY)
    assert line["words"] == "No transfer"
