"""Counts of binding agreements by notice terms, and the claims of each pair of parties."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from pymongo import ASCENDING, IndexModel, ReturnDocument

from services.agreements.contract.contents import Group
from services.agreements.model.agreement import Agreement, Claim
from services.agreements.model.tally import Profile, Share, Shares, profiles_of, share_of
from services.agreements.store.stored import (
    StoredClaims,
    StoredGroup,
    StoredGroups,
    StoredProfile,
)
from shared.documents import Document
from shared.mongo import Mongo, Session
from shared.scope import Cover


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

    def read(self, processor_id: str, session: Session | None = None) -> Document:
        """``{version, customers, groups: [{key, authorisation, terms, agreements, customers}]}``"""
        nothing: StoredGroups = {"_id": processor_id, "version": 0}
        stored = self._docs.find_one({"_id": processor_id}, session=session) or nothing
        groups = [_group(key, group) for key, group in sorted(stored.get("groups", {}).items())]
        agreements = sum(group["agreements"] for group in groups)
        customers = agreements - stored.get("repeats", 0)
        return {"version": stored["version"], "customers": customers, "groups": groups}


class Profiles:
    """How many customers have which profile, one document per processor and profile."""

    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "notice_profiles": [IndexModel([("processor_id", ASCENDING)])]
    }

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("notice_profiles", StoredProfile)

    def move(
        self, session: Session | None, processor_id: str, counts: Mapping[Profile, int]
    ) -> None:
        """Add ``counts`` to the numbers of customers; a profile of no customer is forgotten."""
        for profile, number in counts.items():
            one = {"_id": f"{processor_id}|{profile.id}"}
            covers = [cover.members() for cover in profile.covers]
            members = {"processor_id": processor_id, "key": profile.key, "covers": covers}
            change = {"$inc": {"customers": number}, "$setOnInsert": members}
            self._docs.update_one(one, change, upsert=True, session=session)
            self._docs.delete_one({**one, "customers": {"$lte": 0}}, session=session)

    def of(self, processor_id: str, session: Session | None = None) -> dict[Profile, int]:
        """The numbers of a processor's customers, by profile."""
        documents = self._docs.find({"processor_id": processor_id}, session=session)
        return {_profile(document): document["customers"] for document in documents}


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

    def others(self, session: Session | None, agreement: Agreement) -> Shares:
        """The shares of the other agreements of the same parties."""
        stored = self._stored(session, agreement)
        return Shares(tuple(_shares(stored, without=agreement.id)), _profiled(stored))

    def profiles(
        self, session: Session | None, processor_id: str, controller_ids: Collection[str]
    ) -> dict[str, list[Profile]]:
        """The profiles of each of these customers of a processor, as far as they are counted."""
        pairs = {f"{processor_id}|{each}": each for each in controller_ids}
        documents = self._docs.find({"_id": {"$in": list(pairs)}}, session=session)
        return {
            pairs[stored["_id"]]: profiles_of(_shares(stored))
            for stored in documents
            if _profiled(stored)
        }

    def record(self, session: Session | None, agreement: Agreement) -> None:
        """Write the agreement's claim, or remove it if the agreement no longer counts."""
        places = _places(agreement)
        share = share_of(agreement)
        if share:
            claim = agreement.claim
            values = (list(claim.products), [_text(claim.since), _text(claim.until)],
                    [share.key, _text(share.cover.ends_on)])  # fmt: skip
            stated = {**dict(zip(places, values, strict=True)), "profiled": True}
            change: dict[str, Any] = {"$set": stated}
        else:
            change = {"$unset": dict.fromkeys(places, ""), "$set": {"profiled": True}}
        self._docs.update_one({"_id": _pair(agreement)}, change, upsert=True, session=session)

    def remove(self, session: Session | None, agreement: Agreement) -> None:
        """Remove the claim from this pair of parties: the agreement moves to another pair."""
        change = {"$unset": dict.fromkeys(_places(agreement), ""), "$set": {"profiled": True}}
        self._docs.update_one({"_id": _pair(agreement)}, change, session=session)

    def _stored(self, session: Session | None, agreement: Agreement) -> StoredClaims:
        pair = _pair(agreement)
        return self._docs.find_one({"_id": pair}, session=session) or {"_id": pair}


def _profiled(stored: StoredClaims) -> bool:
    return stored.get("profiled", False) or not stored.get("shares")


def _shares(stored: StoredClaims, without: str = "") -> Iterator[Share]:
    products, days = stored.get("agreements", {}), stored.get("days", {})
    for agreement_id, (key, ends_on) in stored.get("shares", {}).items():
        if agreement_id != without:
            begins_on = _day(days.get(agreement_id, [None])[0])
            named = tuple(sorted(products.get(agreement_id, ())))
            yield Share(key, Cover(named, begins_on, _day(ends_on)))


def _profile(stored: StoredProfile) -> Profile:
    return Profile(stored["key"], tuple(Cover.parse(cover) for cover in stored["covers"]))


def _places(agreement: Agreement) -> list[str]:
    return [f"{name}.{agreement.id}" for name in ("agreements", "days", "shares")]


def _pair(agreement: Agreement) -> str:
    return f"{agreement.processor.id}|{agreement.controller.id}"


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _group(key: str, group: StoredGroup) -> Document:
    return {
        "key": key, "authorisation": group["authorisation"], "terms": group["terms"],
        "agreements": group["agreements"],
        "customers": group["agreements"] - group.get("repeats", 0),
    }  # fmt: skip


def _empty(document: StoredGroups) -> list[str]:
    """Paths of groups whose count is zero."""
    groups = document.get("groups", {}).items()
    return [f"groups.{key}" for key, group in groups if group["agreements"] <= 0]
