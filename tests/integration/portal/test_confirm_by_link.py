"""A contact answers by its link what its vendor has recorded as signed elsewhere."""

from __future__ import annotations

import hashlib
import re
import uuid
from typing import Any

import pytest

from tests.integration.agreements.shop import open_shop
from tests.integration.agreements.test_import import PDF, bring, row, upload
from tests.integration.identity.bringing import ELSEWHERE, brought, rows
from tests.integration.portal.answers_by_link import PERSON, Page, PostOffice, words_of
from tests.vendor import Vendor, new_client

AGREEMENTS = "/agreements/v1/agreements"
SIGNED = {**PERSON, "email": "kim@nordbo.test"}


class Brought:
    """A customer from a spreadsheet, with an agreement signed elsewhere, and its contact's link."""

    def __init__(self, vendor: Vendor, mails: PostOffice, **cells: str) -> None:
        self.vendor, self.mails = vendor, mails
        self.address = cells.pop("address", f"ida-{uuid.uuid4().hex[:8]}@nordbo.test")
        line = {**ELSEWHERE, "E-mail": self.address, **cells}
        [told] = rows(vendor.stack, vendor.client, brought(vendor.stack, vendor.client, line)["id"])
        self.id = told["agreement_id"]
        mails.run()
        self.page = mails.link_to(self.address, "sign")

    @property
    def now(self) -> Any:
        return self.vendor.stack.must(self.vendor.client, "GET", f"{AGREEMENTS}/{self.id}")

    def confirm(self, **more: str) -> Any:
        return confirm(self.page, **more)


def confirm(page: Page, **more: str) -> Any:
    """Press the button with the hash that the page shows."""
    shown = re.findall(r'name="(\w+_sha256)" value="(\w+)"', page.get().text)
    return page.press("confirm", **{**dict(shown), **SIGNED, **more})


@pytest.fixture
def waiting(baseline: Vendor, mails: PostOffice) -> Brought:
    return Brought(baseline, mails)


def slug_only(vendor: Vendor, mails: PostOffice, customer: dict[str, Any], address: str) -> Page:
    """The page of an import that names its customer by the slug alone."""
    shop = open_shop(vendor)
    upload(shop)
    line = row(customer, reference=customer["slug"], contact_email=address, day_kind="calendar")
    told = bring(shop, line)
    assert told["imported"] == 1, told
    mails.run()
    return mails.link_to(address, "sign")


def test_it_works(waiting: Brought) -> None:
    text = waiting.page.text
    assert "DPA-2024-17" in text
    assert "30 " in text
    assert waiting.now["signed_file"]["sha256"] is None
    assert waiting.now["document_sha256"] in text
    assert waiting.page.buttons == ["confirm", "decline"]
    assert waiting.page.get(more="/document.html").status_code == 200

    assert waiting.confirm().status_code == 303

    now = waiting.now
    assert now["status"] == "active"
    said = now["confirmation"]
    assert (said["name"], said["title"], said["email"]) == tuple(SIGNED.values())
    assert said["client_id"].startswith("link:mai_")
    assert said["document_sha256"] == now["document_sha256"]
    assert waiting.page.buttons == []
    assert "Kim Roe" in waiting.page.text


def test_the_absence_of_the_document_is_told_in_each_language(waiting: Brought) -> None:
    for language, said in (
        ("en", "has not sent the signed document"),
        ("da", "har ikke indsendt det underskrevne dokument"),
        ("sv", "har inte skickat in det undertecknade dokumentet"),
    ):
        answer = waiting.page.get(lang=language)
        assert said in words_of(answer.text)
        assert "/document.pdf" not in answer.text


def test_a_double_click_confirms_once(waiting: Brought) -> None:
    document = waiting.now["document_sha256"]
    sent = {"document_sha256": document, **SIGNED}

    assert [waiting.page.press("confirm", **sent).status_code for _ in range(2)] == [303, 303]
    assert waiting.now["status"] == "active"


def test_a_confirmation_is_copied_to_the_contacts(waiting: Brought) -> None:
    assert waiting.confirm().status_code == 303
    [text] = waiting.mails.copies_to(waiting.address)
    assert re.search("that you signed the agreement|at I har underskrevet aftalen", text)
    assert "Kim Roe, Head of Legal" in text


def test_that_it_was_not_signed_is_copied_to_the_contacts(waiting: Brought) -> None:
    waiting.page.press("decline", reason="Not ours.", **PERSON)
    [text] = waiting.mails.copies_to(waiting.address)
    assert re.search("did not sign the agreement|ikke har underskrevet aftalen", text)
    assert "Kim Roe, Head of Legal" in text


