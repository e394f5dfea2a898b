"""Which days the vendor was reminded of, and how far this hour's round over all registers is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from pymongo import ASCENDING, IndexModel

from services.registry.store.stored import StoredReminder, StoredReminderRound, StoredRow
from services.registry.todo.due import WHAT
from shared.mongo import Mongo, Session

ROUND = "round"


@dataclass(frozen=True)
class Round:
    """Progress through all registers, in the round named ``mark``."""

    mark: str
    after: str = ""
    done: bool = False


class Reminders:
    # Only what comes within a range of days is read, however many registers there are.
    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "rows": [
            IndexModel([(f"content.locations.mechanisms.evidence.{what}", ASCENDING)], sparse=True)
            for what in WHAT
        ],
    }

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("rows", StoredRow)
        self._reminders = mongo.collection("reminders", StoredReminder)
        self._rounds = mongo.collection("reminder_rounds", StoredReminderRound)

    def next_processor(self, first: date, last: date, today: date, after: str) -> str | None:
        """The next register, in the order of ids, with a live row that names a day between, or that
        was over by ``today``."""
        days = {"$gte": first.isoformat(), "$lte": last.isoformat()}
        due = {"$or": [{f"content.locations.mechanisms.evidence.{what}": days} for what in WHAT]}
        # Asked for apart: each of the two is read from an index of its own.
        found = [
            self._next(after, due),
            self._next(after, {"valid_to": {"$lt": today.isoformat()}}),
        ]
        return min((each for each in found if each), default=None)

    def _next(self, after: str, which: Mapping[str, Any]) -> str | None:
        where: dict[str, Any] = {**which, "voided_at": None, "processor_id": {"$gt": after}}
        row = self._rows.find_one(where, {"processor_id": 1}, sort=[("processor_id", ASCENDING)])
        return row["processor_id"] if row else None

    def unsent(self, keys: Sequence[str], stage: int, session: Session | None = None) -> bool:
        """Whether for one of ``keys`` neither this stage nor a more urgent one was sent."""
        return len(self._sent(keys, stage, session)) < len(keys)

    def claim(self, key: str, stage: int, at: datetime, session: Session) -> bool:
        """Note that ``stage`` is sent for this key; False if it, or a more urgent one, was.

        Two transactions that claim one key conflict.
        """
        if self._sent([key], stage, session):
            return False
        update = {"$set": {"stage": stage, "at": at}}
        self._reminders.update_one({"_id": key}, update, upsert=True, session=session)
        return True

    def round(self) -> Round | None:
        reached = self._rounds.find_one({"_id": ROUND})
        return Round(reached["mark"], reached["after"], reached["done"]) if reached else None

    def save_round(self, reached: Round) -> None:
        update = {"mark": reached.mark, "after": reached.after, "done": reached.done}
        self._rounds.update_one({"_id": ROUND}, {"$set": update}, upsert=True)

    def _sent(self, keys: Sequence[str], stage: int, session: Session | None) -> list[str]:
        where = {"_id": {"$in": list(keys)}, "stage": {"$lte": stage}}
        return [sent["_id"] for sent in self._reminders.find(where, {"_id": 1}, session=session)]
