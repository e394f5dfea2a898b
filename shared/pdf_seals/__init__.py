"""Seals of PDFs: a PAdES signature (ETSI EN 319 142-1) that shows every later change to the file.

identity keeps the key and makes the signature of a digest; the service that made the file puts it
in. So a key, or the device that holds it, is known to one service alone.
"""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any, Protocol

from shared.errors import Unavailable
from shared.pdf_seals.errors import SealUnavailable

__all__ = ["SealUnavailable", "Sealer", "nothing_sealed", "sealer_at"]


class Sealer(Protocol):
    """Seals the PDFs of one service."""

    def __call__(self, pdf: bytes, at: datetime) -> bytes: ...


class _Asked(Protocol):
    def post(self, path: str, body: Any) -> Any: ...


def nothing_sealed(pdf: bytes, at: datetime) -> bytes:  # noqa: ARG001  A sealer takes both.
    """The sealer of processes that give out no file: it refuses."""
    raise SealUnavailable("This process seals nothing.")


def sealer_at(identity: _Asked) -> Sealer:
    """The sealer that has identity sign. It raises ``SealUnavailable``."""

    def signed(digest: bytes) -> bytes:
        try:
            answer = identity.post("/v1/seals", {"sha256": digest.hex()})
        except Unavailable as error:
            raise SealUnavailable from error
        return base64.b64decode(answer["signature"])

    def seal(pdf: bytes, at: datetime) -> bytes:
        # Loaded with the first file: most processes seal none.
        from shared.pdf_seals.appending import sealed

        return sealed(pdf, at, signed)

    return seal
