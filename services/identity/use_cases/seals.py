"""Seals of documents: for the services, a signature; for everybody, the certificates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import structlog
from asn1crypto import x509

from services.identity import sealing
from services.identity.sealing import SealCertificate
from services.identity.store.stored import StoredSealKey
from services.identity.wiring import Deps
from shared.pdf_seals import SealUnavailable

if TYPE_CHECKING:
    from pyhanko.sign.signers import Signer

log = structlog.get_logger()


def sign(deps: Deps, digest: bytes) -> bytes:
    """The signature of a document's SHA-256. Raises ``SealUnavailable``."""
    try:
        return sealing.signature(_signer(deps), digest, deps.settings.seal.time_stamps)
    except Exception as error:  # Devices and authorities fail in their own ways.
        deps.outside_signer.failed()
        log.warning("seal.failed", cause=type(error).__name__)
        raise SealUnavailable from error


def certificates(deps: Deps) -> Sequence[SealCertificate]:
    """The one that seals today first, then those that have sealed before."""
    current = _signer(deps).signing_cert
    kept = [x509.Certificate.load(row["certificate"]) for row in deps.seal_keys.all()]
    others = [each for each in reversed(kept) if current is None or each.sha256 != current.sha256]
    return [sealing.certificate_of(each) for each in (current, *others) if each is not None]


def _signer(deps: Deps) -> Signer:
    return deps.outside_signer() or _own(deps)


def _own(deps: Deps) -> Signer:
    """The installation's own key; it is made when there is none, or when it has ended."""
    now, kept = deps.now(), deps.seal_keys.all()
    if not kept or x509.Certificate.load(kept[-1]["certificate"]).not_valid_after <= now:
        _make(deps, f"seal-{len(kept) + 1}")
        kept = deps.seal_keys.all()
    row = kept[-1]
    private, _ = deps.seal.open(row["sealed"], row["_id"])
    return sealing.own_signer(private, row["certificate"])


def _make(deps: Deps, name: str) -> None:
    private, certificate = sealing.made(deps.settings.common.origin, deps.now())
    row: StoredSealKey = {
        "_id": name,
        "created_at": deps.now(),
        "certificate": certificate,
        "sealed": deps.seal.seal(private, name),
    }
    deps.seal_keys.add(row)
