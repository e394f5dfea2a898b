"""What must not lie in the database in the clear, sealed with a key from the settings.

AES-256-GCM; each sealed text is bound to a name, so that none can be put in another's place.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


class Unreadable(Exception):
    """No key of ours opens it: sealed with another one, for another name, or altered."""


class Seal:
    """One key that seals, and others that still open. Keys have 32 bytes."""

    def __init__(self, key: bytes, older: Sequence[bytes] = ()) -> None:
        self._ciphers = [AESGCM(each) for each in (key, *older)]

    def seal(self, raw: bytes, name: str) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._ciphers[0].encrypt(nonce, raw, name.encode())

    def open(self, sealed: bytes, name: str) -> tuple[bytes, bool]:
        """The text, and whether it was an older key that opened it. Raises ``Unreadable``."""
        nonce, text = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        for number, cipher in enumerate(self._ciphers):
            try:
                return cipher.decrypt(nonce, text, name.encode()), number > 0
            except (InvalidTag, ValueError):
                continue
        raise Unreadable(name)
