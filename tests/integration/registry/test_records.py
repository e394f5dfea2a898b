"""What is recorded of an entry has effect at once and owes no notice; else it is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from shared.ledger import verify
from tests import builders
from tests.answers import Answer
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client

pytestmark = pytest.mark.usefixtures("told_at_once")

Json = dict[str, Any]
CONTACT = {"name": "Kim Roe", "position": "Counsel", "email": "kim@mailer.example"}


@pytest.fixture
def mailer(vendor: Vendor) -> Json:
    """The one entry of a register, with a place in the United States."""
    entry = builders.sub_processor()
    vendor.must("POST", "/baseline", {"valid_from": "2026-01-01", "sub_processors": [entry]})
    found: Json = vendor.must("GET", "/sub-processors")["items"][0]
    return found


def record(vendor: Vendor, sub_id: str, members: Json, **more: Any) -> Answer:
    note = more.pop("note", None)
    body = {"set": members, "note": note}
    return vendor.ask("POST", f"/sub-processors/{sub_id}/records", body, **more)


def recorded(vendor: Vendor, sub_id: str, **members: Any) -> Json:
    answer = record(vendor, sub_id, members)
    assert answer.status_code == 200, answer.text
    return answer.json or {}


def with_evidence(entry: Json, **evidence: Any) -> list[Json]:
    """The places of a builder's entry, with other evidence of the first mechanism."""
    place, *others = builders.sub_processor()["locations"]
    first, *behind = place["mechanisms"]
    first = {**first, "evidence": {**first["evidence"], **evidence}}
    assert entry["locations"]
    return [{**place, "mechanisms": [first, *behind]}, *others]


def modify(vendor: Vendor, sub_id: str, days: int = 60, **members: Any) -> Json:
    return vendor.announced(days, kind="modify", sub_processor_id=sub_id,
                            sub_processor=builders.sub_processor(**members))  # fmt: skip


def types(vendor: Vendor) -> list[str]:
    return [each["type"] for each in vendor.ledger()]


def versions(vendor: Vendor, sub_id: str) -> list[tuple[int, str, str | None]]:
    items = vendor.must("GET", f"/sub-processors/{sub_id}/versions")["items"]
    return [(each["version"], each["valid_from"], each["valid_to"]) for each in items]


def test_a_contact_is_recorded_at_once_and_nobody_is_told(vendor: Vendor, mailer: Json) -> None:
    vendor.customer("nordbo")
    vendor.stack.pass_time(days=3)

    entry = recorded(vendor, mailer["id"], contact=CONTACT, reviewed_on="2026-11-20")

    yesterday, today = vendor.today - timedelta(1), vendor.today
    assert (entry["contact"], entry["reviewed_on"]) == (CONTACT, "2026-11-20")
    assert versions(vendor, mailer["id"]) == [
        (1, "2026-01-01", yesterday.isoformat()), (2, today.isoformat(), None),
    ]  # fmt: skip
    before = vendor.ask("GET", f"/sub-processors/{mailer['id']}?as_of={yesterday}").json
    assert before
    assert before["contact"] == mailer["contact"] != CONTACT
    assert types(vendor) == ["register.adopted", "sub_processor.recorded"]
    assert verify(vendor.ledger()) is None


def test_the_ledger_says_what_the_public_may_read_and_no_person(
    vendor: Vendor, mailer: Json
) -> None:
    members = {"contact": CONTACT, "website": "https://new.mailer.example"}
    assert record(vendor, mailer["id"], members, note="Ann told us.").status_code == 200

    data = vendor.ledger()[-1]["data"]
    assert data["sub_processor"]["website"] == "https://new.mailer.example"
    assert data["previous"]["website"] == mailer["website"]
    assert "Kim Roe" not in str(data)
    assert "Ann told us." not in str(data)


def test_two_records_of_a_day_are_two_versions_of_which_the_later_counts(
    vendor: Vendor, mailer: Json
) -> None:
    vendor.stack.pass_time(days=3)
    recorded(vendor, mailer["id"], website="https://one.example")
    vendor.stack.pass_time(minutes=7)
    recorded(vendor, mailer["id"], contact=CONTACT)

    entry = vendor.must("GET", f"/sub-processors/{mailer['id']}")
    assert (entry["website"], entry["contact"]) == ("https://one.example", CONTACT)
    assert [each[0] for each in versions(vendor, mailer["id"])] == [1, 3]
    day = vendor.today.isoformat()
    first = vendor.ledger()[-2]["at"]
    query = {"as_of": day, "recorded_as_of": first}
    listed = vendor.ask("GET", "/sub-processors", query_string=query).json
    assert listed
    assert [each["version"] for each in listed["items"]] == [2]


