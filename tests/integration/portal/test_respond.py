"""A person without an account answers a notice by the link in its mail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import Client

from tests.integration.portal.answers_by_link import (
    OBJECTION,
    PERSON,
    Page,
    PostOffice,
    change_of,
    mailed_customer,
    words_of,
)
from tests.vendor import Vendor


def told(vendor: Vendor, mails: PostOffice, **terms: Any) -> tuple[Any, Any, Page]:
    """A customer that was mailed one change; the change; the page of Ida's link."""
    customer = mailed_customer(vendor, **terms)
    change = vendor.announced(days=60)
    mails.run()
    return customer, change, mails.link_to(customer["ida"])


def objections(vendor: Vendor, change: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = vendor.must("GET", f"/changes/{change['id']}/objections")["items"]
    return items


def test_it_works(baseline: Vendor, mails: PostOffice) -> None:
    customer, change, page = told(baseline, mails)
    assert "Hvis I ikke svarer" in page.text

    answer = page.object(change["id"])

    assert answer.status_code == 303
    assert "Hvis I ikke svarer" not in page.text
    assert page.path.endswith(answer.headers["Location"].partition("/respond/")[2])
    [objection] = objections(baseline, change)
    assert (objection["grounds"], objection["text"]) == ("ai_use", "Not with our data.")
    assert objection["made_by"] == {
        "name": "Kim Roe", "title": "Head of Legal", "contact": customer["ida"],
        "mail_id": page.path.removeprefix("/respond/").partition(".")[0],
    }  # fmt: skip
    assert "Indsigelse gjort" in page.text
    assert 'id="recorded"' not in page.get().text, "a box with nothing in it"
    assert "Kim Roe, Head of Legal" in page.text
    assert (
        baseline.gate(customer, change["sub_processor"]["id"], "2027-02-01")["answer"] == "objected"
    )


def test_the_page_shows_the_change_the_days_and_whom_to_write_to(
    baseline: Vendor, mails: PostOffice
) -> None:
    customer, change, page = told(baseline, mails)
    text = page.text

    for words in (
        "Ny underdatabehandler: Mailer Inc.",
        "USA",
        "7. december 2026",
        customer["ida"],
        "Sådan er fristerne beregnet",
    ):
        assert words in text
    assert change_of(baseline, customer, change["id"])["objection_deadline"] == "2026-12-07"
    assert '<a href="#answer">' in page.get().text


def test_a_notice_is_acknowledged_once_by_who_wrote_its_name(
    baseline: Vendor, mails: PostOffice
) -> None:
    customer, change, page = told(baseline, mails)

    assert [page.acknowledge().status_code for _ in range(2)] == [303, 303]

    seen = change_of(baseline, customer, change["id"])
    first = seen["acknowledged_at"]
    baseline.stack.pass_time(hours=1)
    page.press("acknowledge", name="Another", title="One")
    assert change_of(baseline, customer, change["id"])["acknowledged_at"] == first
    assert "Kim Roe, Head of Legal" in page.text
    assert "acknowledge" not in page.buttons


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"])
def test_nothing_but_a_button_records_anything(
    baseline: Vendor, mails: PostOffice, method: str
) -> None:
    customer, change, page = told(baseline, mails)
    for path in (page.path, f"{page.path}?act=object&name=x", f"{page.path}?List-Unsubscribe=1"):
        Client(baseline.stack.wsgi).open(path, method=method, data=b"")

    seen = change_of(baseline, customer, change["id"])
    assert (seen["acknowledged_at"], seen["objection"]) == (None, None)


def test_a_double_click_is_one_objection_and_the_same_page(
    baseline: Vendor, mails: PostOffice
) -> None:
    _, change, page = told(baseline, mails)

    answers = [page.object(change["id"]) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [303, 303, 303]
    assert len(objections(baseline, change)) == 1
    assert len({page.get().text for _ in range(2)}) == 1


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ({"name": ""}, "Write your name"),
        ({"title": " "}, "Write your title"),
        ({"text": ""}, "Write at least a few words"),
        ({"grounds": "weather"}, "Choose what your objection is about"),
        ({"name": "Kim\nBcc: all"}, "Write your name"),
        ({"text": "x" * 4_001}, "Write at least a few words"),
    ],
)
def test_a_form_that_lacks_something_comes_back_as_it_was_filled_in(
    baseline: Vendor, mails: PostOffice, missing: dict[str, str], words: str
) -> None:
    _, change, page = told(baseline, mails)
    form = {**OBJECTION, "change_ids": [change["id"]], **missing}

    answer = Client(baseline.stack.wsgi).post(f"{page.path}?lang=en", data=form)

    assert answer.status_code == 422
    assert words in words_of(answer.text)
    assert 'aria-invalid="true"' in answer.text or "grounds" in missing
    kept = "Head of Legal" if "title" not in missing else "Kim Roe"
    assert kept in answer.text
    assert objections(baseline, change) == []


