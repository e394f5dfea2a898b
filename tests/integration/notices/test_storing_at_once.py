"""First tries that succeeded are stored by one change for many rows, which says what a change for
each row says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.notices.model.deliveries import new_delivery
from services.notices.model.parcels import packed
from services.notices.store import Deliveries
from services.notices.store.outcomes import Completion
from shared.mongo import Mongo

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def deliveries(mongo: Mongo) -> Iterator[Deliveries]:
    yield Deliveries(mongo)
    mongo.db["deliveries"].drop()


def claimed(deliveries: Deliveries, count: int) -> list[Completion]:
    """So many deliveries, made together and claimed, with the successes to be stored."""
    rows = [new_delivery(f"dlv_{n}", f"msg_{n}", f"whe_{n}", "org_1", NOW) for n in range(count)]
    deliveries.add_many([packed(each, "pcl_1", seat) for seat, each in enumerate(rows)])
    deliveries.stamp([each["_id"] for each in rows], "token")
    return [success({**each, "claim": "token", "seat": seat}) for seat, each in enumerate(rows)]


def success(row: dict[str, Any]) -> Completion:
    return outcome(row, "delivered", 204, None)


def outcome(
    row: dict[str, Any], state: str, status: int | None, due_at: datetime | None
) -> Completion:
    attempt = {
        "id": f"att_{row['seat']}",
        "n": 1,
        "at": NOW + timedelta(seconds=row["seat"]),
        "duration_ms": 7 * row["seat"],
        "status": status,
        "code": None,
        "body": bytes([row["seat"]]),
    }
    return Completion(row["_id"], row["claim"], state, due_at, attempt, row["seat"])


def stored(mongo: Mongo) -> list[dict[str, Any]]:
    return list(mongo.db["deliveries"].find().sort("_id"))


def test_it_works(deliveries: Deliveries, mongo: Mongo) -> None:
    assert deliveries.complete(claimed(deliveries, 12)) == 0
    together = stored(mongo)
    mongo.db["deliveries"].delete_many({})
    singly = [replace(each, seat=None) for each in claimed(deliveries, 12)]
    assert deliveries.complete(singly) == 0
    assert together == stored(mongo)
    assert together[3]["attempts"][0]["id"] == "att_" + together[3]["_id"].removeprefix("dlv_")


def test_what_is_to_be_repeated_is_stored_at_once_too(deliveries: Deliveries, mongo: Mongo) -> None:
    def mixed() -> list[Completion]:
        rows = [vars(each) for each in claimed(deliveries, 12)]
        rows = [{"_id": r["delivery_id"], "claim": r["claim"], "seat": r["seat"]} for r in rows]
        later = NOW + timedelta(minutes=5)
        outcomes = [("delivered", 204, None), ("pending", 503, later), ("pending", None, later)]
        return [outcome(row, *outcomes[row["seat"] % 3]) for row in rows]

    assert deliveries.complete(mixed()) == 0
    together = stored(mongo)
    mongo.db["deliveries"].delete_many({})
    assert deliveries.complete([replace(each, seat=None) for each in mixed()]) == 0
    assert together == stored(mongo)
    assert {each["lane"] for each in together if "due_at" in each} == {"second"}
    assert sum("sent_at" in each for each in together) == 4


def test_each_row_takes_its_own_attempt_when_only_some_are_stored(
    deliveries: Deliveries, mongo: Mongo
) -> None:
    done = claimed(deliveries, 12)
    assert deliveries.complete(done[7:9]) == 0
    ids = {row["_id"]: [each["id"] for each in row["attempts"]] for row in stored(mongo)}
    wanted = {each.delivery_id: [f"att_{each.seat}"] for each in done[7:9]}
    assert {name: each for name, each in ids.items() if each} == wanted


def test_two_rows_with_the_same_seat_keep_their_own_attempts(
    deliveries: Deliveries, mongo: Mongo
) -> None:
    done = claimed(deliveries, 4)
    mongo.db["deliveries"].update_many({}, {"$set": {"seat": 2}})
    assert deliveries.complete([replace(each, seat=2) for each in done]) == 0
    for each in done:
        row = mongo.db["deliveries"].find_one({"_id": each.delivery_id}) or {}
        assert [one["id"] for one in row["attempts"]] == [each.attempt and each.attempt["id"]]


def test_a_claim_that_was_lost_changes_nothing_and_is_counted(
    deliveries: Deliveries, mongo: Mongo
) -> None:
    done = claimed(deliveries, 6)
    taken = {"_id": {"$in": [each.delivery_id for each in done[:2]]}}
    mongo.db["deliveries"].update_many(taken, {"$set": {"claim": "of another"}})
    assert deliveries.complete(done) == 2
    states = [each["state"] for each in stored(mongo)]
    assert sorted(states) == ["delivered"] * 4 + ["pending"] * 2
