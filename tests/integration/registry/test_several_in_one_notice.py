"""Several changes in one notice: one message, one set of days, one acknowledgement."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from shared.ledger import verify
from tests import builders
from tests.receiver import Receiver
from tests.vendor import Vendor

Json = dict[str, Any]
ANNOUNCED = "sub_processor.change.announced"


def drafts(vendor: Vendor, *names: str, days: int = 60) -> list[Json]:
    return [
        vendor.draft(days, sub_processor=builders.sub_processor(legal_name=name)) for name in names
    ]


def announce(vendor: Vendor, changes: list[Json], **more: Any) -> Any:
    body = {"change_ids": [change["id"] for change in changes], **more}
    return vendor.ask("POST", "/changes/announce", body)


def told(inbox: Receiver, changes: list[Json], kind: str = ANNOUNCED) -> list[Json]:
    """The messages of this kind that are about any of these changes."""
    ids = {change["id"] for change in changes}
    bodies = [json.loads(request.body) for request in inbox.requests]
    return [body["data"] for body in bodies if body["type"] == kind and ids & _named(body["data"])]


def _named(data: Json) -> set[str]:
    return {data.get("change_id", ""), *(each["change_id"] for each in data.get("changes", ()))}


def seen(vendor: Vendor, customer: Json, change: Json) -> Json:
    shown: Json = vendor.stack.must(customer, "GET", f"/portal/v1/changes/{change['id']}")
    return shown


def evidence(vendor: Vendor, change: Json) -> list[Json]:
    path = f"/notices/v1/changes/{change['id']}/evidence"
    items: list[Json] = vendor.stack.must(vendor.client, "GET", path)["items"]
    return items


def test_each_customer_gets_one_message_with_all_of_them(baseline: Vendor, inbox: Receiver) -> None:
    baseline.receiver_url = inbox.url
    baseline.customer("nordbo", notice_days=30)
    changes = drafts(baseline, "Mail Inc.", "Chat Inc.", "Logs Inc.")

    answer = announce(baseline, changes)
    baseline.stack.settle()

    assert answer.status_code == 200
    assert [each["status"] for each in answer.json["changes"]] == ["announced"] * 3
    assert {each["sequence"] for each in answer.json["changes"]} == {answer.json["sequence"]}
    [message] = told(inbox, changes)
    named = [each["sub_processor"]["legal_name"] for each in message["changes"]]
    assert named == ["Mail Inc.", "Chat Inc.", "Logs Inc."]
    assert message["notice"]["change_ids"] == [change["id"] for change in changes]
    assert "change_id" not in message
    assert all(each["sub_processor"]["contact"] for each in message["changes"])


def of_product(vendor: Vendor, name: str, *products: str) -> Json:
    entry = builders.sub_processor(legal_name=name, products=list(products))
    return vendor.draft(sub_processor=entry)


def test_each_customer_is_told_of_the_changes_that_concern_it_alone(
    baseline: Vendor, inbox: Receiver
) -> None:
    baseline.receiver_url = inbox.url
    sales = baseline.customer("nordbo", agreement={"products": ["crm"]})
    books = baseline.customer("sydbo", agreement={"products": ["erp"]})
    changes = [
        of_product(baseline, "Ledger Inc.", "erp"),
        of_product(baseline, "Lead Inc.", "crm"),
        of_product(baseline, "Host Inc."),
    ]

    assert announce(baseline, changes).status_code == 200
    baseline.stack.settle()

    listed = {
        message["notice"]["id"]: [it["sub_processor"]["legal_name"] for it in message["changes"]]
        for message in told(inbox, changes)
    }
    assert sorted(listed.values()) == [["Lead Inc.", "Host Inc."], ["Ledger Inc.", "Host Inc."]]
    ledger, lead, host = changes
    for customer, own, other in ((sales, lead, ledger), (books, ledger, lead)):
        assert seen(baseline, customer, own)["change_ids"] == [own["id"], host["id"]]
        answer = baseline.stack.ask(customer, "GET", f"/portal/v1/changes/{other['id']}")
        assert answer.status_code == 404
        assert len(evidence(baseline, own)) == 1
    assert len(evidence(baseline, host)) == 2


def test_an_objection_is_against_the_changes_that_concern_the_customer(
    baseline: Vendor, inbox: Receiver
) -> None:
    baseline.receiver_url = inbox.url
    sales = baseline.customer("nordbo", agreement={"products": ["crm"]})
    baseline.customer("sydbo", agreement={"products": ["erp"]})
    ledger, lead, host = changes = [
        of_product(baseline, "Ledger Inc.", "erp"),
        of_product(baseline, "Lead Inc.", "crm"),
        of_product(baseline, "Host Inc."),
    ]
    announce(baseline, changes)
    baseline.stack.settle()

    answer = object_to(baseline, sales, lead)

    assert answer.status_code == 201, answer.text
    against = baseline.stack.must(sales, "GET", "/portal/v1/objections")["items"]
    assert {each["change_id"] for each in against} == {lead["id"], host["id"]}
    assert ledger["id"] not in answer.text


def test_one_alone_has_its_members_in_the_list_and_beside_it(
    baseline: Vendor, inbox: Receiver
) -> None:
    baseline.receiver_url = inbox.url
    baseline.customer("nordbo")
    [change] = drafts(baseline, "Mail Inc.")

    assert announce(baseline, [change]).json["changes"][0]["together"] == []
    baseline.stack.settle()

    [message] = told(inbox, [change])
    [listed] = message["changes"]
    assert listed.items() <= message.items()
    assert listed["change_id"] == change["id"]


def test_the_routes_for_one_and_for_several_say_the_same(baseline: Vendor) -> None:
    first, second = drafts(baseline, "Mail Inc.", "Chat Inc.")
    baseline.must("POST", f"/changes/{first['id']}/announce")
    announce(baseline, [second])

    one, other = (entry["data"] for entry in baseline.ledger()[-2:])
    assert one.keys() == other.keys()


def test_it_is_all_or_nothing(baseline: Vendor) -> None:
    [good] = drafts(baseline, "Mail Inc.")
    bad = baseline.draft(sub_processor=builders.sub_processor(locations=[]))

    answer = announce(baseline, [good, bad])

    assert (answer.status_code, answer.json["code"]) == (422, "notice-incomplete")
    assert {each["change_id"] for each in answer.json["errors"]} == {bad["id"]}
    assert baseline.must("GET", f"/changes/{good['id']}")["status"] == "draft"
    assert len(baseline.ledger()) == 1
    assert baseline.names(good["effective_on"]) == ["Hosting Ltd"]


def test_they_take_effect_on_one_day(baseline: Vendor) -> None:
    sooner, later = drafts(baseline, "Mail Inc.", days=50), drafts(baseline, "Chat Inc.", days=55)

    answer = announce(baseline, [*sooner, *later])

    day = later[0]["effective_on"]
    assert {each["effective_on"] for each in answer.json["changes"]} == {day}
    assert baseline.names(sooner[0]["effective_on"]) == ["Hosting Ltd"]
    assert baseline.names(day) == ["Chat Inc.", "Hosting Ltd", "Mail Inc."]


def test_a_day_may_be_given_for_all(baseline: Vendor) -> None:
    day = str(baseline.today + timedelta(70))

    answer = announce(baseline, drafts(baseline, "Mail Inc.", "Chat Inc."), effective_on=day)

    assert answer.json["effective_on"] == day
    assert len(baseline.names(day)) == 3


def test_the_strictest_days_count_for_all(baseline: Vendor, inbox: Receiver) -> None:
    """30 days for any change, 60 for an addition; ten to object, 20 to an addition."""
    baseline.receiver_url = inbox.url
    length = {"notice": {"length": {"value": 60, "unit": "days"}},
              "objection": {"length": {"value": 20, "unit": "days"}}}  # fmt: skip
    customer = baseline.customer(
        "nordbo", notice_days=30, objection_days=10, by_kind={"add": length}
    )
    host = baseline.must("GET", "/sub-processors")["items"][0]["id"]
    removal = baseline.draft(40, kind="remove", sub_processor=None, sub_processor_id=host)
    changes = [removal, *drafts(baseline, "Mail Inc.", days=40)]

    early = announce(baseline, changes)
    assert early.json["context"]["earliest_effective_on"] == "2027-01-23"
    announce(baseline, changes, effective_on="2027-01-23")
    baseline.stack.settle()

    [message] = told(inbox, changes)
    days = {message["notice"]["objection_deadline"]}
    days |= {seen(baseline, customer, change)["objection_deadline"] for change in changes}
    days |= {line["deadline"] for change in changes for line in evidence(baseline, change)}
    assert days == {"2026-12-14"}
    host_gate = baseline.gate(customer, changes[1]["sub_processor"]["id"], "2027-01-22")
    assert (host_gate["answer"], host_gate["until"]) == ("blocked_until", "2027-01-23")


def test_one_acknowledgement_is_for_all(baseline: Vendor, inbox: Receiver) -> None:
    baseline.receiver_url = inbox.url
    customer = baseline.customer("nordbo")
    changes = drafts(baseline, "Mail Inc.", "Chat Inc.")
    announce(baseline, changes)
    baseline.stack.settle()

    path = f"/portal/v1/changes/{changes[1]['id']}/acknowledgement"
    baseline.stack.must(customer, "POST", path)

    for change in changes:
        assert seen(baseline, customer, change)["acknowledged_at"]
        assert evidence(baseline, change)[0]["acknowledged_at"]


def test_the_portal_lists_each_of_them(baseline: Vendor, inbox: Receiver) -> None:
    baseline.receiver_url = inbox.url
    customer = baseline.customer("nordbo")
    changes = drafts(baseline, "Mail Inc.", "Chat Inc.")
    announce(baseline, changes)
    baseline.stack.settle()

    listed = baseline.stack.must(customer, "GET", "/portal/v1/changes")["items"]

    assert {each["id"] for each in listed} == {change["id"] for change in changes}
    assert {each["notice_id"] for change in changes for each in evidence(baseline, change)} == {
        seen_notice(inbox, changes)
    }


def seen_notice(inbox: Receiver, changes: list[Json]) -> str:
    [message] = told(inbox, changes)
    notice_id: str = message["notice"]["id"]
    return notice_id


def test_one_of_them_is_withdrawn_alone(baseline: Vendor, inbox: Receiver) -> None:
    baseline.receiver_url = inbox.url
    customer = baseline.customer("nordbo")
    first, second = drafts(baseline, "Mail Inc.", "Chat Inc.")
    announce(baseline, [first, second])
    baseline.stack.settle()

    baseline.must("POST", f"/changes/{second['id']}/withdraw", {"reason": "Not needed"})
    baseline.stack.settle()

    [message] = told(inbox, [first, second], "sub_processor.change.withdrawn")
    assert message["change_id"] == second["id"]
    assert baseline.names(first["effective_on"]) == ["Hosting Ltd", "Mail Inc."]
    statuses = [seen(baseline, customer, change)["status"] for change in (first, second)]
    assert statuses == ["announced", "withdrawn"]


def test_an_entry_may_come_below_another_of_the_same_notice(baseline: Vendor) -> None:
    [parent] = drafts(baseline, "Cloud Inc.")
    below = builders.sub_processor(legal_name="Disk Inc.", parent_id=parent["sub_processor"]["id"])
    child = baseline.draft(sub_processor=below)
    assert "parent-unknown" in {each["code"] for each in child["findings"]}

    answer = announce(baseline, [child, parent])

    assert answer.status_code == 200, answer.json
    assert baseline.names(parent["effective_on"]) == ["Cloud Inc.", "Disk Inc.", "Hosting Ltd"]


def test_two_changes_of_one_entry_are_refused(baseline: Vendor) -> None:
    host = baseline.must("GET", "/sub-processors")["items"][0]["id"]
    entry = builders.sub_processor(legal_name="Hosting Europe Ltd")
    changes = [
        baseline.draft(kind="remove", sub_processor=None, sub_processor_id=host),
        baseline.draft(kind="modify", sub_processor=entry, sub_processor_id=host),
    ]

    answer = announce(baseline, changes)

    assert (answer.status_code, answer.json["code"]) == (422, "entry-named-twice")


@pytest.mark.parametrize(
    ("ids", "pointer"),
    [([], "/change_ids"), (["chg_1"] * 2, "/change_ids"), (["c"] * 51, "/change_ids")],
)
def test_none_one_twice_or_more_than_fifty_are_refused(
    baseline: Vendor, ids: list[str], pointer: str
) -> None:
    answer = baseline.ask("POST", "/changes/announce", {"change_ids": ids})

    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["errors"][0]["pointer"].startswith(pointer)


def test_what_is_no_draft_of_this_vendor_is_not_there(baseline: Vendor) -> None:
    [change] = drafts(baseline, "Mail Inc.")

    assert announce(baseline, [change, {"id": "chg_of_another"}]).status_code == 404
    assert baseline.must("GET", f"/changes/{change['id']}")["status"] == "draft"


def test_a_change_of_two_notices_at_once_is_in_one(baseline: Vendor) -> None:
    first, both, second = drafts(baseline, "Mail Inc.", "Chat Inc.", "Logs Inc.")

    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(lambda some: announce(baseline, some), ([first, both], [both, second]))
        )

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert len(baseline.ledger()) == 2


def test_a_hundred_edits_are_one_notice_with_the_net_change(
    baseline: Vendor, inbox: Receiver
) -> None:
    """mozilla-releng/balrog#1071: so many mails about changes that nobody reads them."""
    baseline.receiver_url = inbox.url
    baseline.customer("nordbo")
    changes = drafts(baseline, *(f"Company {number} Ltd" for number in range(10)))
    for number in range(100):
        path = f"{baseline.path}/changes/{changes[number % 10]['id']}"
        baseline.stack.ask(
            baseline.client, "PATCH", path, {"reason": f"Reason {number}"},
            headers={"If-Match": f'"r{number // 10 + 1}"'},
        )  # fmt: skip

    announce(baseline, changes)
    baseline.stack.settle()

    [message] = told(inbox, changes)
    assert [each["reason"] for each in message["changes"]] == [
        f"Reason {n}" for n in range(90, 100)
    ]


