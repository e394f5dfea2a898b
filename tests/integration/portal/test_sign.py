"""A person without an account reads, accepts or refuses an agreement by the link in its mail."""

from __future__ import annotations

import hashlib
import io
import re
import uuid
from html import unescape
from typing import Any

import pytest
from werkzeug.test import Client

from tests import builders
from tests.integration.agreements.test_import import PDF
from tests.integration.portal.answers_by_link import PERSON, Page, PostOffice, words_of
from tests.pdf import text_of
from tests.vendor import SIGNATURE, Vendor, new_client

AGREEMENTS = "/agreements/v1/agreements"
SIGNED = {**PERSON, "email": "kim@nordbo.test"}


class Offered:
    """An agreement that was offered by mail, and the page of the contact's link."""

    def __init__(
        self, vendor: Vendor, mails: PostOffice, address: str = "", **contents: Any
    ) -> None:
        self.vendor, self.mails = vendor, mails
        self.address = address or f"ida-{uuid.uuid4().hex[:8]}@nordbo.test"
        self.client = new_client(
            vendor.stack, "nordbo", ["controller"], ["portal:read", "portal:write"]
        )
        self.other = f"bo-{uuid.uuid4().hex[:8]}@nordbo.test"
        contacts = [
            {"name": "Ida Holm", "position": "DPO", "email": self.address},
            {"name": "Bo Vik", "position": "CISO", "email": self.other},
        ]
        body = builders.agreement_body(
            self.client["org_id"], party={"legal_name": "Nordbo"}, products=[],
            notice_terms=builders.notice_terms(contacts=contacts, channels=["email"]),
            **contents,
        )  # fmt: skip
        self.id = vendor.stack.must(vendor.client, "POST", AGREEMENTS, body)["id"]
        vendor.stack.must(vendor.client, "POST", f"{AGREEMENTS}/{self.id}/offer", {})
        mails.run()
        self.page = mails.link_to(self.address, "sign")

    @property
    def now(self) -> Any:
        return self.vendor.stack.must(self.vendor.client, "GET", f"{AGREEMENTS}/{self.id}")

    def hash_shown(self) -> str:
        html = self.page.get().text
        return html.partition('name="document_sha256" value="')[2][:64]

    def accept(self, **more: str) -> Any:
        return self.page.press("accept", document_sha256=self.hash_shown(), **{**SIGNED, **more})

    def copies(self) -> list[list[str]]:
        """For each contact: the copies of what was answered by link."""
        return [self.mails.copies_to(each) for each in (self.address, self.other)]

    def vendor_accepts(self) -> None:
        path = f"{AGREEMENTS}/{self.id}/accept"
        self.vendor.stack.must(self.vendor.client, "POST", path, SIGNATURE)


@pytest.fixture
def offered(baseline: Vendor, mails: PostOffice) -> Offered:
    return Offered(baseline, mails)


def test_it_works(offered: Offered) -> None:
    offered.vendor_accepts()
    document = offered.now["offer"]["document_sha256"]
    assert offered.hash_shown() == document

    assert offered.accept().status_code == 303

    now = offered.now
    assert now["status"] == "active"
    [signed] = [each for each in now["acceptances"] if each["party"] == "controller"]
    assert (signed["name"], signed["email"]) == ("Kim Roe", "kim@nordbo.test")
    assert signed["document_sha256"] == document
    mail = offered.page.path.removeprefix("/sign/").partition(".")[0]
    assert signed["client_id"] == f"link:{mail}"
    assert "accepteret af begge parter" in offered.page.text
    assert offered.page.buttons == []


def test_the_very_document_can_be_read_and_the_executed_one_kept(offered: Offered) -> None:
    html, pdf = (offered.page.get(more=f"/document.{kind}") for kind in ("html", "pdf"))
    assert (html.mimetype, pdf.mimetype) == ("text/html", "application/pdf")
    assert pdf.data.startswith(b"%PDF")
    assert "default-src 'none'" in html.headers["Content-Security-Policy"]

    offered.accept()
    offered.vendor_accepts()

    kept = [offered.page.get(more="/document.pdf").data for _ in range(2)]
    assert len({hashlib.sha256(each).hexdigest() for each in kept}) == 1
    assert "Gem den underskrevne PDF" in offered.page.text


