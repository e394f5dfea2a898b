"""Where organisations are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, cast

from pymongo import ASCENDING, IndexModel
from pymongo.errors import OperationFailure

from services.identity.model.matching import keys_of
from services.identity.model.organisations import Organisation, SlugTaken
from services.identity.store.revisions import seen_before
from services.identity.store.stored import StoredOrganisation
from shared.documents import from_document, to_document
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
            IndexModel([("match_keys", ASCENDING)]),
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
        document = _row(organisation)
        try:
            with duplicates_as_conflicts():
                self._docs.insert_one(document, session=session)
        except AlreadyExists as error:
            raise SlugTaken from error

    def enter(self, organisation: Organisation, session: Session) -> bool:
        """Add a processor's entry of its customer; False if it is there already."""
        row = _row(organisation)
        kept = {name: value for name, value in row.items() if name != "_id"}
        entered = self._docs.update_one(
            {"_id": organisation.id}, {"$setOnInsert": kept}, upsert=True, session=session
        )
        return entered.upserted_id is not None

    def matching(self, keys: Sequence[str]) -> list[Organisation]:
        """All that may be the same as one of these keys says, in the order of their making."""
        found = self._docs.find({"match_keys": {"$in": list(keys)}}).sort("_id", ASCENDING)
        return [_organisation(document) for document in found]

    def key_old_ones(self) -> None:
        """Organisations of before they had keys to be matched by."""
        for document in self._docs.find({"match_keys": {"$exists": False}}):
            keys = {"match_keys": keys_of(document).all()}
            self._docs.update_one({"_id": document["_id"]}, {"$set": keys})

    def get(self, org_id: str) -> Organisation:
        document = self._docs.find_one({"_id": org_id})
        if document is None:
            raise NotFound("There is no such organisation.")
        return _organisation(document)

    def platform(self, slug: str) -> Organisation | None:
        row = self._docs.find_one({"slug": slug, "kind": "platform", "namespace": None})
        return _organisation(row) if row else None

    def find(self, org_id: str) -> Organisation | None:
        return self._one({"_id": org_id})

    def public(self, slug: str) -> Organisation | None:
        """Of those whose slug is unique among all."""
        return self._one({"slug": slug, "namespace": None})

    def replace(self, organisation: Organisation, session: Session) -> None:
        """Save a changed one; ``PreconditionFailed`` when somebody else was faster."""
        seen = seen_before(organisation)
        document = _row(organisation)
        if not self._docs.replace_one(seen, document, session=session).matched_count:
            raise PreconditionFailed

    def _one(self, where: Mapping[str, Any]) -> Organisation | None:
        row = self._docs.find_one(where)
        return _organisation(row) if row else None

    def page(self, where: Mapping[str, Any], request: PageRequest) -> Page:
        page = find_page(self._docs, where, request)
        organisations = [_organisation(document) for document in page.items]
        return Page(organisations, page.next_cursor)


def _row(organisation: Organisation) -> StoredOrganisation:
    """The stored form: the organisation, and the keys that it is matched by."""
    keys = keys_of(vars(organisation)).all()
    return cast("StoredOrganisation", {**to_document(organisation), "match_keys": keys})


def _organisation(document: StoredOrganisation) -> Organisation:
    kept = {name: value for name, value in document.items() if name != "match_keys"}
    return from_document(Organisation, kept)
