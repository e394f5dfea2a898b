"""Which registers name an instrument, and which stages of its end were announced to customers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING

from services.registry.store.stored import StoredBasisNotice, StoredRow, StoredSweep
from shared.mongo import Mongo, Session


@dataclass(frozen=True)
class Sweep:
    """Progress through all registers for one instrument, in the round named ``mark``."""

    instrument_id: str
    mark: str
    after: str = ""
    done: bool = False


class BasisNotices:
    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("rows", StoredRow)
        self._notices = mongo.collection("basis_notices", StoredBasisNotice)
        self._sweeps = mongo.collection("basis_sweeps", StoredSweep)

    def next_processor(self, instrument_id: str, after: str) -> str | None:
        """The next register, in the order of ids, with a live row that names the instrument."""
        where = {
            "content.locations.mechanisms.instrument_id": instrument_id,
            "voided_at": None,
            "processor_id": {"$gt": after},
        }
        row = self._rows.find_one(where, {"processor_id": 1}, sort=[("processor_id", ASCENDING)])
        return row["processor_id"] if row else None

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
        row = self._rows.find_one(where, {"recorded_at": 1}, sort=[("recorded_at", ASCENDING)])
        if row is None:
            raise LookupError(sub_id)
        return row["recorded_at"]

    def unannounced(
        self, keys: Sequence[str], stage: int, session: Session | None = None
    ) -> list[str]:
        """Those of ``keys`` for which neither this stage nor a more urgent one was announced."""
        where = {"_id": {"$in": list(keys)}, "stage": {"$lte": stage}}
        announced = {
            notice["_id"] for notice in self._notices.find(where, {"_id": 1}, session=session)
        }
        return [key for key in keys if key not in announced]

    def record(self, keys: Sequence[str], stage: int, at: datetime, session: Session) -> None:
        """Note that ``stage`` is announced for these keys."""
        update = {"$set": {"stage": stage, "at": at}}
        for key in keys:
            self._notices.update_one({"_id": key}, update, upsert=True, session=session)

    def sweeps(self) -> dict[str, Sweep]:
        sweeps = self._sweeps.find()
        return {
            sweep["_id"]: Sweep(sweep["_id"], sweep["mark"], sweep["after"], sweep["done"])
            for sweep in sweeps
        }

    def save_sweep(self, sweep: Sweep) -> None:
        reached = {"mark": sweep.mark, "after": sweep.after, "done": sweep.done}
        self._sweeps.update_one({"_id": sweep.instrument_id}, {"$set": reached}, upsert=True)
