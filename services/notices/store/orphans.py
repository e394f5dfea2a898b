"""Deliveries that wait for a parcel that is gone: nobody would ever send them.

They are looked for when the job that packed them has been done for a while. A job that is still to
be checked has a ``check_at``, and only such jobs are in its index.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo import ASCENDING, IndexModel

from services.notices.model.deliveries import PENDING
from services.notices.model.messages import least_id
from shared.mongo import Document, Mongo

CHECK_INDEXES: Sequence[IndexModel] = [
    IndexModel([("check_at", ASCENDING)], partialFilterExpression={"check_at": {"$exists": True}})
]

# By claim: deliveries that wait in a parcel.
Waiting = Mapping[str, Sequence[str]]

_PACKED = {"$and": [{"$eq": ["$state", PENDING]}, {"$eq": [{"$type": "$due_at"}, "missing"]}]}
_BY_CLAIM = {
    "_id": {"$cond": [_PACKED, "$claim", None]},
    "ids": {"$push": {"$cond": [_PACKED, "$_id", "$$REMOVE"]}},
    "rows": {"$sum": 1},
    "last": {"$max": "$_id"},
}


@dataclass(frozen=True)
class Packer:
    """A job that is done. ``moment``: what the ids of its deliveries and parcels begin with."""

    id: str
    moment: datetime


@dataclass(frozen=True)
class Look:
    """What ``rows`` deliveries up to ``last`` told."""

    rows: int
    last: str
    waiting: Waiting


class Orphans:
    def __init__(self, mongo: Mongo) -> None:
        self._db = mongo.db

    def claim(self, now: datetime, until: datetime, limit: int) -> list[Packer]:
        """Jobs whose check is due, ours until ``until``. Two who ask at the same time may both get
        one; that costs a second look and does no harm."""
        due = {"check_at": {"$lte": now}}
        rows = list(self._db["jobs"].find(due, {"started_at": 1}).sort("check_at", 1).limit(limit))
        ours = {"_id": {"$in": [each["_id"] for each in rows]}, **due}
        if not rows or not self._db["jobs"].update_many(ours, _check(until)).matched_count:
            return []
        return [Packer(each["_id"], each["started_at"]) for each in rows]

    def settle(self, job_ids: Sequence[str]) -> None:
        """They are never looked at again."""
        where = {"_id": {"$in": list(job_ids)}}
        self._db["jobs"].update_many(where, {"$unset": {"check_at": ""}})

    def put_off(self, job_ids: Sequence[str], until: datetime) -> None:
        self._db["jobs"].update_many({"_id": {"$in": list(job_ids)}}, _check(until))

    def look(self, job: Packer, after: str, limit: int) -> Look:
        """At the job's next ``limit`` deliveries after that id, those that left and those that
        wait."""
        made = {**_made("dlv", job.moment), **({"$gt": after} if after else {})}
        found = self._db["deliveries"].aggregate(
            [
                {"$match": {"_id": made}},
                {"$sort": {"_id": ASCENDING}},
                {"$limit": limit},
                {"$group": _BY_CLAIM},
            ]
        )
        groups = list(found)
        waiting = {each["_id"]: each["ids"] for each in groups if each["ids"]}
        rows, last = sum(each["rows"] for each in groups), [each["last"] for each in groups]
        return Look(rows, max([after, *last]), waiting)

    def is_running(self, job: Packer) -> bool:
        """Whether another job began in the same millisecond and may be packing yet."""
        live: Document = {"due_at": {"$exists": True}, "started_at": job.moment}
        return self._db["jobs"].find_one(live, {"_id": 1}) is not None

    def lost(self, job: Packer, waiting: Waiting) -> dict[str, list[str]]:
        """Which of them are in no parcel. A parcel that was claimed anew is not named by its
        deliveries any more; then it is asked what it carries."""
        made: Document = {"_id": _made("pcl", job.moment)}
        names = {each["_id"] for each in self._db["parcels"].find(made, {"_id": 1})}
        unnamed = {claim: ids for claim, ids in waiting.items() if claim not in names}
        if not unnamed:
            return {}
        carried = self._carried(made)
        left = {
            claim: [each for each in ids if each not in carried] for claim, ids in unnamed.items()
        }
        return {claim: ids for claim, ids in left.items() if ids}

    def _carried(self, made: Document) -> set[str]:
        names = {"$map": {"input": "$items", "in": {"$first": "$$this"}}}
        found = self._db["parcels"].aggregate([{"$match": made}, {"$project": {"ids": names}}])
        return {each for parcel in found for each in parcel["ids"]}


def _made(prefix: str, moment: datetime) -> Document:
    return {
        "$gte": least_id(prefix, moment),
        "$lt": least_id(prefix, moment + timedelta(milliseconds=1)),
    }


def _check(at: datetime) -> Document:
    return {"$set": {"check_at": at}}
