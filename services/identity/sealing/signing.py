"""The signature of a digest, and the certificate by which anybody can check it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import textwrap
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from asn1crypto import x509

if TYPE_CHECKING:
    from pyhanko.sign.signers import Signer
    from pyhanko.sign.timestamps import TimeStamper

TIMEOUT_SECONDS = 5


@dataclass(frozen=True)
class SealCertificate:
    """``sha256``: of the certificate in DER, as programs that check signatures show it."""

    subject: str
    issuer: str
    sha256: str
    valid_from: datetime
    valid_to: datetime
    pem: str


def signature(signer: Signer, digest: bytes, time_stamps: str) -> bytes:
    """The CMS signature of a SHA-256, as PAdES has it (EN 319 142-1, B-B), as DER.

    ``time_stamps``: the URL of an authority (RFC 3161) whose stamp goes into it, which makes it
    B-T; empty: none. Raises whatever keeps the key or the authority from answering.
    """
    stamper = _stamper(time_stamps) if time_stamps else None
    signing = signer.async_sign(digest, "sha256", use_pades=True, timestamper=stamper)
    # On a thread of its own: the caller's may run a loop already, and then no second one begins.
    with ThreadPoolExecutor(1) as apart:
        der: bytes = apart.submit(asyncio.run, signing).result().dump()
    return der


def _stamper(url: str) -> TimeStamper:
    from pyhanko.sign.timestamps.requests_client import HTTPTimeStamper

    stamper: TimeStamper = HTTPTimeStamper(  # type: ignore[no-untyped-call]
        url, timeout=TIMEOUT_SECONDS
    )
    return stamper


def certificate_of(certificate: x509.Certificate) -> SealCertificate:
    der = certificate.dump()
    lines = textwrap.wrap(base64.b64encode(der).decode(), 64)
    return SealCertificate(
        subject=certificate.subject.human_friendly,
        issuer=certificate.issuer.human_friendly,
        sha256=hashlib.sha256(der).hexdigest(),
        valid_from=certificate.not_valid_before,
        valid_to=certificate.not_valid_after,
        pem="\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""]),
    )
