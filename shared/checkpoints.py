"""Signed checkpoints: "on that instant this stream ended with this entry, and this was its hash".

A checkpoint that was kept shows later whether the history before it was rewritten, even by the
operator who holds database and key: such a chain no longer leads through the signed hash.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared.times import format_instant


@dataclass(frozen=True)
class Checkpoint:
    """The head of ``stream`` at ``at`` (RFC 3339).

    ``signature`` is Ed25519 (RFC 8032) in base64url without padding, over the canonical JSON
    (RFC 8785) of the other five members.
    """

    stream: str
    sequence: int
    hash: str
    at: str
    key_id: str
    signature: str

    @classmethod
    def signed(
        cls, stream: str, head: tuple[int, str], at: datetime, key_id: str, key: Ed25519PrivateKey
    ) -> Checkpoint:
        unsigned = cls(stream, *head, format_instant(at), key_id, "")
        return cls(**{**asdict(unsigned), "signature": _text(key.sign(unsigned.content()))})

    @classmethod
    def parse(cls, record: Mapping[str, Any]) -> Checkpoint:
        """Read one from JSON; members it does not know are left out. Raises ``ValueError``."""
        kinds = {name: int if name == "sequence" else str for name in cls.__dataclass_fields__}
        for name, kind in kinds.items():
            if type(record.get(name)) is not kind:
                raise ValueError(f"a checkpoint needs {name}")
        return cls(**{name: record[name] for name in kinds})

    def content(self) -> bytes:
        """Return the bytes that are signed."""
        members = {name: value for name, value in asdict(self).items() if name != "signature"}
        return rfc8785.dumps(members)

    def holds(self, key: Ed25519PublicKey) -> bool:
        """Return whether ``key`` made the signature."""
        try:
            key.verify(_bytes(self.signature), self.content())
        except (InvalidSignature, ValueError):
            return False
        return True


def public_key(x: str) -> Ed25519PublicKey:
    """The key whose JWK (RFC 8037) has this ``x``. Raises ``ValueError``."""
    return Ed25519PublicKey.from_public_bytes(_bytes(x))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("it is not base64url") from error
