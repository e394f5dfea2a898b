"""A service's own signing keys: made once, kept encrypted, published as a JWKS (RFC 7517).

identity signs access tokens with its own, the registry the checkpoints of its ledger.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pymongo.errors import DuplicateKeyError

from shared.mongo import Mongo
from shared.sealing import Seal
from shared.tokens import ALGORITHM, SigningKey


class StoredKey(TypedDict):
    """``keys``: one key pair; ``sealed`` is the encrypted private key."""

    _id: str
    created_at: datetime
    public: bytes
    sealed: bytes


class Keys:
    """The signing keys in the database; the newest signs, all are published.

    ``name`` is the first part of their ids, one per purpose. ``by_thumbprint``: they are published
    under their thumbprints (RFC 7638) instead, which nobody can guess before. A key that an
    ``older`` secrets key sealed is sealed anew when it is opened; processes that seal with
    different keys can run side by side if each has the other's key.
    """

    def __init__(
        self,
        mongo: Mongo,
        secrets_key: bytes,
        name: str = "key",
        older: Sequence[bytes] = (),
        *,
        by_thumbprint: bool = False,
    ) -> None:
        self._by_thumbprint = by_thumbprint
        self._keys, self._first = mongo.collection("keys", StoredKey), f"{name}-1"
        self._seal = Seal(secrets_key, older)

    def current(self, now: datetime) -> SigningKey:
        """The key that signs today; the first one is made when there is none."""
        document = self._keys.find_one(sort=[("_id", -1)]) or self._make_first(now)
        return SigningKey(self._public(document)["kid"], self._opened(document))

    def jwks(self, now: datetime) -> dict[str, Any]:
        self.current(now)
        return {"keys": [self._public(key) for key in self._keys.find()]}

    def _make_first(self, now: datetime) -> StoredKey:
        document = self._sealed(self._first, now)
        try:
            self._keys.insert_one(document)
        except DuplicateKeyError:
            # Another process was first; there must be only one first key.
            first = self._keys.find_one({"_id": self._first})
            assert first is not None  # noqa: S101  The insert has just met it.
            return first
        return document

    def _sealed(self, kid: str, now: datetime) -> StoredKey:
        private = Ed25519PrivateKey.generate()
        return {
            "_id": kid,
            "created_at": now,
            "public": private.public_key().public_bytes_raw(),
            "sealed": self._seal.seal(private.private_bytes_raw(), kid),
        }

    def _opened(self, document: StoredKey) -> Ed25519PrivateKey:
        kid, sealed = document["_id"], document["sealed"]
        raw, stale = self._seal.open(sealed, kid)
        if stale:
            # Replace only the value that was read: another process may have sealed it meanwhile.
            anew = {"$set": {"sealed": self._seal.seal(raw, kid)}}
            self._keys.update_one({"_id": kid, "sealed": sealed}, anew)
        return Ed25519PrivateKey.from_private_bytes(raw)

    def _public(self, document: StoredKey) -> dict[str, str]:
        point = {"crv": "Ed25519", "kty": "OKP", "x": _text(document["public"])}
        kid = _thumbprint(point) if self._by_thumbprint else document["_id"]
        return {"use": "sig", "alg": ALGORITHM, "kid": kid, **point}


def _thumbprint(required: Mapping[str, str]) -> str:
    """RFC 7638 §3 of the members that a key needs, named in the order of their names."""
    text = json.dumps(required, separators=(",", ":"), sort_keys=True)
    return _text(hashlib.sha256(text.encode()).digest())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
