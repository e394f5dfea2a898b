"""The catalogue of companies: no member without its source and day, and nothing decided by it."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

import services
from services.registry.model.companies import (
    CATALOGUE,
    MEMBERS,
    ORIGINS,
    OWN_ENTRIES,
    Company,
    Source,
    called,
    folded,
    note,
    of_entry,
    shipped,
)
from services.registry.model.register import FOREVER, Row
from services.registry.schemas.companies import CompaniesQuery
from services.registry.schemas.entries import SubProcessorIn
from services.registry.transfers.countries import check_country
from shared.pagination import write_cursor

DATA: dict[str, Any] = json.loads(
    files("services.registry").joinpath("data", "companies.json").read_text("utf-8")
)
COMPANIES, READS = DATA["companies"], DATA["reads"]
SERVICES = Path(services.__path__[0])
# What a draft takes over as it is.
OF_AN_ENTRY = ("legal_name", "registration_number", "country", "address", "website")


def values(member: str) -> list[Any]:
    return [each[member]["value"] for each in COMPANIES if each[member]]


def by_name(text: str) -> list[str]:
    return [each.name for each in called(shipped(), text)]


def is_address(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" and "." in parts.netloc and not re.search(r"\s", url)


def test_there_are_enough_to_be_of_use() -> None:
    assert len(COMPANIES) >= 120
    assert len(values("country")) >= 100
    assert len(values("legal_name")) >= 100


def test_each_member_has_a_source_or_is_null() -> None:
    for company in COMPANIES:
        assert set(company) == {"name", *MEMBERS}
        for member in company.values():
            assert member is None or (set(member) == {"value", "read"} and member["value"])
    assert {each["read"] for company in COMPANIES for each in company.values() if each} == {*READS}


def test_each_source_is_an_address_or_a_file_and_has_its_day() -> None:
    for read in READS.values():
        assert set(read) == {"url", "file", "read_on"}
        assert (read["url"] is None) != (read["file"] is None)
        assert read["url"] is None or is_address(read["url"])
        assert date(2026, 11, 1) <= date.fromisoformat(read["read_on"])
        assert read["read_on"] <= DATA["compiled_on"]


def test_addresses_of_pages_are_addresses_and_countries_are_countries() -> None:
    assert [url for url in values("website") + values("own_list_url") if not is_address(url)] == []
    seats = [*values("country"), *(each["country"] for each in values("address"))]
    assert [check_country(code) for code in seats] == seats


def test_a_seat_and_its_address_are_in_one_country() -> None:
    for company in COMPANIES:
        if company["country"] and company["address"]:
            assert company["country"]["value"] == company["address"]["value"]["country"]


@pytest.mark.parametrize("member", ["name", "legal_name"])
def test_names_are_unique_however_they_are_written(member: str) -> None:
    names = [folded(name) for name in values(member)]
    assert all(names)
    assert sorted({*names}) == sorted(names)


def test_what_a_draft_takes_over_fits_an_entry() -> None:
    for company in shipped():
        taken = {name: company.members[name] for name in OF_AN_ENTRY if company.members[name]}
        errors = SubProcessorIn(partial=True).validate(taken, partial=True)
        assert {*errors} & {*OF_AN_ENTRY} == set(), (company.name, errors)


def test_an_entry_takes_over_neither_sources_nor_the_name_on_a_list() -> None:
    for name in ("sources", "dpf_name", "own_list_url"):
        assert name in SubProcessorIn(partial=True).validate({name: "x"}, partial=True)


def test_it_needs_no_file_but_its_own() -> None:
    """Lists that were read stay where they are: the product names none of them in its code."""
    code = [path for path in SERVICES.rglob("*.py") if "__pycache__" not in path.parts]
    named = [read["file"] for read in READS.values() if read["file"]]
    assert named
    assert [path for path in code for name in named if name in path.read_text("utf-8")] == []


def test_nothing_is_judged_by_it() -> None:
    code = (path for path in (SERVICES / "registry").rglob("*.py"))
    readers = {
        path.relative_to(SERVICES / "registry").as_posix()
        for path in code
        if "model.companies" in path.read_text("utf-8")
        or "companies.json" in path.read_text("utf-8")
    }
    # These two look for its names in agreements, which is an advice.
    advice = {"findings/agreements.py", "use_cases/todo.py"}
    own = {"model/companies.py", "schemas/companies.py", "use_cases/companies.py"}
    assert readers == own | advice


def test_it_says_in_three_languages_that_it_is_no_evidence() -> None:
    assert set(note()) == {"en", "da", "sv"}
    assert all("." in said for said in note().values())
    assert len({*note().values()}) == 3


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("cloudflare", "Cloudflare"),
        ("CLOUD-FLARE, INC", "Cloudflare"),
        ("Plausible Insights OU", "Plausible"),
        ("functional software", "Sentry"),
        ("Seninblue", "Sendinblue (United States)"),
        ("plus five", "Resend"),
    ],
)
def test_a_company_is_found_by_any_of_its_names(text: str, name: str) -> None:
    assert by_name(text) == [name]


@pytest.mark.parametrize("text", ["—", ".", "  ", "no such company"])
def test_what_names_nobody_finds_nobody(text: str) -> None:
    assert by_name(text) == []


def test_all_are_listed_by_name() -> None:
    listed = called(shipped(), None)
    assert len(listed) == len(COMPANIES)
    assert [folded(each.name)[:24] for each in listed] == sorted(
        folded(each["name"]["value"])[:24] for each in COMPANIES
    )


@given(st.text(max_size=300), st.sampled_from(ORIGINS))
def test_a_cursor_is_never_too_long_to_be_sent_back(name: str, origin: str) -> None:
    nothing = dict.fromkeys(MEMBERS)
    company = Company("sp_" + "0" * 32, origin, name, nothing, {})
    cursor = write_cursor("companies", company.position)
    assert CompaniesQuery().validate({"cursor": cursor}) == {}


def test_own_entries_come_before_the_catalogue() -> None:
    nothing = dict.fromkeys(MEMBERS)
    one, other = (Company("x", origin, "Same", nothing, {}) for origin in ORIGINS)
    assert other.origin == CATALOGUE
    assert called([other, one], "same") == [one, other]


def test_a_company_stands_by_its_name_then_its_origin_then_its_id() -> None:
    nothing = dict.fromkeys(MEMBERS)
    assert Company("x", CATALOGUE, "Är One", nothing, {}).position == "arone\n1\nx"


def test_a_name_that_is_not_known_is_not_searched() -> None:
    nothing = dict.fromkeys(MEMBERS)
    assert not Company("x", CATALOGUE, "One", nothing, {}).is_called("x")


def test_each_member_that_ships_says_where_and_when_it_was_read() -> None:
    for company, record in zip(shipped(), COMPANIES, strict=True):
        assert {name: vars(each) for name, each in company.sources.items()} == {
            name: {**READS[each["read"]], "read_on": date.fromisoformat(
                READS[each["read"]]["read_on"])}
            for name, each in record.items() if each
        }  # fmt: skip


def test_an_entry_of_the_vendor_is_a_company_whose_source_is_the_entry() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    said = {"legal_name": "Host ApS", "country": "DK", "website": None, "description": "Hosting"}
    row = Row("row_1", "org_1", "sub_1", 1, said, at.date(), FOREVER, at, "chg_1")

    company = of_entry(row, "/p/vendor/sub-processors/sub_1", at.date())

    assert (company.id, company.origin, company.name) == ("sub_1", OWN_ENTRIES, "Host ApS")
    assert company.members == {
        **dict.fromkeys(MEMBERS), "legal_name": "Host ApS", "country": "DK"}  # fmt: skip
    source = Source("/p/vendor/sub-processors/sub_1", None, at.date())
    assert company.sources == dict.fromkeys(("name", "legal_name", "country"), source)
