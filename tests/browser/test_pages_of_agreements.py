"""The page that the link in the mail of an agreement opens: to sign it, or to confirm it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from services.agreements.use_cases.due import run_due
from tests.browser.conftest import Open
from tests.browser.visits import Visit, check
from tests.integration.agreements.shop import open_shop
from tests.integration.agreements.test_import import bring, row, upload
from tests.integration.portal.answers_by_link import PERSON, PostOffice
from tests.integration.portal.test_confirm_by_link import Brought, slug_only
from tests.integration.portal.test_sign import AGREEMENTS, Offered
from tests.vendor import Vendor, new_client

pytestmark = [pytest.mark.browser, pytest.mark.slow]

State = Callable[[Vendor, PostOffice], Visit]


def offered(vendor: Vendor, mails: PostOffice) -> Offered:
    return Offered(vendor, mails)


def vendor_steps(it: Offered | Brought, step: str, body: Any) -> None:
    it.vendor.stack.must(it.vendor.client, "POST", f"{AGREEMENTS}/{it.id}/{step}", body)


def waiting(vendor: Vendor, mails: PostOffice) -> Visit:
    it = offered(vendor, mails)
    it.accept()
    return Visit(it.page.path, "Kim Roe")


def executed(vendor: Vendor, mails: PostOffice) -> Visit:
    it = offered(vendor, mails)
    it.accept()
    it.vendor_accepts()
    return Visit(it.page.path, "accepted by both")


def refused(vendor: Vendor, mails: PostOffice) -> Visit:
    it = offered(vendor, mails)
    it.page.press("refuse", reason="Not these terms.", **PERSON)
    return Visit(it.page.path, "Not these terms.")


def taken_back(vendor: Vendor, mails: PostOffice) -> Visit:
    it = offered(vendor, mails)
    vendor_steps(it, "reject", {"reason": "A mistake."})
    return Visit(it.page.path, "A mistake.")


def superseded(vendor: Vendor, mails: PostOffice) -> Visit:
    it = offered(vendor, mails)
    document = it.hash_shown()
    vendor.announced(days=60)
    signed = {**PERSON, "email": "kim@nordbo.test", "document_sha256": document}
    assert it.page.press("accept", **signed).status_code == 409
    return Visit(it.page.path, "newer version")


def lapsed(vendor: Vendor, mails: PostOffice) -> Visit:
    it = offered(vendor, mails)
    vendor.stack.pass_time(days=61)
    run_due(vendor.stack.apps["agreements"].extensions["art28.deps"])
    return Visit(it.page.path, "no longer open")


def amendment(vendor: Vendor, mails: PostOffice) -> Visit:
    it = offered(vendor, mails)
    it.accept()
    it.vendor_accepts()
    vendor_steps(it, "amendments", {"deletion_days": 5, "breach_notice_hours": 48})
    mails.run()
    return Visit(mails.link_to(it.address, "sign").path, "What this version changes")


def brought(vendor: Vendor, mails: PostOffice) -> Visit:
    return Visit(Brought(vendor, mails).page.path, "has not sent the signed document")


def with_pdf(vendor: Vendor, mails: PostOffice) -> Visit:
    shop, address = open_shop(vendor), "ida-pdf@nordbo.test"
    upload(shop)
    client = new_client(vendor.stack, "nordbo", ["controller"], ["portal:read"])
    bring(shop, row(client, reference="DPA-9", contact_email=address, day_kind="calendar"))
    mails.run()
    return Visit(mails.link_to(address, "sign").path, "")


def named(vendor: Vendor, mails: PostOffice) -> Visit:
    client = new_client(vendor.stack, "nordbo", ["controller"], ["portal:read"])
    return Visit(slug_only(vendor, mails, client, "ida-named@nordbo.test").path, "")


def confirmed(vendor: Vendor, mails: PostOffice) -> Visit:
    it = Brought(vendor, mails)
    assert it.confirm().status_code == 303
    return Visit(it.page.path, "Kim Roe")


def declined(vendor: Vendor, mails: PostOffice) -> Visit:
    it = Brought(vendor, mails)
    it.page.press("decline", reason="Not ours.", **PERSON)
    return Visit(it.page.path, "Not ours.")


def not_asked_any_more(vendor: Vendor, mails: PostOffice) -> Visit:
    it = Brought(vendor, mails)
    vendor_steps(it, "decline", {"reason": "A mistake."})
    return Visit(it.page.path, "A mistake.")


# By name: how each state comes to be.
STATES: dict[str, State] = {
    "sign-open": lambda vendor, mails: Visit(offered(vendor, mails).page.path, "Nordbo"),
    "sign-waiting": waiting,
    "sign-executed": executed,
    "sign-refused": refused,
    "sign-taken-back": taken_back,
    "sign-superseded": superseded,
    "sign-lapsed": lapsed,
    "sign-amendment": amendment,
    "sign-unknown": lambda _, __: Visit("/sign/x.1.2027-01-01.y", "This link does not work"),
    "confirm-open": brought,
    "confirm-with-pdf": with_pdf,
    "confirm-named": named,
    "confirm-confirmed": confirmed,
    "confirm-declined": declined,
    "confirm-taken-back": not_asked_any_more,
}


@pytest.mark.parametrize("state", STATES)
def test_everybody_can_read_and_use_the_page(
    state: str, baseline: Vendor, mails: PostOffice, open_page: Open
) -> None:
    check(state, lambda: STATES[state](baseline, mails), open_page)