def test_what_differs_in_nothing_is_not_recorded(vendor: Vendor, mailer: Json) -> None:
    recorded(vendor, mailer["id"], website=mailer["website"])
    assert types(vendor) == ["register.adopted"]
    assert len(versions(vendor, mailer["id"])) == 1


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"country": "IN"}, ["new_country"]),
        ({"ai_use": "training", "website": "https://x.example"}, ["ai_use"]),
        # A certification names its company, so it does not cover the new name.
        ({"legal_name": "Mailing, Inc."}, ["basis_downgraded", "rename"]),
        ({"data_categories": ["health data"], "contact": CONTACT}, ["new_data_category"]),
        ({"locations": [], "purpose": {"en": "Profiling"}}, ["purpose"]),
        ({"products": []}, ["new_product"]),
    ],
)
def test_what_is_material_is_refused_and_nothing_of_it_is_recorded(
    vendor: Vendor, members: Json, words: list[str]
) -> None:
    entry = builders.sub_processor(products=["mail"], registration_number="12-34")
    vendor.must("POST", "/baseline", {"valid_from": "2026-01-01", "sub_processors": [entry]})
    listed = vendor.must("GET", "/sub-processors")["items"]

    answer = record(vendor, listed[0]["id"], members)

    assert (answer.status_code, answer.json and answer.json["code"]) == (409, "notice-owed")
    assert answer.json
    assert answer.json["context"]["materiality"] == words
    assert vendor.must("GET", "/sub-processors")["items"] == listed
    assert types(vendor) == ["register.adopted"]


def test_small_records_do_not_add_up_to_another_company(vendor: Vendor) -> None:
    entry = builders.sub_processor(registration_number="12-34")
    vendor.must("POST", "/baseline", {"valid_from": "2026-01-01", "sub_processors": [entry]})
    sub_id = vendor.must("GET", "/sub-processors")["items"][0]["id"]

    recorded(vendor, sub_id, registration_number=None)
    answer = record(vendor, sub_id, {"registration_number": "56-78"})

    assert answer.json
    assert answer.json["context"]["materiality"] == ["new_entity"]
    recorded(vendor, sub_id, registration_number="12-34")


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"set": {"id": "sub_1", "version": 7}, "note": "x"}, ["/set/id", "/set/version"]),
        ({"set": {"colour": "blue"}}, ["/set/colour"]),
        ({"set": {"contact": {"name": "Kim"}}}, ["/set/contact/email"]),
        ({"set": {"legal_name": None}}, ["/set/legal_name"]),
        ({"set": {}}, ["/set"]),
        ({"set": None}, ["/set"]),
        ({"note": "x"}, ["/set"]),
    ],
)
def test_members_that_no_record_sets_are_refused_by_pointer(
    vendor: Vendor, mailer: Json, body: Json, pointers: list[str]
) -> None:
    answer = vendor.ask("POST", f"/sub-processors/{mailer['id']}/records", body)
    assert answer.status_code == 422, answer.text
    assert answer.json
    assert {each["pointer"] for each in answer.json["errors"]} == set(pointers)


def test_evidence_cures_a_gap_without_notice(vendor: Vendor) -> None:
    entry = builders.sub_processor()
    entry["locations"][0]["mechanisms"] = entry["locations"][0]["mechanisms"][:1]
    entry["locations"][0]["mechanisms"][0]["evidence"].pop("checked_on")
    vendor.must("POST", "/baseline", {"valid_from": "2026-01-01", "sub_processors": [entry]})
    (listed,) = vendor.must("GET", "/sub-processors")["items"]
    assert listed["locations"][0]["verdict"]["status"] == "unproven"

    cured = recorded(vendor, listed["id"], locations=with_evidence(listed))

    assert cured["locations"][0]["verdict"]["status"] == "valid"
    assert types(vendor)[-1] == "sub_processor.recorded"