def test_the_page_says_that_it_binds_only_once_the_vendor_has_accepted(offered: Offered) -> None:
    waits, binds = "først derefter er det bindende for begge", "Det er bindende for Nordbo"
    first = words_of(offered.page.get().text)
    assert waits in first
    assert binds not in first
    assert "når Vendor også har accepteret" in first

    offered.vendor_accepts()

    then = words_of(offered.page.get().text)
    assert binds in then
    assert waits not in then


def test_a_double_click_is_one_acceptance(offered: Offered) -> None:
    document = offered.hash_shown()
    answers = [offered.page.press("accept", document_sha256=document, **SIGNED) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [303, 303, 303]
    assert len(offered.now["acceptances"]) == 1
    assert "Accepteret for" in offered.page.text


def test_what_was_not_read_is_not_accepted(offered: Offered) -> None:
    answer = offered.page.press("accept", document_sha256="0" * 64, **SIGNED)

    assert answer.status_code == 409
    assert "Listen over underdatabehandlere har ændret sig" in words_of(answer.text)
    assert offered.now["acceptances"] == []


def test_a_list_that_moved_since_makes_a_new_version_with_a_link_of_its_own(
    offered: Offered,
) -> None:
    document = offered.hash_shown()
    offered.vendor.announced(days=60)

    answer = offered.page.press("accept", document_sha256=document, **SIGNED)
    offered.mails.run()

    assert answer.status_code == 409
    assert offered.now["acceptances"] == []
    assert "nyere version" in offered.page.text
    assert offered.page.buttons == []
    old, new = offered.mails.links_to(offered.address, "sign")
    assert old.path == offered.page.path
    assert new.buttons == ["accept", "refuse", "propose", "upload_paper"]


def test_an_acceptance_is_copied_to_every_contact_once(offered: Offered) -> None:
    sent = {**SIGNED, "document_sha256": offered.hash_shown()}
    assert [offered.page.press("accept", **sent).status_code for _ in range(2)] == [303, 303]
    offered.vendor_accepts()
    for [text] in offered.copies():
        assert "I accepterer aftalen" in text
        assert "Kim Roe, Head of Legal" in text
        assert offered.address in text
        assert "/sign/" not in text


def test_a_refusal_is_copied_to_every_contact(offered: Offered) -> None:
    offered.page.press("refuse", reason="Not these terms.", **PERSON)
    for [text] in offered.copies():
        assert "I afslår aftalen" in text
        assert "Kim Roe, Head of Legal" in text


def test_a_refusal_names_who_refused_and_why(offered: Offered) -> None:
    answer = offered.page.press("refuse", reason="Not these terms.", **PERSON)

    assert answer.status_code == 303
    refusal = offered.now["refusal"]
    assert refusal["party"] == "controller"
    assert "Not these terms." in refusal["reason"]
    assert "Kim Roe, Head of Legal" in refusal["reason"]
    assert "har afslået" in offered.page.text
    assert offered.accept().status_code in (409, 422)
    assert offered.now["status"] == "rejected"


def test_an_offer_that_the_vendor_took_back_says_so(offered: Offered) -> None:
    path = f"{AGREEMENTS}/{offered.id}/reject"
    offered.vendor.stack.must(offered.vendor.client, "POST", path, {"reason": "A mistake."})

    assert "har trukket tilbuddet tilbage" in offered.page.text
    assert offered.page.buttons == []


def test_an_amendment_shows_what_it_changes(offered: Offered) -> None:
    offered.accept()
    offered.vendor_accepts()
    path = f"{AGREEMENTS}/{offered.id}/amendments"
    offered.vendor.stack.must(offered.vendor.client, "POST", path, {"deletion_days": 5})
    offered.mails.run()

    page = offered.mails.link_to(offered.address, "sign")

    assert page.path != offered.page.path
    assert "Det ændrer denne version" in page.text
    assert "Dage til sletning eller returnering" in page.text
    assert page.buttons == ["accept", "refuse", "propose", "upload_paper"]
    marked = Client(offered.vendor.stack.wsgi).get(f"{page.path}/changes.html")
    assert marked.headers["Content-Type"] == "text/html; charset=utf-8"
    assert marked.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src")
    assert "<del>[– 30 –]</del><ins>[+ 5 +]</ins>" in marked.text
    paper = Client(offered.vendor.stack.wsgi).get(f"{page.path}/changes.pdf")
    assert "[– 30 –][+ 5 +]" in text_of(paper.data)


def test_nobody_accepts_by_link_what_has_open_points(baseline: Vendor, mails: PostOffice) -> None:
    """A template without answers to what Art. 28(3) asks for."""
    processing = {"subject_matter": None, "special_categories": False}
    offered = Offered(baseline, mails, processing=processing)
    assert offered.accept().status_code == 409
    assert offered.now["status"] == "offered"
    assert offered.now["acceptances"] == []


def test_the_vendors_own_mailbox_reads_and_signs_nothing(
    baseline: Vendor, mails: PostOffice
) -> None:
    path = f"/identity/v1/organisations/{baseline.client['org_id']}"
    seen = baseline.stack.ask(baseline.client, "GET", path).headers["ETag"]
    contact = {"name": "Pia", "position": "Privacy", "email": "pia@vendor-own.test"}
    body = {"contacts": [contact]}
    baseline.stack.ask(baseline.client, "PATCH", path, body, headers={"If-Match": seen})
    offered = Offered(baseline, mails, f"sales-{uuid.uuid4().hex[:6]}@vendor-own.test")

    assert offered.page.buttons == []
    answer = offered.page.press("accept", document_sha256="0" * 64, **SIGNED)
    assert answer.status_code == 409
    assert offered.now["acceptances"] == []
    assert "kan underskrive" in offered.page.text or "underskrive for" in offered.page.text


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
def test_nothing_but_a_button_binds(offered: Offered, method: str) -> None:
    for more in ("", "?act=accept", "/document.html", "/document.pdf"):
        Client(offered.vendor.stack.wsgi).open(f"{offered.page.path}{more}", method=method)

    assert offered.now["acceptances"] == []


def test_a_link_for_a_notice_signs_nothing_and_a_forged_one_says_nothing(
    offered: Offered,
) -> None:
    token = offered.page.path.removeprefix("/sign/")
    mail, version, day, mac = token.split(".")
    forged = [f"{mail}.{version}0.{day}.{mac}", f"{mail}.{version}.2099-01-01.{mac}", "x"]
    stack = offered.vendor.stack
    for answer in (
        *(Page(stack, f"/sign/{each}").get() for each in forged),
        Page(stack, f"/respond/{token}").get(),
        Page(stack, f"/sign/{forged[0]}").get(more="/document.pdf"),
    ):
        assert answer.status_code == 404
        assert "This link does not work" in answer.text
        assert "ordbo" not in answer.text


def test_no_vendor_sees_the_link_of_its_customer(offered: Offered) -> None:
    """Not in what it may read, nor in what it may look up: the token is stored nowhere."""
    mac = offered.page.path.rpartition(".")[2]
    stack, vendor = offered.vendor.stack, offered.vendor
    for path in (
        f"{AGREEMENTS}/{offered.id}", f"{AGREEMENTS}/{offered.id}/versions",
        "/notices/v1/reachability", "/notices/v1/deliveries", "/notices/v1/events",
    ):  # fmt: skip
        assert mac not in stack.ask(vendor.client, "GET", path).text
    for service in ("notices", "agreements", "registry"):
        database = stack.database(service).db
        for name in database.list_collection_names():
            assert mac not in str(list(database[name].find())), name


SIGNED_ON_PAPER = {
    **SIGNED, "signed_on": "2026-11-20", "controller_name": "Ida Holm", "controller_title": "Chair",
    "processor_name": "Bo Lund", "processor_title": "Director",
}  # fmt: skip


def upload_paper(offered: Offered, pdf: bytes = PDF, **more: str) -> Any:
    members = {**SIGNED_ON_PAPER, "document_sha256": offered.hash_shown(), **more}
    form = {"act": "upload_paper", **members, "file": (io.BytesIO(pdf), "signed.pdf")}
    path = f"{offered.page.path}/paper"
    return Client(offered.vendor.stack.wsgi).post(path, data=form,
                                                 content_type="multipart/form-data")  # fmt: skip


def test_what_was_signed_on_paper_is_uploaded_on_the_page_and_the_vendor_confirms(
    offered: Offered,
) -> None:
    answer = upload_paper(offered)
    assert (answer.status_code, answer.location) == (303, offered.page.path)
    now = offered.now
    assert (now["status"], now["paper"]["party"]) == ("offered", "controller")
    assert offered.page.get(more="/paper.pdf").data == PDF
    assert "har uploadet papiret nedenfor" in offered.page.text
    path = f"{AGREEMENTS}/{offered.id}/paper/confirm"
    confirmed = {**SIGNATURE, "pdf_sha256": now["paper"]["pdf_sha256"]}
    offered.vendor.stack.must(offered.vendor.client, "POST", path, confirmed)
    now = offered.now
    assert (now["status"], {each["method"] for each in now["acceptances"]}) == (
        "active", {"paper"},
    )  # fmt: skip


def test_a_form_without_a_file_or_with_no_pdf_is_shown_again(offered: Offered) -> None:
    assert upload_paper(offered, b"").status_code == 422
    refused = upload_paper(offered, b"no pdf")
    assert refused.status_code == 422
    assert "ikke en hel PDF" in words_of(refused.text)
    assert upload_paper(offered, signed_on="soon").status_code == 422
    assert offered.now["paper"] is None


@pytest.mark.parametrize("act", ["confirm_paper", "refuse_paper"])
def test_a_paper_of_the_vendor_is_answered_on_the_page(offered: Offered, act: str) -> None:
    stack, client = offered.vendor.stack, offered.vendor.client
    path = f"{AGREEMENTS}/{offered.id}/paper"
    stack.ask(client, "POST", f"{path}/file", data=PDF, content_type="application/pdf")
    sha256 = hashlib.sha256(PDF).hexdigest()
    signed = [{"party": party, "name": "A", "title": "B"} for party in ("processor", "controller")]
    stack.must(client, "POST", path, {
        **SIGNATURE, "document_sha256": offered.now["offer"]["document_sha256"],
        "pdf_sha256": sha256, "signed_on": "2026-11-20", "signatories": signed,
    })  # fmt: skip
    assert offered.page.buttons[:2] == ["confirm_paper", "refuse_paper"]
    offered.mails.run()
    subjects = [got.mail["Subject"] for got in offered.mails.post.got]
    assert any("underskrevet på papir" in str(subject) for subject in subjects)
    members = {"pdf_sha256": sha256, **SIGNED} if act == "confirm_paper" else {
        "reason": "Page 3 is missing.", **PERSON}  # fmt: skip
    assert offered.page.press(act, **members).status_code == 303
    now = offered.now
    status = "active" if act == "confirm_paper" else "offered"
    assert (now["status"], now["paper"]["refusal"] is None) == (status, act == "confirm_paper")


def proposed(offered: Offered, **more: str) -> Any:
    members = {**SIGNED, "document_sha256": offered.hash_shown(), "text": "Seven days are enough."}
    return offered.page.press("propose", **{**members, **more})


def test_a_proposal_goes_to_the_vendor_and_its_answer_stands_on_the_page(offered: Offered) -> None:
    stack, client = offered.vendor.stack, offered.vendor.client
    html = offered.page.get().text
    section = re.findall(r'<option value="([^"]+)">', html)[0]
    answer = proposed(offered, section=section, deletion_days="7", breach_notice_hours="")
    assert answer.status_code == 303
    path = f"{AGREEMENTS}/{offered.id}/proposals"
    [told] = stack.must(client, "GET", path)["items"]
    assert (told["name"], told["changes"]) == ("Kim Roe", {"deletion_days": 7})
    assert told["comments"] == [{"section": unescape(section), "text": "Seven days are enough."}]
    assert "har ikke svaret endnu" in offered.page.text
    stack.must(client, "POST", f"{path}/{told['id']}/answer", {"text": "Would 14 do?"})
    assert "Would 14 do?" in offered.page.text
    offered.mails.run()
    subjects = [str(got.mail["Subject"]) for got in offered.mails.post.got]
    assert any("har svaret på jeres forslag" in subject for subject in subjects)
    assert "accept" in offered.page.buttons
    assert offered.now["status"] == "offered"


@pytest.mark.parametrize("wrong", [{"text": ""}, {"deletion_days": "soon"}, {"name": ""}])
def test_a_proposal_that_cannot_be_read_is_shown_again(
    offered: Offered, wrong: dict[str, str]
) -> None:
    answer = proposed(offered, **wrong)
    assert answer.status_code == 422
    told = offered.vendor.stack.must(
        offered.vendor.client, "GET", f"{AGREEMENTS}/{offered.id}/proposals"
    )
    assert told["items"] == []


def test_one_proposal_too_many_is_refused_in_words_and_what_was_written_is_kept(
    offered: Offered,
) -> None:
    for _ in range(10):
        assert proposed(offered).status_code == 303
    answer = proposed(offered, text="An eleventh wish.")
    assert answer.status_code == 429
    assert "ti forslag afventer stadig svar" in words_of(answer.text)
    assert "An eleventh wish." in words_of(answer.text)
