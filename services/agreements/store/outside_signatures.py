"""Signature providers of processors, and what was asked of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pymongo import ASCENDING, IndexModel

from services.agreements.model.outside_signatures import (
    OPEN,
    WAITING,
    NoSignatureProvider,
    SignatureProvider,
    SignatureRequest,
)
from services.agreements.store.stored import StoredSignatureProvider, StoredSignatureRequest
from shared.documents import from_document, to_row
from shared.errors import NotFound
from shared.mongo import Mongo, Session
from shared.pagination import Page, PageRequest, find_page


class SignatureProviders:
    """One of each processor at most."""

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("signature_providers", StoredSignatureProvider)

    def get(self, org_id: str) -> SignatureProvider:
        """Raises ``NoSignatureProvider``."""
        stored = self._docs.find_one({"_id": org_id})
        if stored is None:
            raise NoSignatureProvider
        return from_document(SignatureProvider, stored)

    def put(self, session: Session, provider: SignatureProvider) -> None:
        row = to_row(provider, StoredSignatureProvider)
        self._docs.replace_one({"_id": provider.id}, row, upsert=True, session=session)

    def remove(self, session: Session, org_id: str) -> None:
        self._docs.delete_one({"_id": org_id}, session=session)


class SignatureRequests:
    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "signature_requests": [
            IndexModel([("agreement_id", ASCENDING), ("_id", ASCENDING)]),
            # Only what is to be sent is in it, so an idle round reads nothing.
            IndexModel([("_id", ASCENDING), ("state", ASCENDING)], name="to_send",
                       partialFilterExpression={"state": WAITING}),
        ],
    }  # fmt: skip

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("signature_requests", StoredSignatureRequest)

    def add(self, session: Session, request: SignatureRequest) -> None:
        self._docs.insert_one(to_row(request, StoredSignatureRequest), session=session)

    def put(self, session: Session, request: SignatureRequest) -> None:
        row = to_row(request, StoredSignatureRequest)
        self._docs.replace_one({"_id": request.id}, row, session=session)

    def get(self, session: Session | None, request_id: str) -> SignatureRequest:
        stored = self._docs.find_one({"_id": request_id}, session=session)
        if stored is None:
            raise NotFound("There is no such signature request.")
        return from_document(SignatureRequest, stored)

    def open_of(self, session: Session, agreement_id: str) -> list[SignatureRequest]:
        return self._found({"agreement_id": agreement_id, "state": {"$in": list(OPEN)}}, session)

    def to_send(self, but: Sequence[str], limit: int) -> list[SignatureRequest]:
        """Those that wait to be sent, the oldest first."""
        return self._found({"state": WAITING, "_id": {"$nin": list(but)}}, None, limit)

    def waiting_among(self, request_ids: Sequence[str]) -> list[SignatureRequest]:
        return self._found({"state": WAITING, "_id": {"$in": list(request_ids)}}, None)

    def page(self, agreement_id: str, request: PageRequest) -> Page:
        """The newest first."""
        where = {"agreement_id": agreement_id}
        page = find_page(self._docs, where, request, newest_first=True)
        items = [from_document(SignatureRequest, each) for each in page.items]
        return Page(items, page.next_cursor)

    def erase(self, session: Session, agreement_id: str) -> None:
        self._docs.delete_many({"agreement_id": agreement_id}, session=session)

    def _found(
        self, where: Mapping[str, Any], session: Session | None, limit: int = 0
    ) -> list[SignatureRequest]:
        rows = self._docs.find(where, session=session).sort("_id", ASCENDING).limit(limit)
        return [from_document(SignatureRequest, each) for each in rows]