def test_a_look_up_that_finds_less_is_recorded_and_the_customers_are_told(
    vendor: Vendor, mailer: Json
) -> None:
    vendor.customer("nordbo")
    found = with_evidence(mailer, status="Inactive", checked_on="2026-11-20")
    found[0]["mechanisms"] = found[0]["mechanisms"][:1]

    entry = recorded(vendor, mailer["id"], locations=found)

    assert entry["locations"][0]["verdict"]["status"] == "invalid"
    assert types(vendor)[-2:] == ["sub_processor.recorded", "transfer.basis_lost"]
    told = vendor.ledger()[-1]["data"]
    assert (told["instrument"]["id"], told["found_on"]) == ("eu-us-dpf", vendor.today.isoformat())
    assert told["without_basis"] == 1
    assert [each["sub_processor"]["id"] for each in told["transfers"]] == [mailer["id"]]
    recorded(vendor, mailer["id"], contact=CONTACT)
    assert types(vendor)[-1] == "sub_processor.recorded"


def test_a_basis_found_to_be_lost_is_told_to_those_whom_the_entry_serves_and_to_nobody_else(
    vendor: Vendor,
) -> None:
    entry = builders.sub_processor(products=["crm"])
    vendor.must("POST", "/baseline", {"valid_from": "2026-01-01", "sub_processors": [entry]})
    mailer = vendor.must("GET", "/sub-processors")["items"][0]
    crm = vendor.customer("nordbo", agreement={"products": ["crm"]})
    erp = vendor.customer("lillebror", agreement={"products": ["erp"]})
    found = with_evidence(mailer, status="Inactive", checked_on="2026-11-20")
    found[0]["mechanisms"] = found[0]["mechanisms"][:1]

    recorded(vendor, mailer["id"], locations=found)
    vendor.stack.settle()
    vendor.stack.pass_time(seconds=1)

    assert losses_told(vendor, crm) == [mailer["id"]]
    assert losses_told(vendor, erp) == []


def losses_told(vendor: Vendor, customer: Json) -> list[str]:
    """The entries of whose lost basis this customer was told."""
    found = vendor.stack.must(customer, "GET", "/portal/v1/events")["items"]
    lost = [each["data"] for each in found if each["type"] == "transfer.basis_lost"]
    return [each["sub_processor"]["id"] for told in lost for each in told["transfers"]]


def test_another_instrument_that_carries_less_is_a_decision_and_owes_notice(
    vendor: Vendor, mailer: Json
) -> None:
    places = with_evidence(mailer)
    consent = {"instrument_id": "derogation-a", "role": "primary", "evidence": {}}
    places[0]["mechanisms"] = [consent]
    answer = record(vendor, mailer["id"], {"locations": places})
    assert answer.json
    assert answer.json["context"]["materiality"] == ["basis_downgraded"]


def test_a_record_stays_when_the_announced_change_takes_effect(
    vendor: Vendor, mailer: Json
) -> None:
    modify(vendor, mailer["id"], ai_use="training", retention="1 year")
    vendor.stack.pass_time(days=3)

    recorded(vendor, mailer["id"], contact=CONTACT, retention="1 year.")

    later = (vendor.today + timedelta(90)).isoformat()
    coming = vendor.ask("GET", f"/sub-processors/{mailer['id']}?as_of={later}").json
    assert coming
    assert (coming["contact"], coming["ai_use"]) == (CONTACT, "training")
    assert vendor.must("GET", f"/sub-processors/{mailer['id']}")["ai_use"] == "none"
    assert [each[0] for each in versions(vendor, mailer["id"])] == [1, 3, 4]


def test_a_record_leaves_what_was_announced_as_it_was_announced(
    vendor: Vendor, mailer: Json
) -> None:
    announced = modify(vendor, mailer["id"], website="https://announced.example", ai_use="training")

    recorded(vendor, mailer["id"], website="https://recorded.example")

    later = (vendor.today + timedelta(90)).isoformat()
    coming = vendor.ask("GET", f"/sub-processors/{mailer['id']}?as_of={later}").json
    assert coming
    assert coming["website"] == "https://announced.example"
    today = vendor.must("GET", f"/sub-processors/{mailer['id']}")
    assert today["website"] == "https://recorded.example"
    shown = vendor.must("GET", f"/changes/{announced['id']}")
    assert shown["sub_processor"]["website"] == "https://announced.example"


