"""Counts of binding agreements by notice terms, and the claims of each pair of parties."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pymongo import ReturnDocument

from services.agreements.contract.contents import Group
from services.agreements.model.agreement import Agreement, Claim
from services.agreements.model.tally import Share, share_of
from services.agreements.store.stored import StoredClaims, StoredGroup, StoredGroups
from shared.documents import Document
from shared.mongo import Mongo, Session


class NoticeGroups:
    """Terms groups with their counts, one document per processor.

    ``version``, the watermark, grows by one with every agreement that begins to bind, changes or
    ends: a service that has seen every version up to N knows all customers as of N (0007).
    """

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("notice_groups", StoredGroups)

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
            terms = {"authorisation": joins.authorisation, "terms": joins.terms.members()}
            changes["$set"] = {f"groups.{joins.key}.{name}": value for name, value in terms.items()}
        now = self._docs.find_one_and_update(
            {"_id": processor_id}, changes, upsert=True,
            return_document=ReturnDocument.AFTER, session=session,
        )  # fmt: skip
        # Never None after an upsert; the driver's types cannot know.
        now = now or {"_id": processor_id, "version": 0}
        if empty := _empty(now):
            gone = {"$unset": dict.fromkeys(empty, "")}
            self._docs.update_one({"_id": processor_id}, gone, session=session)
        return now["version"]

    def read(self, processor_id: str) -> Document:
        """``{version, customers, groups: [{key, authorisation, terms, agreements, customers,
        ends: [{on, agreements, customers}]}]}``."""
        nothing: StoredGroups = {"_id": processor_id, "version": 0}
        stored = self._docs.find_one({"_id": processor_id}) or nothing
        groups = [_group(key, group) for key, group in sorted(stored.get("groups", {}).items())]
        agreements = sum(group["agreements"] for group in groups)
        customers = agreements - stored.get("repeats", 0)
        return {"version": stored["version"], "customers": customers, "groups": groups}


class BindingClaims:
    """What the agreements between two parties claim, one document per pair of parties.

    Every activation writes this document, so of two concurrent ones only one can commit. The
    collection keeps its old name.
    """

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("in_force", StoredClaims)

    def between(self, session: Session | None, agreement: Agreement) -> dict[str, Claim]:
        """The claims of all agreements that bind the two parties, by agreement id."""
        stored = self._stored(session, agreement)
        days = stored.get("days", {})
        return {
            key: Claim(tuple(products), *map(_day, days.get(key, ())))
            for key, products in stored.get("agreements", {}).items()
        }

    def others(self, session: Session | None, agreement: Agreement) -> list[Share]:
        """The shares of the other agreements of the same parties."""
        shares = self._stored(session, agreement).get("shares", {})
        return [
            Share(key, _day(day))
            for agreement_id, (key, day) in shares.items()
            if agreement_id != agreement.id
        ]

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

    def _stored(self, session: Session | None, agreement: Agreement) -> StoredClaims:
        pair = _pair(agreement)
        return self._docs.find_one({"_id": pair}, session=session) or {"_id": pair}


def _places(agreement: Agreement) -> list[str]:
    return [f"{name}.{agreement.id}" for name in ("agreements", "days", "shares")]


def _pair(agreement: Agreement) -> str:
    return f"{agreement.processor.id}|{agreement.controller.id}"


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _group(key: str, group: StoredGroup) -> Document:
    ends = sorted(group.get("ends", {}).items())
    return {
        "key": key, "authorisation": group["authorisation"], "terms": group["terms"],
        "agreements": group["agreements"],
        "customers": group["agreements"] - group.get("repeats", 0),
        "ends": [{"on": _day(day), "agreements": end["agreements"],
                  "customers": end.get("customers", 0)} for day, end in ends],
    }  # fmt: skip


def _empty(document: StoredGroups) -> list[str]:
    """Paths of groups and end days whose count is zero."""
    places = []
    for key, group in document.get("groups", {}).items():
        if group["agreements"] <= 0:
            places.append(f"groups.{key}")
            continue
        days = group.get("ends", {}).items()
        places += [f"groups.{key}.ends.{day}" for day, end in days if end["agreements"] <= 0]
    return places
