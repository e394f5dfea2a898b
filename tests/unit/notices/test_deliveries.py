"""How a delivery begins, alone or in a parcel."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.notices.model.channels import Address
from services.notices.model.deliveries import SECOND, new_delivery
from services.notices.model.messages import ordered_id
from services.notices.model.parcels import new_parcel, parcel_id, texts_of, unpacked
from services.notices.model.sendings import CHANNEL, new_sending, sending_id, to_customer
from services.notices.model.stored import as_notice

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MESSAGES: Any = [
    {"_id": "msg_1", "event_id": "evt_1", "extra": ',"agreement_id":"agr_1"'},
    {"_id": "msg_2", "event_id": "evt_1", "extra": ',"agreement_id":"agr_2"'},
]
DELIVERIES: Any = [
    new_delivery("dlv_1", "msg_1", "whe_1", "org_1", NOW),
    new_delivery("dlv_2", "msg_2", "whe_2", "org_2", NOW),
]
IDA = Address("email", "ida@a.example", {"email": "Ida@a.example"})


def test_a_delivery_waits_for_its_first_try() -> None:
    assert new_delivery("dlv_1", "msg_1", "whe_1", "org_1", NOW) == {
        "_id": "dlv_1",
        "message_id": "msg_1",
        "endpoint_id": "whe_1",
        "controller_id": "org_1",
        "state": "pending",
        "lane": "first",
        "attempt": 0,
        "attempts": [],
        "due_at": NOW,
    }


def test_a_delivery_for_a_disabled_endpoint_is_held_and_never_due() -> None:
    row = new_delivery("dlv_1", "msg_1", "whe_1", "org_1", None, SECOND)
    assert (row["state"], row["lane"], "due_at" in row) == ("held", "second", False)


def test_what_leaves_a_parcel_is_what_was_put_into_it() -> None:
    parcel = new_parcel("pcl_1", MESSAGES, DELIVERIES, NOW, NOW + timedelta(seconds=1))
    without_due = [{name: row[name] for name in row if name != "due_at"} for row in DELIVERIES]
    assert unpacked(parcel["items"]) == without_due
    assert parcel["_id"] == "pcl_1"
    assert (parcel["due_at"], parcel["turn_at"]) == (NOW, NOW + timedelta(seconds=1))


def test_a_parcel_holds_what_each_customer_reads_of_its_own() -> None:
    parcel = new_parcel("pcl_1", MESSAGES, DELIVERIES, NOW, NOW)
    assert texts_of(parcel) == {
        "msg_1": ("evt_1", ',"agreement_id":"agr_1"'),
        "msg_2": ("evt_1", ',"agreement_id":"agr_2"'),
    }


def test_a_batch_that_is_repeated_makes_the_same_parcel() -> None:
    assert parcel_id(NOW, "job_1", None) == ordered_id("pcl", NOW, "job_1", "")
    assert parcel_id(NOW, "job_1", "a") == parcel_id(NOW, "job_1", "a")
    assert parcel_id(NOW, "job_1", "a").startswith("pcl_")


@pytest.mark.parametrize(
    "other",
    [(NOW, "job_1", "b"), (NOW, "job_2", "a"), (NOW + timedelta(seconds=1), "job_1", "a")],
)
def test_another_batch_makes_another_parcel(other: tuple[datetime, str, str]) -> None:
    assert parcel_id(NOW, "job_1", "a") != parcel_id(*other)


def test_a_parcel_may_hold_one_message() -> None:
    parcel = new_parcel("pcl_1", MESSAGES[:1], DELIVERIES[:1], NOW, NOW)
    assert (parcel["event_id"], len(parcel["items"])) == ("evt_1", 1)


def test_a_message_is_a_notice_if_it_has_the_days_of_one() -> None:
    notice: Any = {"_id": "msg_1", "notice": {"id": "ntc_1"}}
    other: Any = {"_id": "msg_2", "notice": None}
    assert as_notice(notice) == notice
    assert as_notice(other) is None


def test_parcels_sort_by_the_start_of_their_job() -> None:
    assert parcel_id(NOW, "job_2", "z") < parcel_id(NOW + timedelta(seconds=1), "job_1", "a")


def test_a_sending_waits_for_its_first_try_and_keeps_only_what_may_be_shown() -> None:
    row = new_sending("eml", "msg_1", "announced", IDA, CHANNEL, NOW, notice_id="ntc_1")
    assert row == {
        "_id": sending_id("eml", "msg_1", IDA.key),
        "kind": "announced",
        "message_id": None,
        "notice_id": "ntc_1",
        "change_id": None,
        "agreement_id": None,
        "controller_id": None,
        "processor_id": None,
        "language": None,
        "data": None,
        "to": {"email": "Ida@a.example"},
        "address": "ida@a.example",
        "why": "channel",
        "state": "pending",
        "attempt": 0,
        "attempts": [],
        "made_at": NOW,
        "due_at": NOW,
    }


def test_a_message_goes_to_each_address_once() -> None:
    once = sending_id("eml", "msg_1", "ida@a.example")
    assert once == sending_id("eml", "msg_1", "ida@a.example")
    assert once.startswith("eml_")
    assert len({once, sending_id("eml", "msg_2", IDA.key), sending_id("eml", "msg_1", "bo")}) == 3


def test_a_warning_finds_its_contacts_when_it_is_sent() -> None:
    row = to_customer("wrn_1", "org_1", "disabling_soon", {"endpoint_id": "whe_1"}, NOW)
    assert (row["_id"], row["controller_id"], row["kind"]) == ("wrn_1", "org_1", "disabling_soon")
    assert (row["to"], row["address"], row["why"]) == (None, None, "warning")
    assert row["data"] == {"endpoint_id": "whe_1"}
    assert (row["state"], row["due_at"]) == ("pending", NOW)
