"""What only informs waits for nobody: removals and renames, unless an agreement owes notice."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest

from tests import builders
from tests.answers import Answer
from tests.integration.registry.test_records import with_evidence
from tests.pdf import text_of
from tests.vendor import Vendor

pytestmark = pytest.mark.usefixtures("told_at_once")

Json = dict[str, Any]
WORDS = (
    ("en", "Customers are given notice", "For information: customers are told"),
    ("da", "Kunderne varsles", "Til orientering: kunderne"),
    ("sv", "Kunderna underrättas i förväg", "För kännedom: kunderna"),
)


@pytest.fixture
def mailer(vendor: Vendor) -> Json:
    """The one entry of a register, certified for more names than its own."""
    entry = builders.sub_processor(registration_number="12-34")
    covered = with_evidence(entry, covered_entities=["Poster Inc."])
    entry = {**entry, "locations": covered}
    vendor.must("POST", "/baseline", {"valid_from": "2026-01-01", "sub_processors": [entry]})
    found: Json = vendor.must("GET", "/sub-processors")["items"][0]
    return found


def removal(vendor: Vendor, mailer: Json, days: int = 0) -> Json:
    return vendor.draft(days, kind="remove", sub_processor_id=mailer["id"], sub_processor=None)


def rename(vendor: Vendor, mailer: Json, days: int = 0, **more: Any) -> Json:
    entry = builders.sub_processor(registration_number="12-34")
    covered = with_evidence(entry, covered_entities=["Poster Inc."])
    entry = {**entry, "locations": covered, "legal_name": "Poster Inc.", **more}
    return vendor.draft(days, kind="modify", sub_processor_id=mailer["id"], sub_processor=entry)


def announce(vendor: Vendor, change: Json) -> Answer:
    answer = vendor.ask("POST", f"/changes/{change['id']}/announce")
    vendor.stack.tell()
    return answer


def owed(vendor: Vendor, change: Json) -> tuple[str, bool, set[str]]:
    told = vendor.must("GET", f"/changes/{change['id']}/preview")
    return told["owes"], told["possible"], {group["owes"] for group in told["groups"]}


def object_to(vendor: Vendor, customer: Json, change: Json) -> Answer:
    path = f"/portal/v1/changes/{change['id']}/objections"
    return vendor.stack.ask(customer, "POST", path, {"grounds": "other", "text": "No."})


def said_in_files(vendor: Vendor, change: Json) -> tuple[str, bool]:
    """What the evidence says is owed: the column of the CSV, and whether the PDF says it, too."""
    path = f"/notices/v1/changes/{change['id']}/evidence"

    def file(kind: str) -> Answer:
        return vendor.stack.ask(vendor.client, "GET", path, headers={"Accept": kind})

    [row] = csv.DictReader(io.StringIO(file("text/csv").text))
    told = " ".join(text_of(file("application/pdf").data).split())
    return row["owes"], "only information is owed, so there is nothing to object to" in told


def test_the_page_says_in_words_what_a_coming_change_owes(vendor: Vendor, mailer: Json) -> None:
    vendor.customer("nordbo", notice_days=30)
    vendor.publish()
    announce(vendor, vendor.draft(60, sub_processor=builders.sub_processor(legal_name="New Ltd")))
    announce(vendor, removal(vendor, mailer, 60))
    for language, notice, information in WORDS:
        for form in ("/changes", "/changes.json", "/changes.atom", "/deadlines.ics"):
            path = f"/p/{vendor.slug}{form}?lang={language}"
            text = vendor.stack.ask(None, "GET", path).text.replace("\r\n ", "")
            if form == "/changes.json":
                assert {each["owes"] for each in _items(text)} == {"notice", "information"}
            assert (notice in text, information in text) == (True, True), path


def _items(text: str) -> list[Json]:
    found: list[Json] = [each["_art28"] for each in json.loads(text)["items"]]
    return found


def gate(vendor: Vendor, customer: Json, sub_id: str) -> Json:
    query = {"processor": vendor.slug, "sub_processor_id": sub_id,
             "controller_id": customer["org_id"]}  # fmt: skip
    answer = vendor.stack.ask(vendor.client, "GET", "/registry/v1/gate", query_string=query)
    assert answer.status_code == 200, answer.text
    return answer.json or {}


@pytest.mark.parametrize("make", [removal, rename])
def test_it_takes_effect_today_and_the_customers_are_told(
    vendor: Vendor, mailer: Json, make: Any
) -> None:
    customer = vendor.customer("nordbo", notice_days=30, silence="refusal",
                               agreement={"authorisation": "specific"})  # fmt: skip
    change = make(vendor, mailer)
    assert owed(vendor, change) == ("information", True, {"information"})

    announced = announce(vendor, change)

    assert announced.status_code == 200, announced.text
    assert vendor.must("GET", f"/changes/{change['id']}")["owes"] == "information"
    told = vendor.stack.must(customer, "GET", f"/portal/v1/changes/{change['id']}")
    assert (told["owes"], told["objection_deadline"], told["silence"]) == (
        "information",
        None,
        None,
    )
    assert (told["effective_on"], told["provisional"]) == (vendor.today.isoformat(), False)
    refused = object_to(vendor, customer, change)
    assert (refused.status_code, refused.json and refused.json["code"]) == (409, "only-informed")
    (line,) = vendor.stack.must(
        vendor.client, "GET", f"/notices/v1/changes/{change['id']}/evidence"
    )["items"]
    assert (line["owes"], line["deadline"], line["silence"]) == ("information", None, None)
    assert said_in_files(vendor, change) == ("information", True)


def test_a_rename_leaves_the_gate_open_and_another_country_shuts_it(
    vendor: Vendor, mailer: Json
) -> None:
    customer = vendor.customer("nordbo", notice_days=30, receipt_rule="acknowledged")
    assert gate(vendor, customer, mailer["id"])["answer"] == "allowed"
    announce(vendor, rename(vendor, mailer))
    vendor.stack.go_live()
    assert gate(vendor, customer, mailer["id"])["answer"] == "allowed"
    change = rename(vendor, mailer, 60, ai_use="training")
    assert owed(vendor, change)[0] == "notice"


def test_a_rename_without_the_number_on_both_sides_owes_notice(
    vendor: Vendor, mailer: Json
) -> None:
    vendor.customer("nordbo", notice_days=30)
    change = rename(vendor, mailer, registration_number=None)
    assert owed(vendor, change) == ("notice", False, {"notice"})
    refused = announce(vendor, change)
    assert refused.json
    assert refused.json["code"] == "notice-period-too-short"


def test_an_agreement_that_names_removals_is_owed_notice_and_its_days_count(
    vendor: Vendor, mailer: Json
) -> None:
    informed = vendor.customer("informed", notice_days=90)
    noticed = vendor.customer("noticed", notice_days=30, owed_for=["add", "remove"])
    early = removal(vendor, mailer, 10)
    assert owed(vendor, early) == ("notice", False, {"notice", "information"})
    refused = announce(vendor, early)
    assert refused.json
    assert refused.json["code"] == "notice-period-too-short"
    assert [each["notice_days"] for each in refused.json["context"]["blocking"]] == [30]

    change = removal(vendor, mailer, 40)
    assert announce(vendor, change).status_code == 200

    assert object_to(vendor, noticed, change).status_code == 201
    assert object_to(vendor, informed, change).status_code == 409
    told = vendor.stack.must(noticed, "GET", f"/portal/v1/changes/{change['id']}")
    deadline = (vendor.today + timedelta(14)).isoformat()
    assert (told["owes"], told["objection_deadline"]) == ("notice", deadline)


def test_an_agreement_that_names_removals_only_is_owed_notice_of_additions_by_law(
    vendor: Vendor, mailer: Json
) -> None:
    vendor.customer("nordbo", notice_days=30, owed_for=["remove"])
    assert owed(vendor, vendor.draft(10)) == ("notice", False, {"notice"})
    assert owed(vendor, rename(vendor, mailer, ai_use="training"))[0] == "information"
