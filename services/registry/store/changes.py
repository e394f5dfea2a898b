"""Changes, objections and approvals."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar, NamedTuple

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.registry.clock import NOTICE
from services.registry.model.changes import Change, Draft
from services.registry.model.listing import NextChange
from services.registry.model.objections import OPEN, Approval, Objection, ObjectionExists
from services.registry.store.stored import StoredApproval, StoredChange, StoredObjection
from shared.documents import from_document, to_row
from shared.errors import NotFound, PreconditionFailed
from shared.mongo import AlreadyExists, Mongo, Session, duplicates_as_conflicts
from shared.pagination import Page, PageRequest, find_page

# A change that was announced, whatever became of it since.
ANNOUNCED = {"announced_at": {"$type": "date"}}
# What a change is without the entry it writes and the terms of all customers.
_BARE = (
    "processor_id",
    "kind",
    "subject_id",
    "effective_on",
    "reason",
    "created_at",
    "status",
    "recipients_version",
    "scope",
    "emergency",
    "owes",
    "kinds_together",
)


class DueChange(NamedTuple):
    """``effective_on``: the day, in the form of ISO 8601."""

    id: str
    processor_id: str
    effective_on: str


# Members of a stored terms group that an earlier version of this software kept and nobody reads.
_FORMER_MEMBERS = ("ends", "leaving")


class Changes:
    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "changes": [
            IndexModel([("processor_id", ASCENDING), ("status", ASCENDING), ("_id", DESCENDING)]),
            IndexModel([("processor_id", ASCENDING), ("_id", DESCENDING)]),
            # What the public reads; however many drafts there are, they are not in it.
            IndexModel(
                [("processor_id", ASCENDING), ("_id", DESCENDING)],
                name="announced",
                partialFilterExpression=ANNOUNCED,
            ),
            # One vendor's changes to come: without it those of all vendors may be looked through.
            IndexModel([("processor_id", 1), ("status", 1), ("effective_on", 1)]),
            IndexModel([("status", ASCENDING), ("effective_on", ASCENDING), ("announced_at", 1)]),
            IndexModel([("subject_id", ASCENDING), ("status", ASCENDING)]),
            IndexModel([("replaces_id", ASCENDING), ("status", ASCENDING)]),
        ],
    }

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("changes", StoredChange)

    def add(self, change: Change, session: Session | None = None) -> None:
        self._docs.insert_one(to_row(change, StoredChange), session=session)

    def add_all(self, changes: Sequence[Change], session: Session) -> None:
        if changes:
            self._docs.insert_many(
                [to_row(change, StoredChange) for change in changes], session=session
            )

    def get(self, change_id: str, session: Session | None = None) -> Change:
        document = self._docs.find_one({"_id": change_id}, session=session)
        if document is None:
            raise NotFound("There is no such change.")
        return _change(document)

    def replace(self, change: Change, session: Session | None = None) -> None:
        """Save the next revision. Raises ``PreconditionFailed`` if another request was faster."""
        seen = {"_id": change.id, "revision": change.revision - 1}
        document = to_row(change, StoredChange)
        if not self._docs.replace_one(seen, document, session=session).matched_count:
            raise PreconditionFailed

    def discard(self, change: Change, session: Session) -> None:
        """Delete a draft. Raises ``PreconditionFailed`` if another request has altered it."""
        seen = {"_id": change.id, "revision": change.revision, "announced_at": None}
        if not self._docs.delete_one(seen, session=session).deleted_count:
            raise PreconditionFailed

    # In lists a change comes without the terms of all customers, which are many.
    def page(
        self, processor_id: str, status: str | None, request: PageRequest, *, announced: bool
    ) -> Page:
        """``announced``: without what nobody was told of."""
        where = {
            "processor_id": processor_id,
            **({"status": status} if status else {}),
            **(ANNOUNCED if announced else {}),
        }
        page = find_page(self._docs, where, request, newest_first=True, without=["groups"])
        return Page([_change(document) for document in page.items], page.next_cursor)

    def drafts(self, processor_id: str) -> list[Draft]:
        """All drafts of a processor, the oldest first, without their contents."""
        where = {"processor_id": processor_id, "status": "draft"}
        wanted = dict.fromkeys(("effective_on", "content.legal_name", "previous.legal_name"), 1)
        found = self._docs.find(where, wanted).sort("_id", ASCENDING)
        return [_draft(document) for document in found]

    def pending_on(self, sub_ids: Sequence[str], session: Session | None = None) -> list[Change]:
        """Announced changes, not yet in effect, that write to any of these entries."""
        announced = {"status": "announced"}
        touching = [{name: {"$in": list(sub_ids)}} for name in ("subject_id", "replaces_id")]
        documents = [
            document
            for where in touching
            for document in self._docs.find({**announced, **where}, {"groups": 0}, session=session)
        ]
        return [_change(document) for document in documents]

    def next_after(
        self, processor_id: str, day: date, known_at: datetime | None = None
    ) -> dict[str, NextChange]:
        """The first change of each entry after ``day``, by the entry's id: announced or in effect,
        as it is known now, or was known at ``known_at``."""
        where = {
            "processor_id": processor_id,
            "effective_on": {"$gt": day.isoformat()},
            **_standing(known_at),
        }
        wanted = dict.fromkeys(("kind", "subject_id", "replaces_id", "effective_on"), 1)
        found: dict[str, NextChange] = {}
        for each in self._docs.find(where, wanted).sort("effective_on", ASCENDING):
            on = date.fromisoformat(each["effective_on"])
            change = NextChange(each["_id"], each["kind"], on)
            found.setdefault(each["replaces_id"] or each["subject_id"], change)
        return found

    def due(self, day: date, but: Sequence[str]) -> Iterator[DueChange]:
        """Announced changes whose effective day is ``day`` or earlier, in order. Only these members
        are read, so that a change that cannot be read hides no other."""
        where = {
            "status": "announced",
            "effective_on": {"$lte": day.isoformat()},
            "_id": {"$nin": list(but)},
        }
        order = [("effective_on", ASCENDING), ("announced_at", ASCENDING)]
        for document in self._docs.find(where, dict.fromkeys(DueChange._fields[1:], 1)).sort(order):
            yield DueChange(document["_id"], document["processor_id"], document["effective_on"])

    def concerning(
        self, sub_ids: Collection[str], keys: Collection[str], processor_id: str
    ) -> list[Change]:
        """Every announced or effective change of a processor that made or altered these entries,
        without contents and with the groups of these ``keys`` only: the gate needs no more, and
        must be fast."""
        where: dict[str, Any] = {
            "subject_id": {"$in": list(sub_ids)},
            "status": {"$in": ["announced", "in_effect"]},
            "kind": {"$ne": "remove"},
            "processor_id": processor_id,
        }
        named = {"input": "$groups", "cond": {"$in": ["$$this.key", list(keys)]}}
        wanted = {**dict.fromkeys(_BARE, 1), "groups": {"$filter": named}}
        return [_change(document) for document in self._docs.find(where, wanted)]

    def content_announced(
        self, sub_id: str, day: date, session: Session | None = None
    ) -> dict[str, Any] | None:
        """What the last change to an entry that counts on ``day`` was announced with; None for an
        entry that was never changed."""
        where = {
            "subject_id": sub_id,
            "status": {"$in": ["announced", "in_effect"]},
            "kind": {"$ne": "remove"},
            "effective_on": {"$lte": day.isoformat()},
        }
        latest = [("effective_on", DESCENDING), ("announced_at", DESCENDING)]
        change = self._docs.find_one(where, {"content": 1}, sort=latest, session=session)
        return change["content"] if change else None

    def has_draft(self, processor_id: str, sub_id: str) -> bool:
        where = {"subject_id": sub_id, "processor_id": processor_id}
        return self._docs.find_one(where, {"_id": 1}) is not None

    def withdrawn_among(self, change_ids: Sequence[str]) -> frozenset[str]:
        where = {"_id": {"$in": list(change_ids)}, "status": "withdrawn"}
        return frozenset(change["_id"] for change in self._docs.find(where, {"_id": 1}))

    def among(self, change_ids: Sequence[str], session: Session | None = None) -> list[Change]:
        documents = self._docs.find({"_id": {"$in": list(change_ids)}}, session=session)
        return [_change(document) for document in documents]


def _draft(document: Mapping[str, Any]) -> Draft:
    named = document.get("content") or document.get("previous") or {}
    effective_on = date.fromisoformat(document["effective_on"])
    return Draft(document["_id"], effective_on, named.get("legal_name") or document["_id"])


def _standing(known_at: datetime | None) -> dict[str, Any]:
    """What was announced and not withdrawn, as it is known now or was known then."""
    if known_at is None:
        return {"status": {"$in": ["announced", "in_effect"]}}
    return {
        "announced_at": {"$lte": known_at},
        "$or": [{"status": {"$ne": "withdrawn"}}, {"ended_at": {"$gt": known_at}}],
    }


class Objections:
    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "objections": [
            IndexModel([("change_id", ASCENDING), ("controller_id", ASCENDING)], unique=True),
            IndexModel([("change_id", ASCENDING), ("_id", ASCENDING)]),
            IndexModel([("controller_id", ASCENDING), ("status", ASCENDING)]),
            # A party's list, in order; of those of all years few are open.
            IndexModel([("processor_id", ASCENDING), ("_id", DESCENDING)]),
            IndexModel([("processor_id", ASCENDING), ("status", ASCENDING), ("_id", DESCENDING)]),
            IndexModel([("controller_id", ASCENDING), ("_id", DESCENDING)]),
            IndexModel([("sub_processor_id", ASCENDING), ("status", ASCENDING)]),
        ],
    }

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("objections", StoredObjection)

    def add(self, objection: Objection, session: Session | None = None) -> None:
        try:
            with duplicates_as_conflicts():
                self._docs.insert_one(to_row(objection, StoredObjection), session=session)
        except AlreadyExists as error:
            raise ObjectionExists from error

    def get(self, objection_id: str) -> Objection:
        document = self._docs.find_one({"_id": objection_id})
        if document is None:
            raise NotFound("There is no such objection.")
        return from_document(Objection, document)

    def replace(self, objection: Objection, session: Session | None = None) -> None:
        seen = {"_id": objection.id, "revision": objection.revision - 1}
        document = to_row(objection, StoredObjection)
        if not self._docs.replace_one(seen, document, session=session).matched_count:
            raise PreconditionFailed

    def open_of(self, processor_id: str) -> list[Objection]:
        """The objections that a processor has to answer, or waits for an answer to."""
        where = {"processor_id": processor_id, "status": {"$in": sorted(OPEN)}}
        return [from_document(Objection, document) for document in self._docs.find(where)]

    def page(self, change_id: str, request: PageRequest) -> Page:
        page = find_page(self._docs, {"change_id": change_id}, request)
        return Page(
            [from_document(Objection, document) for document in page.items], page.next_cursor
        )

    def page_of_party(
        self,
        org_id: str,
        processor_id: str | None,
        statuses: Collection[str],
        request: PageRequest,
    ) -> Page:
        """Objections that an organisation received or made, the newest first.

        ``processor_id``: only those that this one received; ``statuses``: only in one of these,
        empty means any.
        """
        where: dict[str, Any] = {
            "$or": [{"processor_id": org_id}, {"controller_id": org_id}],
            **({"processor_id": processor_id} if processor_id else {}),
            **({"status": {"$in": sorted(statuses)}} if statuses else {}),
        }
        page = find_page(self._docs, where, request, newest_first=True)
        return Page(
            [from_document(Objection, document) for document in page.items], page.next_cursor
        )

    def by(self, controller_id: str, change_ids: Sequence[str]) -> dict[str, Objection]:
        """This customer's objection to each of the changes, by change id."""
        where: dict[str, Any] = {
            "controller_id": controller_id,
            "change_id": {"$in": list(change_ids)},
        }
        objections = [from_document(Objection, document) for document in self._docs.find(where)]
        return {objection.change_id: objection for objection in objections}

    def exclusions(self, controller_id: str) -> list[Objection]:
        """The objections over which this customer is excluded from an entry."""
        where = {"controller_id": controller_id, "status": "excluded"}
        return [from_document(Objection, document) for document in self._docs.find(where)]

    def excluding(self, sub_ids: Sequence[str]) -> list[Objection]:
        """The objections over which customers are excluded from these entries."""
        where: dict[str, Any] = {"sub_processor_id": {"$in": list(sub_ids)}, "status": "excluded"}
        return [from_document(Objection, document) for document in self._docs.find(where)]