def test_fifty_changes_with_the_longest_names_fit_into_a_message(
    baseline: Vendor, inbox: Receiver
) -> None:
    baseline.receiver_url = inbox.url
    baseline.customer("nordbo")
    changes = drafts(baseline, *(f"{number:02} {'x' * 196}" for number in range(50)))

    assert announce(baseline, changes).status_code == 200
    baseline.stack.settle()

    [message] = told(inbox, changes)
    assert {each["change_id"] for each in message["changes"]} == {each["id"] for each in changes}
    [raw] = {len(it.body) for it in inbox.requests if changes[0]["id"].encode() in it.body}
    assert raw < 20_000
    assert verify(baseline.ledger()) is None


def object_to(vendor: Vendor, customer: Json, change: Json, **more: Any) -> Any:
    path = f"/portal/v1/changes/{change['id']}/objections"
    return vendor.stack.ask(customer, "POST", path, {"grounds": "other", "text": "No.", **more})


@pytest.fixture
def noticed(baseline: Vendor, inbox: Receiver) -> tuple[Json, list[Json]]:
    """A customer, and two changes that it was told of in one notice."""
    baseline.receiver_url = inbox.url
    customer = baseline.customer("nordbo")
    changes = drafts(baseline, "Mail Inc.", "Chat Inc.")
    announce(baseline, changes)
    baseline.stack.settle()
    return customer, changes


