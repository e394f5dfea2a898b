"""A private certificate authority for a receiver with TLS on loopback."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_LIFE = timedelta(days=2)


def make_certificates(folder: Path) -> Path:
    """Write ``server.pem`` and ``server.key``, and give the file of whom to trust.

    It holds the public authorities too, as in life: what trusting 140 of them costs a connection is
    part of what is measured. ECDSA P-256, which most receivers have today.
    """
    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca_name = _name("Benchmark authority")
    ca = _builder(ca_name, ca_name, ca_key.public_key()).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    leaf = _builder(_name("127.0.0.1"), ca_name, key.public_key()).add_extension(
        x509.SubjectAlternativeName([address]), critical=False
    )
    (folder / "server.pem").write_bytes(_pem(leaf.sign(ca_key, hashes.SHA256())))
    (folder / "server.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    trusted = folder / "trusted.pem"
    ours = _pem(ca.sign(ca_key, hashes.SHA256()))
    trusted.write_bytes(Path(certifi.where()).read_bytes() + ours)
    return trusted


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _LIFE)
        .not_valid_after(now + _LIFE)
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
