"""A service's own signing keys: made once, kept encrypted, published as a JWKS (RFC 7517).

identity signs access tokens with its own, the registry the checkpoints of its ledger.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NotRequired, TypedDict

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pymongo.errors import DuplicateKeyError

from shared.mongo import Mongo
from shared.sealing import Seal
from shared.tokens import Algorithm, SigningKey

Private = Ed25519PrivateKey | ec.EllipticCurvePrivateKey
COORDINATE_BYTES = 32
# The id of the first key of each kind, of the name of its purpose.
FIRST: Mapping[Algorithm, str] = {"EdDSA": "{}-1", "ES256": "es256-{}-1"}


class StoredKey(TypedDict):
    """``keys``: one key pair; ``sealed`` is the encrypted private key, ``public`` the point of the
    other half. ``algorithm`` is missing in keys that were made before there was a choice."""

    _id: str
    algorithm: NotRequired[Algorithm]
    created_at: datetime
    public: bytes
    sealed: bytes


class Keys:
    """The signing keys in the database; the newest of ``algorithm`` signs, all are published.

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
        algorithm: Algorithm = "EdDSA",
        by_thumbprint: bool = False,
    ) -> None:
        self._by_thumbprint, self._algorithm = by_thumbprint, algorithm
        self._keys, self._first = mongo.collection("keys", StoredKey), FIRST[algorithm].format(name)
        self._seal = Seal(secrets_key, older)

    def current(self, now: datetime) -> SigningKey:
        """The key that signs today; the first one is made when there is none."""
        alike = {"algorithm": {"$in": _stored(self._algorithm)}}
        document = self._keys.find_one(alike, sort=[("_id", -1)]) or self._make_first(now)
        return SigningKey(self._public(document)["kid"], self._opened(document), self._algorithm)

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
        private, public = MAKERS[self._algorithm]()
        return {
            "_id": kid,
            "created_at": now,
            "algorithm": self._algorithm,
            "public": public,
            "sealed": self._seal.seal(private, kid),
        }

    def _opened(self, document: StoredKey) -> Private:
        kid, sealed = document["_id"], document["sealed"]
        raw, stale = self._seal.open(sealed, kid)
        if stale:
            # Replace only the value that was read: another process may have sealed it meanwhile.
            anew = {"$set": {"sealed": self._seal.seal(raw, kid)}}
            self._keys.update_one({"_id": kid, "sealed": sealed}, anew)
        return READERS[_algorithm(document)](raw)

    def _public(self, document: StoredKey) -> dict[str, str]:
        point = POINTS[_algorithm(document)](document["public"])
        kid = _thumbprint(point) if self._by_thumbprint else document["_id"]
        return {"use": "sig", "alg": _algorithm(document), "kid": kid, **point}


def _stored(algorithm: Algorithm) -> list[Algorithm | None]:
    """What the keys of this kind say of it: those of before say nothing."""
    return [algorithm, None] if algorithm == "EdDSA" else [algorithm]


def _algorithm(document: StoredKey) -> Algorithm:
    return document.get("algorithm", "EdDSA")


def _new_ed25519() -> tuple[bytes, bytes]:
    private = Ed25519PrivateKey.generate()
    return private.private_bytes_raw(), private.public_key().public_bytes_raw()


def _new_p256() -> tuple[bytes, bytes]:
    """The scalar, and both coordinates of its point, each as big-endian bytes."""
    private = ec.generate_private_key(ec.SECP256R1())
    scalar = private.private_numbers().private_value.to_bytes(COORDINATE_BYTES)
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return scalar, point[1:]


def _p256(scalar: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(scalar), ec.SECP256R1())


def _ed25519_point(public: bytes) -> dict[str, str]:
    return {"crv": "Ed25519", "kty": "OKP", "x": _text(public)}


def _p256_point(public: bytes) -> dict[str, str]:
    x, y = public[:COORDINATE_BYTES], public[COORDINATE_BYTES:]
    return {"crv": "P-256", "kty": "EC", "x": _text(x), "y": _text(y)}


MAKERS: Mapping[Algorithm, Callable[[], tuple[bytes, bytes]]] = {
    "EdDSA": _new_ed25519,
    "ES256": _new_p256,
}
READERS: Mapping[Algorithm, Callable[[bytes], Private]] = {
    "EdDSA": Ed25519PrivateKey.from_private_bytes,
    "ES256": _p256,
}
POINTS: Mapping[Algorithm, Callable[[bytes], dict[str, str]]] = {
    "EdDSA": _ed25519_point,
    "ES256": _p256_point,
}


def _thumbprint(required: Mapping[str, str]) -> str:
    """RFC 7638 §3 of the members that a key needs, named in the order of their names."""
    text = json.dumps(required, separators=(",", ":"), sort_keys=True)
    return _text(hashlib.sha256(text.encode()).digest())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
