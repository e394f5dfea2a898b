"""Where it is counted which notice terms bind, and for which products and days."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from pymongo import ReturnDocument

from services.agreements.contents import Group
from services.agreements.model import Agreement, Claim
from shared.mongo import Document, Mongo, Session


class NoticeGroups:
    """One document a processor: how many agreements that bind share which notice terms.

    ``version`` grows by one with every agreement that comes to bind, changes or ends: whoever
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
    """One document for two parties: which agreements bind them, for which products and days.

    Two activations at once meet at this document, and the database lets only one of them win.
    """

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.db["in_force"]

    def claims(self, session: Session | None, agreement: Agreement) -> dict[str, Claim]:
        """Claims by agreement id, of all that bind the two parties."""
        found = self._docs.find_one({"_id": _pair(agreement)}, session=session) or {}
        days = found.get("days", {})
        return {
            key: Claim(tuple(products), *map(_day, days.get(key, ())))
            for key, products in found.get("agreements", {}).items()
        }

    def note(self, session: Session | None, agreement: Agreement) -> None:
        """Remember whether, for which products and on which days, this agreement binds."""
        places = f"agreements.{agreement.id}", f"days.{agreement.id}"
        if agreement.binding:
            claim = agreement.claim
            told = list(claim.products), [_text(claim.since), _text(claim.until)]
            change: dict[str, Any] = {"$set": dict(zip(places, told, strict=True))}
        else:
            change = {"$unset": dict.fromkeys(places, "")}
        self._docs.update_one({"_id": _pair(agreement)}, change, upsert=True, session=session)


def _pair(agreement: Agreement) -> str:
    return f"{agreement.processor.id}|{agreement.controller.id}"


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _counts(leaves: Group | None, joins: Group | None) -> dict[str, int]:
    counts = {}
    if leaves:
        counts[f"groups.{leaves.key}.agreements"] = -1
    if joins:
        counts[f"groups.{joins.key}.agreements"] = 1
    return counts