def test_what_was_not_read_is_not_confirmed(waiting: Brought) -> None:
    other, none = waiting.confirm(document_sha256="0" * 64), waiting.page.press("confirm", **SIGNED)

    assert (other.status_code, none.status_code) == (409, 422)
    assert waiting.now["status"] == "to_be_confirmed"


def test_declining_names_who_declined_and_why(waiting: Brought) -> None:
    assert waiting.page.press("decline", reason="Not ours.", **PERSON).status_code == 303

    now = waiting.now
    assert (now["status"], now["refusal"]["party"]) == ("rejected", "controller")
    assert "Not ours." in now["refusal"]["reason"]
    assert "Kim Roe, Head of Legal" in now["refusal"]["reason"]
    assert waiting.page.buttons == []
    assert waiting.confirm(document_sha256=now["document_sha256"]).status_code == 409


def test_what_the_vendor_took_back_says_so(waiting: Brought) -> None:
    path = f"{AGREEMENTS}/{waiting.id}/decline"
    waiting.vendor.stack.must(waiting.vendor.client, "POST", path, {"reason": "A mistake."})

    assert "A mistake." in waiting.page.text
    assert waiting.page.buttons == []


def test_opening_the_link_confirms_nothing(waiting: Brought) -> None:
    for more in ("", "/document.html", "/document.pdf"):
        assert waiting.page.get(more=more).status_code == 200

    assert waiting.now["status"] == "to_be_confirmed"


def test_the_vendors_own_mailbox_confirms_and_declines_nothing(
    baseline: Vendor, mails: PostOffice
) -> None:
    """Although the vendor has written it as a contact of the customer, too."""
    path = f"/identity/v1/organisations/{baseline.client['org_id']}"
    seen = baseline.stack.ask(baseline.client, "GET", path).headers["ETag"]
    contact = {"name": "Pia", "position": "Privacy", "email": "pia@vendor-own.test"}
    body = {"contacts": [contact]}
    baseline.stack.ask(baseline.client, "PATCH", path, body, headers={"If-Match": seen})
    address = f"sales-{uuid.uuid4().hex[:6]}@vendor-own.test"
    waiting = Brought(baseline, mails, address=address)

    assert waiting.page.buttons == []
    document = waiting.now["document_sha256"]
    assert waiting.confirm(document_sha256=document).status_code == 409
    assert waiting.page.press("decline", reason="No.", **PERSON).status_code == 409
    assert waiting.now["status"] == "to_be_confirmed"


def test_a_mailbox_that_the_vendor_wrote_beside_a_slug_binds_nobody(
    baseline: Vendor, mails: PostOffice
) -> None:
    """The same is said whether an organisation stands behind the slug or not."""
    known = new_client(baseline.stack, "bank", ["controller"], ["portal:read"])
    pages = []
    for slug in (known["slug"], f"nobody-{uuid.uuid4().hex[:8]}"):
        address = f"ida-{uuid.uuid4().hex[:8]}@elsewhere.test"
        page = slug_only(baseline, mails, {"slug": slug}, address)
        assert page.buttons == ["decline"]
        assert "Den, der afviser her, taler for" in page.text
        sent = {"pdf_sha256": hashlib.sha256(PDF).hexdigest(), **SIGNED}
        assert page.press("confirm", **sent).status_code == 409
        pages.append(page.text.replace(slug, "").replace(address, ""))

    assert pages[0] == pages[1]
    assert baseline.stack.must(known, "GET", "/portal/v1/me")["processors"] == []


def test_a_mailbox_that_the_organisation_of_the_slug_has_named_confirms_for_it(
    baseline: Vendor, mails: PostOffice
) -> None:
    customer = new_client(baseline.stack, "bank", ["controller"], ["portal:read"])
    address = f"ida-{uuid.uuid4().hex[:8]}@bank.test"
    path = f"/identity/v1/organisations/{customer['org_id']}"
    seen = baseline.stack.ask(baseline.stack.admin, "GET", path).headers["ETag"]
    contact = {"name": "Ida Holm", "position": "DPO", "email": address}
    changed = baseline.stack.ask(
        baseline.stack.admin, "PATCH", path, {"contacts": [contact]}, headers={"If-Match": seen}
    )
    assert changed.status_code == 200, changed.text
    page = slug_only(baseline, mails, customer, address)
    assert page.get(more="/document.pdf").data == PDF

    assert confirm(page).status_code == 303

    [now] = baseline.stack.must(customer, "GET", "/portal/v1/agreements")["items"]
    assert (now["status"], now["controller_id"]) == ("active", customer["org_id"])
    assert page.buttons == []
