"""What customers propose to change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pymongo import ASCENDING, IndexModel

from services.agreements.model.proposals import UNDECIDED, Proposal
from services.agreements.store.stored import StoredProposal
from shared.documents import from_document, to_row
from shared.errors import NotFound
from shared.mongo import Mongo, Session
from shared.pagination import Page, PageRequest, find_page


class Proposals:
    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "proposals": [
            IndexModel([("agreement_id", ASCENDING), ("_id", ASCENDING)]),
            IndexModel([("processor_id", ASCENDING), ("state", ASCENDING), ("_id", ASCENDING)]),
        ],
    }

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("proposals", StoredProposal)

    def add(self, session: Session, proposal: Proposal) -> None:
        self._docs.insert_one(to_row(proposal, StoredProposal), session=session)

    def put(self, session: Session, proposal: Proposal) -> None:
        row = to_row(proposal, StoredProposal)
        self._docs.replace_one({"_id": proposal.id}, row, session=session)

    def get(self, session: Session | None, agreement_id: str, proposal_id: str) -> Proposal:
        where = {"_id": proposal_id, "agreement_id": agreement_id}
        stored = self._docs.find_one(where, session=session)
        if stored is None:
            raise NotFound("There is no such proposal.")
        return from_document(Proposal, stored)

    def undecided(self, session: Session, agreement_id: str) -> int:
        where = {"agreement_id": agreement_id, "state": {"$in": list(UNDECIDED)}}
        return self._docs.count_documents(where, session=session)

    def page(self, where: Mapping[str, Any], request: PageRequest) -> Page:
        """The newest first."""
        page = find_page(self._docs, where, request, newest_first=True)
        return Page([from_document(Proposal, each) for each in page.items], page.next_cursor)

    def erase(self, session: Session, agreement_id: str) -> None:
        self._docs.delete_many({"agreement_id": agreement_id}, session=session)
