"""What an entry says of its processing is judged and shown; what is no answer is refused."""

from __future__ import annotations

from collections.abc import Iterator
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


FACTS = ("ai_use", "special_categories", "required", "affiliate")


def test_what_nobody_stated_is_shown_so_until_somebody_does(vendor: Vendor) -> None:
    bare = {"legal_name": "Mailer Inc.", "required": False}
    vendor.must("POST", "/baseline", {"valid_from": "2026-11-15", "sub_processors": [bare]})
    listed = vendor.must("GET", "/sub-processors")["items"][0]
    assert {name: listed[name] for name in FACTS} == {
        **dict.fromkeys(FACTS, "not_stated"), "required": False,
    }  # fmt: skip
    assert set(listed["stated_on"]) == {"required"}
    first = vendor.draft(
        kind="modify", sub_processor_id=listed["id"], sub_processor={**bare, "ai_use": "training"}
    )
    assert first["materiality"] == []
    recorded = vendor.must(
        "POST", f"/sub-processors/{listed['id']}/records", {"set": {"affiliate": True}}
    )
    assert recorded["stated_on"]["affiliate"] == vendor.today.isoformat()

    vendor.publish()
    later = {**bare, "affiliate": True, "ai_use": "training"}
    change = vendor.draft(kind="modify", sub_processor_id=listed["id"], sub_processor=later)
    assert change["materiality"] == ["ai_use"]
    stated = change["sub_processor"]["stated_on"]
    assert stated == {"ai_use": vendor.today.isoformat(), **recorded["stated_on"]}
    refused = vendor.ask(
        "POST", f"/sub-processors/{listed['id']}/records", {"set": {"special_categories": True}}
    )
    assert (refused.status_code, refused.json["code"]) == (409, "notice-owed")


def test_an_edited_draft_keeps_the_day_of_what_it_says(vendor: Vendor) -> None:
    draft = vendor.draft()
    stated = draft["sub_processor"]["stated_on"]
    vendor.stack.pass_time(days=3)
    read = vendor.ask("GET", f"/changes/{draft['id']}")
    edited = vendor.ask("PATCH", f"/changes/{draft['id']}", {"reason": "Cheaper"},
                        headers={"If-Match": read.headers["ETag"]})  # fmt: skip
    assert edited.json["sub_processor"]["stated_on"] == stated


@pytest.mark.usefixtures("told_at_once")
def test_the_use_of_ai_is_a_ground_of_an_objection(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")
    change = baseline.announced()
    body = {"grounds": "ai_use", "text": "No models."}
    path = f"/portal/v1/changes/{change['id']}/objections"
    objection = baseline.stack.must(customer, "POST", path, body)
    assert objection["grounds"] == "ai_use"


RECORDINGS = {"what": {"en": "call recordings"}, "length": {"value": 3, "unit": "months"}}


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"length": None}, "length"),
        ({"length": {"value": 0, "unit": "months"}}, "length/value"),
        ({"length": {"value": 101, "unit": "years"}}, "length/value"),
        ({"length": {"value": 3, "unit": "business_days"}}, "length/unit"),
        ({"what": {}}, "what"),
    ],
)
def test_how_long_data_is_kept_is_a_length_or_a_rule(
    vendor: Vendor, wrong: Json, pointer: str
) -> None:
    entry = builders.sub_processor(brand="Mailer", retention_periods=[{**RECORDINGS, **wrong}])
    body = {"valid_from": "2026-11-15", "sub_processors": [entry]}
    refused = vendor.ask("POST", "/baseline", body)
    assert refused.status_code == 422
    places = [each["pointer"] for each in refused.json["errors"]]
    assert places == [f"/sub_processors/0/retention_periods/0/{pointer}"]

    entry["retention_periods"] = [RECORDINGS]
    vendor.must("POST", "/baseline", body)
    listed = vendor.must("GET", "/sub-processors")["items"][0]
    assert (listed["brand"], listed["retention_periods"]) == (
        "Mailer", [{**RECORDINGS, "rule": None}],
    )  # fmt: skip


def test_a_list_last_changed_on_its_own_day_and_not_on_that_of_its_loading(
    vendor: Vendor,
) -> None:
    """The baseline carries a day; later the day on which a change takes effect counts."""
    entry = builders.sub_processor()
    vendor.must("POST", "/baseline", {"valid_from": "2020-04-14", "sub_processors": [entry]})
    assert vendor.must("GET", "")["changed_on"] == "2020-04-14"

    added = vendor.announced(days=60, sub_processor=builders.sub_processor(legal_name="Other"))
    assert vendor.must("GET", "")["changed_on"] == "2020-04-14"
    vendor.stack.pass_time(days=61)
    vendor.stack.go_live()
    assert vendor.must("GET", "")["changed_on"] == added["effective_on"]

    gone = vendor.announced(days=60, kind="remove", sub_processor=None,
                            sub_processor_id=added["sub_processor"]["id"])  # fmt: skip
    vendor.stack.pass_time(days=61)
    vendor.stack.go_live()
    assert vendor.must("GET", "")["changed_on"] == gone["effective_on"]
    vendor.publish()
    days = [each["changed_on"] for each in public(vendor) if each["slug"] == vendor.slug]
    assert days == [gone["effective_on"]]


def public(vendor: Vendor) -> Iterator[Any]:
    """Every register that is public, of which other tests leave many."""
    page: dict[str, Any] = {"next_cursor": ""}
    while page["next_cursor"] is not None:
        query = f"limit=200&cursor={page['next_cursor']}"
        path = f"/registry/v1/processors?{query}"
        page = vendor.stack.must(vendor.client, "GET", path)
        yield from page["items"]
