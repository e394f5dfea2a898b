"""A vendor's own webhook endpoints live as a customer's do, and hear of its own customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlsplit

import pytest

from services.notices import events
from tests import builders
from tests.integration.notices.engineer import Engineer
from tests.integration.notices.world import Receiver
from tests.stack import Stack
from tests.vendor import PROCESSOR_SCOPES, SIGNATURE, Vendor, new_client

ENDPOINTS = "/notices/v1/webhook-endpoints"
P = "/portal/v1"


@dataclass
class Desk:
    """A vendor's engineer, who knows the API of notices."""

    vendor: Vendor
    receiver: Receiver

    @property
    def stack(self) -> Stack:
        return self.vendor.stack

    def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        return self.stack.ask(self.vendor.client, method, path, body, **more)

    def endpoint(self, path: str = "/vendor", **more: Any) -> dict[str, Any]:
        made = self("POST", ENDPOINTS, {"url": self.receiver.url + path, **more})
        assert made.status_code == 201, made.text
        return {**made.json, "etag": made.headers["ETag"]}

    def do(self, endpoint: dict[str, Any], what: str, body: Any = None) -> Any:
        return self("POST", f"{ENDPOINTS}/{endpoint['id']}/{what}", body)

    def heard(self, path: str = "/vendor") -> list[dict[str, Any]]:
        self.stack.tell()
        return [each.json for each in self.receiver.at(path)]


@pytest.fixture
def desk(baseline: Vendor, receiver: Receiver) -> Desk:
    baseline.stack.tell()
    return Desk(baseline, receiver)


def objected(desk: Desk, customer: dict[str, Any]) -> tuple[str, str]:
    """A change that this customer objects to: ids of the change and the objection."""
    change = desk.vendor.announced()
    desk.stack.tell()
    body = {"grounds": "location", "text": "Not there."}
    made = desk.stack.must(customer, "POST", f"{P}/changes/{change['id']}/objections", body)
    return change["id"], made["id"]


def test_it_works(desk: Desk) -> None:
    customer = desk.vendor.customer("nordbo")
    desk.stack.tell()
    desk.endpoint()
    change, objection = objected(desk, customer)

    [told] = desk.heard()

    data = told["data"]
    assert told["type"] == "objection.received"
    assert (data["objection_id"], data["change_id"], data["status"], data["grounds"]) == (
        objection, change, "received", "location",
    )  # fmt: skip
    assert (data["text"], data["agreement_id"]) == ("Not there.", customer["agreement_id"])
    assert data["customer"]["id"] == customer["org_id"]
    assert data["customer"]["legal_name"] == "Nordbo"
    assert data["change"]["sub_processor"]["legal_name"]
    read = desk("GET", urlsplit(data["links"]["objection"]).path)
    assert (read.status_code, read.json["id"]) == (200, objection)


def test_each_step_of_an_objection_is_told_to_both_sides(desk: Desk, engineer: Engineer) -> None:
    desk.endpoint(event_types=["objection.*"])
    engineer.endpoint("/customer", event_types=["objection.*"])
    _, objection = objected(desk, engineer.client)
    desk.stack.must(desk.vendor.client, "POST", f"/registry/v1/objections/{objection}/acknowledge")
    desk.stack.must(engineer.client, "POST", f"{P}/objections/{objection}/withdraw")

    heard = [(each["type"], each["data"]["status"]) for each in desk.heard()]

    assert sorted(heard) == [
        ("objection.received", "received"),
        ("objection.updated", "acknowledged"),
        ("objection.updated", "withdrawn"),
    ]
    to_customer = [each.json for each in engineer.receiver.at("/customer")]
    assert {each["type"] for each in to_customer} == {"objection.updated"}
    assert all("text" not in each["data"] for each in to_customer)


def test_an_agreement_that_its_customer_signs_or_refuses_is_told(desk: Desk) -> None:
    stack, vendor = desk.stack, desk.vendor
    desk.endpoint(event_types=["agreement.*"])
    signed = vendor.customer("nordbo")
    other = new_client(stack, "lille", ["controller"], ["portal:read", "portal:write"])
    body = builders.agreement_body(other["org_id"], party={"legal_name": "Lille"})
    made = stack.must(vendor.client, "POST", "/agreements/v1/agreements", body)
    stack.must(vendor.client, "POST", f"/agreements/v1/agreements/{made['id']}/offer", {})
    stack.must(other, "POST", f"{P}/agreements/{made['id']}/reject", {"reason": "Too dear."})

    accepted, refused = sorted(desk.heard(), key=lambda each: each["type"])

    assert (accepted["type"], accepted["data"]["agreement_id"]) == (
        "agreement.accepted", signed["agreement_id"],
    )  # fmt: skip
    assert accepted["data"]["acceptance"]["name"] == SIGNATURE["name"]
    assert accepted["data"]["customer"]["legal_name"] == "Nordbo"
    assert (refused["type"], refused["data"]["agreement_id"]) == ("agreement.rejected", made["id"])
    assert refused["data"]["reason"] == "Too dear."


