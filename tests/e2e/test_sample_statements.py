"""Each statement of the five policies shows where the table of the sample's README says."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from deploy.seed import SAMPLE
from tests.e2e.inprocess import Loaded

README = SAMPLE.with_name("README.md")
ROW = re.compile(r"\| (\S+) \| ([^|]+) \| (\w+) \| `([^`]+)` \| ([^|]+) \|$")
Row = tuple[str, str, str, str, str]


@cache
def rows() -> tuple[tuple[str, *Row], ...]:
    """Company, source, statement, place, member and value of each row."""
    found, company = list[tuple[str, *Row]](), ""
    for line in README.read_text("utf-8").splitlines():
        company = line.removeprefix("### ") if line.startswith("### ") else company
        row = ROW.match(line)
        assert row or not company or line.startswith(("|---", "| source", "### ")) or not line, line
        if row:
            source, statement, place, member, value = row.groups()
            found.append((company, source, statement, place, member, value))
    return tuple(found)


def answer(product: Loaded, company: str, place: str) -> Any:
    if place in ("profile", "list"):
        path = f"/registry/v1/processors/{company}{'/sub-processors' if place == 'list' else ''}"
        return product.must(company, "GET", path)
    if place == "template":
        items = product.must(company, "GET", "/agreements/v1/templates")["items"]
        return next(each for each in items if not each["built_in"])
    door = "/portal/v1/agreements" if company == "techem" else "/agreements/v1/agreements"
    [made, *_] = product.must(company, "GET", door)["items"]
    return product.must(company, "GET", f"{door}/{made['id']}")


def found_at(value: Any, pointer: str) -> Any:
    """Items of lists by the name of their entry, by their number, or by their position."""
    parts = pointer.lstrip("/").split("/")
    for part in parts:
        value = item(value, part) if isinstance(value, list) else value[part]
    return value


def item(items: list[Any], part: str) -> Any:
    named = [each for each in items if part in (each.get("legal_name"), each.get("number"))]
    return named[0] if named else items[int(part)]


def says(value: Any, text: str) -> bool:
    if isinstance(value, list) and value:
        return text in value or text == ", ".join(map(str, value))
    return text in value if isinstance(value, str) else json.dumps(value) == text


@pytest.mark.parametrize("row", rows(), ids=[f"{row[0]} {row[4]} {row[5]}" for row in rows()])
def test_a_statement_shows_where_the_table_says(product: Loaded, row: tuple[str, *Row]) -> None:
    company, _, _, place, member, value = row
    assert says(found_at(answer(product, company, place), member), value.strip())


def test_no_statement_of_a_policy_is_left_out() -> None:
    told = {(company, source) for company, source, *_ in rows()}
    for vendor in policies():
        left = [source for source in sources(vendor) if (vendor["slug"], source) not in told]
        assert left == [], vendor["slug"]


def policies() -> list[Any]:
    """The facts of the policies, which stand beside the project (``shared/data``)."""
    for parent in Path(__file__).resolve().parents:
        found = parent / "shared" / "data" / "sample-vendors.json"
        if found.exists():
            vendors: list[Any] = json.loads(found.read_text("utf-8"))["vendors"]
            return vendors
    pytest.skip("The facts of the policies do not stand beside the project (shared/data).")


def sources(vendor: dict[str, Any]) -> list[str]:
    """The members of a policy's facts; sub-processors and periods one by one."""
    by_item = ("sub_processors", "retention")
    named = [name for name in vendor if name not in (*by_item, "slug")]
    return named + [f"{name}/{n}" for name in by_item for n in range(len(vendor.get(name, ())))]


def test_who_is_not_named_is_reported_on_the_list_as_it_stands(product: Loaded) -> None:
    """The seed carries what the finding is made of: neither number, address, seat nor website."""
    for company, names in {
        "techem": {"Portal e-mail provider", "IT operations and support provider"},
        "clienti": {"Backup provider", "Website host"},
        "talenom": {"Choice HR"},
    }.items():
        listed = product.must(company, "GET", f"/registry/v1/processors/{company}/sub-processors")
        members = ("registration_number", "address", "country", "website")
        unnamed = {
            each["legal_name"] for each in listed["items"] if not any(map(each.get, members))
        }
        assert unnamed == names


def test_every_company_has_an_agreement_in_force(product: Loaded) -> None:
    for company in ("tempus-serva", "techem", "clienti", "proces360", "talenom"):
        made = answer(product, company, "agreement")
        assert made["in_force"] is True, company
