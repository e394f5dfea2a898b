"""A processor brings its customers in one spreadsheet: added, asked about, differing, refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.agreements.shop import open_shop
from tests.integration.identity.bringing import (
    COMPANY,
    ELSEWHERE,
    PATH,
    answered,
    brought,
    rows,
    work,
)
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client

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


def test_a_published_template_says_what_the_row_does_not(mine: Vendor) -> None:
    open_shop(mine)
    row = {**COMPANY, "Template": "Our terms", "Effective from": "2026-12-01", "Offer": "yes",
           "Notice days": "60"}  # fmt: skip
    job = brought(mine.stack, mine.client, row)
    [read] = rows(mine.stack, mine.client, job["id"])
    assert (read["state"], read["agreement_status"]) == ("added", "offered"), read
    made = mine.stack.must(mine.client, "GET", f"{A}/{read['agreement_id']}")
    assert (made["governing_law"], made["language"], made["products"]) == (
        "DK", "da", ["case-system"],
    )  # fmt: skip
    assert made["notice_terms"]["notice_days"] == 60
    assert made["notice_terms"]["contacts"][0]["email"] == "ida@nordbo.example"


def test_a_template_that_is_not_there_is_asked_about(mine: Vendor) -> None:
    open_shop(mine)
    job = brought(mine.stack, mine.client, {**COMPANY, "Template": "Our tems"})
    [question] = [each for each in job["questions"] if each["member"] == "template"]
    assert "Our terms" in question["candidates"]


def test_a_row_that_speaks_of_its_terms_alone_is_asked_for_its_template(mine: Vendor) -> None:
    open_shop(mine)
    row = {**COMPANY, "Varslingsdage": "60", "Effective from": "2026-12-01"}
    job = brought(mine.stack, mine.client, row)
    [question] = job["questions"]
    assert question["member"] == "template"
    assert "Our terms" in question["candidates"]
    done = answered(mine.stack, mine.client, job, {"template": ["Our terms"]})
    assert (done["status"], done["added"]) == ("done", 1)
    [read] = rows(mine.stack, mine.client, job["id"])
    assert read["added"] == ["organisation", "invitation", "agreement"]
    [agreement] = agreements(mine)
    assert agreement["notice_terms"]["notice_days"] == 60


def test_an_answer_everywhere_fills_the_column_and_is_remembered(mine: Vendor) -> None:
    left = ("Authorisation", "Channels")
    first = {name: text for name, text in ELSEWHERE.items() if name not in left}
    second = {**first, "Company": "Sydbo ApS", "CVR-nr.": "87654321", "Reference": "DPA-2"}
    job = brought(mine.stack, mine.client, first, second)
    assert job["waiting"] == 2
    once = {**job, "questions": [each for each in job["questions"] if each["row"] == 1]}
    answers = {"authorisation": ["general"], "channels": ["email"]}
    done = answered(mine.stack, mine.client, once, answers, everywhere=True)
    assert (done["status"], done["added"]) == ("done", 2)
    again = brought(mine.stack, mine.client, first)
    assert (again["status"], again["unchanged"]) == ("done", 1)
    assert {each["member"] for each in again["remembered"]} == {"authorisation", "channels"}


def test_its_document_says_that_the_signed_text_is_not_here(mine: Vendor) -> None:
    job = brought(mine.stack, mine.client, ELSEWHERE)
    [row] = rows(mine.stack, mine.client, job["id"])
    path = f"{A}/{row['agreement_id']}/document"
    page = mine.stack.ask(mine.client, "GET", path, headers={"Accept": "text/html"})
    assert "its signed text is not kept here" in page.text
    pdf = mine.stack.ask(mine.client, "GET", path, headers={"Accept": "application/pdf"})
    assert pdf.data.startswith(b"%PDF")


def test_until_it_is_confirmed_notices_go_by_mail_to_the_contacts_of_the_row(
    mine: Vendor,
) -> None:
    brought(mine.stack, mine.client, ELSEWHERE)
    mine.stack.relay()
    [recipient] = (
        mine.stack.database("notices")
        .db["recipients"]
        .find({"processor_id": mine.client["org_id"]})
    )
    assert [each["email"] for each in recipient["contacts"]] == ["ida@nordbo.example"]
    assert (recipient["confirmed"], recipient["channels"]) == (False, ["email"])
    change = mine.draft(days=20)
    told = mine.ask("POST", f"/changes/{change['id']}/announce")
    assert (told.status_code, told.json["code"]) == (409, "notice-period-too-short")


def test_another_vendor_sees_nothing_of_an_import(mine: Vendor) -> None:
    job = brought(mine.stack, mine.client, ELSEWHERE)
    other = new_client(mine.stack, "other", ["processor"], PROCESSOR_SCOPES)
    for path in ("", "/rows"):
        answer = mine.stack.ask(other, "GET", f"{PATH}/imports/{job['id']}{path}")
        assert answer.status_code == 404
    assert mine.stack.must(other, "GET", f"{PATH}/imports")["items"] == []


def test_the_days_to_object_are_asked_for_and_none_is_an_answer(mine: Vendor) -> None:
    silent = {name: cell for name, cell in ELSEWHERE.items() if name != "Objection days"}
    job = brought(mine.stack, mine.client, silent)
    [question] = job["questions"]
    assert (question["member"], question["code"]) == ("objection_days", "required")
    assert question["why"].startswith("How many days does the customer have to object?")

    done = answered(mine.stack, mine.client, job, {"objection_days": ["none"]})
    assert (done["added"], done["questions"]) == (1, [])
    [agreement] = agreements(mine)
    assert agreement["notice_terms"]["objection_days"] is None


@pytest.mark.parametrize(
    ("language", "objection", "law"),
    [
        ("en", "How many days does the customer have to object", "Nothing is stated here"),
        ("da-DK", "Hvor mange dage har kunden til at gøre indsigelse", "Her står intet"),
        ("sv", "Hur många dagar har kunden på sig att invända", "Här står inget"),
    ],
)
def test_questions_are_read_in_the_language_of_the_reader(
    mine: Vendor, language: str, objection: str, law: str
) -> None:
    left_out = ("Objection days", "Governing law")
    silent = {name: cell for name, cell in ELSEWHERE.items() if name not in left_out}
    job = brought(mine.stack, mine.client, {**silent, "Notes": "call first"})
    mine.stack.must(
        mine.client, "POST", f"{PATH}/imports/{job['id']}/answers",
        {"answers": [{"id": job["questions"][0]["id"], "values": ["none"]}]},
    )  # fmt: skip
    work(mine.stack)
    answer = mine.stack.ask(
        mine.client, "GET", f"{PATH}/imports/{job['id']}", headers={"Accept-Language": language}
    )
    why = {each["member"]: each["why"] for each in answer.json["questions"]}
    assert why["objection_days"].startswith(objection)
    assert why["governing_law"].startswith(law)
    assert "Missing data" not in answer.text
    assert answer.headers["Content-Language"] == language.partition("-")[0]


def test_a_paper_that_is_signed_on_a_day_to_come_is_asked_about(mine: Vendor) -> None:
    job = brought(mine.stack, mine.client, {**ELSEWHERE, "Signed on": "2099-01-01"})
    asked = [(each["member"], each["text"], each["code"]) for each in job["questions"]]
    assert (asked, job["waiting"]) == ([("signed_on", "2099-01-01", "day-to-come")], 1)
    assert agreements(mine) == []