def test_after_the_last_day_the_page_says_so_and_names_the_vendor(
    baseline: Vendor, mails: PostOffice
) -> None:
    _, change, page = told(baseline, mails)
    baseline.stack.pass_time(days=15)

    answer = page.object(change["id"])

    assert answer.status_code == 409
    assert "Der er ikke registreret noget" in words_of(answer.text)
    assert "sidste dag for indsigelse er passeret" in page.text
    assert page.buttons == ["acknowledge"]
    assert objections(baseline, change) == []


def test_a_withdrawn_change_leaves_nothing_to_answer(baseline: Vendor, mails: PostOffice) -> None:
    _, change, page = told(baseline, mails)
    baseline.must("POST", f"/changes/{change['id']}/withdraw", {"reason": "Not needed."})

    assert page.object(change["id"]).status_code == 409
    assert page.acknowledge().status_code == 409
    assert "har trukket ændringen tilbage" in page.text
    assert "Not needed." in page.text
    assert page.buttons == []
    assert '<a href="#answer">' not in page.get().text


def test_a_contact_that_was_replaced_reads_and_answers_nothing(
    baseline: Vendor, mails: PostOffice
) -> None:
    customer, change, page = told(baseline, mails)
    seen = baseline.stack.ask(customer, "GET", "/portal/v1/notice-contacts").headers["ETag"]
    new = {"contacts": [{"name": "New", "position": "DPO", "email": "new@nordbo.test"}]}
    put = baseline.stack.ask(
        customer, "PUT", "/portal/v1/notice-contacts", new, headers={"If-Match": seen}
    )
    assert put.status_code == 200

    assert page.object(change["id"]).status_code == 409
    assert page.acknowledge().status_code == 409
    assert "har udpeget andre kontaktpersoner" in page.text
    assert "Mailer Inc." in page.text
    assert page.buttons == []
    assert change_of(baseline, customer, change["id"])["acknowledged_at"] is None


def test_after_the_end_of_the_agreement_nothing_can_be_answered(
    baseline: Vendor, mails: PostOffice
) -> None:
    customer, change, page = told(baseline, mails)
    path = f"/portal/v1/agreements/{customer['agreement_id']}/terminate"
    end = {"effective_on": baseline.today.isoformat(), "reason": "We leave."}
    baseline.stack.must(customer, "POST", path, end)
    baseline.stack.settle()

    assert page.object(change["id"]).status_code == 409
    assert "er ophørt" in page.text
    assert page.buttons == []


@pytest.mark.parametrize("part", range(4))
def test_a_link_that_is_no_good_is_a_page_that_says_nothing_of_what_it_was_about(
    baseline: Vendor, mails: PostOffice, part: int
) -> None:
    _, change, page = told(baseline, mails)
    parts = page.path.removeprefix("/respond/").split(".")
    parts[part] = parts[part][:-1] + ("3" if parts[part][-1] != "3" else "5")
    forged = Page(baseline.stack, f"/respond/{'.'.join(parts)}")

    answers = [forged.get(), forged.object(change["id"]), Page(baseline.stack, "/respond/x").get()]

    for answer in answers:
        assert answer.status_code == 404
        assert answer.mimetype == "text/html"
        assert "This link does not work" in answer.text
        assert "Mailer" not in answer.text
        assert "nordbo" not in answer.text.lower()
    assert len({answer.text for answer in answers}) == 1
    assert objections(baseline, change) == []


def test_an_ended_link_says_no_more_than_an_unknown_one(
    baseline: Vendor, mails: PostOffice
) -> None:
    _, _, page = told(baseline, mails)
    baseline.stack.pass_time(days=91)

    assert page.get().status_code == 404
    assert page.get().text == Page(baseline.stack, "/respond/x").get().text


