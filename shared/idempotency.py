"""``Idempotency-Key``: the same POST sent twice has one effect and gets one answer.

The key is kept for 24 hours. It is marked inside the transaction of the change itself, so that
even a process killed between its commit and its answer cannot make the change happen twice.
The answer is kept sealed, for some hold a secret that is shown only once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from flask import Response, current_app, request
from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from shared.auth import Caller
from shared.errors import Conflict, Malformed
from shared.mongo import Document, Mongo, Session, also_in_transactions
from shared.sealing import Seal, Unreadable

HEADER = "Idempotency-Key"
KEPT_SECONDS = 24 * 3600
# A request that has not ended after this long has died with its process.
LEASE = timedelta(seconds=60)


class KeyReused(Conflict):
    """This Idempotency-Key was sent before with another request; use a new key."""

    code = "idempotency-key-reused"


class InProgress(Conflict):
    """The first request with this Idempotency-Key has not ended; try again shortly."""

    code = "idempotency-in-progress"


class OutcomeKept(Conflict):
    """The first request took effect but its answer was lost; read the resource instead."""

    code = "idempotency-answer-lost"


class Idempotency:
    """Remembers the answers to POSTs of one service; ``seal`` keeps them from other eyes."""

    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "idempotency": [IndexModel([("at", ASCENDING)], expireAfterSeconds=KEPT_SECONDS)]
    }

    def __init__(self, mongo: Mongo, now: Callable[[], datetime], seal: Seal) -> None:
        self._kept, self._now, self._seal = mongo.db["idempotency"], now, seal

    def answer(self, caller: Caller, view: Callable[[], Any]) -> Any:
        """The kept answer to this request, or that of ``view``, which is then kept."""
        key = request.headers.get(HEADER)
        if request.method != "POST" or key is None:
            return view()
        if not 1 <= len(key) <= 255:
            raise Malformed(f"{HEADER} must have 1 to 255 characters.")
        mark_id = _digest(caller.client_id, caller.org_id, request.path, key)
        body = _digest(request.full_path, request.get_data(cache=True))
        kept = self._begin(mark_id, body)
        return self._replay(kept, body) if kept else self._run(mark_id, view)

    def _begin(self, mark_id: str, body: str) -> Document | None:
        """Mark the request as begun; the mark that was there before, if one was."""
        fresh = {"_id": mark_id, "body": body, "at": self._now(), "committed": False}
        try:
            self._kept.insert_one(fresh)
        except DuplicateKeyError:
            if self._forget_dead(mark_id):
                return self._begin(mark_id, body)
            return self._kept.find_one({"_id": mark_id}) or fresh
        return None

    def _forget_dead(self, mark_id: str) -> bool:
        """Whether the first request had died without effect; then it may be made again."""
        dead = {
            "_id": mark_id,
            "committed": False,
            "response": None,
            "at": {"$lt": self._now() - LEASE},
        }
        return self._kept.delete_one(dead).deleted_count == 1

    def _replay(self, kept: Document, body: str) -> Response:
        if kept["body"] != body:
            raise KeyReused
        if "response" not in kept:
            raise OutcomeKept() if kept["committed"] else InProgress()
        try:
            answer, _ = self._seal.open(kept["response"]["body"], kept["_id"])
        except Unreadable as error:
            # Its key is no longer among those of the settings.
            raise OutcomeKept from error
        return Response(
            answer,
            status=kept["response"]["status"],
            headers=[tuple(pair) for pair in kept["response"]["headers"]],
        )

    def _run(self, mark_id: str, view: Callable[[], Any]) -> Response:
        def mark(session: Session) -> None:
            self._kept.update_one({"_id": mark_id}, {"$set": {"committed": True}}, session=session)

        try:
            with also_in_transactions(mark):
                response = current_app.make_response(view())
        except Exception:
            self._kept.delete_one({"_id": mark_id, "committed": False})
            raise
        self._keep(mark_id, response)
        return response

    def _keep(self, mark_id: str, response: Response) -> None:
        answer = {
            "status": response.status_code,
            "headers": [list(pair) for pair in response.headers.items()],
            "body": self._seal.seal(response.get_data(), mark_id),
        }
        self._kept.update_one({"_id": mark_id}, {"$set": {"response": answer}})


def _digest(*parts: str | bytes) -> str:
    hashed = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        hashed.update(len(raw).to_bytes(8, "big") + raw)
    return hashed.hexdigest()
