"""Where organisations are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pymongo import ASCENDING, IndexModel
from pymongo.errors import OperationFailure

from services.identity.model.organisations import Organisation, SlugTaken
from services.identity.store.revisions import seen_before
from services.identity.store.stored import StoredOrganisation
from shared.documents import from_document, to_row
from shared.errors import NotFound, PreconditionFailed
from shared.mongo import AlreadyExists, Mongo, Session, duplicates_as_conflicts
from shared.pagination import Page, PageRequest, find_page

# No such index, no such collection.
NOTHING_TO_DROP = (27, 26)


class Organisations:
    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "organisations": [
            IndexModel([("slug", ASCENDING), ("namespace", ASCENDING)], unique=True),
            IndexModel([("created_by", ASCENDING), ("_id", ASCENDING)]),
        ]
    }

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("organisations", StoredOrganisation)

    def drop_old_index(self) -> None:
        """Slugs were unique among all; now they are among those that may know each other."""
        try:
            self._docs.drop_index("slug_1")
        except OperationFailure as error:
            if error.code not in NOTHING_TO_DROP:
                raise

    def add(self, organisation: Organisation, session: Session) -> None:
        """Raises ``SlugTaken``."""
        document = to_row(organisation, StoredOrganisation)
        try:
            with duplicates_as_conflicts():
                self._docs.insert_one(document, session=session)
        except AlreadyExists as error:
            raise SlugTaken from error

    def get(self, org_id: str) -> Organisation:
        document = self._docs.find_one({"_id": org_id})
        if document is None:
            raise NotFound("There is no such organisation.")
        return from_document(Organisation, document)

    def platform(self, slug: str) -> Organisation | None:
        row = self._docs.find_one({"slug": slug, "kind": "platform", "namespace": None})
        return from_document(Organisation, row) if row else None

    def replace(self, organisation: Organisation, session: Session) -> None:
        """Save a changed one; ``PreconditionFailed`` when somebody else was faster."""
        seen = seen_before(organisation)
        document = to_row(organisation, StoredOrganisation)
        if not self._docs.replace_one(seen, document, session=session).matched_count:
            raise PreconditionFailed

    def page(self, where: Mapping[str, Any], request: PageRequest) -> Page:
        page = find_page(self._docs, where, request)
        organisations = [from_document(Organisation, document) for document in page.items]
        return Page(organisations, page.next_cursor)