def test_the_vendors_offer_is_declined_and_the_next_one_accepted(
    baseline: Vendor, mails: PostOffice
) -> None:
    customer, change, page = told(baseline, mails)
    page.object(change["id"])
    objection = objections(baseline, change)[0]["id"]
    until = (baseline.today + timedelta(10)).isoformat()

    def offer(text: str) -> None:
        path = f"/registry/v1/objections/{objection}/offer-mitigation"
        baseline.stack.must(baseline.client, "POST", path, {"text": text, "respond_by": until})

    offer("Storage in Sweden.")
    assert "Storage in Sweden." in page.text
    declined = page.press("decline_offer", objection_id=objection, text="Denmark.", **PERSON)
    assert declined.status_code == 303
    assert "Denmark." in page.text
    offer("Storage in Denmark.")
    for _ in range(2):
        accepted = page.press("accept_offer", objection_id=objection, **PERSON)
        assert accepted.status_code == 303

    [kept] = objections(baseline, change)
    assert kept["status"] == "mitigation_accepted"
    assert change_of(baseline, customer, change["id"])["may"] == []


def test_specific_authorisation_is_approved_by_name(baseline: Vendor, mails: PostOffice) -> None:
    customer, change, page = told(
        baseline, mails, silence="refusal", agreement={"authorisation": "specific"}
    )
    assert "approve" in page.buttons

    for _ in range(2):
        approved = page.press("approve", change_ids=[change["id"]], **PERSON)
        assert approved.status_code == 303

    seen = change_of(baseline, customer, change["id"])
    assert seen["approved"] is True
    assert seen["approval"]["given_by"]["name"] == "Kim Roe"
    assert "approve" not in page.buttons


def test_an_objection_is_against_the_changes_that_are_chosen(
    baseline: Vendor, mails: PostOffice
) -> None:
    customer = mailed_customer(baseline)
    first, second = baseline.draft(60), baseline.draft(60)
    ids = [first["id"], second["id"]]
    baseline.must("POST", "/changes/announce", {"change_ids": ids})
    mails.run()
    page = mails.link_to(customer["ida"])

    assert page.object(second["id"]).status_code == 303

    assert objections(baseline, first) == []
    assert len(objections(baseline, second)) == 1
    assert page.object(first["id"]).status_code == 303
    assert len(objections(baseline, first)) == 1


def test_nothing_of_another_notice_can_be_reached_by_a_link(
    baseline: Vendor, mails: PostOffice
) -> None:
    _, first, page = told(baseline, mails)
    other = baseline.announced(days=60)
    mails.run()

    assert page.object(other["id"]).status_code == 409
    assert page.object(first["id"], other["id"]).status_code == 409

    assert objections(baseline, first) == objections(baseline, other) == []


@pytest.mark.parametrize("lang", ["en", "da", "sv"])
def test_the_page_runs_nothing_and_loads_nothing(
    baseline: Vendor, mails: PostOffice, lang: str
) -> None:
    _, _, page = told(baseline, mails)
    answer = page.get(lang)

    assert f'<html lang="{lang}">' in answer.text
    assert answer.headers["Content-Language"] == lang
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    for word in ("<script", "onload", "autofocus", "http-equiv", "formaction", "<iframe", "<img"):
        assert word not in answer.text.lower()


@pytest.mark.parametrize(
    ("lang", "sum_of_days"),
    [("en", "calendar days = "), ("da", "kalenderdage = "), ("sv", "kalenderdagar = ")],
)
def test_the_page_shows_the_sum_of_the_days_in_its_language(
    baseline: Vendor, mails: PostOffice, lang: str, sum_of_days: str
) -> None:
    _, _, page = told(baseline, mails)
    assert sum_of_days in page.get(lang).text


def test_links_of_old_mails_lead_to_the_page(baseline: Vendor, mails: PostOffice) -> None:
    _, _, page = told(baseline, mails)
    token = page.path.removeprefix("/respond/")
    for method in ("GET", "POST"):
        old = Client(baseline.stack.wsgi).open(f"/notices/v1/acknowledge/{token}", method=method)
        assert old.status_code == 303
        assert old.headers["Location"] == f"{baseline.stack.common.origin}{page.path}"
