"""Where it is counted which notice terms bind, and for which products and days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from pymongo import ReturnDocument

from services.agreements.contract.contents import Group
from services.agreements.model.agreement import Agreement, Claim
from services.agreements.model.tally import REPEATS, Share, share_of
from shared.documents import Document
from shared.mongo import Mongo, Session


class NoticeGroups:
    """One document a processor: how many agreements that bind share which notice terms.

    ``version`` grows by one with every agreement that comes to bind, changes or ends: whoever
    has seen all versions up to one knows every customer of that moment.
    """

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.db["notice_groups"]

    def move(
        self,
        session: Session | None,
        processor_id: str,
        steps: Mapping[str, int],
        joins: Group | None,
        *,
        told: bool = True,
    ) -> int:
        """Count by ``steps`` (``moved``); the version after it, a new one if it is ``told``.

        ``joins`` is the group that an agreement comes to, whose terms must be there to be read.
        """
        changes: dict[str, Any] = {"$inc": {**steps, "version": int(told)}}
        if joins:
            terms = {"authorisation": joins.authorisation, "terms": asdict(joins.terms)}
            changes["$set"] = {f"groups.{joins.key}.{name}": told for name, told in terms.items()}
        now: Document | None = self._docs.find_one_and_update(
            {"_id": processor_id}, changes, upsert=True,
            return_document=ReturnDocument.AFTER, session=session,
        )  # fmt: skip
        now = now or {}  # Never empty after an upsert; the driver's types cannot know.
        if empty := _empty(now):
            gone = {"$unset": dict.fromkeys(empty, "")}
            self._docs.update_one({"_id": processor_id}, gone, session=session)
        return int(now["version"])

    def read(self, processor_id: str) -> Document:
        """``{version, customers, groups: [{key, authorisation, terms, agreements, customers,
        ends: [{on, agreements, customers}]}]}``."""
        found = self._docs.find_one({"_id": processor_id}) or {"version": 0}
        groups = [_group(key, told) for key, told in sorted(found.get("groups", {}).items())]
        agreements = sum(each["agreements"] for each in groups)
        customers = agreements - found.get(REPEATS, 0)
        return {"version": found["version"], "customers": customers, "groups": groups}


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

    def others(self, session: Session | None, agreement: Agreement) -> list[Share]:
        """What the other agreements that bind the two parties count as."""
        found = self._docs.find_one({"_id": _pair(agreement)}, session=session) or {}
        return [Share(key, _day(day)) for each, (key, day) in found.get("shares", {}).items()
                if each != agreement.id]  # fmt: skip

    def note(self, session: Session | None, agreement: Agreement) -> None:
        """Remember whether, for which products and on which days, this agreement binds."""
        places = _places(agreement)
        share = share_of(agreement)
        if share:
            claim = agreement.claim
            told = (list(claim.products), [_text(claim.since), _text(claim.until)],
                    [share.key, _text(share.ends_on)])  # fmt: skip
            change: dict[str, Any] = {"$set": dict(zip(places, told, strict=True))}
        else:
            change = {"$unset": dict.fromkeys(places, "")}
        self._docs.update_one({"_id": _pair(agreement)}, change, upsert=True, session=session)

    def forget(self, session: Session | None, agreement: Agreement) -> None:
        """Between these two parties it binds no more: it does between others."""
        gone = dict.fromkeys(_places(agreement), "")
        self._docs.update_one({"_id": _pair(agreement)}, {"$unset": gone}, session=session)


def _places(agreement: Agreement) -> list[str]:
    return [f"{name}.{agreement.id}" for name in ("agreements", "days", "shares")]


def _pair(agreement: Agreement) -> str:
    return f"{agreement.processor.id}|{agreement.controller.id}"


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _group(key: str, told: Document) -> Document:
    ends = sorted(told.get("ends", {}).items())
    return {
        "key": key, "authorisation": told["authorisation"], "terms": told["terms"],
        "agreements": told["agreements"],
        "customers": told["agreements"] - told.get(REPEATS, 0),
        "ends": [{"on": _day(day), "agreements": each["agreements"],
                  "customers": each.get("customers", 0)} for day, each in ends],
    }  # fmt: skip


def _empty(document: Document) -> list[str]:
    """The places where nothing is left to count."""
    places = []
    for key, group in document.get("groups", {}).items():
        if group["agreements"] <= 0:
            places.append(f"groups.{key}")
            continue
        days = group.get("ends", {}).items()
        places += [f"groups.{key}.ends.{day}" for day, each in days if each["agreements"] <= 0]
    return places
