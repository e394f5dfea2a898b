"""What came of a first try is stored as a new row, which says what a change of a row would say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.notices.channels.webhook import dates_of
from services.notices.model.deliveries import SECOND, new_delivery
from services.notices.model.parcels import new_parcel, unpacked
from services.notices.model.stored import StoredAttempt, StoredDelivery
from services.notices.store import Deliveries
from services.notices.store.outcomes import Completion
from shared.mongo import Mongo

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
# State, status of the answer, when it is due again, whether it was tried at all.
OUTCOMES = [
    ("delivered", 204, None, True),
    ("pending", 503, LATER, True),
    ("pending", None, LATER, True),
    ("failed", 400, None, True),
    ("held", None, None, False),
    ("abandoned", None, None, False),
]


@pytest.fixture
def deliveries(mongo: Mongo) -> Iterator[Deliveries]:
    yield Deliveries(mongo)
    mongo.db["deliveries"].drop()


def made(number: int) -> StoredDelivery:
    return new_delivery(f"dlv_{number:02}", f"msg_{number}", f"whe_{number}", "org_1", NOW)


def packed(count: int) -> list[StoredDelivery]:
    """So many deliveries, as a dispatcher finds them in a parcel."""
    messages: Any = [{"_id": f"msg_{n}", "event_id": "evt_1", "extra": ""} for n in range(count)]
    parcel = new_parcel("pcl_1", messages, list(map(made, range(count))), NOW, NOW)
    return unpacked(parcel["items"])


def completions(count: int) -> list[Completion]:
    """Of each kind in turn."""
    return [completion(*each) for each in enumerate(packed(count))]


def completion(number: int, row: StoredDelivery) -> Completion:
    state, status, due_at, tried = OUTCOMES[number % len(OUTCOMES)]
    attempt: StoredAttempt = {
        "id": f"att_{number}",
        "n": 1,
        "at": NOW + timedelta(seconds=number),
        "duration_ms": 7 * number,
        "status": status,
        "code": None,
        "body": bytes([number]),
    }
    return Completion(
        row["_id"],
        "token",
        state,
        due_at,
        attempt if tried else None,
        SECOND,
        row,
        dates_of(state, attempt),
    )


def stored(mongo: Mongo) -> list[dict[str, Any]]:
    return list(mongo.db["deliveries"].find().sort("_id"))


def test_it_works(deliveries: Deliveries, mongo: Mongo) -> None:
    assert deliveries.complete(completions(12)) == 0
    as_rows = stored(mongo)
    mongo.db["deliveries"].delete_many({})
    deliveries.add_many(list(map(made, range(12))))
    mongo.db["deliveries"].update_many({}, {"$set": {"claim": "token"}})
    assert deliveries.complete([each._replace(unstored=None) for each in completions(12)]) == 0
    assert as_rows == stored(mongo)
    assert {each["state"] for each in as_rows} == {state for state, *_ in OUTCOMES}


def test_of_two_rows_for_one_delivery_the_first_one_stands(
    deliveries: Deliveries, mongo: Mongo
) -> None:
    first, second = completions(6), completions(6)
    assert deliveries.complete(first[:2]) == 0
    before = stored(mongo)
    late = [each._replace(state="failed") for each in second]
    assert deliveries.complete(late) == 2
    assert stored(mongo)[:2] == before
    assert len(stored(mongo)) == 6


def test_what_is_given_back_unsent_has_a_row_and_is_due(
    deliveries: Deliveries, mongo: Mongo
) -> None:
    rows: Any = [{**each, "claim": "token", "unstored": each} for each in packed(3)]
    deliveries.give_back([("first", each) for each in rows], LATER)
    assert {(each["state"], each["due_at"], each["lane"]) for each in stored(mongo)} == {
        ("pending", LATER, "first")
    }
    assert [each["_id"] for each in deliveries.claim("mine", LATER, LATER, 9)] == [
        "dlv_00", "dlv_01", "dlv_02",
    ]  # fmt: skip


def test_what_is_given_back_late_leaves_alone_what_has_been_done(
    deliveries: Deliveries, mongo: Mongo
) -> None:
    deliveries.complete(completions(1))
    before = stored(mongo)
    rows: Any = [{**each, "claim": "token", "unstored": each} for each in packed(1)]
    deliveries.give_back([("first", each) for each in rows], LATER)
    assert stored(mongo) == before