@pytest.mark.parametrize(
    ("announced", "members", "words"),
    [
        ({"mechanisms": 1}, {"mechanisms": 0}, ["basis_downgraded"]),
        ({"legal_name": "Other Ltd"}, {"registration_number": "12-34"}, ["rename"]),
    ],
)
def test_a_record_makes_no_more_of_an_announced_change_than_was_told(
    vendor: Vendor, announced: Json, members: Json, words: list[str]
) -> None:
    """What a change leaves of two bases a record would take; the number of the company before it
    would be that of the company after it."""
    entry = builders.sub_processor(registration_number=None)
    vendor.must("POST", "/baseline", {"valid_from": "2026-01-01", "sub_processors": [entry]})
    sub_id = vendor.must("GET", "/sub-processors")["items"][0]["id"]
    change = modify(vendor, sub_id, **{**entry, **with_one_basis(announced), "ai_use": "training"})
    later = change["effective_on"]
    told = vendor.ask("GET", f"/sub-processors/{sub_id}?as_of={later}").json

    answer = record(vendor, sub_id, with_one_basis(members))

    assert answer.json
    assert (answer.status_code, answer.json["code"]) == (409, "change-pending")
    assert answer.json["context"]["materiality"] == words
    assert vendor.ask("GET", f"/sub-processors/{sub_id}?as_of={later}").json == told
    recorded(vendor, sub_id, contact=CONTACT)


def with_one_basis(members: Json) -> Json:
    """``mechanisms``: which of the two bases of the builder's place stays alone."""
    if "mechanisms" not in members:
        return members
    [place] = builders.sub_processor()["locations"]
    return {"locations": [{**place, "mechanisms": [place["mechanisms"][members["mechanisms"]]]}]}


@pytest.mark.parametrize("kind", ["modify", "remove"])
def test_a_record_stays_when_the_announced_change_is_withdrawn(
    vendor: Vendor, mailer: Json, kind: str
) -> None:
    entry = builders.sub_processor(ai_use="training") if kind == "modify" else None
    change = vendor.announced(kind=kind, sub_processor_id=mailer["id"], sub_processor=entry)
    vendor.stack.pass_time(days=3)
    recorded(vendor, mailer["id"], contact=CONTACT)
    vendor.stack.pass_time(days=3)

    vendor.must("POST", f"/changes/{change['id']}/withdraw", {"reason": "Not needed"})

    later = (vendor.today + timedelta(90)).isoformat()
    for day in (vendor.today.isoformat(), later):
        listed = vendor.ask("GET", f"/sub-processors/{mailer['id']}?as_of={day}").json
        assert listed
        assert (listed["contact"], listed["ai_use"]) == (CONTACT, "none")
    assert len(versions(vendor, mailer["id"])) == 2


def test_an_entry_to_come_is_recorded_from_its_first_day_on(vendor: Vendor, mailer: Json) -> None:
    change = vendor.announced(60)
    sub_id = change["sub_processor"]["id"]

    recorded(vendor, sub_id, contact=CONTACT)

    first_day = change["effective_on"]
    coming = vendor.ask("GET", f"/sub-processors/{sub_id}?as_of={first_day}").json
    assert coming
    assert coming["contact"] == CONTACT
    assert versions(vendor, sub_id) == [(2, first_day, None)]
    vendor.must("POST", f"/changes/{change['id']}/withdraw", {"reason": "Not needed"})
    assert vendor.ask("GET", f"/sub-processors/{sub_id}?as_of={first_day}").status_code == 404


def test_a_draft_made_before_a_record_does_not_undo_it(vendor: Vendor, mailer: Json) -> None:
    draft = vendor.draft(kind="modify", sub_processor_id=mailer["id"],
                         sub_processor=builders.sub_processor(ai_use="training"))  # fmt: skip
    recorded(vendor, mailer["id"], contact=CONTACT)
    shown = vendor.must("GET", f"/changes/{draft['id']}")
    assert (shown["sub_processor"]["contact"], shown["previous"]["contact"]) == (CONTACT, CONTACT)

    vendor.must("POST", f"/changes/{draft['id']}/announce")

    later = (vendor.today + timedelta(90)).isoformat()
    coming = vendor.ask("GET", f"/sub-processors/{mailer['id']}?as_of={later}").json
    assert coming
    assert (coming["contact"], coming["ai_use"]) == (CONTACT, "training")


