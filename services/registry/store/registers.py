"""Registers and their rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from operator import itemgetter
from typing import Any, ClassVar, NamedTuple

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.registry.model.page import Page
from services.registry.model.register import ONE_DAY, EntryUnknown, Register, Row, RowChanges
from services.registry.store.stored import StoredRegister, StoredRow
from services.registry.transfers.stages import is_planned
from shared.documents import from_document, to_row
from shared.errors import NotFound, PreconditionFailed
from shared.mongo import Mongo, Session
from shared.pagination import Page as Items
from shared.pagination import PageRequest, find_page

# What the processor itself says of its register.
STATED = ("regimes", "default_terms", "page")
# How many steps imports have done: two that count on conflict. A ``Register`` has it not.
IMPORT_STEPS = "import_steps"
# Documents of before the switch have no ``page``; they were public and stay so.
PUBLISHED = {"page.published": {"$ne": False}}


class RowDays(NamedTuple):
    """Which entry is on the list by a row, on which days, and whether it is only planned then."""

    id: str
    sub_processor_id: str
    valid_from: date
    valid_to: date
    planned: bool


class Registers:
    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "registers": [
            IndexModel([("slug", ASCENDING)], unique=True),
            IndexModel([("page.domains_served", ASCENDING)], sparse=True),
        ],
    }

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("registers", StoredRegister)

    def save(self, register: Register, session: Session | None = None) -> None:
        """Store who the processor is; what it stated of its register stays."""
        document: dict[str, Any] = {**to_row(register, StoredRegister)}
        stated = {name: document.pop(name) for name in STATED}
        update = {"$set": document, "$setOnInsert": stated}
        self._docs.update_one({"_id": register.id}, update, upsert=True, session=session)

    def state(self, processor_id: str, stated: Mapping[str, Any], session: Session) -> None:
        """Store what the processor states of its register: members of ``STATED``."""
        self._docs.update_one({"_id": processor_id}, {"$set": dict(stated)}, session=session)

    def save_page(self, register: Register, session: Session) -> None:
        """Store the settings of the register's public page."""
        page = to_row(register, StoredRegister)["page"]
        self._docs.update_one({"_id": register.id}, {"$set": {"page": page}}, session=session)

    def stated_of(self, processor_id: str) -> dict[str, Any]:
        """What the processor has stated of its register, members of ``STATED``; a register that is
        not there yet will not be public."""
        try:
            register = self.get(processor_id)
        except NotFound:
            return {"page": Page()}
        return {name: getattr(register, name) for name in STATED}

    def touch(self, processor_id: str, at: datetime, session: Session | None = None) -> None:
        """Note that the register changed; two transactions that do so conflict."""
        self._docs.update_one({"_id": processor_id}, {"$set": {"updated_at": at}}, session=session)

    def take_turn(self, processor_id: str, seen: datetime, session: Session) -> None:
        """Let the transactions of imports into a register commit one after the other.

        Raises ``PreconditionFailed`` if the register changed since ``seen``, its ``updated_at``.
        """
        where = {"_id": processor_id, "updated_at": seen}
        step = {"$inc": {IMPORT_STEPS: 1}}
        if not self._docs.update_one(where, step, session=session).matched_count:
            raise PreconditionFailed

    def by_slug(self, slug: str) -> Register:
        return self._one({"slug": slug})

    def get(self, processor_id: str, session: Session | None = None) -> Register:
        return self._one({"_id": processor_id}, session)

    def at_host(self, host: str) -> Register:
        """The published register whose page this host shows. Raises ``NotFound``."""
        return self._one({"page.domains_served": host, "page.published": True})

    def hosts_of_others(self, register_id: str, hosts: Sequence[str]) -> set[str]:
        """Which of these hosts show the page of another register."""
        where = {"_id": {"$ne": register_id}, "page.domains_served": {"$in": list(hosts)}}
        found = self._docs.find(where, {"page.domains_served": 1})
        return {host for one in found for host in one["page"]["domains_served"]} & set(hosts)

    def every(self, request: PageRequest) -> Items:
        return self._page({}, request)

    def published(self, request: PageRequest) -> Items:
        """The registers that anybody may read."""
        return self._page(PUBLISHED, request)

    def _page(self, where: dict[str, Any], request: PageRequest) -> Items:
        found = find_page(self._docs, where, request, without=[IMPORT_STEPS])
        return Items(
            [from_document(Register, document) for document in found.items], found.next_cursor
        )

    def _one(self, where: dict[str, Any], session: Session | None = None) -> Register:
        document = self._docs.find_one(where, {IMPORT_STEPS: 0}, session=session)
        if document is None:
            raise NotFound("There is no such register.")
        return from_document(Register, document)


class EntryDays(NamedTuple):
    """``changed_on``: None while the entry says what it said at first."""

    listed_since: date
    changed_on: date | None


def _days(group: Mapping[str, Any]) -> EntryDays:
    changed = group["changed"]
    since = date.fromisoformat(group["since"])
    return EntryDays(since, date.fromisoformat(changed) if changed else None)