def test_an_objection_is_against_all_changes_of_the_notice(
    baseline: Vendor, noticed: tuple[Json, list[Json]]
) -> None:
    customer, changes = noticed

    made = object_to(baseline, customer, changes[1]).json

    assert made["change_id"] == changes[1]["id"]
    assert {each["change_id"] for each in made["objections"]} == {each["id"] for each in changes}
    for change in changes:
        [listed] = baseline.must("GET", f"/changes/{change['id']}/objections")["items"]
        assert listed["id"] in {each["id"] for each in made["objections"]}
        gate = baseline.gate(customer, change["sub_processor"]["id"], change["effective_on"])
        assert gate["reason_code"] == "objection-open"


def test_an_objection_may_name_the_changes_it_is_against(
    baseline: Vendor, noticed: tuple[Json, list[Json]]
) -> None:
    customer, [first, second] = noticed

    made = object_to(baseline, customer, first, change_ids=[second["id"]]).json

    assert [each["change_id"] for each in made["objections"]] == [second["id"]]
    assert seen(baseline, customer, first)["objection"] is None
    assert seen(baseline, customer, second)["objection"]["id"] == made["id"]
    # The rest is what is left to object to.
    rest = object_to(baseline, customer, first).json
    assert [each["change_id"] for each in rest["objections"]] == [first["id"]]