def test_one_vendor_never_hears_of_the_customers_of_another(desk: Desk) -> None:
    stack = desk.stack
    other = Vendor(stack, new_client(stack, "other", ["processor"], PROCESSOR_SCOPES), "")
    theirs = stack.ask(other.client, "POST", ENDPOINTS, {"url": desk.receiver.url + "/other"})
    assert theirs.status_code == 201
    desk.endpoint()
    customer = desk.vendor.customer("nordbo")
    objected(desk, customer)

    assert desk.heard() != []
    assert desk.receiver.at("/other") == []
    assert stack.must(other.client, "GET", "/notices/v1/events")["items"] == []


def test_what_an_organisation_gets_as_a_vendor_its_role_as_a_customer_does_not_read(
    desk: Desk,
) -> None:
    stack = desk.stack
    both = new_client(stack, "both", ["processor", "controller"],
                      [*PROCESSOR_SCOPES, "portal:read", "portal:write"])  # fmt: skip
    mine = stack.ask(both, "POST", ENDPOINTS, {"url": desk.receiver.url + "/mine"}).json
    assert stack.must(both, "GET", f"{P}/webhook-endpoints")["items"] == []
    assert stack.ask(both, "GET", f"{P}/webhook-endpoints/{mine['id']}").status_code == 404
    assert stack.ask(both, "GET", f"{ENDPOINTS}/{mine['id']}").status_code == 200


def test_it_lives_as_a_customer_s_endpoint_does(desk: Desk) -> None:
    endpoint = desk.endpoint()
    path = f"{ENDPOINTS}/{endpoint['id']}"
    assert desk.do(endpoint, "test").status_code == 202
    assert [each["type"] for each in desk.heard()] == ["webhook.test"]
    rotated = desk.do(endpoint, "secret/rotate", {"overlap_hours": 1})
    assert rotated.json["secret"] not in ("", endpoint["secret"])
    assert desk.do(endpoint, "pause").json["status"] == "paused"
    refused = desk.do(endpoint, "test")
    assert (refused.status_code, refused.json["code"]) == (409, "endpoint-paused")
    assert desk.do(endpoint, "resume").json["status"] == "enabled"
    assert desk("GET", f"{path}/deliveries").json["items"][0]["type"] == "webhook.test"
    etag = desk("GET", path).headers["ETag"]
    assert desk("DELETE", path, headers={"If-Match": etag}).status_code == 204


def test_a_filter_for_messages_of_the_other_side_is_refused(desk: Desk, engineer: Engineer) -> None:
    url = {"url": f"{desk.receiver.url}/x"}
    mine = desk("POST", ENDPOINTS, {**url, "event_types": ["sub_processor.change.*"]})
    theirs = engineer("POST", f"{P}/webhook-endpoints", {**url, "event_types": ["deletion.*"]})
    for answer in (mine, theirs):
        assert (answer.status_code, answer.json["code"]) == (422, "filter-means-nothing")
        assert answer.json["errors"][0]["pointer"] == "/event_types/0"
    named = desk("POST", ENDPOINTS, {**url, "processors": ["x"]})
    assert (named.status_code, named.json["errors"][0]["pointer"]) == (422, "/processors")


@pytest.mark.parametrize("kind", events.FOR_VENDORS)
def test_an_example_of_any_type_is_sent_on_request(desk: Desk, kind: str) -> None:
    endpoint = desk.endpoint(event_types=["webhook.disabling_soon"])
    answer = desk.do(endpoint, "test", {"type": kind})
    assert answer.status_code == 202, answer.text

    [told] = desk.heard()

    assert (told["type"], told["data"]["example"]) == (kind, True)
    sent = desk("GET", f"{ENDPOINTS}/{endpoint['id']}/deliveries").json["items"]
    assert [(each["id"], each["type"]) for each in sent] == [
        (answer.json["delivery_id"], "webhook.test")
    ]


