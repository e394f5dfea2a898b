"""What an entry says of its processing is judged and shown; what is no answer is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests import builders
from tests.vendor import Vendor

Json = dict[str, Any]


def verdict_of(vendor: Vendor, **members: Any) -> Json:
    entry = builders.sub_processor(**members)
    entry["locations"][0]["mechanisms"] = entry["locations"][0]["mechanisms"][:1]
    vendor.must("POST", "/baseline", {"valid_from": "2026-11-15", "sub_processors": [entry]})
    found: Json = vendor.must("GET", "/sub-processors")["items"][0]
    assert {name: found[name] for name in members} == members
    verdict: Json = found["locations"][0]["verdict"]
    return verdict


def test_staff_of_whom_nothing_is_stated_leave_a_certification_unproven(vendor: Vendor) -> None:
    verdict = verdict_of(vendor, hr_data="not_stated", data_subjects=["former employees"])
    assert verdict["status"] == "unproven"
    assert "hr_data" in verdict["reason"]


def test_staff_data_beside_a_certification_for_other_data_is_invalid(vendor: Vendor) -> None:
    assert verdict_of(vendor, hr_data="yes")["status"] == "invalid"


def test_an_open_question_is_answered_with_both_readings(vendor: Vendor) -> None:
    place = {"country": "NO", "region": "NO-21", "kind": "storage", "mechanisms": []}
    entry = builders.sub_processor(country="NO", locations=[place])
    vendor.must("POST", "/baseline", {"valid_from": "2026-11-15", "sub_processors": [entry]})
    found = vendor.must("GET", "/sub-processors")["items"][0]["locations"][0]["verdict"]
    assert found["open"]["question"].startswith("Is Svalbard")
    assert set(found["open"]["readings_by_language"]) == {"en", "da", "sv"}


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("hr_data", "maybe"),
        ("hr_data", True),
        ("relation", "friend_friend"),
        ("data_combined", "no"),
        ("exporter_is_public_authority", 1),
    ],
)
def test_what_is_no_answer_is_refused_by_name(vendor: Vendor, member: str, value: object) -> None:
    entry = builders.sub_processor(**{member: value})
    answer = vendor.ask(
        "POST", "/baseline", {"valid_from": "2026-11-15", "sub_processors": [entry]}
    )
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json["errors"]] == [f"/sub_processors/0/{member}"]


def test_a_register_under_two_laws_shows_a_verdict_by_each(vendor: Vendor) -> None:
    vendor.must("POST", "/baseline", {"valid_from": "2026-11-15",
                                      "sub_processors": [builders.sub_processor()]})  # fmt: skip
    before = vendor.must("GET", "/public-list")["keys"]

    stated = vendor.states({"regimes": ["EU", "UK"]}).json
    verdict = vendor.must("GET", "/sub-processors")["items"][0]["locations"][0]["verdict"]

    assert stated["regimes"] == ["EU", "UK"]
    assert [(each["regime"], each["status"]) for each in verdict["by_regime"]] == [
        ("UK", "invalid"), ("EU", "valid"),
    ]  # fmt: skip
    assert (verdict["status"], verdict["regime"]) == ("invalid", "UK")
    assert vendor.must("GET", "/public-list")["keys"] != before
    assert vendor.ledger()[-1]["type"] == "register.regimes_stated"
    vendor.draft()
    assert vendor.must("GET", "")["regimes"] == ["EU", "UK"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"regimes": ["UK"]}, "seat-law-left-out"),
        ({"regimes": ["EU", "EU"]}, "invalid-values"),
        ({"regimes": ["US"]}, "invalid-values"),
        ({"regimes": []}, "invalid-values"),
        ({}, "invalid-values"),
    ],
)
def test_laws_that_cannot_bind_are_refused(vendor: Vendor, body: Json, code: str) -> None:
    vendor.must("POST", "/baseline", {"valid_from": "2026-11-15",
                                      "sub_processors": [builders.sub_processor()]})  # fmt: skip
    answer = vendor.states(body)
    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert vendor.must("GET", "")["regimes"] == []


def test_the_laws_of_a_register_change_only_for_who_has_read_it_as_it_stands(
    vendor: Vendor,
) -> None:
    vendor.must("POST", "/baseline", {"valid_from": "2026-11-15",
                                      "sub_processors": [builders.sub_processor()]})  # fmt: skip
    read = vendor.ask("GET", "").headers["ETag"]
    assert vendor.states({"regimes": ["EU", "UK"]}, read).headers["ETag"] != read
    before = vendor.ledger()

    answers = [vendor.states({"regimes": ["EU", "CH"]}, seen) for seen in (read, '"x"')]
    answers.append(vendor.ask("PATCH", "", {"regimes": ["EU", "CH"]}))

    assert [answer.status_code for answer in answers] == [412, 412, 428]
    assert vendor.must("GET", "")["regimes"] == ["EU", "UK"]
    assert vendor.ledger() == before
