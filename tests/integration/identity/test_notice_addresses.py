"""A vendor's address for answers counts once the mail that goes there was read."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from werkzeug.test import Client

from services.notices.clients import IdentityClient
from tests.people import posted, press
from tests.stack import Stack
from tests.vendor import PROCESSOR_SCOPES, new_client

PAGE = "/identity/notice-address"
ANY = {"If-Match": "*"}


class Vendor:
    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        scopes = sorted({*PROCESSOR_SCOPES, "identity:read", "identity:write"})
        self.client = new_client(stack, "vendor", ["processor"], scopes, locale="da")
        self.path = f"/identity/v1/organisations/{self.client['org_id']}"

    def states(self, address: Any) -> Any:
        body = {"notice_address": address}
        return self.stack.ask(self.client, "PATCH", self.path, body, headers=ANY)

    def address(self) -> Any:
        return self.stack.must(self.client, "GET", self.path)["notice_address"]

    def link(self, email: str) -> str:
        return f"{PAGE}/{posted(self.stack).token_to(email)}"


@pytest.fixture
def vendor(stack: Stack) -> Vendor:
    return Vendor(stack)


def mailbox() -> str:
    return f"{uuid.uuid4().hex[:10]}@vendor.example"


def test_the_button_behind_the_mail_proves_the_address_and_looking_does_not(
    stack: Stack, vendor: Vendor
) -> None:
    email = mailbox()
    assert vendor.address() is None
    assert vendor.states({"email": email}).json["notice_address"] == {
        "email": email, "proved_at": None,
    }  # fmt: skip
    link = vendor.link(email)
    page = Client(stack.wsgi).get(link)
    assert page.status_code == 200
    assert email in page.text
    assert vendor.address()["proved_at"] is None

    assert press(stack, link).status_code == 200
    assert vendor.address()["proved_at"]
    assert press(stack, link).status_code == 410


def test_another_address_is_unproved_again_and_the_old_link_proves_nothing(
    stack: Stack, vendor: Vendor
) -> None:
    first, second = mailbox(), mailbox()
    vendor.states({"email": first})
    link = vendor.link(first)
    vendor.states({"email": second})
    assert press(stack, link).status_code == 404
    assert vendor.address() == {"email": second, "proved_at": None}

    press(stack, vendor.link(second))
    assert vendor.address()["proved_at"]
    vendor.states({"email": first})
    assert vendor.address() == {"email": first, "proved_at": None}


def test_what_is_read_can_be_sent_back_and_a_proof_cannot_be_stated(
    stack: Stack, vendor: Vendor
) -> None:
    email = mailbox()
    vendor.states({"email": email})
    press(stack, vendor.link(email))
    proved = vendor.address()
    assert vendor.states(proved).json["notice_address"] == proved
    assert vendor.address() == proved
    refused = vendor.states({"email": mailbox(), "proved_at": proved["proved_at"]})
    assert (refused.status_code, refused.json["code"]) == (422, "proof-not-yours")
    assert vendor.states(None).json["notice_address"] is None


def test_a_link_ends_after_three_days_and_stating_the_address_again_sends_another(
    stack: Stack, vendor: Vendor
) -> None:
    email = mailbox()
    vendor.states({"email": email})
    link = vendor.link(email)
    stack.pass_time(days=3)
    assert press(stack, link).status_code == 410
    vendor.states({"email": email})
    assert press(stack, vendor.link(email)).status_code == 200


def test_only_the_organisation_itself_states_it(stack: Stack, vendor: Vendor) -> None:
    customer = {"slug": f"c-{uuid.uuid4().hex[:8]}", "kind": ["controller"], "legal_name": "C",
                "country": "DK"}  # fmt: skip
    made = stack.must(vendor.client, "POST", "/identity/v1/organisations", customer)
    body = {"notice_address": {"email": mailbox()}}
    path = f"/identity/v1/organisations/{made['id']}"
    refused = stack.ask(vendor.client, "PATCH", path, body, headers=ANY)
    assert (refused.status_code, refused.json["code"]) == (403, "address-not-yours")


def test_notices_takes_an_address_for_answers_only_when_it_is_proved() -> None:
    class Identity:
        def __init__(self, address: Any) -> None:
            self.address = address

        def get(self, _: str) -> dict[str, Any]:
            contact = {"name": "Pia", "position": "DPO", "email": "pia@vendor.example"}
            return {"contacts": [contact], "locale": "da", "notice_address": self.address}

    def reply_to(address: Any) -> str:
        client: Any = Identity(address)
        return IdentityClient(client).party("org_1").reply_to

    proved = {"email": "privacy@vendor.example", "proved_at": "2026-11-30T10:00:00.000Z"}
    assert reply_to(proved) == "privacy@vendor.example"
    assert reply_to({**proved, "proved_at": None}) == "pia@vendor.example"
    assert reply_to(None) == "pia@vendor.example"


def test_an_address_can_be_tried_anew(stack: Stack, vendor: Vendor) -> None:
    email = mailbox()
    vendor.states({"email": email})
    press(stack, vendor.link(email))
    first = vendor.address()["proved_at"]
    assert first
    stack.pass_time(minutes=1)
    again = vendor.states({"email": email, "proved_at": None})
    assert again.json["notice_address"] == {"email": email, "proved_at": None}
    press(stack, vendor.link(email))
    assert vendor.address()["proved_at"] > first


def test_the_probe_says_which_vendor_it_is_about_and_nobody_else(
    stack: Stack, vendor: Vendor
) -> None:
    email = mailbox()
    vendor.states({"email": email})
    [(_, mail)] = posted(stack).to(email)
    assert mail.data["vendor"]["id"] == vendor.client["org_id"]

    customer = new_client(stack, "customer", ["controller"], ["portal:read"])
    path = f"/identity/v1/organisations/{customer['org_id']}"
    address = {"email": mailbox()}
    stack.ask(stack.admin, "PATCH", path, {"notice_address": address}, headers=ANY)
    [(_, mail)] = posted(stack).to(address["email"])
    assert "vendor" not in mail.data
