"""From an agreement in Danish to a mail in Danish, through all services and the ledger between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from services.notices import tasks
from services.notices.channels.email import CHANNEL as EMAIL
from services.notices.wiring import make_identity, open_stores
from tests.integration.agreements.shop import Shop
from tests.integration.agreements.test_import import bring, row, upload
from tests.integration.notices.post import Post, mail_settings, posting
from tests.receiver import Receiver
from tests.stack import Stack, until_rest
from tests.vendor import Vendor

LEAD = "varsler hermed en ændring af sine underdatabehandlere"


@pytest.fixture
def post_office(stack: Stack, post: Post) -> Iterator[PostOffice]:
    with posting(post) as port:
        yield PostOffice(stack, post, port)


class PostOffice:
    """The loops of mail and escalation on the stack's own database and clock."""

    def __init__(self, stack: Stack, post: Post, port: int) -> None:
        chosen = replace(stack._settings("notices"), mail=mail_settings(port))
        stores = open_stores(stack.database("notices"))
        self.post = post
        party_of = make_identity(chosen, stack._transport).party
        self._mailing = tasks.make_sending(
            chosen, stores, EMAIL, lambda: stack.now, lambda: 0.0, party_of
        )
        self._escalation = tasks.make_escalation(chosen, stores, lambda: stack.now)
        self._digests = tasks.make_digests(chosen, stores, lambda: stack.now, stack._transport)

    def run(self) -> None:
        for _ in range(3):
            until_rest(self._escalation.run_once)
            until_rest(self._digests.run_once)
            until_rest(self._mailing.run_once)


def told(vendor: Vendor, address: str, **terms: Any) -> dict[str, Any]:
    contact = {"name": "Ida Holm", "position": "DPO", "email": address}
    return vendor.customer("nordbo", contacts=[contact], **terms)


def test_it_works(baseline: Vendor, post_office: PostOffice) -> None:
    customer = told(baseline, "inge@nordbo.test", channels=["email"])
    change = baseline.announced(days=40)
    baseline.stack.settle()
    post_office.run()

    [got] = post_office.post.to("inge@nordbo.test")
    assert got.mail["Content-Language"] == "da"
    text = " ".join(got.text.split())
    assert LEAD in text
    assert "Mailer Inc." in got.mail["Subject"]
    assert "USA – opbevaring: Tilladt" in text
    path = f"/notices/v1/changes/{change['id']}/evidence"
    [row] = baseline.stack.must(baseline.client, "GET", path)["items"]
    assert (row["channel"], row["recipient"], row["reached"]) == ("email", "inge@nordbo.test", True)
    assert row["attempts"][0]["status"] == 250
    seen = baseline.stack.must(customer, "GET", f"/portal/v1/changes/{change['id']}")
    assert seen["acknowledged_at"] is None


def test_the_vendor_sees_whom_nobody_reached(baseline: Vendor, post_office: PostOffice) -> None:
    post_office.post.to_recipient = lambda *_: "550 5.1.1 no such user"
    told(baseline, "gone@nordbo.test", channels=["webhook"])
    baseline.announced(days=40)
    baseline.stack.settle()
    post_office.run()

    [row] = baseline.stack.must(baseline.client, "GET", "/notices/v1/reachability")["items"]
    assert row["unreached"][0]["reason"] == "contacts_exhausted"


def test_the_vendor_is_mailed_whom_nobody_reached(
    baseline: Vendor, post_office: PostOffice
) -> None:
    stack, post = baseline.stack, post_office.post
    name_contact(baseline, "privacy@vendor.test")
    post.to_recipient = lambda address, _: "250 Ok" if "vendor" in address else "550 5.1.1 no"
    told(baseline, "gone@nordbo.test", channels=["webhook"])
    baseline.announced(days=40)
    stack.settle()
    post_office.run()
    assert post.to("privacy@vendor.test") == []
    stack.pass_time(minutes=11)
    post_office.run()

    [got] = post.to("privacy@vendor.test")
    assert got.mail["Subject"] == "1 kunde er ikke nået: Ny underdatabehandler: Mailer Inc."
    assert "Nordbo – alle kontakter afviste eller returnerede mailen" in got.text


def name_contact(vendor: Vendor, address: str) -> None:
    path = f"/identity/v1/organisations/{vendor.client['org_id']}"
    seen = vendor.stack.ask(vendor.client, "GET", path)
    contact = {"name": "Pia Lund", "position": "Privacy manager", "email": address}
    answer = vendor.stack.ask(
        vendor.client, "PATCH", path, {"contacts": [contact], "locale": "da"},
        headers={"If-Match": seen.headers["ETag"]},
    )  # fmt: skip
    assert answer.status_code == 200, answer.text


def test_a_mail_that_leaves_late_tells_the_days_that_follow(
    baseline: Vendor, post_office: PostOffice
) -> None:
    customer = told(baseline, "late@nordbo.test", channels=["email"])
    change = baseline.announced(days=40)
    baseline.stack.settle()
    baseline.stack.pass_time(days=7)
    post_office.run()

    [got] = post_office.post.to("late@nordbo.test")
    text = " ".join(got.text.split())
    seen = baseline.stack.must(customer, "GET", f"/portal/v1/changes/{change['id']}")
    assert (seen["given_on"], seen["objection_deadline"]) == ("2026-11-30", "2026-12-14")
    assert "14. december 2026" in text
    assert "7. december 2026" not in text


def test_an_unconfirmed_customer_is_written_to_where_its_vendor_says_and_nowhere_else(
    baseline: Vendor, post_office: PostOffice, inbox: Receiver
) -> None:
    stack, shop = baseline.stack, Shop(baseline, "")
    customer = shop.customer("nordbo")
    stack.must(customer, "POST", "/portal/v1/webhook-endpoints", {"url": f"{inbox.url}/quiet"})
    own = {"contacts": [{"name": "Own", "position": "DPO", "email": "own@nordbo.test"}]}
    seen = stack.ask(customer, "GET", "/portal/v1/notice-contacts").headers["ETag"]
    path = "/portal/v1/notice-contacts"
    named = stack.ask(customer, "PUT", path, own, headers={"If-Match": seen})
    assert named.status_code == 200
    upload(shop)
    bring(shop, row(customer, contact_email="paper@nordbo.test", day_kind="calendar"))
    baseline.announced(days=60)
    stack.settle()
    post_office.run()

    subjects = [each.mail["Subject"] for each in post_office.post.to("paper@nordbo.test")]
    assert len(subjects) == 2
    assert any("bekræft" in each for each in subjects)
    assert post_office.post.to("own@nordbo.test") == []
    assert inbox.at("/quiet") == []
