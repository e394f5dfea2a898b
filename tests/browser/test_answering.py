"""People answer by the pages in a real browser: without script, on a phone, by the keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open, sign_in
from tests.browser.keys import press, reach, unfold, write
from tests.browser.looks import PHONE, Look, text_of
from tests.integration.portal.answers_by_link import PostOffice, change_of
from tests.integration.portal.test_approve import email_of, status, waits
from tests.integration.portal.test_confirm_by_link import Brought
from tests.integration.portal.test_respond import objections, told
from tests.integration.portal.test_sign import Offered
from tests.integration.registry.test_persons_approve import Office, office
from tests.people import posted, signed_in
from tests.vendor import Vendor

__all__ = ["office"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]

WHO = ("Kim Roe", "Head of Legal")


@pytest.fixture
def phone(open_page: Open) -> Page:
    return open_page(script=False, look=Look(PHONE))


def act(page: Page, name: str, *texts: str) -> None:
    """Fill in the form of this act in the order of its fields, and press its button."""
    details = page.locator(f"details:has(input[value={name}])")
    unfold(page, details.locator("summary"))
    if name == "object":
        reach(page, details.locator("input[type=radio]").first)
        page.keyboard.press("Space")
    write(page, details.locator("textarea, input[type=text], input[type=email]"), *texts)
    press(page, details.locator("button"))


def test_an_objection(baseline: Vendor, mails: PostOffice, phone: Page) -> None:
    _, change, link = told(baseline, mails)
    phone.goto(f"{link.path}?lang=en")
    act(phone, "object", "Not with our data.", *WHO)

    assert phone.url.endswith(f"{link.path}?lang=en")
    assert "Not with our data." in text_of(phone)
    assert phone.locator("input[value=object]").count() == 0
    [objection] = objections(baseline, change)
    assert objection["made_by"]["name"] == "Kim Roe"


def test_an_acknowledgement(baseline: Vendor, mails: PostOffice, phone: Page) -> None:
    customer, change, link = told(baseline, mails)
    phone.goto(f"{link.path}?lang=da")
    act(phone, "acknowledge", *WHO)

    assert "Kim Roe" in text_of(phone)
    assert change_of(baseline, customer, change["id"])["acknowledged_at"]


def test_an_approval_that_the_agreement_asks_for(
    baseline: Vendor, mails: PostOffice, phone: Page
) -> None:
    terms = {"silence": "refusal", "agreement": {"authorisation": "specific"}}
    customer, change, link = told(baseline, mails, **terms)
    phone.goto(f"{link.path}?lang=sv")
    act(phone, "approve", *WHO)

    assert "Kim Roe" in text_of(phone)
    assert change_of(baseline, customer, change["id"])["approved"] is True


def test_a_signature(baseline: Vendor, mails: PostOffice, phone: Page) -> None:
    offered = Offered(baseline, mails)
    offered.vendor_accepts()
    phone.goto(f"{offered.page.path}?lang=en")
    act(phone, "accept", *WHO, "kim@nordbo.test")

    assert "accepted by both" in text_of(phone)
    assert offered.now["status"] == "active"


def test_a_refusal_to_sign(baseline: Vendor, mails: PostOffice, phone: Page) -> None:
    offered = Offered(baseline, mails)
    phone.goto(f"{offered.page.path}?lang=en")
    act(phone, "refuse", "Not these terms.", *WHO)

    assert "Not these terms." in text_of(phone)
    assert offered.now["status"] == "rejected"


def test_a_confirmation_of_what_was_signed_elsewhere(
    baseline: Vendor, mails: PostOffice, phone: Page
) -> None:
    brought = Brought(baseline, mails)
    phone.goto(f"{brought.page.path}?lang=en")
    act(phone, "confirm", *WHO, "kim@nordbo.test")

    assert "Kim Roe" in text_of(phone)
    assert brought.now["status"] == "active"


def test_a_second_person_approves(office: Office, phone: Page) -> None:
    path, link = waits(office)
    sign_in(phone, signed_in(office.vendor.stack, email_of(office.cleo)))
    phone.goto(f"{link}?lang=en")
    press(phone, phone.locator("main form button"))

    assert "approved and announced" in text_of(phone)
    assert status(office, path) == "announced"


def test_a_reader_of_the_mail_who_is_not_signed_in_comes_back_to_the_change(
    office: Office, open_page: Open
) -> None:
    _, link = waits(office)
    page, stack = open_page(script=False), office.vendor.stack
    page.goto(f"{link}?lang=en")
    press(page, page.locator("main a"))
    write(page, page.locator("#email"), email_of(office.cleo))
    press(page, page.locator("form:has(#email) button"))
    page.goto(f"/sign-in/{posted(stack).token_to(email_of(office.cleo))}")
    press(page, page.locator("main button"))

    assert "signed in as Cleo" in text_of(page)
    assert link in page.url
