"""Signatures of webhook messages, and the secrets behind them.

Standard Webhooks 1.0.0, symmetric scheme `v1`: HMAC-SHA256 over `id.timestamp.body`, the key being
the decoded bytes of a `whsec_` secret.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

Random = Callable[[int], bytes]

PREFIX = "whsec_"
SECRET_BYTES = 32
NONCE_BYTES = 12
TAG_OF_KEY_BYTES = 4
# Standard Webhooks 1.0.0: how old or how far ahead a message may be.
TOLERANCE = timedelta(minutes=5)
_DIGITS_OF_INSTANT = 11


class UnreadableSecretError(ValueError):
    """A sealed secret was made with an unknown key, for another endpoint, or was altered."""


def new_secret(random: Random = os.urandom) -> str:
    """A fresh endpoint secret: `whsec_` and the base64 of 32 random bytes."""
    return PREFIX + b64encode(random(SECRET_BYTES)).decode("ascii")


def signed_headers(
    message_id: str, at: datetime, body: bytes, secrets: Sequence[str]
) -> dict[str, str]:
    """The three headers of one attempt: `webhook-id`, `webhook-timestamp`, `webhook-signature`.

    Call it anew for every attempt: `at` is the instant of this attempt, for receivers refuse a
    timestamp older than five minutes. `secrets` are all live secrets of the endpoint; the signature
    holds one entry for each, so that a rotation breaks nobody. `body` is UTF-8. ValueError on a
    naive `at`, on no secret, on one that is not `whsec_` and base64, on a full stop in the id.
    """
    if "." in message_id or not message_id.isprintable():
        raise ValueError("the id of a message may hold neither full stops nor control characters")
    if at.tzinfo is None or not secrets:
        raise ValueError("a message is signed at an aware instant with at least one secret")
    timestamp = str(int(at.timestamp()))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join([_signature(each, signed) for each in secrets]),
    }


def is_signed(
    headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime
) -> bool:
    """Whether one of ``secrets`` signed this message within five minutes of ``now``.

    ``headers``: by names in lower case, the three of ``signed_headers`` among them.
    """
    message_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    is_instant = stamp.isascii() and stamp.isdigit() and len(stamp) <= _DIGITS_OF_INSTANT
    if not (message_id and is_instant and message_id.isprintable()) or "." in message_id:
        return False
    at = datetime.fromtimestamp(int(stamp), UTC)
    mine = signed_headers(message_id, at, body, secrets)["webhook-signature"].encode().split()
    told = headers.get("webhook-signature", "").encode().split()
    is_right = any(hmac.compare_digest(one, other) for one in mine for other in told)
    return is_right and abs(now - at) <= TOLERANCE


def _signature(secret: str, signed: bytes) -> str:
    return "v1," + b64encode(hmac.digest(_key(secret), signed, "sha256")).decode("ascii")


def _key(secret: str) -> bytes:
    # Keys are not cached: a secret lives as long as its attempt.
    if not secret.startswith(PREFIX):
        raise ValueError("a webhook secret starts with whsec_")
    try:
        key = b64decode(secret[len(PREFIX) :], validate=True)
    except Error:
        key = b""
    if not key:
        # Raised here, for the context of the other error would carry the secret into a log.
        raise ValueError("the rest of a webhook secret is base64")
    return key


class SecretBox:
    """Keeps endpoint secrets encrypted at rest (AES-256-GCM), each bound to its endpoint.

    The first key seals; every key opens, so a key is rotated by putting the new one in front and
    sealing again what `is_stale` names. Keys may be text of any form; they are stretched by HKDF.
    """

    def __init__(self, key: str | bytes, *older: str | bytes, random: Random = os.urandom) -> None:
        ciphers = [_cipher(each) for each in (key, *older)]
        self._current = ciphers[0][0]
        self._ciphers = dict(reversed(ciphers))
        self._random = random

    def seal(self, secret: str, endpoint_id: str) -> bytes:
        """The bytes to store: tag of the key, nonce, ciphertext."""
        nonce = self._random(NONCE_BYTES)
        cipher = self._ciphers[self._current]
        return self._current + nonce + cipher.encrypt(nonce, secret.encode(), endpoint_id.encode())

    def open(self, sealed: bytes, endpoint_id: str) -> str:
        """The secret; UnreadableSecretError when key, endpoint or bytes do not belong together."""
        tag, rest = sealed[:TAG_OF_KEY_BYTES], sealed[TAG_OF_KEY_BYTES:]
        cipher = self._ciphers.get(tag)
        if cipher is None:
            raise UnreadableSecretError("sealed with a key that is not configured")
        try:
            nonce, text = rest[:NONCE_BYTES], rest[NONCE_BYTES:]
            return cipher.decrypt(nonce, text, endpoint_id.encode()).decode()
        except (InvalidTag, ValueError):
            raise UnreadableSecretError("altered, or sealed for another endpoint") from None

    def is_stale(self, sealed: bytes) -> bool:
        """Whether an older key sealed these bytes."""
        return sealed[:TAG_OF_KEY_BYTES] != self._current


def _cipher(key: str | bytes) -> tuple[bytes, AESGCM]:
    material = key.encode() if isinstance(key, str) else key
    if not material:
        raise ValueError("the key for secrets at rest is empty")
    stretched = HKDF(SHA256(), 32, salt=None, info=b"webhook secrets at rest").derive(material)
    return hashlib.sha256(stretched).digest()[:TAG_OF_KEY_BYTES], AESGCM(stretched)
