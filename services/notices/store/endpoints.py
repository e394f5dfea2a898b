"""Webhook endpoints of customers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from services.notices.model.endpoints import Endpoint, TooManyEndpoints
from shared.documents import from_document, to_document
from shared.errors import NotFound, PreconditionFailed
from shared.mongo import Mongo, Session
from shared.pagination import Page, PageRequest, find_page


class Endpoints:
    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.db["endpoints"]
        self._counts = mongo.db["endpoint_counts"]

    def add(self, endpoint: Endpoint, most: int, session: Session | None = None) -> None:
        """Raises ``TooManyEndpoints`` when the customer has ``most`` already."""
        # Two requests at once meet at this row, so that neither overlooks the other.
        owner = {"_id": endpoint.controller_id}
        self._counts.update_one(owner, {"$inc": {"turns": 1}}, upsert=True, session=session)
        where = {"controller_id": endpoint.controller_id}
        if self._docs.count_documents(where, session=session) >= most:
            raise TooManyEndpoints(f"A customer may have {most} webhook endpoints.")
        self._docs.insert_one(to_document(endpoint), session=session)

    def find(self, endpoint_id: str) -> Endpoint | None:
        found = self._docs.find_one({"_id": endpoint_id})
        return from_document(Endpoint, found) if found else None

    def get(self, endpoint_id: str, controller_id: str) -> Endpoint:
        """This customer's endpoint; ``NotFound`` when there is none."""
        found = self.find(endpoint_id)
        if found is None or found.controller_id != controller_id:
            raise NotFound("There is no such webhook endpoint.")
        return found

    def replace(self, endpoint: Endpoint, session: Session | None = None) -> None:
        """Save a changed one; ``PreconditionFailed`` when somebody else was faster."""
        seen = {"_id": endpoint.id, "revision": endpoint.revision - 1}
        done = self._docs.replace_one(seen, to_document(endpoint), session=session)
        if not done.matched_count:
            raise PreconditionFailed

    def remove(self, endpoint_id: str, revision: int, session: Session | None = None) -> None:
        where = {"_id": endpoint_id, "revision": revision}
        if not self._docs.delete_one(where, session=session).deleted_count:
            raise PreconditionFailed

    def page(self, controller_id: str, request: PageRequest) -> Page:
        page = find_page(self._docs, {"controller_id": controller_id}, request)
        return Page([from_document(Endpoint, each) for each in page.items], page.next_cursor)

    def many(self, endpoint_ids: Iterable[str]) -> dict[str, Endpoint]:
        found = self._docs.find({"_id": {"$in": list(endpoint_ids)}})
        return {each["_id"]: from_document(Endpoint, each) for each in found}

    def of_controllers(self, controller_ids: Iterable[str]) -> dict[str, list[Endpoint]]:
        by_owner: dict[str, list[Endpoint]] = defaultdict(list)
        for each in self._docs.find({"controller_id": {"$in": list(set(controller_ids))}}):
            by_owner[each["controller_id"]].append(from_document(Endpoint, each))
        return by_owner
