"""The routes: what customers, the processor and other services ask, and what is refused."""

from __future__ import annotations

import csv
import io
import time
from datetime import timedelta
from typing import Any

import pytest

from services.notices.store.customers import customers_among
from shared.auth import DOOR
from tests.integration.notices.asking import Door
from tests.integration.notices.world import VENDOR, World


def as_told(entry: dict[str, Any]) -> dict[str, Any]:
    return {"entries": [entry]}


def new_endpoint(door: Door, world: World, name: str = "nordbo", **more: Any) -> dict[str, Any]:
    url = f"{world.receiver.url}/{name}"
    made = door.customer(name)("POST", "/webhook-endpoints", {"url": url, **more})
    assert made.status_code == 201, made.json
    return {**made.json, "etag": made.headers["ETag"]}


def test_it_works(door: Door, open_world: World) -> None:
    relay, ledger = door.relay(), open_world.ledger
    assert relay("POST", "/entries", as_told(ledger.agreement("nordbo", 1))).json == {"accepted": 1}
    open_world.fan_out()
    endpoint = new_endpoint(door, open_world)
    assert endpoint["secret"].startswith("whsec_")
    relay("POST", "/entries", as_told(ledger.change("chg_1", 1)))
    open_world.settle()

    ask = door.customer("nordbo")
    (sent,) = ask("GET", f"/webhook-endpoints/{endpoint['id']}/deliveries").json["items"]
    assert (sent["status"], sent["type"]) == ("delivered", "sub_processor.change.announced")
    whole = ask("GET", f"/deliveries/{sent['id']}").json
    assert (whole["attempts"][0]["status"], whole["attempts"][0]["code"]) == (204, None)
    notice = ask("GET", "/notices/chg_1").json
    assert notice["objection_deadline"] == "2026-12-07"
    assert notice["acknowledged_at"] is None
    noted = ask("POST", "/notices/chg_1/acknowledgement").json["acknowledged_at"]
    assert noted.endswith("Z")
    assert ask("POST", "/notices/chg_1/acknowledgement").json["acknowledged_at"] == noted

    (line,) = door.vendor()("GET", "/changes/chg_1/evidence").json["items"]
    assert line["customer"]["legal_name"] == "nordbo A/S"
    assert line["reached"] is True
    assert line["terms"]["notice_days"] == 30
    assert line["recipient"] == f"{open_world.receiver.url}/nordbo"
    assert (line["deadline"], line["acknowledged_at"]) == ("2026-12-07", noted)
    assert line["attempts"][0]["outcome"] == "delivered"


def test_every_route_names_its_door(door: Door) -> None:
    for rule in door.app.url_map.iter_rules():
        assert getattr(door.app.view_functions[rule.endpoint], DOOR, None), rule


def test_another_customer_finds_nothing(door: Door, open_world: World) -> None:
    endpoint = new_endpoint(door, open_world)
    ask = door.customer("stranger")
    path = f"/webhook-endpoints/{endpoint['id']}"
    assert ask("GET", path).status_code == 404
    assert ask("DELETE", path, If_Match=endpoint["etag"]).status_code == 404
    assert ask("POST", f"{path}/test").status_code == 404
    assert ask("GET", f"{path}/deliveries").status_code == 404
    assert ask("GET", "/webhook-endpoints").json == {"items": [], "next_cursor": None}


def test_a_vendor_sees_its_own_evidence_only(door: Door, open_world: World) -> None:
    open_world.tell(open_world.ledger.change("chg_1", 0))
    assert door.vendor()("GET", "/changes/chg_1/evidence").status_code == 200
    assert door.vendor("org_other")("GET", "/changes/chg_1/evidence").status_code == 404
    assert door.vendor()("GET", "/changes/chg_2/evidence").status_code == 404


def test_a_scope_opens_its_own_door_only(door: Door) -> None:
    assert door.vendor()("POST", "/webhook-endpoints", {}).json["code"] == "scope-missing"
    assert door.vendor()("GET", "/notices").json["code"] == "scope-missing"
    assert door.customer("nordbo")("GET", "/reachability").status_code == 403
    assert door.vendor()("POST", "/entries", {"entries": []}).status_code == 403


