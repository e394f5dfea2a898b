"""A service's own signing keys: made once, kept encrypted, published as a JWKS (RFC 7517).

identity signs access tokens with its own, the registry the checkpoints of its ledger.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pymongo.errors import DuplicateKeyError

from shared.mongo import Document, Mongo
from shared.tokens import ALGORITHM, SigningKey

NONCE_BYTES = 12


class Keys:
    """The signing keys in the database; the newest signs, all are published.

    ``name`` is the first part of their ids, which tells keys of one purpose from another's. What
    one of the ``older`` secrets keys sealed is sealed again when it is opened.
    """

    def __init__(
        self, mongo: Mongo, secrets_key: bytes, name: str = "key", older: Sequence[bytes] = ()
    ) -> None:
        self._keys, self._first = mongo.db["keys"], f"{name}-1"
        self._cipher, self._older = AESGCM(secrets_key), [AESGCM(each) for each in older]

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
            "sealed": self._seal(private.private_bytes_raw(), kid),
        }

    def _seal(self, raw: bytes, kid: str) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, raw, kid.encode())

    def _opened(self, document: Document) -> Ed25519PrivateKey:
        kid, sealed = document["_id"], document["sealed"]
        try:
            raw = _open(self._cipher, sealed, kid)
        except InvalidTag:
            raw = self._opened_by_older(sealed, kid)
            self._keys.update_one(
                {"_id": kid, "sealed": sealed}, {"$set": {"sealed": self._seal(raw, kid)}}
            )
        return Ed25519PrivateKey.from_private_bytes(raw)

    def _opened_by_older(self, sealed: bytes, kid: str) -> bytes:
        for cipher in self._older:
            with suppress(InvalidTag):
                return _open(cipher, sealed, kid)
        raise InvalidTag

    def _public(self, document: Document) -> dict[str, str]:
        x = base64.urlsafe_b64encode(document["public"]).rstrip(b"=").decode()
        return {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": ALGORITHM,
                "kid": document["_id"], "x": x}  # fmt: skip


def _open(cipher: AESGCM, sealed: bytes, kid: str) -> bytes:
    return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], kid.encode())
