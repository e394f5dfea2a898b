"""A key of the installation's own: made here, with a certificate that it signs itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from asn1crypto import keys, x509
from cryptography import x509 as certificates
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from pyhanko.sign.signers import SimpleSigner

YEARS = 10
DER = serialization.Encoding.DER
# A common name has at most 64 characters (RFC 5280, Appendix A.1).
LONGEST_NAME = 64


def made(origin: str, at: datetime) -> tuple[bytes, bytes]:
    """A new key (PKCS#8) and its certificate, as DER; it names the ``origin`` it seals for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = certificates.Name([
        certificates.NameAttribute(NameOID.COMMON_NAME, f"Art28 {origin}"[:LONGEST_NAME])
    ])  # fmt: skip
    certificate = (
        certificates.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(certificates.random_serial_number())
        .not_valid_before(at)
        .not_valid_after(at + timedelta(days=365 * YEARS))
        .add_extension(_seals_only(), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private, certificate.public_bytes(DER)


def own_signer(private: bytes, certificate: bytes) -> SimpleSigner:
    """What signs with a key that ``made`` has made."""
    # With the first seal: a process that seals nothing need not hold 22 MB for it.
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    return SimpleSigner(
        signing_cert=x509.Certificate.load(certificate),
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )


def _seals_only() -> certificates.KeyUsage:
    return certificates.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=False, crl_sign=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
