"""Webhook endpoints of customers and vendors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import cast

from pymongo import UpdateMany

from services.notices.model.endpoints import (
    Destination,
    Endpoint,
    Secret,
    Subscription,
    TooManyEndpoints,
)
from services.notices.model.filters import Filters
from services.notices.model.health import QUIET, Health, Report
from services.notices.model.stored import StoredEndpoint, StoredTurns
from shared.documents import Document, from_document, to_document
from shared.errors import NotFound, PreconditionFailed
from shared.mongo import Mongo, Session
from shared.pagination import Page, PageRequest, find_page

# What is read for every notice, and for every attempt: to read all of it showed up in profiles.
_COMMON = ("controller_id", "disabled_at", "probing", "health")
_FILTERS = ("event_types", "processors", "materiality", "products")
_OF_SUBSCRIPTION = dict.fromkeys((*_COMMON, *_FILTERS, "created_at"), 1)
_OF_DESTINATION = dict.fromkeys((*_COMMON, "url", "secrets", "revision"), 1)


class Endpoints:
    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("endpoints", StoredEndpoint)
        self._counts = mongo.collection("endpoint_counts", StoredTurns)

    def add(self, endpoint: Endpoint, most: int, session: Session | None = None) -> None:
        """Raises ``TooManyEndpoints`` when the customer has ``most`` already."""
        # Two requests at once meet at this row, so that neither overlooks the other.
        owner = {"_id": endpoint.controller_id}
        self._counts.update_one(owner, {"$inc": {"turns": 1}}, upsert=True, session=session)
        where = {"controller_id": endpoint.controller_id}
        if self._docs.count_documents(where, session=session) >= most:
            raise TooManyEndpoints(f"A customer may have {most} webhook endpoints.")
        self._docs.insert_one(members_of(endpoint), session=session)

    def find(self, endpoint_id: str) -> Endpoint | None:
        document = self._docs.find_one({"_id": endpoint_id})
        return _endpoint(document) if document else None

    def get(self, endpoint_id: str, controller_id: str) -> Endpoint:
        """This customer's endpoint; ``NotFound`` when there is none."""
        endpoint = self.find(endpoint_id)
        if endpoint is None or endpoint.controller_id != controller_id:
            raise NotFound("There is no such webhook endpoint.")
        return endpoint

    def replace(self, endpoint: Endpoint, session: Session | None = None) -> None:
        """Save a changed one; ``PreconditionFailed`` when somebody else was faster."""
        seen = {"_id": endpoint.id, "revision": endpoint.revision - 1}
        done = self._docs.update_one(seen, {"$set": members_of(endpoint)}, session=session)
        if not done.matched_count:
            raise PreconditionFailed

    def remove(self, endpoint_id: str, revision: int, session: Session | None = None) -> None:
        where = {"_id": endpoint_id, "revision": revision}
        if not self._docs.delete_one(where, session=session).deleted_count:
            raise PreconditionFailed

    def page(self, controller_id: str, request: PageRequest) -> Page:
        page = find_page(self._docs, {"controller_id": controller_id}, request)
        return Page([_endpoint(document) for document in page.items], page.next_cursor)

    def after(self, endpoint_id: str, limit: int) -> list[str]:
        """The ids of the next endpoints of all customers after one, in their order."""
        where = {"_id": {"$gt": endpoint_id}}
        rows = self._docs.find(where, {"_id": 1}).sort("_id", 1).limit(limit)
        return [row["_id"] for row in rows]

    def many(self, endpoint_ids: Iterable[str]) -> dict[str, Endpoint]:
        documents = self._docs.find({"_id": {"$in": list(endpoint_ids)}})
        return {document["_id"]: _endpoint(document) for document in documents}

    def of_controllers(self, controller_ids: Iterable[str]) -> dict[str, list[Endpoint]]:
        by_owner: dict[str, list[Endpoint]] = defaultdict(list)
        for document in self._docs.find({"controller_id": {"$in": list(set(controller_ids))}}):
            by_owner[document["controller_id"]].append(_endpoint(document))
        return by_owner

    def subscriptions(self, controller_ids: Iterable[str]) -> dict[str, list[Subscription]]:
        """By customer, as much of its endpoints as fan-out needs."""
        by_owner: dict[str, list[Subscription]] = defaultdict(list)
        where = {"controller_id": {"$in": list(set(controller_ids))}}
        for document in self._docs.find(where, _OF_SUBSCRIPTION):
            by_owner[document["controller_id"]].append(_subscription(document))
        return by_owner

    def subscription(self, endpoint_id: str) -> Subscription | None:
        document = self._docs.find_one({"_id": endpoint_id}, _OF_SUBSCRIPTION)
        return _subscription(document) if document else None

    def destinations(self, endpoint_ids: Iterable[str]) -> dict[str, Destination]:
        """As much of these endpoints as a dispatcher needs."""
        documents = self._docs.find({"_id": {"$in": list(endpoint_ids)}}, _OF_DESTINATION)
        return {document["_id"]: _destination(document) for document in documents}

    def open(self, endpoint_id: str) -> bool:
        """The probe has succeeded: everything may be sent again. False when it was not waiting."""
        probing = {"_id": endpoint_id, "probing": True}
        change: Document = {"$set": {"probing": False}, "$inc": {"revision": 1}}
        return bool(self._docs.update_one(probing, change).matched_count)

    def report(self, reports: Mapping[str, Report]) -> None:
        """Add what attempts said to the health of their endpoints."""
        alike: dict[Report, list[str]] = defaultdict(list)
        for name, report in reports.items():
            alike[report].append(name)
        writes = [update for report, names in alike.items() for update in _updates(names, report)]
        if writes:
            self._docs.bulk_write(writes)

    def warned(self, endpoint_id: str, stage: int, now: datetime, session: Session) -> bool:
        """Note that the owner is being warned; False when somebody else has done so."""
        where: Document = {"_id": endpoint_id, "health.warned": {"$not": {"$gte": stage}}}
        if stage == 1:
            where["health.warned_at"] = {"$not": {"$gt": now - QUIET}}
        warning = {"$set": {"health.warned": stage, "health.warned_at": now}}
        return bool(self._docs.update_one(where, warning, session=session).matched_count)

    def forget_health(self, endpoint_id: str, session: Session | None = None) -> None:
        """Its owner begins anew."""
        self._docs.update_one({"_id": endpoint_id}, {"$unset": {"health": ""}}, session=session)


