"""What an import asks: once a file about a column, about a cell, or about a value everywhere."""

from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import Workbook

from tests.integration.registry.importing import answered, drafts, report, taken, work
from tests.vendor import Vendor

TEAMS = "Name,Team in charge,Location\nHost Ltd,Hosting,Denmark\nMail Ltd,E-mail,Sweden\n"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def answer_column(vendor: Vendor, told: dict[str, Any], value: str) -> dict[str, Any]:
    (question,) = told["questions"]
    body = {"answers": [{"id": question["id"], "values": [value]}]}
    vendor.must("POST", f"/imports/{told['id']}/answers", body)
    work(vendor)
    return report(vendor, told["id"])


def test_a_column_that_is_not_known_is_asked_about_once_with_samples(vendor: Vendor) -> None:
    told = taken(vendor, TEAMS, language="en")

    (question,) = told["questions"]
    assert (told["status"], told["rows_done"]) == ("waiting", 0)
    assert (question["member"], question["text"]) == ("column", "Team in charge")
    assert question["samples"] == ["Hosting", "E-mail"]
    assert drafts(vendor) == []

    told = answer_column(vendor, told, "purpose")

    assert (told["status"], told["drafted"], told["questions"]) == ("done", 2, [])
    purposes = [change["sub_processor"]["purpose"] for change in drafts(vendor)]
    assert purposes == [{"en": "Hosting"}, {"en": "E-mail"}]


def test_a_column_that_is_left_out_is_remarked_with_each_row(vendor: Vendor) -> None:
    told = answer_column(vendor, taken(vendor, TEAMS), "none")

    assert (told["drafted"], told["unread_columns"]) == (2, ["Team in charge"])
    first, _ = vendor.must("GET", f"/imports/{told['id']}/rows")["items"]
    assert first["remarks"] == ["Team in charge: “Hosting” is not read."]


def test_rows_of_one_name_come_together_once_the_column_of_names_is_known(vendor: Vendor) -> None:
    told = taken(vendor, "Wer,Location\nCloud,Chile\nCloud,USA\n")

    told = answer_column(vendor, told, "legal_name")

    assert [question["code"] for question in told["questions"]] == ["same-name"]


def test_an_answer_that_is_no_member_is_refused(vendor: Vendor) -> None:
    told = taken(vendor, TEAMS)
    body = {"answers": [{"id": told["questions"][0]["id"], "values": ["colour"]}]}

    answer = vendor.ask("POST", f"/imports/{told['id']}/answers", body)

    assert (answer.status_code, answer.get_json()["code"]) == (422, "answer-unfit")


def test_answers_are_remembered_and_shown_as_remembered(vendor: Vendor) -> None:
    text = "Name,Team in charge,Location\nHost Ltd,Hosting,EU\n"
    told = answer_column(vendor, taken(vendor, text), "purpose")
    answered(vendor, told, {"EU": ["DE"]}, everywhere=True)

    again = taken(vendor, text.replace("Host Ltd", "Other Ltd"))

    assert (again["drafted"], again["questions"]) == (1, [])
    assert again["remembered"] == [
        {"row": 1, "member": "locations", "text": "EU", "values": ["DE"]}
    ]
    remembered = {each["name"] for each in again["columns"] if each["remembered"]}
    assert remembered == {"Team in charge"}
    anew = taken(vendor, text.replace("Host Ltd", "Third Ltd"), ask_again="true")
    assert [question["member"] for question in anew["questions"]] == ["column"]


def test_an_answer_for_one_row_is_remembered_for_its_entity_only(vendor: Vendor) -> None:
    told = taken(vendor, "Name,Location\nHost Ltd,EU\n")
    answered(vendor, told, {"EU": ["DE"]})

    again = taken(vendor, "Name,Purpose,Location\nHost Ltd,Hosting,EU\nOther Ltd,Mail,EU\n")

    assert [(each["row"], each["text"]) for each in again["questions"]] == [(2, "EU")]


def test_a_dry_run_says_what_would_be_drafted_and_drafts_nothing(vendor: Vendor) -> None:
    told = taken(vendor, "Name,Location\nHost Ltd,Denmark\n", dry_run="true")

    assert (told["status"], told["drafted"], told["dry_run"]) == ("done", 1, True)
    assert drafts(vendor) == []


def test_nobody_is_absent_while_rows_wait(baseline: Vendor) -> None:
    told = taken(baseline, "Name,Location\nHost Ltd,EU\n")
    assert (told["absent"], told["absent_total"]) == ([], 0)

    told = answered(baseline, told, {"EU": ["DE"]})

    assert told["absent_total"] == len(baseline.must("GET", "/sub-processors")["items"])


def test_one_question_counts_for_all_agreements_of_a_list(vendor: Vendor) -> None:
    text = "Name,Location,Transfer mechanism\nA Ltd,USA,A Ltd DPA\nB Ltd,USA,DPA has been signed\n"
    told = taken(vendor, text)
    first, _ = told["questions"]

    body = {"answers": [{"id": first["id"], "values": [], "everywhere": True}]}
    vendor.must("POST", f"/imports/{told['id']}/answers", body)
    work(vendor)

    assert report(vendor, told["id"])["drafted"] == 2


def workbook() -> bytes:
    book = Workbook()
    sheet = book.active
    for line in (["Our sub-processors"], ["Name", "Location"], ["Host Ltd", "Denmark"]):
        sheet.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (XLSX, workbook()),
        ("application/yaml", b"vendors:\n- name: Host Ltd\n  location: Denmark\n"),
        ("text/html", b"<table><tr><th>Name<th>Location<tr><td>Host Ltd<td>Denmark</table>"),
        ("text/markdown", b"| Name | Location |\n|---|---|\n| **Host Ltd** | Denmark |\n"),
        ("text/csv", b"sep=;\nName;Location\nHost Ltd;Denmark\n"),
    ],
)
def test_each_kind_of_file_becomes_drafts(vendor: Vendor, kind: str, body: bytes) -> None:
    sent = {"data": body, "content_type": kind, "query_string": {"effective_on": "2027-03-01"}}
    begun = vendor.ask("POST", "/import", **sent)
    assert begun.status_code == 202, begun.text
    work(vendor)

    (change,) = drafts(vendor)
    assert change["sub_processor"]["legal_name"] == "Host Ltd"
    assert [each["country"] for each in change["sub_processor"]["locations"]] == ["DK"]
