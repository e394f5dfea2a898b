"""A service's own signing keys: made once, kept encrypted, published as a JWKS (RFC 7517).

identity signs access tokens with its own, the registry the checkpoints of its ledger.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pymongo.errors import DuplicateKeyError

from shared.documents import Document
from shared.mongo import Mongo
from shared.sealing import Seal
from shared.tokens import ALGORITHM, SigningKey


class Keys:
    """The signing keys in the database; the newest signs, all are published.

    ``name`` is the first part of their ids, which tells keys of one purpose from another's. What
    one of the ``older`` secrets keys sealed is sealed again when it is opened; processes that seal
    with different keys can run side by side, as long as each is told of the other's.
    """

    def __init__(
        self, mongo: Mongo, secrets_key: bytes, name: str = "key", older: Sequence[bytes] = ()
    ) -> None:
        self._keys, self._first = mongo.db["keys"], f"{name}-1"
        self._seal = Seal(secrets_key, older)

    def current(self, now: datetime) -> SigningKey:
        """The key that signs today; the first one is made when there is none."""
        found = self._keys.find_one(sort=[("_id", -1)]) or self._make_first(now)
        return SigningKey(found["_id"], self._opened(found))

    def jwks(self, now: datetime) -> dict[str, Any]:
        self.current(now)
        return {"keys": [self._public(each) for each in self._keys.find()]}

    def _make_first(self, now: datetime) -> Document:
        document = self._sealed(self._first, now)
        try:
            self._keys.insert_one(document)
        except DuplicateKeyError:
            # Another process was first; there must be only one beginning.
            found = self._keys.find_one({"_id": self._first})
            assert found is not None  # noqa: S101  It has just been found to exist.
            return found
        return document

    def _sealed(self, kid: str, now: datetime) -> Document:
        private = Ed25519PrivateKey.generate()
        return {
            "_id": kid,
            "created_at": now,
            "public": private.public_key().public_bytes_raw(),
            "sealed": self._seal.seal(private.private_bytes_raw(), kid),
        }

    def _opened(self, document: Document) -> Ed25519PrivateKey:
        kid, sealed = document["_id"], document["sealed"]
        raw, stale = self._seal.open(sealed, kid)
        if stale:
            # Only what was read is replaced: another process may have sealed it again meanwhile.
            anew = {"$set": {"sealed": self._seal.seal(raw, kid)}}
            self._keys.update_one({"_id": kid, "sealed": sealed}, anew)
        return Ed25519PrivateKey.from_private_bytes(raw)

    def _public(self, document: Document) -> dict[str, str]:
        x = base64.urlsafe_b64encode(document["public"]).rstrip(b"=").decode()
        return {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": ALGORITHM,
                "kid": document["_id"], "x": x}  # fmt: skip
