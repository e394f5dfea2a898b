"""Transfer impact assessments, and the requests of customers for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from pymongo import ASCENDING, IndexModel

from services.registry.model.assessments import Assessment, EvidenceRequest
from services.registry.store.stored import StoredAssessment, StoredEvidenceRequest
from shared.documents import from_document, to_row
from shared.errors import NotFound
from shared.mongo import Mongo, Session
from shared.pagination import Page, PageRequest, find_page


class Assessments:
    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "assessments": [IndexModel([("processor_id", ASCENDING), ("_id", ASCENDING)])],
    }

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("assessments", StoredAssessment)

    def add(self, assessment: Assessment, session: Session) -> None:
        self._docs.insert_one(to_row(assessment, StoredAssessment), session=session)

    def among(self, processor_id: str, ids: Sequence[str]) -> dict[str, Assessment]:
        """Those of these assessments that are this vendor's, by id."""
        where: dict[str, Any] = {"_id": {"$in": list(ids)}, "processor_id": processor_id}
        found = self._docs.find(where) if ids else ()
        return {document["_id"]: from_document(Assessment, document) for document in found}

    def page(self, processor_id: str, request: PageRequest) -> Page:
        where = {"processor_id": processor_id}
        page = find_page(self._docs, where, request, newest_first=True)
        return Page([from_document(Assessment, each) for each in page.items], page.next_cursor)


class EvidenceRequests:
    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "evidence_requests": [
            IndexModel([("processor_id", ASCENDING), ("_id", ASCENDING)]),
            IndexModel([("controller_id", ASCENDING), ("_id", ASCENDING)]),
            IndexModel(
                [
                    ("controller_id", ASCENDING),
                    ("processor_id", ASCENDING),
                    ("requested_at", ASCENDING),
                ]
            ),
        ],
    }

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("evidence_requests", StoredEvidenceRequest)

    def add(self, request: EvidenceRequest, session: Session) -> None:
        self._docs.insert_one(to_row(request, StoredEvidenceRequest), session=session)

    def get(self, request_id: str) -> EvidenceRequest:
        document = self._docs.find_one({"_id": request_id})
        if document is None:
            raise NotFound("There is no such request.")
        return from_document(EvidenceRequest, document)

    def since(self, processor_id: str, controller_id: str, at: datetime, most: int) -> int:
        """How many requests of a customer to a vendor came after ``at``, counted up to ``most``."""
        where: dict[str, Any] = {
            "controller_id": controller_id,
            "processor_id": processor_id,
            "requested_at": {"$gt": at},
        }
        return self._docs.count_documents(where, limit=most)

    def page(self, where: dict[str, Any], request: PageRequest) -> Page:
        """``where`` names the vendor or the customer: ``processor_id``, ``controller_id``."""
        page = find_page(self._docs, where, request, newest_first=True)
        items = [from_document(EvidenceRequest, each) for each in page.items]
        return Page(items, page.next_cursor)