def test_an_example_has_the_members_of_a_real_message(desk: Desk) -> None:
    customer = desk.vendor.customer("nordbo")
    desk.stack.tell()
    endpoint = desk.endpoint()
    desk.do(endpoint, "test", {"type": "objection.received"})
    objected(desk, customer)
    example, real = sorted(desk.heard(), key=lambda each: "example" not in each["data"])
    assert example["data"].keys() - real["data"].keys() == {"example"}
    assert real["data"].keys() <= example["data"].keys()


def test_an_example_of_what_it_never_hears_of_is_refused(desk: Desk, engineer: Engineer) -> None:
    mine, theirs = desk.endpoint(), engineer.endpoint()
    for answer in (
        desk.do(mine, "test", {"type": "sub_processor.change.announced"}),
        engineer.do(theirs, "test", {"type": "deletion.overdue"}),
        engineer.do(theirs, "test", {"type": "agreement.*"}),
    ):
        assert (answer.status_code, answer.json["code"]) == (422, "filter-means-nothing")
        assert answer.json["errors"][0]["pointer"] == "/type"


def test_an_example_of_a_notice_is_no_notice(desk: Desk, engineer: Engineer) -> None:
    endpoint = engineer.endpoint()
    body = {"type": "sub_processor.change.announced"}
    assert engineer.do(endpoint, "test", body).status_code == 202
    desk.stack.tell()
    [told] = engineer.receiver.at("/hook")
    assert told.json["data"]["notice"]["objection_deadline"]
    stack, change = desk.stack, told.json["data"]["change_id"]
    acknowledged = f"{P}/changes/{change}/acknowledgement"
    assert stack.ask(engineer.client, "POST", acknowledged).status_code == 404
    assert stack.must(engineer.client, "GET", f"{P}/changes?status=open")["items"] == []


def test_without_the_scope_to_write_nothing_is_written(desk: Desk) -> None:
    reader = {"org_id": desk.vendor.client["org_id"], "name": "r", "scopes": ["notices:read"]}
    client = desk.stack.must(desk.stack.admin, "POST", "/identity/v1/clients", reader)
    assert desk.stack.ask(client, "GET", ENDPOINTS).status_code == 200
    answer = desk.stack.ask(client, "POST", ENDPOINTS, {"url": f"{desk.receiver.url}/x"})
    assert (answer.status_code, answer.json and answer.json["code"]) == (403, "scope-missing")


class TestContacts:
    PATH = "/notices/v1/notice-contacts"
    ADA: ClassVar[dict[str, Any]] = {
        "name": "Ada", "position": None, "email": "ada@vendor.example", "language": "sv",
    }  # fmt: skip

    def test_a_vendor_names_its_own_and_reads_them_back(self, desk: Desk) -> None:
        before = desk("GET", self.PATH)
        assert (before.json["contacts"], before.json["source"]) == ([], "organisation")
        body, seen = {"contacts": [self.ADA]}, {"If-Match": before.headers["ETag"]}
        named = desk("PUT", self.PATH, body, headers=seen)
        assert (named.status_code, named.json["source"]) == (200, "processor")
        after = desk("GET", self.PATH)
        assert after.json["contacts"] == [self.ADA]
        assert desk("PUT", self.PATH, body, headers=seen).status_code == 412

    def test_they_are_none_of_those_that_it_names_as_a_customer(
        self, desk: Desk, engineer: Engineer
    ) -> None:
        seen = {"If-Match": desk("GET", self.PATH).headers["ETag"]}
        desk("PUT", self.PATH, {"contacts": [self.ADA]}, headers=seen)
        theirs = engineer("GET", f"{P}/notice-contacts").json
        assert self.ADA["email"] not in str(theirs)

    @pytest.mark.parametrize(
        "body",
        [
            {"contacts": []},
            {"contacts": [{"name": "A", "email": "a@b.example", "language": "fr"}]},
            {"contacts": [{"name": "A", "email": "a@b.example"}],
             "addresses": {"chat": {"form": "slack", "url": "https://hooks.example/x"}}},
        ],
    )  # fmt: skip
    def test_what_cannot_be_written_to_is_refused(self, desk: Desk, body: Any) -> None:
        seen = {"If-Match": desk("GET", self.PATH).headers["ETag"]}
        assert desk("PUT", self.PATH, body, headers=seen).status_code == 422
