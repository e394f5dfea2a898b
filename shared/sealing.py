"""Encrypt values that the database must not hold in the clear, with a key of the settings.

AES-256-GCM; each sealed text is bound to a name, so that none can replace another.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


class Unreadable(Exception):
    """No key opens it: it was sealed with another key or for another name, or was altered."""


class Seal:
    """One key that seals, and older ones that still open. Keys have 32 bytes."""

    def __init__(self, key: bytes, older: Sequence[bytes] = ()) -> None:
        self._ciphers = [AESGCM(each) for each in (key, *older)]

    def seal(self, raw: bytes, name: str) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._ciphers[0].encrypt(nonce, raw, name.encode())

    def open(self, sealed: bytes, name: str) -> tuple[bytes, bool]:
        """Return the text, and whether an older key opened it. Raises ``Unreadable``."""
        nonce, text = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        for number, cipher in enumerate(self._ciphers):
            try:
                return cipher.decrypt(nonce, text, name.encode()), number > 0
            except (InvalidTag, ValueError):
                continue
        raise Unreadable(name)