# What a chain of entries is known by; what else a list says is many times as much.
_CHAIN = dict.fromkeys(
    (
        *(name for name in StoredRow.__annotations__ if name != "content"),
        "content.legal_name",
        "content.parent_id",
    ),
    1,
)


class Rows:
    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "rows": [
            # With the last days, so that the days of all changes are read from the index alone.
            IndexModel(
                [("processor_id", 1), ("voided_at", 1), ("valid_from", 1), ("valid_to", 1)],
            ),
            IndexModel([("processor_id", 1), ("voided_at", 1), ("valid_to", 1)]),
            IndexModel([("sub_processor_id", ASCENDING), ("voided_at", ASCENDING)]),
            IndexModel([("change_id", ASCENDING)]),
            IndexModel([("voided_by", ASCENDING)]),
            IndexModel(
                [
                    ("content.locations.mechanisms.instrument_id", ASCENDING),
                    ("voided_at", ASCENDING),
                    ("processor_id", ASCENDING),
                ]
            ),
            IndexModel([("sub_processor_id", ASCENDING), ("recorded_at", ASCENDING)]),
            # An entry cannot begin, or end, twice on one day, whatever the code above it does.
            IndexModel(
                [("sub_processor_id", ASCENDING), ("valid_from", ASCENDING)],
                unique=True,
                name="one_beginning",
                partialFilterExpression={"voided_at": {"$type": "null"}},
            ),
            IndexModel(
                [("sub_processor_id", ASCENDING), ("valid_to", ASCENDING)],
                unique=True,
                name="one_end",
                partialFilterExpression={"voided_at": {"$type": "null"}},
            ),
        ],
    }

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("rows", StoredRow)

    def write(
        self, row_changes: RowChanges, by: str, at: datetime, session: Session | None
    ) -> None:
        """Void and add rows for the change ``by``."""
        for row in row_changes.void:
            voided = {"$set": {"voided_at": at, "voided_by": by}}
            self._docs.update_one({"_id": row.id, "voided_at": None}, voided, session=session)
        if row_changes.add:
            added = [to_row(row, StoredRow) for row in row_changes.add]
            self._docs.insert_many(added, session=session)

    def on(self, processor_id: str, day: date, recorded_as_of: datetime | None = None) -> list[Row]:
        """The list of ``day`` as known now, or as it was known at ``recorded_as_of``."""
        return self._many(_on(processor_id, day, recorded_as_of))

    def ids_on(
        self, processor_id: str, day: date, recorded_as_of: datetime | None = None
    ) -> list[str]:
        """The ids of the rows that ``on`` would give, in its order."""
        where = _on(processor_id, day, recorded_as_of)
        rows = list(self._docs.find(where, {"valid_from": 1, "recorded_at": 1}))
        rows.sort(key=itemgetter("valid_from", "recorded_at"))
        return [row["_id"] for row in rows]

    def days_on(self, processor_id: str, day: date) -> list[RowDays]:
        """The rows that ``on`` would give, in its order, without what they say."""
        found = self._days(_on(processor_id, day, None))
        return [days for days, _ in sorted(found, key=lambda each: (each[0].valid_from, each[1]))]

    def days_beside(
        self, processor_id: str, day: date, recorded_as_of: datetime | None = None
    ) -> list[RowDays]:
        """The rows of all other days: those that are not on the list of ``day``."""
        outside = [{"valid_to": {"$lt": day.isoformat()}}, {"valid_from": {"$gt": day.isoformat()}}]
        believed = _believed(recorded_as_of)
        where = {"processor_id": processor_id, "$and": [{"$or": outside}, believed]}
        return [days for days, _ in self._days(where)]

    def _days(self, where: dict[str, Any]) -> Iterator[tuple[RowDays, datetime]]:
        members = ("sub_processor_id", "valid_from", "valid_to", "recorded_at")
        for row in self._docs.find(where, dict.fromkeys((*members, "content.stage"), 1)):
            first, last = (date.fromisoformat(row[name]) for name in ("valid_from", "valid_to"))
            planned = is_planned(row.get("content"))
            days = RowDays(row["_id"], row["sub_processor_id"], first, last, planned)
            yield days, row["recorded_at"]

    def locations(self, row_ids: Sequence[str]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """The ids of these rows, each with the places of its entry."""
        rows = self._docs.find({"_id": {"$in": list(row_ids)}}, {"content.locations": 1})
        return ((row["_id"], row["content"]["locations"]) for row in rows)

    def among(self, processor_id: str, row_ids: Sequence[str]) -> list[Row]:
        """Those of these rows that are this processor's."""
        where = {"_id": {"$in": list(row_ids)}, "processor_id": processor_id}
        return _rows(list(self._docs.find(where)))

    def of(self, sub_id: str, session: Session | None = None) -> list[Row]:
        """The live rows of one entry, oldest validity first."""
        return self._many({"sub_processor_id": sub_id, "voided_at": None}, session)

    def live(self, processor_id: str, since: date) -> list[Row]:
        """All rows that are believed now and say something of ``since`` or a later day."""
        return self._many(_live(processor_id, since))

    def chain(self, processor_id: str, since: date, session: Session) -> list[Row]:
        """The rows that ``live`` gives; of their entries the name and the parent alone."""
        return self._many(_live(processor_id, since), session, _CHAIN)

    def chain_on(self, processor_id: str, day: date) -> list[Row]:
        """The rows that ``on`` gives; of their entries the name and the parent alone."""
        return self._many(_on(processor_id, day, None), members=_CHAIN)

    def past(self, processor_id: str, today: date, listed: Collection[str]) -> list[Row]:
        """The rows of days before ``today`` that are believed now, of all entries but these."""
        where = {
            "processor_id": processor_id,
            "voided_at": None,
            "valid_to": {"$lt": today.isoformat()},
            "sub_processor_id": {"$nin": list(listed)},
        }
        return self._many(where)

    def days_of(self, sub_ids: Sequence[str], today: date) -> dict[str, EntryDays]:
        """When each of these entries was listed first, and changed last by ``today``; a record is
        no change."""
        by_change = {"$regexMatch": {"input": "$change_id", "regex": "^chg_"}}
        has_come = {"$lte": ["$valid_from", today.isoformat()]}
        is_later = {"$and": [by_change, {"$gt": ["$version", 1]}, has_come]}
        stages: list[Mapping[str, Any]] = [
            {"$match": {"sub_processor_id": {"$in": list(sub_ids)}, "voided_at": None}},
            {
                "$group": {
                    "_id": "$sub_processor_id",
                    "since": {"$min": "$valid_from"},
                    "changed": {"$max": {"$cond": [is_later, "$valid_from", None]}},
                }
            },
        ]
        groups: Iterable[Mapping[str, Any]] = self._docs.aggregate(stages)
        return {group["_id"]: _days(group) for group in groups}

    def history(self, processor_id: str, sub_id: str) -> list[Row]:
        """Every row ever written of one entry. Raises ``EntryUnknown``."""
        rows = self._many({"sub_processor_id": sub_id, "processor_id": processor_id})
        if not rows:
            raise EntryUnknown
        return rows

    def first_of(self, sub_id: str, session: Session | None = None) -> Row:
        """The row that was recorded of an entry before any other. Raises ``EntryUnknown``."""
        where = {"sub_processor_id": sub_id}
        document = self._docs.find_one(where, sort=[("recorded_at", ASCENDING)], session=session)
        if document is None:
            raise EntryUnknown
        return from_document(Row, document)

    def voided_by(self, change_id: str, session: Session | None) -> list[Row]:
        return self._many({"voided_by": change_id}, session)

    def any_of(self, processor_id: str, session: Session | None) -> bool:
        where = {"processor_id": processor_id}
        return self._docs.find_one(where, {"_id": 1}, session=session) is not None

    def changed_on(self, processor_id: str, today: date) -> date | None:
        """The last day up to ``today`` on which a list changed; None for an empty one."""
        begun = self._last(processor_id, "valid_from", {"$lte": today.isoformat()})
        ended = self._last(processor_id, "valid_to", {"$lt": today.isoformat()})
        return max(filter(None, (begun, ended and ended + ONE_DAY)), default=None)

    def _last(self, processor_id: str, member: str, until: Mapping[str, str]) -> date | None:
        """The last day that a row has as this member, read at the end of an index."""
        where = {"processor_id": processor_id, "voided_at": None, member: dict(until)}
        row: Mapping[str, Any] | None = self._docs.find_one(
            where, {member: 1}, sort=[(member, DESCENDING)]
        )
        return date.fromisoformat(row[member]) if row else None

    def _many(
        self,
        where: dict[str, Any],
        session: Session | None = None,
        members: Mapping[str, int] | None = None,
    ) -> list[Row]:
        documents = self._docs.find(where, members, session=session)
        return sorted(_rows(list(documents)), key=lambda row: (row.valid_from, row.recorded_at))


def _rows(documents: Sequence[StoredRow]) -> list[Row]:
    return [from_document(Row, document) for document in documents]


def _live(processor_id: str, since: date) -> dict[str, Any]:
    return {
        "processor_id": processor_id,
        "voided_at": None,
        "valid_to": {"$gte": since.isoformat()},
    }


def _on(processor_id: str, day: date, recorded_as_of: datetime | None) -> dict[str, Any]:
    return {
        "processor_id": processor_id,
        "valid_from": {"$lte": day.isoformat()},
        "valid_to": {"$gte": day.isoformat()},
        **_believed(recorded_as_of),
    }


def _believed(at: datetime | None) -> dict[str, Any]:
    if at is None:
        return {"voided_at": None}
    return {
        "recorded_at": {"$lte": at},
        "$or": [{"voided_at": None}, {"voided_at": {"$gt": at}}],
    }
