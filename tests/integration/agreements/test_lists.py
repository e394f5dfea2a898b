"""Lists a processor and a customer need: filtered, counted, exported; every one by an index."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

import pytest

from services.agreements.store.agreements import Agreements
from shared import sheets
from shared.pagination import Page, PageRequest
from tests.builders import notice_terms
from tests.integration.agreements.office import LILLEBROR, NORDBO, RIVAL, VENDOR, Office

PORTAL = f"portal:{NORDBO}"


def ids(office: Office, query: str, who: str = VENDOR) -> list[str]:
    return [each["id"] for each in office.get(who, f"/agreements?{query}")["items"]]


@pytest.fixture
def made(office: Office) -> dict[str, str]:
    """Agreements that differ in what lists are asked by."""
    return {
        "draft": office.drafted(products=["d"]),
        "a": office.active(products=["a"]),
        "b": office.active(products=["b", "c"], notice_terms=notice_terms(notice_days=60)),
        "all": office.active(LILLEBROR, products=[], expires_on="2026-12-31"),
    }


def test_it_works(office: Office, made: dict[str, str]) -> None:
    assert ids(office, "") == list(made.values())


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("status=active", ["a", "b", "all"]),
        (f"controller_id={LILLEBROR}", ["all"]),
        ("product=a", ["a", "all"]),
        ("product=c", ["b", "all"]),
        ("product=nothing", ["all"]),
        ("product=d", ["draft", "all"]),
        ("product=d&status=active", ["all"]),
        ("notice_days=60", ["b"]),
        ("notice_days=30", ["draft", "a", "all"]),
        ("notice_days=30&product=a", ["a", "all"]),
        ("expiring_within=38", []),
        ("expiring_within=39", ["all"]),
    ],
)
def test_a_list_is_filtered(
    office: Office, made: dict[str, str], query: str, names: list[str]
) -> None:
    assert ids(office, query) == [made[name] for name in names]


def test_what_ends_first_comes_first_and_pages_to_the_end(office: Office) -> None:
    days = ["2027-03-01", "2027-01-01", "2027-02-01", "2027-02-01"]
    made = [office.active(products=[f"p{number}"], expires_on=day)
            for number, day in enumerate(days)]  # fmt: skip
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = office.get(VENDOR, f"/agreements?expiring_within=400&limit=1{cursor}")
        seen += [each["id"] for each in page["items"]]
        cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else None
    assert seen == [made[1], made[2], made[3], made[0]]


def test_a_termination_to_come_is_an_expiry_too(office: Office, made: dict[str, str]) -> None:
    office.terminate(VENDOR, made["a"], "2026-12-01")
    assert ids(office, "expiring_within=20") == [made["a"]]
    assert ids(office, "expiring_within=20", PORTAL) == [made["a"]]


@pytest.mark.parametrize("query", ["notice_days=x", "expiring_within=-1", "notice_days=400"])
def test_a_wrong_filter_is_refused(office: Office, query: str) -> None:
    assert office.ask(VENDOR, "GET", f"/agreements?{query}").status_code == 422


def test_counts_are_of_ones_own(office: Office, made: dict[str, str]) -> None:
    office.terminate(VENDOR, made["a"], "2026-11-22")
    told = office.get(VENDOR, "/counts")
    assert told["total"] == 4
    assert {name: count for name, count in told["by_status"].items() if count} == {
        "draft": 1, "active": 2, "terminated": 1,
    }  # fmt: skip
    assert office.get(PORTAL, "/counts")["total"] == 2
    assert office.get(RIVAL, "/counts")["total"] == 0


def test_the_export_has_a_line_for_each_and_is_streamed(
    office: Office, made: dict[str, str]
) -> None:
    answer = office.ask(VENDOR, "GET", "/export.csv?status=active")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.is_streamed
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True), newline="")))
    assert [row["id"] for row in rows] == [made["a"], made["b"], made["all"]]
    assert rows[1]["products"] == "b; c"
    assert (rows[2]["controller"], rows[2]["ends_on"]) == ("Lillebror", "2026-12-31")
    theirs = office.ask(PORTAL, "GET", "/export.csv").get_data(as_text=True)
    assert made["draft"] not in theirs
    assert made["all"] not in theirs


def test_no_cell_of_the_export_is_a_formula(office: Office) -> None:
    office.identity.add("org_odd", "odd", "controller", legal_name="=1+1")
    office.drafted("org_odd", products=["@x"])
    (row,) = csv.DictReader(io.StringIO(office.ask(VENDOR, "GET", "/export.csv").text))
    # The list is guarded as a cell, and its text as one a spreadsheet might cut out of it.
    assert (row["controller"], row["products"]) == ("'=1+1", "''@x")
    assert sheets.split(sheets.unguarded(row["products"])) == ["@x"]


def plans(found: Any) -> set[str]:
    """The names of all stages in the winning plan."""
    if isinstance(found, list):
        return set().union(*(plans(each) for each in found)) if found else set()
    if not isinstance(found, dict):
        return set()
    stages = {found["stage"]} if "stage" in found else set()
    return stages.union(*(plans(each) for each in found.values()))


@pytest.mark.parametrize(
    "query",
    ["", "status=active", "product=a", "product=a&status=active", "notice_days=60",
     "notice_days=60&status=active", f"controller_id={NORDBO}", "expiring_within=900"],
)  # fmt: skip
@pytest.mark.parametrize("who", [VENDOR, PORTAL])
def test_every_list_is_read_from_an_index_in_order(office: Office, who: str, query: str) -> None:
    for number in range(30):
        office.drafted(products=[f"p{number}"], notice_terms=notice_terms(notice_days=20 + number))
    seen = asked(office, who, query)
    key = "listed_ends" if "expiring" in query else "_id"
    found = office.deps.mongo.db["agreements"].find(seen).sort(key, 1).limit(51)
    told = found.explain()["queryPlanner"]["winningPlan"]
    assert "IXSCAN" in plans(told)
    assert not plans(told) & {"COLLSCAN", "SORT"}


def asked(office: Office, who: str, query: str) -> dict[str, Any]:
    """The query that a list makes of the database."""
    seen: list[dict[str, Any]] = []

    class Listening(Agreements):
        def page(self, where: Mapping[str, Any], request: PageRequest, key: str = "_id") -> Page:
            seen.append(dict(where))
            return super().page(where, request, key)

    office.deps.agreements.__class__ = Listening
    office.get(who, f"/agreements?{query}")
    return seen[0]
