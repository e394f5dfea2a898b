"""Where it is counted which notice terms are in force, and for which products."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pymongo import ReturnDocument

from services.agreements.contents import Group
from services.agreements.model import Agreement
from shared.mongo import Document, Mongo, Session


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
            change: dict[str, Any] = {"$set": {place: list(agreement.claimed_products)}}
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
