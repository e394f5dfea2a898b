"""What a customer said by letter counts like its own act, by the day on which it came."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from services.registry.use_cases.answers import customer_changes
from shared.auth import Caller
from tests import builders
from tests.integration.agreements.test_import import PDF
from tests.receiver import Receiver
from tests.vendor import Vendor, new_client

Json = dict[str, Any]


def write(
    vendor: Vendor, customer: Json, change: Json, kind: str, day: Any = None, **more: Any
) -> Any:
    body = {"controller_id": customer["org_id"], "kind": kind, "text": "As we wrote to you.",
            "received_on": str(day or vendor.today), **more}  # fmt: skip
    return vendor.ask("POST", f"/changes/{change['id']}/letters", body)


def evidence(vendor: Vendor, change: Json) -> Json:
    path = f"/notices/v1/changes/{change['id']}/evidence"
    [line] = vendor.stack.must(vendor.client, "GET", path)["items"]
    found: Json = line
    return found


def told_by_letter(inbox: Receiver, change: Json) -> list[Json]:
    bodies = [json.loads(request.body) for request in inbox.requests]
    return [
        body["data"]
        for body in bodies
        if body["type"] == "letter.recorded" and body["data"]["change_id"] == change["id"]
    ]


@pytest.fixture
def silent(baseline: Vendor) -> Json:
    """A customer that no channel reaches, whose days run from its receipt of the notice."""
    return baseline.customer("nordbo", receipt_rule="acknowledged", contacts=[])


@pytest.fixture
def change(baseline: Vendor, silent: Json) -> Json:
    made: Json = baseline.announced()
    baseline.stack.settle()
    return made


def test_a_receipt_by_letter_ends_that_the_customer_was_never_told(
    baseline: Vendor, silent: Json
) -> None:
    change = baseline.announced(31)
    baseline.stack.settle()
    sub_id = change["sub_processor"]["id"]
    assert baseline.gate(silent, sub_id, "2028-01-01")["reason_code"] == "notice-not-sent"
    baseline.stack.pass_time(days=5)

    made = write(baseline, silent, change, "acknowledgement", baseline.today - timedelta(2))
    baseline.stack.settle()

    assert made.status_code == 201, made.json
    line = evidence(baseline, change)
    assert line["acknowledged_at"].startswith("2026-11-26")
    assert line["acknowledged_by"]["channel"] == "letter"
    assert [each["id"] for each in line["letters"]] == [made.json["id"]]
    # 30 days of notice from the day on which the letter came, not from that of recording it.
    assert baseline.gate(silent, sub_id, "2026-12-26")["until"] == "2026-12-27"
    assert baseline.gate(silent, sub_id, "2027-02-01")["reason_code"] == "told"


@pytest.mark.parametrize(("came", "status"), [("2026-12-07", 201), ("2026-12-08", 409)])
def test_an_objection_is_in_time_by_the_day_on_which_it_came(
    baseline: Vendor, inbox: Receiver, came: str, status: int
) -> None:
    baseline.receiver_url = inbox.url
    customer = baseline.customer("nordbo", objection_days=14)
    change = baseline.announced()
    baseline.stack.pass_time(days=20)

    made = write(baseline, customer, change, "objection", came, grounds="location")

    assert made.status_code == status
    if status == 409:
        assert made.json["code"] == "objection-window-closed"
        return
    [objection] = baseline.must("GET", f"/changes/{change['id']}/objections")["items"]
    assert objection["id"] == made.json["objection_id"]
    assert (objection["grounds"], objection["text"]) == ("location", "As we wrote to you.")
    assert objection["received_at"].startswith(came)
    gate = baseline.gate(customer, change["sub_processor"]["id"], change["effective_on"])
    assert gate["reason_code"] == "objection-open"


def test_an_objection_is_withdrawn_by_letter(baseline: Vendor, inbox: Receiver) -> None:
    baseline.receiver_url = inbox.url
    customer = baseline.customer("nordbo")
    change = baseline.announced()
    assert write(baseline, customer, change, "objection_withdrawn").status_code == 404
    write(baseline, customer, change, "objection")

    withdrawn = write(baseline, customer, change, "objection_withdrawn")

    assert withdrawn.status_code == 201
    [objection] = baseline.must("GET", f"/changes/{change['id']}/objections")["items"]
    assert (objection["id"], objection["status"]) == (withdrawn.json["objection_id"], "withdrawn")


def test_an_objection_is_not_withdrawn_before_it_was_made(
    baseline: Vendor, inbox: Receiver
) -> None:
    baseline.receiver_url = inbox.url
    customer = baseline.customer("nordbo")
    change = baseline.announced()
    baseline.stack.pass_time(days=1)
    write(baseline, customer, change, "objection")

    earlier = write(
        baseline, customer, change, "objection_withdrawn", baseline.today - timedelta(1)
    )

    assert (earlier.status_code, earlier.json["code"]) == (422, "received-before-objection")
    [objection] = baseline.must("GET", f"/changes/{change['id']}/objections")["items"]
    assert objection["status"] == "received"


def test_an_approval_by_letter_opens_the_gate(baseline: Vendor, inbox: Receiver) -> None:
    baseline.receiver_url = inbox.url
    careful = baseline.customer(
        "careful", silence="refusal", agreement={"authorisation": "specific"}
    )
    change = baseline.announced()
    sub_id, day = change["sub_processor"]["id"], change["effective_on"]
    assert baseline.gate(careful, sub_id, day)["reason_code"] == "approval-missing"

    assert write(baseline, careful, change, "approval").status_code == 201

    assert baseline.gate(careful, sub_id, day)["answer"] == "allowed"


def test_the_customer_is_told_what_was_recorded_for_it(baseline: Vendor, inbox: Receiver) -> None:
    baseline.receiver_url = inbox.url
    customer = baseline.customer("nordbo")
    change = baseline.announced()

    made = write(baseline, customer, change, "objection")
    baseline.stack.settle()

    [told] = told_by_letter(inbox, change)
    assert told["letter"]["id"] == made.json["id"]
    assert told["letter"]["kind"] == "objection"
    assert told["letter"]["text"] == "As we wrote to you."
    assert told["letter"]["objection_id"] == made.json["objection_id"]


def test_the_public_ledger_says_neither_who_nor_what(baseline: Vendor, inbox: Receiver) -> None:
    baseline.receiver_url = inbox.url
    customer = baseline.customer("nordbo")
    change = baseline.announced()
    write(baseline, customer, change, "acknowledgement")

    last = baseline.ledger()[-1]

    assert last["type"] == "letter.recorded"
    assert last["data"].keys() == {"letter_id", "processor"}
    assert customer["org_id"] not in json.dumps(last)


def test_the_file_that_shows_it_stands_in_the_evidence(
    baseline: Vendor, silent: Json, change: Json
) -> None:
    stack, path = baseline.stack, "/registry/v1/files"
    file = stack.ask(baseline.client, "POST", path, data=PDF, content_type="application/pdf").json

    made = write(baseline, silent, change, "acknowledgement", file_id=file["id"]).json
    stack.settle()

    assert made["file"]["sha256"] == file["sha256"]
    assert evidence(baseline, change)["letters"][0]["file"]["sha256"] == file["sha256"]
    evidence_path = f"/notices/v1/changes/{change['id']}/evidence"
    asked = {"Accept": "text/csv"}
    assert file["sha256"] in stack.ask(baseline.client, "GET", evidence_path, headers=asked).text
    listed = baseline.must("GET", f"/changes/{change['id']}/letters")["items"]
    assert [each["id"] for each in listed] == [made["id"]]


def test_a_file_of_nobody_is_refused(baseline: Vendor, silent: Json, change: Json) -> None:
    refused = write(baseline, silent, change, "acknowledgement", file_id="fil_none")

    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/file_id")


@pytest.mark.parametrize(
    ("day", "code"),
    [("2026-11-24", "received-in-future"), ("2026-11-22", "received-before-notice")],
)
def test_a_day_on_which_it_cannot_have_come_is_refused(
    baseline: Vendor, silent: Json, change: Json, day: str, code: str
) -> None:
    refused = write(baseline, silent, change, "acknowledgement", day)

    assert (refused.status_code, refused.json["code"]) == (422, code)
    assert refused.json["errors"][0]["pointer"] == "/received_on"


@pytest.mark.parametrize("kind", ["acknowledgement", "objection", "approval"])
def test_it_is_recorded_once(baseline: Vendor, silent: Json, change: Json, kind: str) -> None:
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: write(baseline, silent, change, kind), range(3)))

    assert sorted(each.status_code for each in answers) == [201, 409, 409]
    letters = [each for each in baseline.ledger() if each["type"] == "letter.recorded"]
    assert len(letters) == 1


def test_who_has_acknowledged_itself_needs_no_letter(
    baseline: Vendor, silent: Json, change: Json
) -> None:
    path = f"/portal/v1/changes/{change['id']}/acknowledgement"
    baseline.stack.must(silent, "POST", path)

    refused = write(baseline, silent, change, "acknowledgement")

    assert (refused.status_code, refused.json["code"]) == (409, "acknowledged-already")


def test_a_vendor_records_for_its_own_customers_alone(baseline: Vendor, change: Json) -> None:
    stranger = new_client(baseline.stack, "stranger", ["controller"], ["portal:read"])

    answers = [
        write(baseline, {"org_id": org_id}, change, kind)
        for org_id in (stranger["org_id"], "org_nobody")
        for kind in ("acknowledgement", "objection", "approval", "objection_withdrawn")
    ]

    assert {each.status_code for each in answers} == {404}
    assert len({each.json["detail"] for each in answers}) == 1


def test_who_signed_later_has_nothing_to_answer(baseline: Vendor, change: Json) -> None:
    late = baseline.customer("late")

    answers = [write(baseline, late, change, kind) for kind in ("acknowledgement", "objection")]

    assert [each.status_code for each in answers] == [409, 409]
    assert [each.json["code"] for each in answers] == ["not-notified", "accepted-with-agreement"]


def test_a_yes_by_letter_of_whom_the_change_does_not_concern_is_refused(
    baseline: Vendor, silent: Json
) -> None:
    other = baseline.customer("other", silence="refusal", agreement={"products": ["erp"]})
    change = baseline.announced(sub_processor=builders.sub_processor(products=["crm"]))

    refused = write(baseline, other, change, "approval")

    assert (refused.status_code, refused.json["code"]) == (409, "not-concerned")
    assert baseline.must("GET", f"/changes/{change['id']}/letters")["items"] == []
    assert write(baseline, silent, change, "approval").status_code == 201


def test_no_link_and_no_page_offers_a_yes_to_whom_the_change_does_not_concern(
    baseline: Vendor,
) -> None:
    erp, crm = (
        baseline.customer(name, silence="refusal", agreement={"products": [name]})
        for name in ("erp", "crm")
    )
    change = baseline.announced(sub_processor=builders.sub_processor(products=["crm"]))
    may = {}
    for one in (erp, crm):
        who = Caller("cli", one["org_id"], frozenset({"controller"}), frozenset())
        [told] = customer_changes(baseline.stack.registry, who, [change["id"]])
        may[one["org_id"]] = told["may"]

    assert "approve" in may[crm["org_id"]]
    assert may[erp["org_id"]] == ()


def test_a_draft_has_no_letters(baseline: Vendor, silent: Json) -> None:
    assert write(baseline, silent, baseline.draft(), "objection").status_code == 404


def test_only_an_objection_has_grounds(baseline: Vendor, silent: Json, change: Json) -> None:
    refused = write(baseline, silent, change, "approval", grounds="security")

    assert refused.status_code == 422


def test_an_objection_by_letter_names_the_changes_of_its_notice(
    baseline: Vendor, silent: Json
) -> None:
    changes = [
        baseline.draft(sub_processor=builders.sub_processor(legal_name=name))
        for name in ("Mail Inc.", "Chat Inc.")
    ]
    ids = [each["id"] for each in changes]
    baseline.must("POST", "/changes/announce", {"change_ids": ids})

    write(baseline, silent, changes[0], "objection", change_ids=ids[1:])

    counts = [len(baseline.must("GET", f"/changes/{each}/objections")["items"]) for each in ids]
    assert counts == [0, 1]