def test_a_change_that_was_withdrawn_needs_no_objection(
    baseline: Vendor, noticed: tuple[Json, list[Json]]
) -> None:
    customer, [first, second] = noticed
    baseline.must("POST", f"/changes/{second['id']}/withdraw", {"reason": "Not needed"})

    made = object_to(baseline, customer, first).json

    assert [each["change_id"] for each in made["objections"]] == [first["id"]]
    assert object_to(baseline, customer, second).status_code == 409


def test_an_objection_names_changes_of_its_notice_alone(
    baseline: Vendor, noticed: tuple[Json, list[Json]]
) -> None:
    customer, [first, _] = noticed
    [other] = drafts(baseline, "Logs Inc.")
    announce(baseline, [other])

    refused = object_to(baseline, customer, first, change_ids=[first["id"], other["id"]])

    assert (refused.status_code, refused.json["code"]) == (422, "not-in-this-notice")
    assert baseline.must("GET", f"/changes/{first['id']}/objections")["items"] == []


def test_two_objections_at_once_are_not_made_in_part(
    baseline: Vendor, noticed: tuple[Json, list[Json]]
) -> None:
    customer, changes = noticed

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda change: object_to(baseline, customer, change), changes * 2))

    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]


def test_what_a_change_means_reaches_the_customer(baseline: Vendor, inbox: Receiver) -> None:
    baseline.receiver_url = inbox.url
    customer = baseline.customer("nordbo")
    meaning = {"en": "Nothing to do.", "da": "I skal intet gøre.", "sv": "Gör ingenting."}
    change = baseline.draft(what_it_means={"en": "Something."})
    assert "what-it-means-missing" in {each["code"] for each in change["findings"]}
    path = f"{baseline.path}/changes/{change['id']}"
    edited = baseline.stack.ask(
        baseline.client, "PATCH", path, {"what_it_means": meaning}, headers={"If-Match": '"r1"'}
    ).json
    assert edited["what_it_means"] == meaning
    assert "what-it-means-missing" not in {each["code"] for each in edited["findings"]}

    baseline.must("POST", f"/changes/{change['id']}/announce")
    baseline.stack.settle()

    [message] = told(inbox, [change])
    assert message["what_it_means"] == message["changes"][0]["what_it_means"] == meaning
    assert seen(baseline, customer, change)["what_it_means"] == meaning
    assert baseline.ledger()[-1]["data"]["what_it_means"] == meaning