def test_a_secret_is_shown_once_and_kept_sealed(door: Door, open_world: World) -> None:
    endpoint = new_endpoint(door, open_world)
    ask = door.customer("nordbo")
    shown = ask("GET", f"/webhook-endpoints/{endpoint['id']}")
    assert "secret" not in shown.json
    (row,) = open_world.rows("endpoints")
    assert endpoint["secret"] not in str(row)
    path = f"/webhook-endpoints/{endpoint['id']}/secret/rotate"
    rotated = ask("POST", path, {"overlap_hours": 2}).json
    assert rotated["secret"] != endpoint["secret"]
    assert [each["until"] is None for each in rotated["secrets"]] == [True, False]
    assert ask("POST", path, {"overlap_hours": 169}).status_code == 422


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://10.0.0.1/hook", "blocked-address"),
        ("https://169.254.169.254/latest", "blocked-address"),
        ("http://example.com/hook", "scheme-not-allowed"),
        ("https://user:pass@example.com/", "invalid-url"),
        ("https://example.com:25/", "port-not-allowed"),
        ("hello", "invalid-url"),
    ],
)
def test_a_url_off_the_public_internet_is_refused(door: Door, url: str, code: str) -> None:
    refused = door.customer("nordbo")("POST", "/webhook-endpoints", {"url": url})
    assert refused.status_code == 422
    assert refused.json["code"] == "url-not-allowed"
    assert refused.json["errors"][0]["pointer"] == "/url"
    assert refused.json["errors"][0]["code"] == code


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": 1},
        {"url": "https://example.com/", "secret": "mine"},
        {"url": "https://example.com/", "event_types": ["made.up"]},
        {"url": "https://example.com/", "processors": "all"},
    ],
)
def test_unknown_or_wrong_members_are_refused(door: Door, body: dict[str, Any]) -> None:
    refused = door.customer("nordbo")("POST", "/webhook-endpoints", body)
    assert refused.status_code == 422
    assert refused.json["errors"][0]["pointer"].startswith("/")


def test_an_endpoint_is_changed_only_by_who_saw_its_last_version(
    door: Door, open_world: World
) -> None:
    endpoint = new_endpoint(door, open_world)
    ask, path = door.customer("nordbo"), f"/webhook-endpoints/{endpoint['id']}"
    assert ask("PATCH", path, {"description": "x"}).status_code == 428
    changed = ask("PATCH", path, {"description": "x"}, If_Match=endpoint["etag"])
    assert (changed.status_code, changed.json["description"]) == (200, "x")
    assert ask("PATCH", path, {"description": "y"}, If_Match=endpoint["etag"]).status_code == 412
    assert ask("DELETE", path, If_Match=changed.headers["ETag"]).status_code == 204
    assert ask("GET", path).status_code == 404


def test_a_customer_may_have_twenty_endpoints(door: Door, open_world: World) -> None:
    for _ in range(20):
        new_endpoint(door, open_world)
    url = f"{open_world.receiver.url}/one-more"
    refused = door.customer("nordbo")("POST", "/webhook-endpoints", {"url": url})
    assert (refused.status_code, refused.json["code"]) == (409, "too-many-endpoints")


def test_the_same_request_sent_twice_makes_one_endpoint(door: Door, open_world: World) -> None:
    body = {"url": f"{open_world.receiver.url}/nordbo"}
    ask = door.customer("nordbo")
    first, second = (
        ask("POST", "/webhook-endpoints", body, Idempotency_Key="same") for _ in range(2)
    )
    assert first.json == second.json
    assert len(open_world.rows("endpoints")) == 1
    for collection in open_world.mongo.db.list_collection_names():
        assert first.json["secret"] not in str(open_world.rows(collection)), collection


def test_messages_can_be_pulled_in_order_and_none_is_missed(door: Door, open_world: World) -> None:
    open_world.customer("nordbo", 1)
    for number in range(5):
        open_world.tell(open_world.ledger.change(f"chg_{number}", 1))
        open_world.settle()
    ask = door.customer("nordbo")
    pulled: list[dict[str, Any]] = []
    end = time.monotonic() + 10
    while len(pulled) < 6:
        assert time.monotonic() < end
        after = f"&after={pulled[-1]['id']}" if pulled else ""
        pulled += ask("GET", f"/events?limit=2{after}").json["items"]
    changes = [each["data"].get("change_id") for each in pulled]
    assert changes == [None, "chg_0", "chg_1", "chg_2", "chg_3", "chg_4"]
    last = open_world.receiver.got[-1]
    assert pulled[-1] == {"id": last.message_id, **last.json}


def test_a_failed_delivery_is_retried_on_request(door: Door, open_world: World) -> None:
    endpoint = new_endpoint(door, open_world)
    ask = door.customer("nordbo")
    sent = ask("POST", f"/webhook-endpoints/{endpoint['id']}/test")
    assert sent.status_code == 202
    path = f"/deliveries/{sent.json['delivery_id']}"
    assert ask("POST", f"{path}/retry").json["code"] == "delivery-under-way"
    open_world.deliver()
    again = ask("POST", f"{path}/retry")
    assert (again.status_code, again.json["status"]) == (202, "pending")
    open_world.deliver()
    assert len(ask("GET", path).json["attempts"]) == 2


