"""A register is published on purpose: before, and on request, only its parties know it is there."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from tests import builders
from tests.integration.registry.test_life_in_public import FORMS
from tests.people import posted, press
from tests.receiver import Receiver
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client

Json = dict[str, Any]
PAGES = (*FORMS, ".pdf", "/schema.json", "/checkpoints.json", "/sub-processors/{sub}")
DOORS = ("", "/ledger", "/checkpoints")
PLACES = [
    {"country": "IE", "kind": "storage"},
    {"country": "US", "kind": "processing"},
    {"country": "IN", "kind": "remote_access", "mechanisms": [
        {"instrument_id": "scc-2021-914", "role": "primary", "evidence": {}}]},
]  # fmt: skip


@pytest.fixture
def private(vendor: Vendor) -> Vendor:
    """A vendor with a list of three entries that it has not published."""
    host = builders.sub_processor(
        legal_name="Hosting Ltd", country="IE", locations=PLACES[:1], retention="One year"
    )
    wide = builders.sub_processor(legal_name="Wide Inc.", country="US", locations=PLACES)
    silent = builders.sub_processor(legal_name="Silent ApS", locations=[])
    body = {"valid_from": "2026-01-01", "sub_processors": [host, wide, silent]}
    vendor.must("POST", "/baseline", body)
    return vendor


def seen(vendor: Vendor, path: str) -> tuple[int, str, Json]:
    """Status, kind and body of an answer to anybody, without what names the request."""
    answer = vendor.stack.ask(None, "GET", path, headers={"Accept": "application/json"})
    body = answer.get_json(silent=True) or {}
    return answer.status_code, answer.content_type, {**body, "request_id": ""}


def public_answers(vendor: Vendor, slug: str) -> list[tuple[int, str, Json]]:
    sub = vendor.must("GET", "/sub-processors")["items"][0]["id"]
    pages = [f"/p/{slug}{page}".format(sub=sub) for page in PAGES]
    doors = [f"/registry/v1/processors/{slug}{door}" for door in DOORS]
    return [seen(vendor, path) for path in (*pages, *doors)]


def lists(vendor: Vendor) -> str:
    """Whatever names registers to anybody."""
    paths = ("/", "/.well-known/sub-processors.json", "/registry/v1/processors?limit=200")
    return "".join(vendor.stack.ask(None, "GET", path).text for path in paths)


def test_what_is_not_published_answers_as_if_there_were_none(private: Vendor) -> None:
    stranger = new_client(private.stack, "stranger", ["processor"], PROCESSOR_SCOPES)

    there = public_answers(private, private.slug)
    absent = public_answers(private, "never-was-here")

    assert there == absent
    assert {status for status, _, _ in there} == {404}
    assert private.slug not in lists(private)
    for door in DOORS:
        told = private.stack.ask(stranger, "GET", private.path + door)
        assert (told.status_code, told.json["code"]) == (404, "not-found")
        assert private.ask("GET", door).status_code == 200


def test_published_anybody_reads_it_and_taken_back_nobody_does_at_once(private: Vendor) -> None:
    private.publish()
    private.must("POST", "/checkpoints")
    published = public_answers(private, private.slug)
    # Each answer is kept now, and repeated without asking the registry.
    assert {status for status, _, _ in (*published, *public_answers(private, private.slug))} == {
        200
    }
    assert private.slug in lists(private)

    private.publish(published=False)
    private.stack.now += timedelta(minutes=10)

    assert public_answers(private, private.slug) == public_answers(private, "never-was-here")
    assert private.slug not in lists(private)


def test_the_ledger_says_when_it_was_published_and_taken_back_by_the_vendors_day(
    private: Vendor,
) -> None:
    private.stack.now = private.stack.now.replace(hour=23, minute=30)  # 24 November in Denmark.

    on = private.publish()
    again = private.publish()
    off = private.publish(published=False)

    assert (on["published"], on["published_on"]) == (True, "2026-11-24")
    assert again == on
    assert (off["published"], off["published_on"]) == (False, None)
    lines = [(line["type"], line["data"]["on"]) for line in private.ledger()[1:]]
    assert lines == [("register.published", "2026-11-24"), ("register.unpublished", "2026-11-24")]


def test_a_register_of_before_the_switch_is_public(baseline: Vendor) -> None:
    told = baseline.must("GET", "/page")

    assert (told["published"], told["published_on"]) == (True, None)
    assert seen(baseline, f"/p/{baseline.slug}.json")[0] == 200
    # What is written to it later leaves it as it is.
    baseline.announced()
    assert seen(baseline, f"/p/{baseline.slug}.json")[0] == 200


def test_on_request_only_customers_read_their_list_and_get_notices_without_dead_links(
    private: Vendor, inbox: Receiver
) -> None:
    private.receiver_url = inbox.url
    customer = private.customer("nordbo")

    change = private.announced()

    bodies = [json.loads(request.body)["data"] for request in inbox.requests]
    [told] = [body for body in bodies if body.get("change_id") == change["id"]]
    assert told["links"]["page"] is None
    assert told["links"]["change"].endswith(change["id"])
    query = f"/portal/v1/sub-processors?processor={private.slug}"
    items = private.stack.must(customer, "GET", query)["items"]
    assert [item["legal_name"] for item in items] == ["Hosting Ltd", "Wide Inc.", "Silent ApS"]
    assert private.stack.ask(customer, "GET", f"{private.path}/ledger").status_code == 200
    assert seen(private, f"/p/{private.slug}")[0] == 404


def test_a_notice_of_a_published_register_links_to_its_page(
    private: Vendor, inbox: Receiver
) -> None:
    private.receiver_url = inbox.url
    private.customer("nordbo")
    private.publish()

    change = private.announced()

    bodies = [json.loads(request.body)["data"] for request in inbox.requests]
    [told] = [body for body in bodies if body.get("change_id") == change["id"]]
    assert told["links"]["page"].endswith(f"/p/{private.slug}")


def test_the_checklist_names_each_place_that_needs_somebody_and_its_sums_add_up(
    private: Vendor,
) -> None:
    told = private.must("GET", "/page")["checklist"]

    needs = [
        (each["sub_processor"]["legal_name"], each["place"] and each["place"]["country"],
         each["codes"]) for each in told["needs"]
    ]  # fmt: skip
    assert needs == [
        ("Wide Inc.", "US", ["missing"]), ("Wide Inc.", "IN", ["unproven"]),
        ("Silent ApS", None, ["no_place"]),
    ]  # fmt: skip
    assert (told["places"], told["fine"]) == (5, 2)
    assert told["fine"] + len(told["needs"]) == told["places"]
    for each in told["needs"]:
        assert each["missing"].keys() == {"en", "da", "sv"}
        assert each["action"]["method"] == "POST"
    ids = {
        item["legal_name"]: item["id"] for item in private.must("GET", "/sub-processors")["items"]
    }
    changes, records = (
        f"{private.path}/changes",
        f"{private.path}/sub-processors/{ids['Wide Inc.']}/records",
    )
    assert [each["action"]["path"] for each in told["needs"]] == [changes, records, changes]
    unfilled = {each["sub_processor"]["legal_name"]: each["members"] for each in told["unfilled"]}
    assert "/retention" in unfilled["Silent ApS"]
    assert "/retention" not in unfilled.get("Hosting Ltd", [])


def test_gaps_do_not_keep_a_register_from_being_published(private: Vendor) -> None:
    assert private.must("GET", "/page")["checklist"]["needs"]

    private.publish()

    assert seen(private, f"/p/{private.slug}.json")[0] == 200


@pytest.mark.parametrize(
    "body",
    [
        {}, {"published": "yes"}, {"published": None}, {"published": True, "display": "none"},
        {"published": True, "brand": {"colour": "red"}}, {"published": True, "theme": "dark"},
        {"published": True, "domains": ["127.0.0.1"]}, {"published": True, "languages": []}, [],
    ],
)  # fmt: skip
def test_settings_that_no_page_has_are_refused_and_nothing_is_stored(
    private: Vendor, body: Any
) -> None:
    assert private.ask("PUT", "/page", body).status_code in (400, 422)
    assert private.must("GET", "/page")["published"] is False


def test_a_register_is_published_once_its_vendor_has_proved_that_answers_reach_it(
    private: Vendor,
) -> None:
    line = private.must("GET", "/page")["checklist"]["notice_address"]
    assert line["missing"].keys() == {"en", "da", "sv"}
    path = f"/identity/v1/organisations/{private.client['org_id']}"
    assert line["action"] == {"method": "PATCH", "path": path}

    refused = private.ask("PUT", "/page", {"published": True})
    assert (refused.status_code, refused.json["code"]) == (409, "address-unproved")
    assert "notice_address" in refused.json["detail"]
    assert private.must("GET", "/page")["published"] is False
    assert private.must("PUT", "/page", {"published": False, "display": "basis"})

    email = f"{private.slug}@vendor.example"
    stated = {"notice_address": {"email": email}}
    answer = private.stack.ask(private.client, line["action"]["method"], line["action"]["path"],
                               stated, headers={"If-Match": "*"})  # fmt: skip
    assert answer.status_code == 200
    assert private.ask("PUT", "/page", {"published": True}).status_code == 409
    link = f"/identity/notice-address/{posted(private.stack).token_to(email)}"
    assert press(private.stack, link).status_code == 200

    told = private.must("PUT", "/page", {"published": True})
    assert (told["published"], told["checklist"]["notice_address"]) == (True, None)


def test_what_is_published_stays_so_with_an_address_that_is_not_proved(baseline: Vendor) -> None:
    told = baseline.must("PUT", "/page", {"published": True, "display": "basis"})
    assert told["published"] is True
    assert told["checklist"]["notice_address"]
    assert seen(baseline, f"/p/{baseline.slug}.json")[0] == 200


def test_two_that_have_read_the_same_page_do_not_both_state_it(private: Vendor) -> None:
    private.proves_address()
    etag = private.ask("GET", "/page").headers["ETag"]

    def state(published: bool) -> int:
        body = {"published": published}
        return private.ask("PUT", "/page", body, headers={"If-Match": etag}).status_code

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(state, (True, True))

    assert sorted((first, second)) == [200, 412]
    assert len(private.ledger()) == 2


def test_a_vendor_without_a_register_has_no_page(vendor: Vendor) -> None:
    assert vendor.ask("GET", "/page").status_code == 404
    assert vendor.ask("PUT", "/page", {"published": True}).status_code == 404
