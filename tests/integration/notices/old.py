"""Messages of long ago by the thousand, with everything that hangs on them."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from services.notices.model.messages import delivery_id, ordered_id
from services.notices.retention import Retention
from shared.ids import derived_id
from shared.mongo import Mongo

COLLECTIONS = ("messages", "deliveries", "mails", "events", "jobs")
BODY = b"<html>" + b"x" * 100


def fill(
    mongo: Mongo, count: int, at: datetime, *, agreement: str | None = None, per_event: int = 1
) -> None:
    """``count`` messages told at ``at``, each with a delivery that was answered and a mail.

    ``per_event``: how many customers were told of one event. With ``agreement`` they are notices.
    """
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in COLLECTIONS}
    for number in range(count):
        moment = at + timedelta(milliseconds=number // per_event)
        event = f"evt_{at:%Y%m%d}_{number // per_event}"
        if number % per_event == 0:
            change = f"chg_{event}" if agreement else None
            rows["events"].append({"_id": event, "type": "x", "change_id": change})
            rows["jobs"].append({
                "_id": derived_id("job", event), "kind": "tell", "event_id": event,
                "started_at": moment, "done_at": moment,
            })  # fmt: skip
        rows["messages"].append(_message(number, event, moment, agreement))
        rows["deliveries"].append(_delivery(rows["messages"][-1]["_id"], moment))
        rows["mails"].append(_mail(rows["messages"][-1]["_id"], moment))
    for name, docs in rows.items():
        mongo.db[name].insert_many(docs)


def _message(number: int, event: str, moment: datetime, agreement: str | None) -> dict[str, Any]:
    return {
        "_id": ordered_id("msg", moment, event, str(number)), "event_id": event, "type": "x",
        "controller_id": f"org_{number}", "agreement_id": agreement,
        "change_id": f"chg_{event}" if agreement else None,
        "notice": {"id": f"ntc_{number}"} if agreement else None, "outcome": "queued",
        "acknowledged_at": None,
    }  # fmt: skip


def _delivery(message: str, moment: datetime) -> dict[str, Any]:
    attempt = {"n": 1, "at": moment, "status": 200, "code": None, "duration_ms": 1, "body": BODY}
    return {
        "_id": delivery_id(message, "whe_1"), "message_id": message, "endpoint_id": "whe_1",
        "state": "delivered", "attempts": [attempt],
    }  # fmt: skip


def _mail(message: str, moment: datetime) -> dict[str, Any]:
    return {"_id": f"mai_{message}", "message_id": message, "made_at": moment, "state": "delivered"}


def counts(mongo: Mongo) -> Counter[str]:
    return Counter({name: mongo.db[name].estimated_document_count() for name in COLLECTIONS})


def orphans(mongo: Mongo) -> list[str]:
    """Rows that name a row that is not there."""
    kept = {each["_id"] for each in mongo.db["messages"].find({}, {"_id": 1})}
    events = {each["_id"] for each in mongo.db["events"].find({}, {"_id": 1})}
    lost = [
        each["_id"]
        for name in ("deliveries", "mails")
        for each in mongo.db[name].find({}, {"message_id": 1})
        if each["message_id"] not in kept
    ]
    untold = mongo.db["messages"].find({}, {"event_id": 1})
    return lost + [each["_id"] for each in untold if each["event_id"] not in events]


def finish(retention: Retention, rounds: int = 500) -> int:
    """Run a whole pass; how many rounds it took."""
    for number in range(rounds):
        if not retention.run_once():
            return number
    raise AssertionError("the upkeep never came to rest")