class Approvals:
    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "approvals": [
            IndexModel([("change_id", ASCENDING), ("controller_id", ASCENDING)], unique=True)
        ],
    }

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("approvals", StoredApproval)

    def add(self, approval: Approval, session: Session | None = None) -> None:
        with duplicates_as_conflicts():
            self._docs.insert_one(to_row(approval, StoredApproval), session=session)

    def given(self, change_ids: Sequence[str], controller_id: str) -> frozenset[str]:
        """Which of the changes this customer has approved."""
        return frozenset(self.by(controller_id, change_ids))

    def by(self, controller_id: str, change_ids: Sequence[str]) -> dict[str, Approval]:
        """This customer's approvals of these changes, by change."""
        where = {"change_id": {"$in": list(change_ids)}, "controller_id": controller_id}
        found = (from_document(Approval, row) for row in self._docs.find(where))
        return {approval.change_id: approval for approval in found}


def _change(document: Mapping[str, Any]) -> Change:
    groups = [
        {name: value for name, value in group.items() if name not in _FORMER_MEMBERS}
        for group in document.get("groups", ())
    ]
    # What was announced before ``owes`` was kept owed notice, whatever its kind (decision 0044).
    owed = {"owes": document.get("owes") or NOTICE} if document.get("announced_at") else {}
    return from_document(Change, {**document, **owed, "groups": groups})
