"""A processor brings its customers in one spreadsheet: added, asked about, differing, refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.identity.bringing import (
    COMPANY,
    ELSEWHERE,
    answered,
    brought,
    rows,
)
from tests.vendor import Vendor

A = "/agreements/v1/agreements"


@pytest.fixture
def mine(baseline: Vendor) -> Vendor:
    return baseline


def agreements(vendor: Vendor) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = vendor.stack.must(vendor.client, "GET", A)["items"]
    return found


def test_a_row_becomes_an_organisation_and_an_agreement_to_be_confirmed(mine: Vendor) -> None:
    job = brought(mine.stack, mine.client, ELSEWHERE)
    assert (job["status"], job["added"], job["questions"], job["refused"]) == ("done", 1, [], [])
    [row] = rows(mine.stack, mine.client, job["id"])
    assert row["added"] == ["organisation", "invitation", "agreement"]
    made = mine.stack.must(
        mine.client, "GET", f"/identity/v1/organisations/{row['organisation_id']}"
    )
    assert (made["legal_name"], made["country"], made["time_zone"]) == (
        "Nordbo Boligselskab A/S", "DK", "Europe/Copenhagen",
    )  # fmt: skip
    assert made["contacts"] == [
        {"name": "Ida Holm", "position": "DPO", "email": "ida@nordbo.example"}
    ]
    agreement = mine.stack.must(mine.client, "GET", f"{A}/{row['agreement_id']}")
    assert (agreement["status"], agreement["products"]) == (
        "to_be_confirmed", ["case-system", "archive"],
    )  # fmt: skip
    assert agreement["signed_file"]["signed_on"] == "2024-05-02"


def test_the_same_file_again_changes_nothing(mine: Vendor) -> None:
    brought(mine.stack, mine.client, ELSEWHERE)
    again = brought(mine.stack, mine.client, ELSEWHERE)
    assert (again["unchanged"], again["added"]) == (1, 0)
    assert len(agreements(mine)) == 1


def test_a_changed_row_names_its_differences_and_changes_nothing(mine: Vendor) -> None:
    brought(mine.stack, mine.client, ELSEWHERE)
    job = brought(
        mine.stack, mine.client, {**ELSEWHERE, "Company": "Nordbo A/S", "Notice days": "45"}
    )
    [row] = rows(mine.stack, mine.client, job["id"])
    assert row["state"] == "differs"
    found = {each["member"]: (each["here"], each["file"]) for each in row["differences"]}
    assert found["organisation.legal_name"] == ("Nordbo Boligselskab A/S", "Nordbo A/S")
    assert found["notice_terms.notice_days"] == (30, 45)
    [agreement] = agreements(mine)
    assert agreement["notice_terms"]["notice_days"] == 30


def test_a_row_of_a_customer_alone_makes_no_agreement(mine: Vendor) -> None:
    job = brought(mine.stack, mine.client, COMPANY)
    assert (job["status"], job["added"]) == ("done", 1)
    assert agreements(mine) == []


def test_what_a_row_leaves_open_is_asked_and_answered(mine: Vendor) -> None:
    row = {**ELSEWHERE, "Country": "Danmrk", "Silence": "ok"}
    job = brought(mine.stack, mine.client, row)
    asked = {each["member"]: each["candidates"] for each in job["questions"]}
    assert (job["status"], job["added"]) == ("waiting", 0)
    assert asked == {"country": ["DK"], "silence": ["consent", "refusal"]}
    done = answered(mine.stack, mine.client, job, {"country": ["DK"], "silence": ["consent"]})
    assert (done["status"], done["added"]) == ("done", 1)


def test_a_rehearsal_adds_nothing(mine: Vendor) -> None:
    job = brought(mine.stack, mine.client, ELSEWHERE, dry_run="true")
    assert (job["status"], job["ready"], job["added"]) == ("done", 1, 0)
    assert agreements(mine) == []
