"""MongoDB: one connection a process, transactions, unique keys told as conflicts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from bson.codec_options import CodecOptions
from pymongo import IndexModel, MongoClient, ReadPreference, WriteConcern
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError
from pymongo.read_concern import ReadConcern

from shared.errors import Conflict

T = TypeVar("T")
Document = dict[str, Any]
Session = ClientSession

# Writes that must stand or fall with whatever the current request commits (see idempotency).
_companions: ContextVar[tuple[Callable[[Session], None], ...]] = ContextVar(
    "companions", default=()
)


class AlreadyExists(Conflict):
    """A resource with these unique values already exists."""

    code = "already-exists"


class Mongo:
    """One service's database and the transactions on it."""

    def __init__(self, client: MongoClient[Document], database: str) -> None:
        self.client = client
        self.db: Database[Document] = client.get_database(
            database,
            codec_options=CodecOptions(tz_aware=True),
            write_concern=WriteConcern(w="majority", j=True),
        )

    def transact(self, work: Callable[[Session], T]) -> T:
        """Run ``work`` in one transaction; the driver runs it again on a write conflict.

        ``work`` must therefore have no effect outside the database. Raises what ``work`` raises;
        a broken unique index is told as ``AlreadyExists``.
        """

        def whole(session: Session) -> T:
            result = work(session)
            for companion in _companions.get():
                companion(session)
            return result

        with self.client.start_session() as session, duplicates_as_conflicts():
            return session.with_transaction(
                whole,
                read_concern=ReadConcern("snapshot"),
                write_concern=WriteConcern(w="majority", j=True),
                read_preference=ReadPreference.PRIMARY,
            )

    def ping(self) -> None:
        """Raises what the driver raises when the database does not answer."""
        self.client.admin.command("ping")

    def ensure_indexes(self, indexes: dict[str, Sequence[IndexModel]]) -> None:
        for collection, models in indexes.items():
            self.db[collection].create_indexes(list(models))


def connect(url: str, database: str, *, timeout_ms: int = 5_000) -> Mongo:
    """Open ``database`` at ``url``. Nothing is sent yet: call it after a fork, not before."""
    client: MongoClient[Document] = MongoClient(
        url,
        serverSelectionTimeoutMS=timeout_ms,
        connectTimeoutMS=timeout_ms,
        socketTimeoutMS=30_000,
        retryWrites=True,
        appname="art28",
    )
    return Mongo(client, database)


@contextmanager
def duplicates_as_conflicts() -> Iterator[None]:
    try:
        yield
    except DuplicateKeyError as error:
        fields = sorted((error.details or {}).get("keyPattern", {}))
        raise AlreadyExists(f"There is one already with the same {', '.join(fields)}.") from error


@contextmanager
def also_in_transactions(companion: Callable[[Session], None]) -> Iterator[None]:
    """Let ``companion`` write inside every transaction of the block."""
    token = _companions.set((*_companions.get(), companion))
    try:
        yield
    finally:
        _companions.reset(token)
