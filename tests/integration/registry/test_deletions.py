"""An ended sub-processor confirms that it deleted or returned the data, or must keep it by law."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from tests import builders
from tests.answers import Answer
from tests.integration.agreements.test_import import PDF
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client

pytestmark = pytest.mark.usefixtures("told_at_once")

Json = dict[str, Any]


def path(sub_id: str) -> str:
    return f"/sub-processors/{sub_id}/deletion"


def confirm(vendor: Vendor, sub_id: str, seen: str = "", **more: Any) -> Answer:
    body = {"kind": "deleted", "confirmed_on": str(vendor.today),
            "confirmed_by": "Kim Roe, Mailer Inc.", **more}  # fmt: skip
    return vendor.ask("POST", path(sub_id), body, headers={"If-Match": seen} if seen else {})


def confirmed(vendor: Vendor, sub_id: str, **more: Any) -> Json:
    answer = confirm(vendor, sub_id, **more)
    assert answer.status_code == 200, answer.text
    return answer.json or {}


def asked_for(vendor: Vendor, **query: Any) -> list[Json]:
    items = vendor.ask("GET", "/todo", query_string={"limit": 200, **query}).json["items"]
    return [item for item in items if item["kind"] == "deletion_unconfirmed"]


@pytest.fixture
def in_use(vendor: Vendor) -> str:
    body = {"valid_from": "2026-01-01", "sub_processors": [builders.sub_processor()]}
    vendor.must("POST", "/baseline", body)
    return str(vendor.must("GET", "/sub-processors")["items"][0]["id"])


@pytest.fixture
def ended(vendor: Vendor, in_use: str) -> str:
    """An entry whose last day on the list was two days ago."""
    vendor.announced(2, kind="remove", sub_processor_id=in_use, sub_processor=None)
    vendor.stack.pass_time(days=3)
    return in_use


def test_an_end_is_asked_for_until_it_is_confirmed(vendor: Vendor, ended: str) -> None:
    last = vendor.today - timedelta(2)
    [item] = asked_for(vendor)
    assert item["subject"] == {"type": "sub_processor", "id": ended, "name": "Mailer Inc."}
    assert item["due_on"] == str(last + timedelta(30))
    assert item["severity"] == "should"
    assert item["action"]["path"].endswith(path(ended))
    assert len({asked_for(vendor, language=each)[0]["detail"] for each in ("en", "da", "sv")}) == 3
    before = vendor.must("GET", path(ended))
    end = {"confirmations": [], "listed_until": str(last), "due_on": item["due_on"]}
    assert before == {"sub_processor_id": ended, "legal_name": "Mailer Inc.", **end, "ends": [end]}

    made = confirmed(vendor, ended, kind="returned", note="By courier.")

    assert asked_for(vendor) == []
    assert made == vendor.must("GET", path(ended))
    [said] = made["confirmations"]
    assert (said["version"], said["kind"], said["note"]) == (1, "returned", "By courier.")


def test_an_end_that_nobody_confirms_is_overdue(vendor: Vendor, ended: str) -> None:
    vendor.stack.pass_time(days=40)
    [item] = asked_for(vendor)
    assert item["severity"] == "must"
    assert "nobody recorded" in item["detail"]


def test_the_due_day_follows_the_time_of_storage_that_the_entry_states(vendor: Vendor) -> None:
    periods = [{"what": {"en": "Logs"}, "length": {"value": 14, "unit": "days"}}]
    entry = builders.sub_processor(retention_periods=periods)
    body = {"valid_from": "2026-01-01", "sub_processors": [entry]}
    vendor.must("POST", "/baseline", body)
    sub_id = vendor.must("GET", "/sub-processors")["items"][0]["id"]
    vendor.announced(2, kind="remove", sub_processor_id=sub_id, sub_processor=None)
    vendor.stack.pass_time(days=3)

    [item] = asked_for(vendor)

    assert item["due_on"] == str(vendor.today - timedelta(2) + timedelta(14))


@pytest.mark.parametrize(
    ("kind", "said"),
    [("deleted", "that it deleted the data"), ("kept_by_law", "because a law requires it")],
)
def test_the_page_of_what_has_ended_says_what_was_confirmed_and_not_by_whom(
    vendor: Vendor, ended: str, kind: str, said: str
) -> None:
    vendor.publish()
    vendor.stack.settle()
    page = f"/p/{vendor.slug}/sub-processors/{ended}?lang=en"
    assert "It confirmed" not in vendor.stack.ask(None, "GET", page).text

    confirmed(vendor, ended, kind=kind, note="Ticket 77.")

    text = vendor.stack.ask(None, "GET", page).text
    assert said in text
    assert "Kim Roe" not in text
    assert "Ticket 77" not in text
    [change] = vendor.must("GET", "/changes?status=in_effect")["items"]
    assert change["deletion"] == {"kind": kind, "confirmed_on": str(vendor.today)}


def test_a_correction_keeps_what_was_said_before(vendor: Vendor, ended: str) -> None:
    first = confirm(vendor, ended)
    law = {"kind": "kept_by_law", "note": "Bookkeeping Act, until 2031."}
    assert confirm(vendor, ended, '"r0"', **law).status_code == 412
    corrected = confirm(vendor, ended, first.headers["ETag"], **law)

    assert corrected.status_code == 200, corrected.text
    said = corrected.json["confirmations"]
    assert [(each["version"], each["kind"]) for each in said] == [
        (2, "kept_by_law"), (1, "deleted")
    ]  # fmt: skip
    assert asked_for(vendor) == []


def test_what_says_nothing_new_is_not_recorded_again(vendor: Vendor, ended: str) -> None:
    once = confirmed(vendor, ended)
    assert confirmed(vendor, ended) == once
    assert [each["type"] for each in vendor.ledger()].count(
        "sub_processor.deletion_confirmed") == 1  # fmt: skip


def test_a_request_that_is_repeated_by_its_key_counts_once(vendor: Vendor, ended: str) -> None:
    body = {"kind": "deleted", "confirmed_on": str(vendor.today), "confirmed_by": "Kim"}
    keyed = {"headers": {"Idempotency-Key": "one"}}
    first, again = (vendor.ask("POST", path(ended), body, **keyed) for _ in range(2))
    assert first.json == again.json
    assert again.status_code == 200


def test_two_who_confirm_at_once_make_two_versions(vendor: Vendor, ended: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda note: confirm(vendor, ended, note=note), ["one", "two"]))

    assert {each.status_code for each in made} == {200}
    said = vendor.must("GET", path(ended))["confirmations"]
    assert [each["version"] for each in said] == [2, 1]
    assert {each["note"] for each in said} == {"one", "two"}


def test_the_ledger_says_what_and_when_and_to_the_public_not_who(
    vendor: Vendor, ended: str
) -> None:
    vendor.publish()
    last = str(vendor.today - timedelta(2))
    confirmed(vendor, ended, note="Ticket 77.")

    [mine] = [each for each in vendor.ledger() if each["type"].endswith("deletion_confirmed")]
    assert mine["data"]["kind"] == "deleted"
    assert mine["data"]["confirmed_on"] == str(vendor.today)
    assert mine["data"]["listed_until"] == last
    open_to_all = vendor.stack.ask(None, "GET", f"{vendor.path}/ledger").text
    assert "deletion_confirmed" in open_to_all
    assert "Kim Roe" not in open_to_all
    assert "Ticket 77" not in open_to_all


def test_a_file_that_shows_it_stays_with_its_digest(vendor: Vendor, ended: str) -> None:
    sent = vendor.stack.ask(vendor.client, "POST", "/registry/v1/files", data=PDF,
                            content_type="application/pdf")  # fmt: skip
    kept = sent.json or {}
    [said] = confirmed(vendor, ended, file_id=kept["id"])["confirmations"]
    assert said["file"]["sha256"] == kept["sha256"]

    vendor.stack.pass_time(days=60)
    vendor.stack.settle()
    assert vendor.stack.ask(vendor.client, "GET", f"/registry/v1/files/{kept['id']}").status_code \
        == 200  # fmt: skip


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "burnt"}, "/kind"),
        ({"kind": "kept_by_law"}, "/note"),
        ({"confirmed_by": " "}, "/confirmed_by"),
        ({"confirmed_by": "Kim\nRoe"}, "/confirmed_by"),
        ({"confirmed_by": None}, "/confirmed_by"),
        ({"confirmed_on": "2026-13-01"}, "/confirmed_on"),
        ({"confirmed_on": "2026-01-02"}, "/confirmed_on"),
        ({"confirmed_on": "2031-01-02"}, "/confirmed_on"),
        ({"file_id": "fil_unknown"}, "/file_id"),
        ({"note": "x" * 2_001}, "/note"),
        ({"by": "Kim"}, "/by"),
    ],
)
def test_what_is_no_confirmation_is_refused_and_nothing_kept(
    vendor: Vendor, ended: str, body: Json, pointer: str
) -> None:
    answer = confirm(vendor, ended, **body)

    assert answer.status_code == 422, answer.text
    assert [each["pointer"] for each in answer.json["errors"]] == [pointer]
    assert vendor.must("GET", path(ended))["confirmations"] == []


def test_a_sub_processor_in_use_has_nothing_to_confirm(vendor: Vendor, in_use: str) -> None:
    # Up to its last day it is in use, though its end is announced.
    vendor.announced(2, kind="remove", sub_processor_id=in_use, sub_processor=None)
    answer = confirm(vendor, in_use)
    assert answer.status_code == 409, answer.text
    assert answer.json["code"] == "sub-processor-not-ended"
    shown = vendor.must("GET", path(in_use))
    assert (shown["listed_until"], shown["due_on"], shown["confirmations"]) == (None, None, [])
    assert asked_for(vendor) == []


@pytest.fixture
def back(vendor: Vendor, in_use: str) -> str:
    """An entry that was given up for a while, and is in use again."""
    for stage, days in (("planned", 5), ("active", 40)):
        body = builders.sub_processor(stage=stage)
        vendor.announced(days, kind="modify", sub_processor_id=in_use, sub_processor=body)
        vendor.stack.pass_time(days=days + 1)
        vendor.stack.settle()
    return in_use


def test_an_entry_that_is_back_in_use_is_confirmed_for_its_earlier_end(
    vendor: Vendor, back: str
) -> None:
    shown = vendor.must("GET", path(back))
    [end] = shown["ends"]
    assert (shown["listed_until"], shown["confirmations"]) == (None, [])
    refused = confirm(vendor, back)
    assert refused.json["code"] == "sub-processor-not-ended"
    other = confirm(vendor, back, listed_until=str(vendor.today - timedelta(1)))
    assert (other.status_code, other.json["code"]) == (422, "end-unknown")

    made = confirm(vendor, back, '"r0"', listed_until=end["listed_until"])

    assert made.status_code == 200, made.text
    [told] = made.json["ends"]
    assert [each["kind"] for each in told["confirmations"]] == ["deleted"]
    assert confirm(vendor, back, '"r0"', listed_until=end["listed_until"]).status_code == 412
    [line] = [each for each in vendor.ledger() if each["type"].endswith("deletion_confirmed")]
    assert line["data"]["listed_until"] == end["listed_until"]


def test_each_end_has_its_own_confirmation(vendor: Vendor, back: str) -> None:
    first = vendor.must("GET", path(back))["ends"][0]["listed_until"]
    vendor.announced(2, kind="remove", sub_processor_id=back, sub_processor=None)
    vendor.stack.pass_time(days=3)
    vendor.stack.settle()

    confirmed(vendor, back, listed_until=first, kind="returned")
    last = confirmed(vendor, back)

    assert [[each["kind"] for each in end["confirmations"]] for end in last["ends"]] == [
        ["deleted"], ["returned"],
    ]  # fmt: skip
    assert last["confirmations"] == last["ends"][0]["confirmations"]
    assert {each["version"] for end in last["ends"] for each in end["confirmations"]} == {1}


def test_a_draft_an_unknown_entry_and_anothers_are_not_there(vendor: Vendor, ended: str) -> None:
    draft = vendor.draft(sub_processor=builders.sub_processor(legal_name="Draft Ltd"))
    drafted = draft["sub_processor"]["id"]
    other = Vendor(vendor.stack, made := new_client(
        vendor.stack, "other", ["processor"], PROCESSOR_SCOPES), made["slug"])  # fmt: skip
    other.must("POST", "/baseline", {"valid_from": "2026-01-01",
                                     "sub_processors": [builders.sub_processor()]})  # fmt: skip

    answers = [confirm(vendor, drafted), confirm(vendor, "sub_none"), confirm(other, ended),
               other.ask("GET", path(ended))]  # fmt: skip

    assert [(each.status_code, each.json["code"]) for each in answers] == [
        (404, "sub-processor-unknown")
    ] * 4  # fmt: skip
    foreign = vendor.stack.ask(other.client, "GET", vendor.path + path(ended))
    assert foreign.status_code == 404
    assert vendor.must("GET", path(ended))["confirmations"] == []


def test_a_customer_reads_no_names_and_writes_nothing(vendor: Vendor, ended: str) -> None:
    customer = vendor.customer("nordbo")
    body = {"kind": "deleted", "confirmed_on": str(vendor.today), "confirmed_by": "X"}
    for method, sent in (("GET", None), ("POST", body)):
        answer = vendor.stack.ask(customer, method, vendor.path + path(ended), sent)
        assert answer.status_code in (403, 404), answer.text


def test_a_plan_that_is_given_up_owes_no_deletion(vendor: Vendor) -> None:
    plan = builders.sub_processor(stage="planned")
    vendor.must("POST", "/baseline", {"valid_from": "2026-01-01", "sub_processors": [plan]})
    sub_id = vendor.must("GET", "/sub-processors")["items"][0]["id"]
    vendor.announced(2, kind="remove", sub_processor_id=sub_id, sub_processor=None)
    vendor.stack.pass_time(days=3)

    assert asked_for(vendor) == []
    assert confirm(vendor, sub_id).json["code"] == "sub-processor-not-ended"


def test_who_confirmed_can_be_forgotten(vendor: Vendor, ended: str) -> None:
    confirmed(vendor, ended, confirmed_by="Kim Roe (kim@mailer.example)")
    vendor.stack.settle()

    erased = vendor.must("POST", "/erasures", {"email": "KIM@mailer.example"})

    assert erased["confirmations"] == 1
    [said] = vendor.must("GET", path(ended))["confirmations"]
    assert (said["kind"], said["confirmed_by"]) == ("deleted", None)
    assert "Kim Roe" not in str(vendor.ledger())
