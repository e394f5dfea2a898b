"""Templates, and standing acceptances of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, cast

from pymongo import ASCENDING, IndexModel

from services.agreements.contract.wording import StandingAcceptance, Template
from services.agreements.store.stored import StoredStandingAcceptance, StoredTemplate
from shared.documents import Document, from_document, to_document
from shared.mongo import Mongo, Session, duplicates_as_conflicts
from shared.pagination import Page, PageRequest, find_page

# More templates than a processor keeps.
MOST_TEXTS = 200


class Templates:
    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "templates": [
            IndexModel([("owner", ASCENDING), ("_id", ASCENDING)]),
            # A version has one successor: two at once would be two templates of one number.
            IndexModel([("replaces", ASCENDING)], unique=True, sparse=True),
        ],
        "standing_acceptances": [IndexModel([("owner", ASCENDING), ("_id", ASCENDING)])],
    }  # fmt: skip

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("templates", StoredTemplate)
        self._standing = mongo.collection("standing_acceptances", StoredStandingAcceptance)

    def add(self, template: Template, session: Session | None = None) -> None:
        """Raises ``AlreadyExists`` when the one it replaces has been replaced already."""
        with duplicates_as_conflicts():
            self._docs.insert_one(cast("StoredTemplate", _document(template)), session=session)

    def seed(self, templates: Sequence[Template]) -> None:
        """Add the templates that are missing. Existing ones are never changed."""
        for template in templates:
            document = _document(template)
            key = {"_id": document.pop("_id")}
            self._docs.update_one(key, {"$setOnInsert": document}, upsert=True)

    def find(self, template_id: str) -> Template | None:
        stored = self._docs.find_one({"_id": template_id})
        return from_document(Template, stored) if stored else None

    def page(self, owners: Sequence[str], request: PageRequest) -> Page:
        page = find_page(self._docs, {"owner": {"$in": list(owners)}}, request)
        return Page([from_document(Template, stored) for stored in page.items], page.next_cursor)

    def texts(self, owner: str) -> Iterator[dict[str, Any]]:
        """The sections and the annexes of the templates of ``owner`` that none replaces."""
        found = self._docs.find({"owner": owner}, {"name": 1, "sections": 1, "annexes": 1,
                                                   "replaces": 1})  # fmt: skip
        documents = list(found.sort("_id", ASCENDING).limit(MOST_TEXTS))
        replaced = {each.get("replaces") for each in documents}
        for each in documents:
            if each["_id"] not in replaced:
                said = [each["sections"], each.get("annexes") or []]
                yield {"type": "template", "id": each["_id"], "name": each["name"], "texts": said}

    def accept_for_all(
        self, template: Template, standing: StandingAcceptance, session: Session | None = None
    ) -> None:
        """Remember a standing acceptance, in place of the one before it."""
        owner = {"_id": template.id, "owner": template.owner}
        row = cast("StoredStandingAcceptance", {**owner, **to_document(standing)})
        self._standing.replace_one({"_id": template.id}, row, upsert=True, session=session)

    def withdraw(self, template_id: str, session: Session | None = None) -> bool:
        """Whether there was a standing acceptance to take back."""
        gone = self._standing.delete_one({"_id": template_id}, session=session)
        return gone.deleted_count == 1

    def standing(self, session: Session | None, template_id: str) -> StandingAcceptance | None:
        stored = self._standing.find_one({"_id": template_id}, session=session)
        return _standing(stored) if stored else None

    def publishes(self, owner: str) -> bool:
        """Whether a template of ``owner`` was ever made for customers to take."""
        published = {"owner": owner, "published": {"$ne": None}}
        return self._docs.find_one(published, {"_id": 1}) is not None

    def ready(self, owner: str, request: PageRequest) -> Page:
        """The templates of ``owner`` that a customer can take without asking."""
        page = find_page(self._standing, {"owner": owner}, request)
        ids = [standing["_id"] for standing in page.items]
        templates = self._docs.find({"_id": {"$in": ids}}).sort("_id", ASCENDING)
        return Page([from_document(Template, stored) for stored in templates], page.next_cursor)


def _document(template: Template) -> Document:
    """Only a template that replaces another is in the index of those."""
    document = to_document(template)
    if template.replaces is None:
        del document["replaces"]
    return document


def _standing(document: StoredStandingAcceptance) -> StandingAcceptance:
    return from_document(
        StandingAcceptance,
        {name: value for name, value in document.items() if name not in ("_id", "owner")},
    )
