"""The stores of notices keep the same contract on mongomock and on a real mongod."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import mongomock
import pytest

from services.notices.model.contacts import Named
from services.notices.model.deliveries import FIRST, SECOND, new_delivery
from services.notices.model.endpoints import Endpoint, Secret, TooManyEndpoints
from services.notices.model.jobs import FAN_OUT, Job, StartedJob
from services.notices.model.recipients import Recipient, TermsPeriod, Watermark
from services.notices.model.stored import StoredAttempt, StoredDelivery
from services.notices.store import (
    INDEXES,
    Deliveries,
    Endpoints,
    Jobs,
    Messages,
    NoticeContacts,
    Recipients,
)
from services.notices.store.jobs import ClaimLost
from services.notices.store.outcomes import Completion
from shared.errors import NotFound, PreconditionFailed
from shared.mongo import Mongo

NOW = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=60)


@pytest.fixture(params=["mongomock", "mongod"])
def store(request: pytest.FixtureRequest) -> Mongo:
    if request.param == "mongod":
        made: Mongo = request.getfixturevalue("mongo")
    else:
        made = Mongo(mongomock.MongoClient(tz_aware=True), "notices")
    made.ensure_indexes(INDEXES)
    return made


@pytest.fixture
def real(mongo: Mongo) -> Mongo:
    """For what mongomock cannot do: it knows no bulk writes of present drivers."""
    mongo.ensure_indexes(INDEXES)
    return mongo


def recipient(name: str, since: int, until: int | None = None) -> Recipient:
    return Recipient(
        agreement_id=f"agr_{name}",
        processor={"id": "org_vendor", "slug": "vendor"},
        controller={"id": f"org_{name}"},
        contacts=(),
        channels=("webhook",),
        products=(),
        since_version=since,
        until_version=until,
        history=(TermsPeriod("t30", {"notice_days": 30}, since, until),),
    )


def endpoint(number: int = 1) -> Endpoint:
    return Endpoint(
        id=f"whe_{number}",
        controller_id="org_1",
        url="https://a.example/",
        display_url="https://a.example/",
        description="",
        event_types=(),
        processors=(),
        secrets=(Secret(b"sealed", NOW),),
        created_at=NOW,
        updated_at=NOW,
    )


def delivery(number: int, due_at: datetime | None = NOW) -> StoredDelivery:
    return new_delivery(f"dlv_{number}", f"msg_{number}", "whe_1", "org_1", due_at)


def attempt(n: int) -> StoredAttempt:
    return {
        "id": f"att_{n}",
        "n": n,
        "at": NOW,
        "duration_ms": 5,
        "status": 204,
        "code": None,
        "body": None,
    }


def message(name: str, **members: Any) -> Any:
    """As much of a message as a test needs."""
    return {"_id": name, **members}


def test_it_works(real: Mongo) -> None:
    deliveries = Deliveries(real)
    deliveries.add_many([delivery(1), delivery(2), delivery(3, LATER)])
    claimed = deliveries.claim("mine", NOW, LATER, 10)
    assert [each["_id"] for each in claimed] == ["dlv_1", "dlv_2"]
    done = [
        Completion("dlv_1", "mine", "delivered", None, attempt(1), dates={"delivered_at": NOW}),
        Completion("dlv_2", "mine", "pending", LATER, attempt(1)),
    ]
    assert deliveries.complete(done) == 0
    first, second = deliveries.get("dlv_1", "org_1"), deliveries.get("dlv_2", "org_1")
    assert (first["state"], first["delivered_at"]) == ("delivered", NOW)
    assert "due_at" not in first
    assert (second["state"], second["due_at"], second["attempt"]) == ("pending", LATER, 1)
    assert "claim" not in second


def test_what_is_claimed_is_not_claimed_again_before_its_lease_lapses(store: Mongo) -> None:
    deliveries = Deliveries(store)
    deliveries.add_many([delivery(1)])
    assert len(deliveries.claim("first", NOW, LATER, 10)) == 1
    assert deliveries.claim("second", NOW, LATER, 10) == []
    assert len(deliveries.claim("third", LATER, LATER + timedelta(60), 10)) == 1


def test_a_write_under_a_lost_claim_changes_nothing_and_is_counted(real: Mongo) -> None:
    deliveries = Deliveries(real)
    deliveries.add_many([delivery(1)])
    deliveries.claim("first", NOW, NOW, 10)
    deliveries.claim("second", NOW, LATER, 10)
    assert deliveries.complete([Completion("dlv_1", "first", "failed", None, attempt(1))]) == 1
    assert deliveries.get("dlv_1", "org_1")["attempts"] == []


def test_only_the_last_attempts_are_kept(real: Mongo) -> None:
    deliveries = Deliveries(real)
    deliveries.add_many([delivery(1)])
    for number in range(1, 26):
        deliveries.claim("mine", NOW, NOW, 1, FIRST if number == 1 else SECOND)
        deliveries.complete([Completion("dlv_1", "mine", "pending", NOW, attempt(number), SECOND)])
    kept = deliveries.get("dlv_1", "org_1")["attempts"]
    assert [each["n"] for each in kept] == list(range(6, 26))


def test_a_row_added_twice_stays_as_it_is(store: Mongo) -> None:
    deliveries, messages = Deliveries(store), Messages(store)
    deliveries.add_many([delivery(1)])
    deliveries.claim("mine", NOW, LATER, 1)
    deliveries.add_many([delivery(1), delivery(2)])
    assert deliveries.get("dlv_1", "org_1")["claim"] == "mine"
    assert deliveries.get("dlv_2", "org_1")["state"] == "pending"
    messages.add_many([message("msg_1", outcome="queued")])
    messages.add_many([message("msg_1", outcome="other"), message("msg_2")])
    assert messages.many(["msg_1", "msg_2"])["msg_1"]["outcome"] == "queued"


def test_another_customers_delivery_is_not_found(store: Mongo) -> None:
    Deliveries(store).add_many([delivery(1)])
    with pytest.raises(NotFound):
        Deliveries(store).get("dlv_1", "org_2")


def test_held_deliveries_are_released_or_skipped(store: Mongo) -> None:
    deliveries = Deliveries(store)
    deliveries.add_many([delivery(1, None)])
    assert deliveries.claim("mine", LATER, LATER, 10) == []
    deliveries.release("whe_1", NOW, skip=False)
    assert len(deliveries.claim_own("mine", NOW, LATER, {"whe_1": 10})) == 1
    deliveries.add_many([delivery(2, None)])
    deliveries.release("whe_1", NOW, skip=True)
    assert deliveries.get("dlv_2", "org_1")["state"] == "skipped"


def test_a_recipient_comes_back_as_it_was_put(store: Mongo) -> None:
    recipients = Recipients(store)
    recipients.put(recipient("a", 1))
    assert recipients.find("agr_a") == recipient("a", 1)
    assert recipients.find("agr_b") is None
    assert recipients.of_controller("org_a") == [recipient("a", 1)]


def test_recipients_are_those_of_a_version_in_pages(store: Mongo) -> None:
    recipients = Recipients(store)
    for each in (recipient("a", 1), recipient("b", 2, 4), recipient("c", 3), recipient("d", 5)):
        recipients.put(each)
    assert [each.agreement_id for each in recipients.owed_at("org_vendor", 3, None, 2)] == [
        "agr_a",
        "agr_b",
    ]
    assert [each.agreement_id for each in recipients.owed_at("org_vendor", 3, "agr_b", 2)] == [
        "agr_c"
    ]
    assert [each.agreement_id for each in recipients.owed_at("org_vendor", 4, None, 9)] == [
        "agr_a",
        "agr_c",
    ]
    assert recipients.owed_at("org_other", 9, None, 9) == []


def test_a_watermark_comes_back_as_it_was_saved(store: Mongo) -> None:
    recipients, mark = Recipients(store), Watermark("org_vendor", 3, (5, 7))
    assert recipients.watermark("org_vendor") == Watermark("org_vendor")
    recipients.save_watermark(mark)
    assert recipients.watermark("org_vendor") == mark


def test_an_endpoint_is_replaced_only_by_its_next_revision(store: Mongo) -> None:
    endpoints = Endpoints(store)
    endpoints.add(endpoint(), 20)
    assert endpoints.get("whe_1", "org_1") == endpoint()
    changed = endpoint().changed(LATER, description="x")
    endpoints.replace(changed)
    with pytest.raises(PreconditionFailed):
        endpoints.replace(changed)
    assert endpoints.of_controllers(["org_1", "org_2"]) == {"org_1": [changed]}
    with pytest.raises(PreconditionFailed):
        endpoints.remove("whe_1", 1)
    endpoints.remove("whe_1", 2)
    with pytest.raises(NotFound):
        endpoints.get("whe_1", "org_1")


def test_a_customer_has_no_more_endpoints_than_it_may(store: Mongo) -> None:
    endpoints = Endpoints(store)
    endpoints.add(endpoint(1), 2)
    endpoints.add(endpoint(2), 2)
    with pytest.raises(TooManyEndpoints):
        endpoints.add(endpoint(3), 2)


def test_a_job_is_claimed_moved_on_and_finished(store: Mongo) -> None:
    jobs = Jobs(store)
    jobs.add(Job("job_1", FAN_OUT, NOW, event_id="evt_1"))
    job = jobs.claim("mine", NOW, LATER)
    assert job is not None
    assert jobs.claim("other", NOW, LATER) is None
    started = jobs.start(job, NOW)
    assert jobs.start(started, LATER).started_at == NOW
    assert jobs.horizon(LATER) == NOW
    started = jobs.advance(started, "agr_9", 100, LATER)
    jobs.finish(started, LATER)
    done = replace(started, due_at=None, claim=None, done_at=LATER)
    assert jobs.find("job_1") == Job(**vars(done))
    assert jobs.horizon(LATER) == LATER


def test_a_job_taken_over_refuses_its_former_owner(store: Mongo) -> None:
    jobs = Jobs(store)
    jobs.add(Job("job_1", FAN_OUT, NOW, event_id="evt_1"))
    first = jobs.claim("first", NOW, NOW)
    second = jobs.claim("second", NOW, LATER)
    assert first is not None
    assert second is not None
    with pytest.raises(ClaimLost):
        jobs.advance(StartedJob(**{**vars(first), "started_at": NOW}), "agr_1", 100, LATER)
    jobs.postpone(second, NOW)
    assert jobs.claim("third", NOW, LATER) is not None


def test_the_first_acknowledgement_counts(store: Mongo) -> None:
    messages = Messages(store)
    messages.add(message("msg_1", acknowledged_at=None))
    messages.acknowledge(["msg_1"], NOW)
    messages.acknowledge(["msg_1"], LATER)
    assert messages.many(["msg_1"])["msg_1"]["acknowledged_at"] == NOW


def test_contacts_are_put_only_over_the_version_seen(store: Mongo) -> None:
    contacts = NoticeContacts(store)
    assert contacts.get("org_1") == (None, 0)
    assert contacts.put("org_1", Named([{"email": "a@a.example"}]), 0, NOW) == 1
    with pytest.raises(PreconditionFailed):
        contacts.put("org_1", Named([]), 0, NOW)
    assert contacts.put("org_1", Named([{"email": "b@a.example"}]), 1, NOW) == 2
    with pytest.raises(PreconditionFailed):
        contacts.put("org_1", Named([]), 1, NOW)
    assert contacts.get("org_1") == (Named([{"email": "b@a.example"}]), 2)
