"""Every write is answered inside its transaction; ``Idempotency-Key`` keeps the answer.

The answer is rendered before the commit: a write that cannot be answered is not saved. With an
``Idempotency-Key`` the same POST sent twice has one effect and gets one answer, for 24 hours. The
answer is kept in the same transaction, sealed, as some hold a secret that is shown only once; so a
process that is killed between its commit and its answer loses neither (decision 0029).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, NotRequired, TypedDict

from flask import Response, current_app, request
from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from shared.documents import Document
from shared.errors import Conflict, Malformed
from shared.mongo import Mongo, Session, also_in_transactions
from shared.sealing import Seal, Unreadable

HEADER = "Idempotency-Key"
KEPT_SECONDS = 24 * 3600
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
IN_STEPS = "__art28_in_steps__"
# A document of MongoDB has 16 MiB at most.
LARGEST_KEPT = 12 * 1024 * 1024
# A request that has not ended after this time has died with its process.
LEASE = timedelta(seconds=60)


class KeyReused(Conflict):
    """This Idempotency-Key was sent before with another request; use a new key."""

    code = "idempotency-key-reused"


class InProgress(Conflict):
    """The first request with this Idempotency-Key has not ended; try again shortly."""

    code, retry_after = "idempotency-in-progress", 1


class AnswerLost(Conflict):
    """The first request took effect but its answer was lost; read the resource instead."""

    code = "idempotency-answer-lost"


class TakenOver(Conflict):
    """This request took longer than a minute and was repeated meanwhile; it had no effect."""

    code = "idempotency-taken-over"


def in_steps(view: Any) -> Any:
    """Mark a view that commits in several steps, each harmless to repeat.

    Its writes are not one transaction, nor is its answer part of one.
    """
    setattr(view, IN_STEPS, True)
    return view


class StoredAnswer(TypedDict):
    """An answer in ``idempotency``; its body is encrypted."""

    status: int
    headers: list[list[str]]
    body: bytes


class StoredRequest(TypedDict):
    """``idempotency``: one request with a key; ``response`` once it is answered."""

    _id: str
    attempt: str
    body: str
    at: datetime
    committed: bool
    response: NotRequired[StoredAnswer]
    too_large: NotRequired[bool]


def unquoted(key: str) -> str:
    """The key that the header means: the IETF draft writes it as a string of RFC 8941, in quotes;
    a plain one is taken as it stands."""
    inner = key[1:-1]
    is_quoted = len(key) > 2 and key[0] == key[-1] == '"' and '"' not in inner
    return inner if is_quoted else key


class Idempotency:
    """Keeps the answers to POSTs of one service, encrypted by ``seal``."""

    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "idempotency": [IndexModel([("at", ASCENDING)], expireAfterSeconds=KEPT_SECONDS)]
    }

    def __init__(self, mongo: Mongo, now: Callable[[], datetime], seal: Seal) -> None:
        self._mongo = mongo
        self._kept = mongo.collection("idempotency", StoredRequest)
        self._now, self._seal = now, seal

    def answer(self, asker: str, view: Callable[[], Any], *, steps: bool) -> Any:
        """Return the kept answer to this request of ``asker``, or that of ``view``, and keep it.

        ``steps``: ``view`` commits by itself (see ``in_steps``).
        """
        key = request.headers.get(HEADER) if request.method == "POST" and asker else None
        if request.method in SAFE_METHODS or (steps and key is None):
            return view()
        if key is None:
            return self._mongo.answering(lambda: current_app.make_response(view()), _keep_nothing)
        if not 1 <= len(key) <= 255:
            raise Malformed(f"{HEADER} must have 1 to 255 characters.")
        mark_id = _digest(asker, request.path, unquoted(key))
        body = _digest(request.full_path, request.get_data(cache=True))
        attempt = {"_id": mark_id, "attempt": secrets.token_hex(8)}
        if kept := self._begin(attempt, body):
            return self._replay(kept, body)
        return self._run(attempt, view, steps=steps)

    def _begin(self, attempt: dict[str, str], body: str) -> StoredRequest | None:
        """Mark the request as begun; return the mark of an earlier one, if there is one."""
        fresh: StoredRequest = {
            "_id": attempt["_id"],
            "attempt": attempt["attempt"],
            "body": body,
            "at": self._now(),
            "committed": False,
        }
        try:
            self._kept.insert_one(fresh)
        except DuplicateKeyError:
            if self._forget_dead(attempt["_id"]):
                return self._begin(attempt, body)
            return self._kept.find_one({"_id": attempt["_id"]}) or fresh
        return None

    def _forget_dead(self, mark_id: str) -> bool:
        """Return whether the first request had died without effect, so that it may be repeated."""
        dead = {
            "_id": mark_id,
            "committed": False,
            "response": None,
            "at": {"$lt": self._now() - LEASE},
        }
        return self._kept.delete_one(dead).deleted_count == 1

    def _replay(self, kept: StoredRequest, body: str) -> Response:
        if kept["body"] != body:
            raise KeyReused
        if "response" not in kept:
            over = kept["committed"] and kept["at"] < self._now() - LEASE
            raise AnswerLost() if over or kept.get("too_large") else InProgress()
        try:
            answer, _ = self._seal.open(kept["response"]["body"], kept["_id"])
        except Unreadable as error:
            # Its key is no longer among those of the settings.
            raise AnswerLost from error
        return Response(
            answer,
            status=kept["response"]["status"],
            headers=[(name, value) for name, value in kept["response"]["headers"]],
        )

    def _run(self, attempt: dict[str, str], view: Callable[[], Any], *, steps: bool) -> Response:
        def answered() -> Response:
            return current_app.make_response(view())

        def keep(response: Response, session: Session | None = None) -> None:
            self._keep(attempt, response, session)

        try:
            if not steps:
                return self._mongo.answering(answered, keep)
            with also_in_transactions(lambda session: self._set(attempt, {}, session)):
                response = answered()
        except Exception:
            self._kept.delete_one({**attempt, "committed": False})
            raise
        keep(response)
        return response

    def _keep(self, attempt: dict[str, str], response: Response, session: Session | None) -> None:
        body = response.get_data()
        answer: StoredAnswer = {
            "status": response.status_code,
            "headers": [list(pair) for pair in response.headers.items()],
            "body": self._seal.seal(body, attempt["_id"]),
        }
        fits = len(body) <= LARGEST_KEPT
        self._set(attempt, {"response": answer} if fits else {"too_large": True}, session)

    def _set(self, attempt: dict[str, str], members: Document, session: Session | None) -> None:
        change = {"$set": {"committed": True, **members}}
        if not self._kept.update_one(attempt, change, session=session).matched_count:
            raise TakenOver


def _keep_nothing(_answer: Response, _session: Session) -> None:
    """Keep no answer: without a key it cannot be requested again."""


def _digest(*parts: str | bytes) -> str:
    hashed = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        hashed.update(len(raw).to_bytes(8, "big") + raw)
    return hashed.hexdigest()