def test_recovery_and_enabling_are_accepted(door: Door, open_world: World) -> None:
    open_world.tell(open_world.ledger.agreement("nordbo", 1))
    open_world.fan_out()
    open_world.clock.ahead += timedelta(seconds=1)
    endpoint = new_endpoint(door, open_world)
    ask, path = door.customer("nordbo"), f"/webhook-endpoints/{endpoint['id']}"
    since = (open_world.clock() - timedelta(days=1)).isoformat()
    assert ask("POST", f"{path}/recover", {"since": since}).status_code == 202
    assert ask("POST", f"{path}/enable", {"skip_backlog": False}).json["status"] == "enabled"


def test_contacts_are_those_of_the_agreement_until_the_customer_names_its_own(
    door: Door, open_world: World
) -> None:
    open_world.customer("nordbo", 1)
    ask = door.customer("nordbo")
    before = ask("GET", "/notice-contacts")
    assert before.json["source"] == "agreement"
    assert before.json["contacts"][0]["email"] == "dpo@nordbo.example"
    named = {"contacts": [{"name": "Bo", "position": "CISO", "email": "bo@nordbo.example"}]}
    assert ask("PUT", "/notice-contacts", named).status_code == 428
    put = ask("PUT", "/notice-contacts", named, If_Match=before.headers["ETag"])
    assert put.status_code == 200
    after = ask("GET", "/notice-contacts")
    assert (after.json["source"], after.json["contacts"]) == ("customer", named["contacts"])
    stale = ask("PUT", "/notice-contacts", named, If_Match=before.headers["ETag"])
    assert stale.status_code == 412


def test_contacts_for_one_vendor_stand_beside_the_general_ones(
    door: Door, open_world: World
) -> None:
    open_world.customer("nordbo", 1)
    ask, vendor = door.customer("nordbo"), VENDOR["slug"]
    general = [{"name": "Bo", "position": "CISO", "email": "bo@nordbo.example"}]
    apart = [{"name": "Una", "position": None, "email": "una@nordbo.example"}]
    seen = {"If_Match": ask("GET", "/notice-contacts").headers["ETag"]}
    put = ask("PUT", "/notice-contacts", {
        "contacts": general, "by_processor": {VENDOR["id"]: apart},
    }, **seen)  # fmt: skip
    assert (put.status_code, put.json["by_processor"]) == (200, {vendor: apart})
    [(_, customer)] = customers_among(
        open_world.deps.stores, open_world.deps.stores.recipients.many(["agr_nordbo"]), {}
    ).items()
    assert list(customer.contacts) == apart

    kept = ask("PUT", "/notice-contacts", {"contacts": general}, If_Match=put.headers["ETag"])
    assert kept.json["by_processor"] == {vendor: apart}
    body = {"contacts": general, "by_processor": {vendor: None}}
    gone = ask("PUT", "/notice-contacts", body, If_Match=kept.headers["ETag"])
    assert (gone.json["contacts"], gone.json["by_processor"]) == (general, {})


def test_contacts_are_named_for_vendors_of_ones_own_alone(door: Door, open_world: World) -> None:
    open_world.customer("nordbo", 1)
    ask = door.customer("nordbo")
    one = [{"name": "Bo", "position": "CISO", "email": "bo@nordbo.example"}]
    seen = ask("GET", "/notice-contacts").headers["ETag"]
    refused: list[dict[str, Any]] = [{"org_other": one}, {VENDOR["slug"]: []}]
    for apart in refused:
        body = {"contacts": one, "by_processor": apart}
        assert ask("PUT", "/notice-contacts", body, If_Match=seen).status_code == 422
    assert ask("GET", "/notice-contacts").json["source"] == "agreement"


def test_a_vendor_is_not_named_by_slug_and_id_at_once(door: Door, open_world: World) -> None:
    open_world.customer("nordbo", 1)
    ask = door.customer("nordbo")
    one = [{"name": "Bo", "position": "CISO", "email": "bo@nordbo.example"}]
    body = {"contacts": one, "by_processor": {VENDOR["slug"]: one, VENDOR["id"]: None}}
    seen = ask("GET", "/notice-contacts").headers["ETag"]
    refused = ask("PUT", "/notice-contacts", body, If_Match=seen)
    assert (refused.status_code, refused.json["code"]) == (422, "processor-named-twice")


def test_what_is_claimed_of_an_address_and_what_looks_alike_verifies_nothing(
    door: Door, open_world: World
) -> None:
    """The Cyrillic о of the second address is another letter."""
    open_world.customer("nordbo", 1)
    ask, stores = door.customer("nordbo"), open_world.deps.stores
    emails = ("bo@nordbo.example", "b\u043e@nordbo.example", "BO@Nordbo.example")
    named = [{"name": "Bo", "position": None, "email": each} for each in emails]
    seen = ask("GET", "/notice-contacts").headers["ETag"]
    claim = {"contacts": named, "verified": [{"email": emails[0]}]}
    assert ask("PUT", "/notice-contacts", claim, If_Match=seen).status_code == 422
    inside = {"contacts": [{**named[0], "verified": True}]}
    assert ask("PUT", "/notice-contacts", inside, If_Match=seen).status_code == 422
    stores.mongo.transact(
        lambda session: stores.verified.note(
            "org_nordbo", emails[0], "acknowledged", open_world.clock(), session
        )
    )
    put = ask("PUT", "/notice-contacts", {"contacts": named}, If_Match=seen)
    assert put.status_code == 200, put.json
    assert [each["email"] for each in put.json["verified"]] == [emails[0], emails[2]]


