"""Where agreements, their versions, templates and the counts of notice terms are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument

from services.agreements.contents import Group
from services.agreements.model import Agreement, Version
from services.agreements.wording import Template
from shared.documents import from_document, to_document
from shared.errors import NotFound, PreconditionFailed
from shared.mongo import Document, Mongo, Session
from shared.pagination import Page, PageRequest, find_page

PROCESSOR, CONTROLLER = ("processor.id", ASCENDING), ("controller.id", ASCENDING)
STATUS, ID = ("status", ASCENDING), ("_id", ASCENDING)

INDEXES: dict[str, Sequence[IndexModel]] = {
    "agreements": [
        IndexModel([PROCESSOR, ID]),
        IndexModel([PROCESSOR, STATUS, ID]),
        IndexModel([CONTROLLER, ID]),
        IndexModel([CONTROLLER, STATUS, ID]),
        IndexModel([PROCESSOR, CONTROLLER, ID]),
        IndexModel([STATUS, ID]),
        # Only what the clock has to look at is in its index, so an idle round reads nothing.
        IndexModel([("due_on", ASCENDING)],
                   partialFilterExpression={"due_on": {"$gt": ""}}),
    ],
    "versions": [IndexModel([("agreement_id", ASCENDING), ("version", ASCENDING)], unique=True)],
    "templates": [IndexModel([("owner", ASCENDING), ID])],
}  # fmt: skip


class Agreements:
    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.db["agreements"]

    def add(self, session: Session | None, agreement: Agreement) -> None:
        self._docs.insert_one(_with_due_day(agreement), session=session)

    def get(self, session: Session | None, agreement_id: str) -> Agreement:
        found = self._docs.find_one({"_id": agreement_id}, session=session)
        if found is None:
            raise NotFound("There is no such agreement.")
        return _agreement(found)

    def replace(self, session: Session | None, agreement: Agreement) -> None:
        """Save a changed one; ``PreconditionFailed`` when somebody else was faster."""
        seen = {"_id": agreement.id, "revision": agreement.revision - 1}
        saved = self._docs.replace_one(seen, _with_due_day(agreement), session=session)
        if not saved.matched_count:
            raise PreconditionFailed

    def page(self, where: Mapping[str, Any], request: PageRequest) -> Page:
        page = find_page(self._docs, where, request)
        return Page([_agreement(each) for each in page.items], page.next_cursor)

    def between(self, processor_id: str, controller_id: str, limit: int = 50) -> list[Agreement]:
        """The newest agreements of two parties, newest first."""
        pair = {"processor.id": processor_id, "controller.id": controller_id}
        return [
            _agreement(each) for each in self._docs.find(pair).sort("_id", DESCENDING).limit(limit)
        ]

    def due(self, today: date, limit: int) -> list[str]:
        """Ids of agreements with which the clock has something to do."""
        due = {"due_on": {"$gt": "", "$lte": today.isoformat()}}
        found = self._docs.find(due, {"_id": 1}).sort("due_on", ASCENDING).limit(limit)
        return [each["_id"] for each in found]


class Versions:
    """What was put to the parties, each written once."""

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.db["versions"]

    def add(self, session: Session | None, version: Version) -> None:
        self._docs.insert_one(to_document(version), session=session)

    def get(self, session: Session | None, agreement_id: str, number: int) -> Version:
        found = self._docs.find_one({"_id": f"{agreement_id}:{number}"}, session=session)
        if found is None:
            raise NotFound("This agreement has no such version.")
        return from_document(Version, found)

    def page(self, agreement_id: str, request: PageRequest) -> Page:
        where = {"agreement_id": agreement_id}
        page = find_page(self._docs, where, request, key="version")
        return Page([from_document(Version, each) for each in page.items], page.next_cursor)


class Templates:
    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.db["templates"]

    def add(self, template: Template) -> None:
        self._docs.insert_one(to_document(template))

    def seed(self, templates: Sequence[Template]) -> None:
        """Add those that are not there; what is there is never changed."""
        for each in templates:
            document = to_document(each)
            key = {"_id": document.pop("_id")}
            self._docs.update_one(key, {"$setOnInsert": document}, upsert=True)

    def find(self, template_id: str) -> Template | None:
        found = self._docs.find_one({"_id": template_id})
        return from_document(Template, found) if found else None

    def page(self, owners: Sequence[str], request: PageRequest) -> Page:
        page = find_page(self._docs, {"owner": {"$in": list(owners)}}, request)
        return Page([from_document(Template, each) for each in page.items], page.next_cursor)


class NoticeGroups:
    """One document a processor: how many agreements in force share which notice terms.

    ``version`` grows by one with every agreement that comes into force, changes or ends: whoever
    has seen all versions up to one knows every customer of that moment.
    """

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.db["notice_groups"]

    def move(
        self, session: Session | None, processor_id: str, leaves: Group | None, joins: Group | None
    ) -> int:
        """Count one agreement out of a group and into another; the new ``version``."""
        changes: dict[str, Any] = {"$inc": {"version": 1}}
        if leaves != joins:
            changes["$inc"].update(_counts(leaves, joins))
        if joins and leaves != joins:
            terms = {"authorisation": joins.authorisation, "terms": asdict(joins.terms)}
            changes["$set"] = {f"groups.{joins.key}.{name}": told for name, told in terms.items()}
        now: Document | None = self._docs.find_one_and_update(
            {"_id": processor_id}, changes, upsert=True,
            return_document=ReturnDocument.AFTER, session=session,
        )  # fmt: skip
        now = now or {}  # Never empty after an upsert; the driver's types cannot know.
        if leaves and now["groups"][leaves.key]["agreements"] == 0:
            gone = {"$unset": {f"groups.{leaves.key}": ""}}
            self._docs.update_one({"_id": processor_id}, gone, session=session)
        return int(now["version"])

    def read(self, processor_id: str) -> Document:
        """``{version, groups: [{key, authorisation, terms, agreements}]}``."""
        found = self._docs.find_one({"_id": processor_id}) or {"version": 0}
        groups = [{"key": key, **told} for key, told in sorted(found.get("groups", {}).items())]
        return {"version": found["version"], "groups": groups}


class InForce:
    """One document for two parties: which agreements are in force, for which products.

    Two activations at once meet at this document, and the database lets only one of them win.
    """

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.db["in_force"]

    def products(self, session: Session | None, agreement: Agreement) -> dict[str, tuple[str, ...]]:
        """Products by agreement id, of all that are in force between the two parties."""
        found = self._docs.find_one({"_id": _pair(agreement)}, session=session) or {}
        return {key: tuple(told) for key, told in found.get("agreements", {}).items()}

    def note(self, session: Session | None, agreement: Agreement) -> None:
        """Remember whether, and for which products, this agreement is in force."""
        place = f"agreements.{agreement.id}"
        if agreement.in_force:
            change: dict[str, Any] = {"$set": {place: list(agreement.content.products)}}
        else:
            change = {"$unset": {place: ""}}
        self._docs.update_one({"_id": _pair(agreement)}, change, upsert=True, session=session)


def _pair(agreement: Agreement) -> str:
    return f"{agreement.processor.id}|{agreement.controller.id}"


def _counts(leaves: Group | None, joins: Group | None) -> dict[str, int]:
    counts = {}
    if leaves:
        counts[f"groups.{leaves.key}.agreements"] = -1
    if joins:
        counts[f"groups.{joins.key}.agreements"] = 1
    return counts


def _with_due_day(agreement: Agreement) -> Document:
    due = agreement.due_on
    return {**to_document(agreement), "due_on": due.isoformat() if due else None}


def _agreement(document: Document) -> Agreement:
    return from_document(Agreement, {key: document[key] for key in document if key != "due_on"})