def test_only_the_version_that_was_read_is_recorded_over(vendor: Vendor, mailer: Json) -> None:
    path = f"/sub-processors/{mailer['id']}"
    seen = vendor.ask("GET", path).headers["ETag"]
    first = record(vendor, mailer["id"], {"contact": CONTACT}, headers={"If-Match": seen})
    assert (first.status_code, first.headers["ETag"]) == (200, '"r2"')
    again = record(vendor, mailer["id"], {"website": "https://x.example"},
                   headers={"If-Match": seen})  # fmt: skip
    assert again.status_code == 412
    assert vendor.ask("GET", path).headers["ETag"].startswith('"r2.')


def test_a_repeated_request_is_recorded_once(vendor: Vendor, mailer: Json) -> None:
    headers = {"Idempotency-Key": "k-1"}
    answers = [record(vendor, mailer["id"], {"contact": CONTACT}, headers=headers)
               for _ in range(2)]  # fmt: skip
    assert answers[0].json == answers[1].json
    assert types(vendor) == ["register.adopted", "sub_processor.recorded"]


def test_records_at_once_are_all_kept(vendor: Vendor, mailer: Json) -> None:
    vendor.stack.pass_time(days=1)
    members: list[Json] = [
        {"contact": CONTACT}, {"website": "https://x.example"}, {"reviewed_on": "2026-11-20"},
        {"certifications": ["ISO 27001"]},
    ]  # fmt: skip
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda each: record(vendor, mailer["id"], each), members))
    assert [each.status_code for each in answers] == [200] * 4
    entry = vendor.must("GET", f"/sub-processors/{mailer['id']}")
    for each in members:
        assert {name: entry[name] for name in each} == each
    assert types(vendor).count("sub_processor.recorded") == 4
    assert verify(vendor.ledger()) is None


def test_another_vendor_and_an_entry_that_ended_find_nothing_to_record(
    vendor: Vendor, mailer: Json
) -> None:
    other = new_client(vendor.stack, "other", ["processor"], PROCESSOR_SCOPES)
    stranger = Vendor(vendor.stack, other, other["slug"])
    stranger.must("POST", "/baseline", {"valid_from": "2026-01-01",
                                        "sub_processors": [builders.sub_processor()]})  # fmt: skip
    assert record(stranger, mailer["id"], {"contact": CONTACT}).status_code == 404
    body = {"set": {"contact": CONTACT}}
    path = f"{vendor.path}/sub-processors/{mailer['id']}/records"
    assert vendor.stack.ask(other, "POST", path, body).status_code == 404
    assert record(vendor, "sub_nobody", {"contact": CONTACT}).status_code == 404
    vendor.announced(60, kind="remove", sub_processor_id=mailer["id"], sub_processor=None)
    vendor.stack.pass_time(days=61)
    vendor.stack.forget_tokens()
    ended = record(vendor, mailer["id"], {"contact": CONTACT})
    assert (ended.status_code, ended.json and ended.json["code"]) == (
        409, "sub-processor-not-in-register",
    )  # fmt: skip


def test_an_announcement_does_not_overwrite_what_was_recorded_meanwhile(
    vendor: Vendor, mailer: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record comes after the notice is written, and before it is saved."""
    draft = vendor.draft(
        kind="modify",
        sub_processor_id=mailer["id"],
        sub_processor=builders.sub_processor(ai_use="training"),
    )
    agreements = vendor.stack.registry.agreements
    terms_of, waiting = agreements.notice_terms, [True]

    def notice_terms(*asked: Any) -> Any:
        if waiting:
            waiting.clear()
            recorded(vendor, mailer["id"], contact=CONTACT)
        return terms_of(*asked)

    monkeypatch.setattr(agreements, "notice_terms", notice_terms)
    refused = vendor.ask("POST", f"/changes/{draft['id']}/announce")

    assert refused.json
    assert (refused.status_code, refused.json["code"]) == (409, "change-pending")
    assert vendor.ask("POST", f"/changes/{draft['id']}/announce").status_code == 200
    later = (vendor.today + timedelta(90)).isoformat()
    coming = vendor.ask("GET", f"/sub-processors/{mailer['id']}?as_of={later}").json
    assert coming
    assert (coming["contact"], coming["ai_use"]) == (CONTACT, "training")
