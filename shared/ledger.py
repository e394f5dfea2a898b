"""The ledger: append-only, one gapless sequence per stream, chained by SHA-256 over RFC 8785 JSON.

It is at once the outbox, the audit trail, the public history and the proof that history was not
rewritten. An entry is written in the same transaction as the change it records.

Data that may not be public (persons, a customer's terms) goes into ``private``: kept beside the
ledger and bound to the entry by a salted hash, so that it can be erased without breaking the chain.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, ClassVar, NotRequired, TypedDict, cast

from pymongo import ASCENDING, IndexModel, ReturnDocument
from pymongo.read_concern import ReadConcern

from shared.disclosure import CONFIDENTIAL
from shared.hash_chain import GENESIS, Break, entry_hash, private_hash, verify
from shared.mongo import Mongo, Session
from shared.times import format_instant

__all__ = ["GENESIS", "Break", "Entry", "Ledger", "entry_hash", "private_hash", "verify"]

SALT_BYTES = 16
# What the private part of a confidential entry keeps of it, besides what it is about.
_OPENED = ("type", "actor", "data", "private")


@dataclass(frozen=True)
class Entry:
    """One line of history. ``at`` is RFC 3339; hashes are lower-case hex of SHA-256."""

    stream: str
    sequence: int
    type: str
    at: str
    actor: str
    data: dict[str, Any] | None
    private_hash: str | None
    previous_hash: str
    hash: str

    def content(self) -> dict[str, Any]:
        """Return the members that the hash covers: all but the hash itself."""
        return {name: value for name, value in asdict(self).items() if name != "hash"}


class StoredEntry(TypedDict):
    """``ledger``: an ``Entry``."""

    _id: str  # stream#sequence
    stream: str
    sequence: int
    type: str
    at: str
    actor: str
    data: dict[str, Any] | None
    private_hash: str | None
    previous_hash: str
    hash: str


class StoredHead(TypedDict):
    """``ledger_heads``: the end of a stream; ``pending``: the listeners that lack entries of it."""

    _id: str
    sequence: int
    hash: str
    pending: list[str]


class StoredPrivatePart(TypedDict):
    """``ledger_private``: the private part of the entry with this id."""

    _id: str
    salt: bytes
    data: dict[str, Any]
    forget_at: NotRequired[datetime]  # where the database forgets it by itself


class Ledger:
    """A service's ledger. ``listeners``: the services to which the relay delivers its entries.

    ``person``: who acts at this moment, ``{id, name}``, if it is a person.
    """

    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "ledger": [IndexModel([("stream", ASCENDING), ("sequence", ASCENDING)], unique=True)],
        "ledger_heads": [IndexModel([("pending", ASCENDING), ("_id", ASCENDING)])],
        "ledger_private": [
            IndexModel(
                [("data.about", ASCENDING)],
                name="confidential",
                partialFilterExpression={"data.about": {"$type": "string"}},
            )
        ],
    }

    def __init__(
        self,
        mongo: Mongo,
        listeners: Sequence[str] = (),
        random: Callable[[int], bytes] = secrets.token_bytes,
        person: Callable[[], Mapping[str, str] | None] = lambda: None,
    ) -> None:
        self._entries = mongo.collection("ledger", StoredEntry)
        # An entry that only the primary has may be rolled back; it must not be delivered yet.
        self._lasting = self._entries.with_options(read_concern=ReadConcern("majority"))
        self._heads = mongo.collection("ledger_heads", StoredHead)
        self._private = mongo.collection("ledger_private", StoredPrivatePart)
        self._listeners, self._random = list(listeners), random
        self._person = person

    def append(
        self,
        session: Session | None,
        stream: str,
        type: str,  # noqa: A002  The wire name of the member.
        data: Mapping[str, Any],
        *,
        at: datetime,
        actor: str,
        private: Mapping[str, Any] | None = None,
        forget_at: datetime | None = None,
    ) -> Entry:
        """Add the next entry of ``stream`` inside the caller's transaction.

        Two writers of one stream conflict at its head and one of them is run again; this makes the
        sequence gapless. ``forget_at``: when the private part may go, where an index says so.
        """
        before = self._heads.find_one_and_update(
            {"_id": stream},
            {"$inc": {"sequence": 1}, "$set": {"pending": self._listeners}},
            upsert=True,
            return_document=ReturnDocument.BEFORE,
            session=session,
        )
        last, last_hash = (before["sequence"], before["hash"]) if before else (0, GENESIS)
        sequence = last + 1
        content: dict[str, Any] = {
            "stream": stream,
            "sequence": sequence,
            "type": type,
            "at": format_instant(at),
            "actor": actor,
            "data": dict(data),
            "private_hash": self._keep_private(
                session, stream, sequence, self._named(private), forget_at
            ),
            "previous_hash": last_hash,
        }
        entry = Entry(**content, hash=entry_hash(content))
        self._entries.insert_one(_row(entry), session=session)
        self._heads.update_one({"_id": stream}, {"$set": {"hash": entry.hash}}, session=session)
        return entry

    def _named(self, private: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        """The private part, with the person who acts, if one does: no public part names persons."""
        person = self._person()
        return {**(private or {}), "by": dict(person)} if person else private

    def append_confidential(
        self,
        session: Session | None,
        stream: str,
        type: str,  # noqa: A002  The wire name of the member.
        data: Mapping[str, Any],
        *,
        about: str,
        at: datetime,
        actor: str,
        private: Mapping[str, Any],
    ) -> Entry:
        """Add an entry that only the parties and the listeners may read; others see its hashes.

        ``about`` is the id of what it concerns, by which ``proofs`` finds it. One type for all of
        them, so that no reader of the stream can tell them apart or count those of one kind.
        """
        told = {"type": type, "actor": actor, "data": dict(data), "private": dict(private)}
        return self.append(
            session,
            stream,
            CONFIDENTIAL,
            {},
            at=at,
            actor=CONFIDENTIAL,
            private={**told, "about": about},
        )

    def told(self, entry: Entry) -> dict[str, Any]:
        """The entry with its private part, as listeners take it; a confidential one opened."""
        part = self.private_part(entry)
        if entry.type != CONFIDENTIAL or part is None:
            return {**asdict(entry), "private": part}
        return {**asdict(entry), **{name: part[name] for name in _OPENED}}

    def proofs(self, stream: str, about: str) -> list[dict[str, Any]]:
        """What proves to a party that the confidential entries about ``about`` stand in the stream.

        Each is ``{entry, salt, private}`` in order: SHA-256 over the salt (hex) and the canonical
        JSON of ``private`` is the ``private_hash`` of the public ``entry``.
        """
        parts = {part["_id"]: part for part in self._private.find({"data.about": about})}
        rows = self._lasting.find({"_id": {"$in": list(parts)}, "stream": stream})
        return [
            {
                "entry": asdict(_entry(row)),
                "salt": parts[row["_id"]]["salt"].hex(),
                "private": parts[row["_id"]]["data"],
            }
            for row in rows.sort("sequence", ASCENDING)
        ]

    def entries(self, stream: str, after: int = 0, limit: int = 200) -> list[Entry]:
        """Return entries after a sequence number, without any that could still be rolled back."""
        rows = self._lasting.find({"stream": stream, "sequence": {"$gt": after}})
        return [_entry(row) for row in rows.sort("sequence", ASCENDING).limit(limit)]

    def among(self, stream: str, sequences: Collection[int]) -> list[Entry]:
        """Return the entries that have these sequence numbers, in order."""
        rows = self._lasting.find({"stream": stream, "sequence": {"$in": list(sequences)}})
        return [_entry(row) for row in rows.sort("sequence", ASCENDING)]

    def head(self, stream: str, session: Session | None = None) -> tuple[int, str]:
        """The last sequence and hash of ``stream``; ``(0, GENESIS)`` when it has no entry."""
        head = self._heads.find_one({"_id": stream}, session=session)
        return (head["sequence"], head["hash"]) if head else (0, GENESIS)

    def private_part(self, entry: Entry) -> dict[str, Any] | None:
        """Return the private part of the entry; None if it had none, or it was erased."""
        part = self._private.find_one({"_id": _key(entry.stream, entry.sequence)})
        return part["data"] if part else None

    def private_parts(
        self, stream: str, session: Session | None = None
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        """Sequence and private part of every entry of ``stream`` that has one."""
        # "$" is the character after "#".
        where = {"_id": {"$gte": f"{stream}#", "$lt": f"{stream}$"}}
        for part in self._private.find(where, session=session):
            yield int(part["_id"].rpartition("#")[2]), part["data"]

    def is_delivered(self, stream: str, session: Session | None = None) -> bool:
        """Return whether every listener has taken all entries of ``stream``."""
        head = self._heads.find_one({"_id": stream}, session=session)
        return not (head and head.get("pending"))

    def erase_private(self, session: Session | None, stream: str, sequence: int) -> None:
        self._private.delete_one({"_id": _key(stream, sequence)}, session=session)

    def erase_data(self, session: Session | None, stream: str, sequence: int) -> None:
        """Erase the public part of an entry for good; its hash, and so the chain, stays.

        Readers see the entry as withheld afterwards (``shared/disclosure.py``).
        """
        where = {"_id": _key(stream, sequence)}
        self._entries.update_one(where, {"$set": {"data": None}}, session=session)

    def _keep_private(
        self,
        session: Session | None,
        stream: str,
        sequence: int,
        private: Mapping[str, Any] | None,
        forget_at: datetime | None,
    ) -> str | None:
        if private is None:
            return None
        salt = self._random(SALT_BYTES)
        kept: StoredPrivatePart = {
            "_id": _key(stream, sequence),
            "salt": salt,
            "data": dict(private),
        }
        if forget_at is not None:
            kept["forget_at"] = forget_at
        self._private.insert_one(kept, session=session)
        return private_hash(salt, private)


def _row(entry: Entry) -> StoredEntry:
    return cast("StoredEntry", {"_id": _key(entry.stream, entry.sequence), **asdict(entry)})


def _entry(row: StoredEntry) -> Entry:
    return Entry(
        stream=row["stream"],
        sequence=row["sequence"],
        type=row["type"],
        at=row["at"],
        actor=row["actor"],
        data=row["data"],
        private_hash=row["private_hash"],
        previous_hash=row["previous_hash"],
        hash=row["hash"],
    )


def _key(stream: str, sequence: int) -> str:
    return f"{stream}#{sequence}"
