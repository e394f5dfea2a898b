"""Bytes that never change: documents of accepted versions, official texts, and signed PDFs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from bson import Binary
from gridfs import GridFSBucket, NoFile
from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from services.agreements.official_files import OfficialFile
from services.agreements.store.stored import (
    StoredChunk,
    StoredDocument,
    StoredFile,
    StoredOfficialText,
)
from shared.errors import NotFound
from shared.mongo import Mongo, Session


@dataclass(frozen=True)
class Kept:
    """Bytes that never change, and their SHA-256 in lower-case hex."""

    body: bytes
    sha256: str


class Documents:
    """Executed documents by agreement, version and kind of media; the first bytes kept stay."""

    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "documents": [IndexModel([("agreement_id", ASCENDING)])],
    }

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("documents", StoredDocument)

    def find(self, agreement_id: str, version: int, kind: str) -> Kept | None:
        stored = self._docs.find_one({"_id": _key(agreement_id, version, kind)})
        return Kept(bytes(stored["body"]), stored["sha256"]) if stored else None

    def keep(self, agreement_id: str, version: int, kind: str, body: bytes, at: datetime) -> Kept:
        """Store ``body`` unless a document is stored already; the stored one."""
        kept = Kept(body, hashlib.sha256(body).hexdigest())
        row: StoredDocument = {
            "_id": _key(agreement_id, version, kind),
            "agreement_id": agreement_id,
            "body": Binary(body),
            "sha256": kept.sha256,
            "kept_at": at,
        }
        try:
            self._docs.insert_one(row)
        except DuplicateKeyError:
            return self.find(agreement_id, version, kind) or kept
        return kept

    def erase(self, session: Session | None, agreement_id: str) -> None:
        self._docs.delete_many({"agreement_id": agreement_id}, session=session)


class OfficialTexts:
    """Official files that documents name, by SHA-256: they stay, whatever becomes of the folder."""

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("official_texts", StoredOfficialText)

    def keep(self, file: OfficialFile, at: datetime) -> None:
        """Add a file; one that is there already stays as it is."""
        row: StoredOfficialText = {
            "_id": file.sha256, "name": file.name, "body": file.body, "kept_at": at,
        }  # fmt: skip
        if self._docs.find_one({"_id": file.sha256}, {"_id": 1}) is None:
            with suppress(DuplicateKeyError):
                self._docs.insert_one(row)

    def get(self, sha256: str) -> OfficialFile:
        """Raises ``NotFound``."""
        row = self._docs.find_one({"_id": sha256})
        if row is None:
            raise NotFound("There is no such official text here.")
        return OfficialFile(row["name"], sha256, bytes(row["body"]))


class Files:
    """PDF files of what was signed elsewhere, in GridFS; the same file of one owner once.

    Owners are processors, of agreements that they import; and agreements, of papers and evidence.
    """

    def __init__(self, mongo: Mongo) -> None:
        self._bucket = GridFSBucket(mongo.db, "files")
        self._meta = mongo.collection("files.files", StoredFile)
        self._chunks = mongo.collection("files.chunks", StoredChunk)

    def add(self, owner: str, body: bytes, at: datetime) -> str:
        """The file's SHA-256. Adding the same again changes nothing."""
        sha256 = hashlib.sha256(body).hexdigest()
        metadata = {"owner": owner, "sha256": sha256, "at": at}
        # A file cut off while it was stored has chunks but no entry: begin it anew.
        if not self.has(owner, sha256):
            self._drop_chunks(f"{owner}:{sha256}")
            try:
                self._bucket.upload_from_stream_with_id(
                    f"{owner}:{sha256}", f"{sha256}.pdf", body, metadata=metadata
                )
            except DuplicateKeyError:
                if not self.has(owner, sha256):
                    raise
        return sha256

    def has(self, owner: str, sha256: str) -> bool:
        return self._meta.find_one({"_id": f"{owner}:{sha256}"}, {"_id": 1}) is not None

    def read(self, owner: str, sha256: str) -> bytes:
        try:
            with self._bucket.open_download_stream(f"{owner}:{sha256}") as stream:
                return bytes(stream.read())
        except NoFile as missing:
            raise NotFound("There is no such file.") from missing

    def erase(self, session: Session | None, owner: str, sha256: str) -> None:
        """The driver's own way to delete a file cannot be part of a transaction; this is."""
        self._meta.delete_one({"_id": f"{owner}:{sha256}"}, session=session)
        self._drop_chunks(f"{owner}:{sha256}", session)

    def erase_all(self, session: Session | None, owner: str) -> None:
        """Erase every file of ``owner``."""
        own = {"_id": {"$gt": f"{owner}:", "$lt": f"{owner};"}}
        for each in list(self._meta.find(own, {"_id": 1}, session=session)):
            self.erase(session, owner, each["_id"].rpartition(":")[2])

    def _drop_chunks(self, file_id: str, session: Session | None = None) -> None:
        self._chunks.delete_many({"files_id": file_id}, session=session)


def _key(agreement_id: str, version: int, kind: str) -> str:
    return f"{agreement_id}:{version}:{kind.rpartition('/')[2]}"
