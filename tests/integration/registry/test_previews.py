"""Before announcing, the vendor reads who will be told and the very words they will get."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests import builders
from tests.integration.registry.test_scope import notice_days
from tests.receiver import Receiver
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client


@pytest.fixture
def draft(baseline: Vendor) -> dict[str, Any]:
    """For customers of the CRM, one of them with later days than all."""
    for days, products in ((10, ["crm"]), (40, ["crm", "erp"]), (20, ["erp"]), (15, [])):
        baseline.customer(f"c{days}", notice_days=days, agreement={"products": products})
    return baseline.draft(60, sub_processor=builders.sub_processor(products=["crm"]))


def customers(vendor: Vendor, change: dict[str, Any], **query: Any) -> Any:
    path = f"/changes/{change['id']}/preview/customers"
    return vendor.ask("GET", path, query_string=query).json


def message(vendor: Vendor, change: dict[str, Any], **query: Any) -> Any:
    return vendor.ask("GET", f"/changes/{change['id']}/preview/message", query_string=query)


def test_the_customers_that_will_be_told_are_named_with_their_days(
    baseline: Vendor, draft: dict[str, Any]
) -> None:
    page = customers(baseline, draft)
    names = {each["controller"]["legal_name"] for each in page["items"]}
    assert names == {"C10", "C40", "C15"}
    assert page["next_cursor"] is None
    groups = baseline.must("GET", f"/changes/{draft['id']}/preview")["groups"]
    assert notice_days(groups) == {10, 40, 15}
    of_groups = {(group["given_on"], group["objection_deadline"]) for group in groups}
    of_customers = {(each["given_on"], each["objection_deadline"]) for each in page["items"]}
    assert of_customers == of_groups
    assert {each["effective_on"] for each in page["items"]} == {draft["effective_on"]}


def test_pages_hold_each_customer_once(baseline: Vendor, draft: dict[str, Any]) -> None:
    found, cursor = [], None
    for _ in range(10):
        page = customers(baseline, draft, limit=1, **({"cursor": cursor} if cursor else {}))
        found += [each["agreement_id"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(found) == sorted(
        each["agreement_id"] for each in customers(baseline, draft)["items"]
    )
    assert len(found) == 3


@pytest.mark.usefixtures("told_at_once")
def test_the_words_are_those_that_the_customer_gets(baseline: Vendor, inbox: Receiver) -> None:
    one = baseline.customer("nordbo", notice_days=10)
    draft = baseline.draft(20)
    answer = message(baseline, draft, channel="webhook").json
    [part] = answer["parts"]
    assert answer["controller"]["id"] == one["org_id"]
    baseline.must("POST", f"/changes/{draft['id']}/announce")
    baseline.stack.tell()
    bodies = [json.loads(request.body) for request in inbox.requests]
    [sent] = [each for each in bodies if each["data"].get("change_id") == draft["id"]]
    shown = json.loads(part["content"])
    assert shown.pop("timestamp") <= sent.pop("timestamp")
    assert shown == sent


@pytest.mark.parametrize(
    ("language", "word"), [("en", "object"), ("da", "indsigelse"), ("sv", "invändning")]
)
def test_a_mail_is_shown_in_each_language_as_text_and_as_html(
    baseline: Vendor, draft: dict[str, Any], language: str, word: str
) -> None:
    answer = message(baseline, draft, language=language, channel="email").json
    text, html = answer["parts"]
    assert (text["media_type"], html["media_type"]) == ("text/plain", "text/html")
    assert f'lang="{language}"' in html["content"]
    assert answer["subject"]
    for part in (text, html):
        assert word in part["content"].casefold()
        assert "https://" in part["content"] or "http://" in part["content"]


def test_a_customer_is_asked_for_by_its_id(baseline: Vendor, draft: dict[str, Any]) -> None:
    later = baseline.customers["c40"]["org_id"]
    answer = message(baseline, draft, controller_id=later, channel="webhook").json
    assert answer["controller"]["id"] == later
    own = next(
        each for each in customers(baseline, draft)["items"] if each["controller"]["id"] == later
    )
    notice = json.loads(answer["parts"][0]["content"])["data"]["notice"]
    assert notice["objection_deadline"] == own["objection_deadline"]
    other = baseline.customers["c20"]["org_id"]
    refused = message(baseline, draft, controller_id=other)
    assert (refused.status_code, refused.json["code"]) == (409, "nobody-concerned")
    stranger = message(baseline, draft, controller_id="org_nobody")
    assert (stranger.status_code, stranger.json["code"]) == (409, "nobody-concerned")


def test_a_channel_that_does_not_exist_is_refused(baseline: Vendor, draft: dict[str, Any]) -> None:
    refused = message(baseline, draft, channel="pigeon")
    assert (refused.status_code, refused.json["code"]) == (422, "invalid-values")
    assert "webhook, email, chat" in refused.text


@pytest.mark.parametrize("what", ["preview/customers", "preview/message"])
def test_nobody_but_the_vendor_reads_what_is_not_announced(
    baseline: Vendor, draft: dict[str, Any], what: str
) -> None:
    path = f"{baseline.path}/changes/{draft['id']}/{what}"
    stack = baseline.stack
    other = new_client(stack, "other", ["processor"], PROCESSOR_SCOPES)
    reader = new_client(stack, "reader", ["processor", "controller"], ["registry:read"])
    for client in (other, reader):
        assert stack.ask(client, "GET", path).status_code == 404
    assert stack.ask(baseline.customers["c10"], "GET", path).status_code == 403


def test_nothing_is_stored_or_sent_by_a_preview(baseline: Vendor, draft: dict[str, Any]) -> None:
    before = baseline.stack.database("notices").db.command("dbHash")["collections"]
    ledger = baseline.ledger()
    for channel in ("email", "webhook", "chat"):
        assert message(baseline, draft, channel=channel).status_code == 200
    customers(baseline, draft)
    after = baseline.stack.database("notices").db.command("dbHash")["collections"]
    assert (after, baseline.ledger()) == (before, ledger)
