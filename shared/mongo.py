"""MongoDB: one client per process, transactions, and broken unique keys as conflicts."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import structlog
from bson.codec_options import CodecOptions
from pymongo import IndexModel, MongoClient, ReadPreference, WriteConcern
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError
from pymongo.read_concern import ReadConcern

from shared.documents import Document
from shared.errors import Conflict

log = structlog.get_logger()

T = TypeVar("T")
Row = TypeVar("Row", bound=Mapping[str, Any])
Session = ClientSession

# By process, address and time limit: a forked child makes its own.
_clients: dict[tuple[int, str, int], MongoClient[Document]] = {}
_clients_lock = threading.Lock()

# Writes that must be committed together with those of the current request (see idempotency).
_companions: ContextVar[tuple[Callable[[Session], None], ...]] = ContextVar(
    "companions", default=()
)


@dataclass
class _Request:
    """The one transaction of the current request. ``begun``: something has been written in it."""

    session: Session
    scope: ExitStack
    begun: bool = False
    failed: bool = False
    afterwards: list[Callable[[], object]] = field(default_factory=list)

    def begin(self) -> Session:
        if not self.begun:
            self.begun = True
            # What is read from here on must see what was written.
            self.scope.enter_context(self.session.bind(end_session=False))
        return self.session


_request: ContextVar[_Request | None] = ContextVar("request", default=None)


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

    # `of` only names the type.
    def collection(self, name: str, of: type[Row]) -> Collection[Row]:  # noqa: ARG002
        """Return the collection whose documents have the members that ``of`` (a TypedDict) has.

        Only a reader of whole documents may rely on it; a projection leaves members out.
        """
        return cast("Collection[Row]", self.db[name])

    def transact(self, work: Callable[[Session], T], *, companions: bool = True) -> T:
        """Run ``work`` in one transaction; the driver runs it again on a write conflict.

        ``work`` must therefore have no effect outside the database. Raises what ``work`` raises;
        a broken unique index becomes ``AlreadyExists``. Within ``answering``, ``work`` becomes
        part of the transaction of the whole request.

        ``companions=False``: commit ``work`` alone, whatever becomes of the request and of what
        ``also_in_transactions`` adds. Only before the request's first write.
        """
        request = _request.get()
        if request is not None and companions:
            return _joined(request, work)
        if request is not None and request.begun:
            raise RuntimeError("a transaction of its own comes before the request's first write")

        def whole(session: Session) -> T:
            result = work(session)
            for companion in _companions.get() if companions else ():
                companion(session)
            return result

        with duplicates_as_conflicts():
            return self._commit(whole)

    def answering(self, answer: Callable[[], T], keep: Callable[[T, Session], None]) -> T:
        """Make an answer, ``keep`` it, and commit all that ``answer`` wrote by ``transact``.

        All of it or nothing: an error in ``answer``, even while it renders the answer, takes every
        write back. On a write conflict it is run again, so it must have no effect but
        in the database.
        """

        def whole(session: Session) -> tuple[T, list[Callable[[], object]]]:
            with ExitStack() as scope:
                request = _Request(session, scope)
                scope.callback(_request.reset, _request.set(request))
                answered = answer()
                keep(answered, session)
                if request.failed:
                    raise RuntimeError("a failed write was ignored")
                return answered, request.afterwards

        answered, afterwards = self._commit(whole)
        for work in afterwards:
            _try(work)
        return answered

    def _commit(self, whole: Callable[[Session], T]) -> T:
        with self.client.start_session() as session:
            return session.with_transaction(
                whole,
                read_concern=ReadConcern("snapshot"),
                write_concern=WriteConcern(w="majority", j=True),
                read_preference=ReadPreference.PRIMARY,
            )

    def ping(self) -> None:
        """Return if the database answers; else raise the error of the driver."""
        self.client.admin.command("ping")

    def ensure_indexes(self, indexes: dict[str, Sequence[IndexModel]]) -> None:
        for collection, models in indexes.items():
            self.db[collection].create_indexes(list(models))


def connect(url: str, database: str, *, timeout_ms: int = 5_000) -> Mongo:
    """Open ``database`` at ``url``; all databases of one process share one client.

    A client has threads that watch the replica set: with six clients there were six times as many.
    Nothing is sent yet. Call it after a fork, not before.
    """
    with _clients_lock:
        key = (os.getpid(), url, timeout_ms)
        client = _clients.get(key) or _clients.setdefault(key, _client(url, timeout_ms))
    return Mongo(client, database)


def disconnect(url: str) -> None:
    """Close the clients of ``url``; none of them can be used afterwards."""
    with _clients_lock:
        for key in [key for key in _clients if key[1] == url]:
            _clients.pop(key).close()


def _client(url: str, timeout_ms: int) -> MongoClient[Document]:
    return MongoClient(
        url,
        serverSelectionTimeoutMS=timeout_ms,
        connectTimeoutMS=timeout_ms,
        socketTimeoutMS=30_000,
        retryWrites=True,
        appname="art28",
    )


def afterwards(work: Callable[[], object]) -> None:
    """Run ``work`` once the request has committed, or now if nothing is to be committed.

    For work that is too long for a transaction and harmless to lose: an error is only logged.
    """
    request = _request.get()
    if request is not None and request.begun:
        request.afterwards.append(work)
    else:
        work()


def uncommitted() -> bool:
    """Return whether data read now may still be rolled back; a process must not cache it then."""
    request = _request.get()
    return request is not None and request.begun


def _joined(request: _Request, work: Callable[[Session], T]) -> T:
    try:
        with duplicates_as_conflicts():
            return work(request.begin())
    except BaseException:
        # The database may have given up the transaction; the rest of it must not be committed.
        request.failed = True
        raise


def _try(work: Callable[[], object]) -> None:
    try:
        work()
    except Exception as error:
        log.exception("request.afterwards_failed", error=type(error).__name__)


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