def test_who_cannot_be_reached_is_named_with_the_reason(door: Door, open_world: World) -> None:
    open_world.customer("fine", 1)
    open_world.tell(open_world.ledger.agreement("silent", 2))
    open_world.customer("picky", 3, event_types=["objection.updated"])
    open_world.tell(open_world.ledger.change("chg_1", 3))
    open_world.settle()
    answer = door.vendor()("GET", "/reachability?processor=tempus-serva").json
    assert {each["customer"]["slug"]: each["reason"] for each in answer["items"]} == {
        "silent": "no_endpoint",
        "picky": "filtered_out",
    }
    lines = door.vendor()("GET", "/changes/chg_1/evidence").json["items"]
    assert {each["customer"]["slug"]: (each["reached"], each["outcome"]) for each in lines} == {
        "fine": (True, "delivered"),
        "silent": (False, "no_endpoint"),
        "picky": (False, "filtered_out"),
    }


def test_evidence_comes_as_csv_that_no_spreadsheet_runs(door: Door, open_world: World) -> None:
    entry = open_world.ledger.agreement("nordbo", 1)
    entry["data"]["controller"]["legal_name"] = '=HYPERLINK("http://evil")'
    open_world.tell(entry, open_world.ledger.change("chg_1", 1))
    open_world.settle()
    answer = door.vendor()("GET", "/changes/chg_1/evidence", Accept="text/csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert row["customer"].startswith("'=HYPERLINK")
    assert (row["outcome"], row["reached"]) == ("no_endpoint", "false")


def test_evidence_comes_as_an_archivable_pdf(door: Door, open_world: World) -> None:
    open_world.customer("nordbo", 1)
    open_world.tell(open_world.ledger.change("chg_1", 1))
    open_world.settle()
    answer = door.vendor()("GET", "/changes/chg_1/evidence", Accept="application/pdf")
    assert answer.content_type == "application/pdf"
    assert answer.data.startswith(b"%PDF-1.7")
    assert b"/StructTreeRoot" in answer.data
    assert b"pdfaid" in answer.data


def test_evidence_pages_by_cursor(door: Door, open_world: World) -> None:
    for number in range(1, 6):
        open_world.tell(open_world.ledger.agreement(f"c{number}", number))
    open_world.tell(open_world.ledger.change("chg_1", 5))
    open_world.fan_out()
    ask, found = door.vendor(), list[str]()
    cursor: str | None = ""
    while cursor is not None:
        more = f"&cursor={cursor}" if cursor else ""
        page = ask("GET", f"/changes/chg_1/evidence?limit=2{more}").json
        found += [each["agreement_id"] for each in page["items"]]
        cursor = page["next_cursor"]
    assert found == [f"agr_c{number}" for number in range(1, 6)]


def test_an_entry_that_lacks_what_its_type_needs_is_refused_whole(
    door: Door, open_world: World
) -> None:
    entry = open_world.ledger.agreement("nordbo", 1)
    del entry["data"]["recipients_version"]
    refused = door.relay()("POST", "/entries", as_told(entry))
    assert (refused.status_code, refused.json["code"]) == (422, "entry-unreadable")
    assert open_world.rows("inbox") == []


def test_a_gap_is_answered_with_what_is_expected(door: Door, open_world: World) -> None:
    open_world.ledger.change("chg_0", 0)
    refused = door.relay()("POST", "/entries", as_told(open_world.ledger.change("chg_1", 0)))
    assert refused.status_code == 409
    assert refused.json["code"] == "entries-out-of-order"
    assert refused.json["context"]["expected"] == 1


def test_notices_are_listed_the_newest_first(door: Door, open_world: World) -> None:
    open_world.customer("nordbo", 1)
    for number in (1, 2):
        open_world.tell(open_world.ledger.change(f"chg_{number}", 1))
        open_world.fan_out()
        open_world.clock.ahead += timedelta(seconds=1)
    ask = door.customer("nordbo")
    listed = ask("GET", "/notices").json["items"]
    assert [each["change_id"] for each in listed] == ["chg_2", "chg_1"]
    one = ask("GET", "/notices?change_id=chg_1").json["items"]
    assert [each["change_id"] for each in one] == ["chg_1"]
    assert ask("GET", "/notices/chg_9").status_code == 404
