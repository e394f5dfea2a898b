"""Files in GridFS. What is begun is noted first and what is whole is noted last, so that a process
that is killed between two writes leaves no file that could be read, and nothing for ever."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, ClassVar, cast

from bson import Binary
from gridfs import GridFSBucket
from pymongo import ASCENDING, IndexModel

from services.registry.model.files import KeptFile, UploadTooSlow
from services.registry.store.stored import StoredChunk, StoredFile, StoredUpload
from shared.errors import NotFound
from shared.mongo import Mongo, Session
from shared.pagination import Page, PageRequest, find_page
from shared.pdfs import PDF

# A piece as GridFS cuts it: 255 KiB, which with its members is no more than 256.
PIECE = 255 * 1024
BATCH = 20


class Files:
    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "files.files": [
            IndexModel([("metadata.processor_id", ASCENDING), ("_id", ASCENDING)]),
            IndexModel([("metadata.used_at", ASCENDING), ("uploadDate", ASCENDING)]),
        ],
        "files.chunks": [IndexModel([("files_id", ASCENDING), ("n", ASCENDING)], unique=True)],
        "uploads": [IndexModel([("begun_at", ASCENDING)])],
    }

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._bucket = GridFSBucket(mongo.db, "files")
        self._files = mongo.collection("files.files", StoredFile)
        self._chunks = mongo.collection("files.chunks", StoredChunk)
        self._uploads = mongo.collection("uploads", StoredUpload)

    def keep(self, file: KeptFile, pieces: Iterable[bytes]) -> KeptFile:
        """Store a file as it comes in, piece by piece; its size and SHA-256 are told in the answer.

        Each piece but the last has ``PIECE`` bytes. What raises on the way leaves nothing. Raises
        ``UploadTooSlow`` if its pieces have been removed meanwhile.
        """
        self._uploads.insert_one({"_id": file.id, "begun_at": file.created_at})
        try:
            size, sha256 = self._store(file.id, pieces)
            whole = replace(file, bytes=size, sha256=sha256)
            self._mongo.transact(lambda session: self._finish(whole, session))
        except Exception:
            self._drop(file.id)
            raise
        return whole

    def get(self, file_id: str) -> KeptFile:
        document = self._files.find_one({"_id": file_id})
        if document is None:
            raise NotFound("There is no such file.")
        return _file(document)

    def read(self, file: KeptFile) -> Iterator[bytes]:
        """The bytes, a piece at a time."""
        stream = self._bucket.open_download_stream(file.id)
        return iter(stream.readchunk, b"")

    def page(self, processor_id: str, request: PageRequest) -> Page:
        page = find_page(self._files, {"metadata.processor_id": processor_id}, request)
        return Page([_file(document) for document in page.items], page.next_cursor)

    def unused(self, processor_id: str, most: int) -> int:
        """How many of a vendor's files nothing names, counted up to ``most``."""
        where = {"metadata.processor_id": processor_id, "metadata.used_at": None}
        return self._files.count_documents(where, limit=most)

    def use(
        self,
        processor_id: str,
        file_id: str,
        at: datetime,
        session: Session,
        media_type: str = PDF,
    ) -> bool:
        """Note that something names the file, so that it stays; False if there is none of the
        vendor's of this kind."""
        where = {
            "_id": file_id,
            "metadata.processor_id": processor_id,
            "metadata.media_type": media_type,
        }
        used = {"$set": {"metadata.used_at": at}}
        return self._files.update_one(where, used, session=session).matched_count == 1

    def sweep(self, begun_before: datetime, unused_before: datetime) -> bool:
        """Remove some of what was cut off, and of what nothing names; True: there may be more."""
        cut_off = self._ids(self._uploads, {"begun_at": {"$lt": begun_before}})
        for file_id in cut_off:
            self._drop(file_id)
        unused = {"metadata.used_at": None, "uploadDate": {"$lt": unused_before}}
        left = self._ids(self._files, unused)
        for file_id in left:
            self._mongo.transact(partial(self._remove, file_id))
        return len(cut_off) == BATCH or len(left) == BATCH

    def _store(self, file_id: str, pieces: Iterable[bytes]) -> tuple[int, str]:
        size, digest = 0, hashlib.sha256()
        for n, piece in enumerate(pieces):
            chunk = {"files_id": file_id, "n": n, "data": Binary(piece)}
            self._chunks.insert_one(cast("StoredChunk", chunk))
            digest.update(piece)
            size += len(piece)
        return size, digest.hexdigest()

    def _finish(self, file: KeptFile, session: Session) -> None:
        """Only from here on can the file be read. The note of its beginning goes with the same
        commit, so a sweep finds either a note or a file."""
        if not self._uploads.delete_one({"_id": file.id}, session=session).deleted_count:
            raise UploadTooSlow
        self._files.insert_one(_document(file), session=session)

    def _drop(self, file_id: str) -> None:
        def work(session: Session) -> None:
            noted = self._uploads.delete_one({"_id": file_id}, session=session).deleted_count
            if noted or not self._files.find_one({"_id": file_id}, {"_id": 1}, session=session):
                self._chunks.delete_many({"files_id": file_id}, session=session)

        self._mongo.transact(work, companions=False)

    def _remove(self, file_id: str, session: Session) -> None:
        """Remove a file unless something has named it meanwhile."""
        where = {"_id": file_id, "metadata.used_at": None}
        if self._files.delete_one(where, session=session).deleted_count:
            self._chunks.delete_many({"files_id": file_id}, session=session)

    @staticmethod
    def _ids(collection: Any, where: dict[str, Any]) -> list[str]:
        return [each["_id"] for each in collection.find(where, {"_id": 1}).limit(BATCH)]


def _document(file: KeptFile) -> StoredFile:
    metadata = {
        "processor_id": file.processor_id,
        "media_type": file.media_type,
        "sha256": file.sha256,
        "used_at": file.used_at,
    }
    return {
        "_id": file.id,
        "filename": file.name,
        "metadata": metadata,
        "chunkSize": PIECE,
        "length": file.bytes,
        "uploadDate": file.created_at,
    }


def _file(stored: StoredFile) -> KeptFile:
    about = stored["metadata"]
    return KeptFile(
        id=stored["_id"],
        processor_id=about["processor_id"],
        name=stored["filename"],
        media_type=about["media_type"],
        bytes=stored["length"],
        sha256=about["sha256"],
        created_at=stored["uploadDate"],
        used_at=about["used_at"],
    )
