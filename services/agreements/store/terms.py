"""Counts of binding agreements by notice terms, and the claims of each pair of parties."""

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
    """Terms groups with their counts, one document per processor.

    ``version``, the watermark, grows by one with every agreement that begins to bind, changes or
    ends: a service that has seen every version up to N knows all customers as of N (0007).
    """

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.db["notice_groups"]

    def move(
        self,
        session: Session | None,
        processor_id: str,
        counts: Mapping[str, int],
        joins: Group | None,
        *,
        moves_watermark: bool = True,
    ) -> int:
        """Count by ``counts`` (``moved``); the version after it, a new one if ``moves_watermark``.

        ``joins`` is the group that an agreement comes to, whose terms must be there to be read.
        """
        changes: dict[str, Any] = {"$inc": {**counts, "version": int(moves_watermark)}}
        if joins:
            terms = {"authorisation": joins.authorisation, "terms": asdict(joins.terms)}
            changes["$set"] = {f"groups.{joins.key}.{name}": value for name, value in terms.items()}
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
        groups = [_group(key, group) for key, group in sorted(found.get("groups", {}).items())]
        agreements = sum(each["agreements"] for each in groups)
        customers = agreements - found.get(REPEATS, 0)
        return {"version": found["version"], "customers": customers, "groups": groups}


class BindingClaims:
    """What the agreements between two parties claim, one document per pair of parties.

    Every activation writes this document, so of two concurrent ones only one can commit. The
    collection keeps its old name.
    """

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.db["in_force"]

    def between(self, session: Session | None, agreement: Agreement) -> dict[str, Claim]:
        """The claims of all agreements that bind the two parties, by agreement id."""
        found = self._docs.find_one({"_id": _pair(agreement)}, session=session) or {}
        days = found.get("days", {})
        return {
            key: Claim(tuple(products), *map(_day, days.get(key, ())))
            for key, products in found.get("agreements", {}).items()
        }

    def others(self, session: Session | None, agreement: Agreement) -> list[Share]:
        """The shares of the other agreements of the same parties."""
        found = self._docs.find_one({"_id": _pair(agreement)}, session=session) or {}
        return [Share(key, _day(day)) for each, (key, day) in found.get("shares", {}).items()
                if each != agreement.id]  # fmt: skip

    def record(self, session: Session | None, agreement: Agreement) -> None:
        """Write the agreement's claim, or remove it if the agreement no longer counts."""
        places = _places(agreement)
        share = share_of(agreement)
        if share:
            claim = agreement.claim
            values = (list(claim.products), [_text(claim.since), _text(claim.until)],
                    [share.key, _text(share.ends_on)])  # fmt: skip
            change: dict[str, Any] = {"$set": dict(zip(places, values, strict=True))}
        else:
            change = {"$unset": dict.fromkeys(places, "")}
        self._docs.update_one({"_id": _pair(agreement)}, change, upsert=True, session=session)

    def remove(self, session: Session | None, agreement: Agreement) -> None:
        """Remove the claim from this pair of parties: the agreement moves to another pair."""
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


def _group(key: str, group: Document) -> Document:
    ends = sorted(group.get("ends", {}).items())
    return {
        "key": key, "authorisation": group["authorisation"], "terms": group["terms"],
        "agreements": group["agreements"],
        "customers": group["agreements"] - group.get(REPEATS, 0),
        "ends": [{"on": _day(day), "agreements": each["agreements"],
                  "customers": each.get("customers", 0)} for day, each in ends],
    }  # fmt: skip


def _empty(document: Document) -> list[str]:
    """Paths of groups and end days whose count is zero."""
    places = []
    for key, group in document.get("groups", {}).items():
        if group["agreements"] <= 0:
            places.append(f"groups.{key}")
            continue
        days = group.get("ends", {}).items()
        places += [f"groups.{key}.ends.{day}" for day, each in days if each["agreements"] <= 0]
    return places
