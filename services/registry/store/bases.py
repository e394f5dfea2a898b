"""Which registers rest on an instrument, and what their customers were told of its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING

from shared.mongo import Mongo, Session


@dataclass(frozen=True)
class Sweep:
    """How far the registers were gone through for one instrument, in the round named ``mark``."""

    instrument_id: str
    mark: str
    after: str = ""
    done: bool = False


class Bases:
    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.db["rows"]
        self._told = mongo.db["basis_notices"]
        self._sweeps = mongo.db["basis_sweeps"]

    def next_processor(self, instrument_id: str, after: str) -> str | None:
        """The next register, in the order of ids, with a live row that names the instrument."""
        where = {
            "content.locations.mechanisms.instrument_id": instrument_id,
            "voided_at": None,
            "processor_id": {"$gt": after},
        }
        found = self._rows.find_one(where, {"processor_id": 1}, sort=[("processor_id", ASCENDING)])
        return found["processor_id"] if found else None

    def names(self, processor_id: str, instrument_id: str) -> bool:
        """Whether a live row of this register names the instrument."""
        where = {
            "content.locations.mechanisms.instrument_id": instrument_id,
            "voided_at": None,
            "processor_id": processor_id,
        }
        return self._rows.find_one(where, {"_id": 1}) is not None

    def known_since(self, sub_id: str) -> datetime:
        """When this entry was first recorded."""
        where = {"sub_processor_id": sub_id}
        found = self._rows.find_one(where, {"recorded_at": 1}, sort=[("recorded_at", ASCENDING)])
        if found is None:
            raise LookupError(sub_id)
        recorded_at: datetime = found["recorded_at"]
        return recorded_at

    def untold(self, keys: Sequence[str], stage: int, session: Session | None = None) -> list[str]:
        """Those of ``keys`` of which neither this stage nor a more urgent one was told."""
        where = {"_id": {"$in": list(keys)}, "stage": {"$lte": stage}}
        told = {each["_id"] for each in self._told.find(where, {"_id": 1}, session=session)}
        return [key for key in keys if key not in told]

    def save_told(self, keys: Sequence[str], stage: int, at: datetime, session: Session) -> None:
        for key in keys:
            said = {"$set": {"stage": stage, "at": at}}
            self._told.update_one({"_id": key}, said, upsert=True, session=session)

    def sweeps(self) -> dict[str, Sweep]:
        found = self._sweeps.find()
        return {
            each["_id"]: Sweep(each["_id"], each["mark"], each["after"], each["done"])
            for each in found
        }

    def save_sweep(self, sweep: Sweep) -> None:
        reached = {"mark": sweep.mark, "after": sweep.after, "done": sweep.done}
        self._sweeps.update_one({"_id": sweep.instrument_id}, {"$set": reached}, upsert=True)