def _endpoint(document: StoredEndpoint) -> Endpoint:
    return from_document(Endpoint, document)


def _subscription(document: StoredEndpoint) -> Subscription:
    return Subscription(
        document["_id"],
        document["controller_id"],
        Filters(
            document["event_types"],
            document["processors"],
            document.get("materiality", ()),
            document.get("products", ()),
        ),
        document["created_at"],
        document["disabled_at"] is None and not document["probing"],
        _health(document),
    )


def _destination(document: StoredEndpoint) -> Destination:
    return Destination(
        document["_id"],
        document["controller_id"],
        document["url"],
        [Secret(**secret) for secret in document["secrets"]],
        document["disabled_at"],
        document["probing"],
        _health(document),
        document["revision"],
    )


def _health(document: StoredEndpoint) -> Health | None:
    health = document.get("health")
    return Health(**health) if health else None


def members_of(endpoint: Endpoint) -> StoredEndpoint:
    # Health is written by ``report`` alone: the owner and the dispatchers must not collide.
    document = {name: value for name, value in to_document(endpoint).items() if name != "health"}
    return cast("StoredEndpoint", document)


def _updates(endpoint_ids: Sequence[str], report: Report) -> Iterable[UpdateMany]:
    these = {"_id": {"$in": list(endpoint_ids)}}
    if report.ok:
        over = (
            "failures",
            "first_failure_at",
            "last_failure_at",
            "warned",
            "blocked_at",
            "last_error",
        )
        yield UpdateMany(these, {"$unset": {f"health.{name}": "" for name in over}})
    latest = {
        f"health.{name}": getattr(report, name)
        for name in ("last_failure_at", "slow_until", "blocked_at", "last_error")
        if getattr(report, name) is not None
    }
    change: Document = {"$set": latest} if latest else {}
    if report.failures:
        change["$inc"] = {"health.failures": report.failures}
        change["$min"] = {"health.first_failure_at": report.first_failure_at}
    if change:
        yield UpdateMany(these, change)
