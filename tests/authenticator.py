"""An authenticator in software: makes passkeys and signs with them, or lies as a test wishes."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

PRESENT, VERIFIED, BACKUP_ELIGIBLE, SYNCED, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40
ES256, EDDSA, RS256, ES512 = -7, -8, -257, -36
PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


@dataclass
class Held:
    """A passkey as its authenticator holds it."""

    credential_id: bytes
    key: PrivateKey
    person: bytes
    uses: int = 0


@dataclass
class Authenticator:
    """``origin``: what the browser says. ``counts``: whether uses are counted. ``flags``: what is
    said of the person; verified and present by default."""

    origin: str
    algorithm: int = ES256
    counts: bool = True
    flags: int = PRESENT | VERIFIED
    held: list[Held] = field(default_factory=list)

    def create(self, options: Mapping[str, Any], **lies: Any) -> dict[str, Any]:
        """The answer to ``navigator.credentials.create``, as browsers write it in JSON."""
        held = Held(secrets.token_bytes(32), new_key(self.algorithm),
                    base64url_to_bytes(options["user"]["id"]))  # fmt: skip
        self.held.append(held)
        attested = (
            bytes(16)
            + len(held.credential_id).to_bytes(2, "big")
            + held.credential_id
            + cbor2.dumps(cose(held.key, lies.get("algorithm", self.algorithm)))
        )
        domain = lies.get("domain", options["rp"]["id"])
        data = self._data(domain, self.flags | ATTESTED, held.uses) + attested
        attestation = {"fmt": lies.get("fmt", "none"), "attStmt": lies.get("statement", {}),
                       "authData": data}  # fmt: skip
        return answer(held.credential_id, {
            "clientDataJSON": self._client_data("webauthn.create", options, lies),
            "attestationObject": lies.get("attestation", cbor2.dumps(attestation)),
        })  # fmt: skip

    def get(self, options: Mapping[str, Any], **lies: Any) -> dict[str, Any]:
        """The answer to ``navigator.credentials.get`` with the passkey made last."""
        held = lies.get("held", self.held[-1])
        held.uses += int(self.counts)
        data = self._data(
            lies.get("domain", options["rpId"]), self.flags, lies.get("uses", held.uses)
        )
        client_data = self._client_data("webauthn.get", options, lies)
        signature = sign(lies.get("key", held.key), data + hashlib.sha256(client_data).digest())
        return answer(held.credential_id, {
            "clientDataJSON": client_data,
            "authenticatorData": lies.get("data", data),
            "signature": lies.get("signature", signature),
            "userHandle": lies.get("person", held.person),
        })  # fmt: skip

    def _data(self, domain: str, flags: int, uses: int) -> bytes:
        return hashlib.sha256(domain.encode()).digest() + bytes([flags]) + uses.to_bytes(4, "big")

    def _client_data(self, kind: str, options: Mapping[str, Any], lies: Mapping[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin,
                "crossOrigin": False}  # fmt: skip
        return json.dumps({**said, **lies.get("client_data", {})}).encode()


def answer(credential_id: bytes, response: Mapping[str, bytes]) -> dict[str, Any]:
    name = bytes_to_base64url(credential_id)
    return {
        "id": name,
        "rawId": name,
        "type": "public-key",
        "response": {member: bytes_to_base64url(value) for member, value in response.items()},
    }


def new_key(algorithm: int) -> PrivateKey:
    if algorithm == EDDSA:
        return ed25519.Ed25519PrivateKey.generate()
    if algorithm == RS256:
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP521R1() if algorithm == ES512 else ec.SECP256R1())


def cose(key: PrivateKey, algorithm: int) -> dict[int, Any]:
    """The public half as COSE writes it (RFC 9053)."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return {1: 1, 3: algorithm, -1: 6, -2: key.public_key().public_bytes_raw()}
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.public_key().public_numbers()
        return {1: 3, 3: algorithm, -1: numbers.n.to_bytes(256, "big"), -2: b"\x01\x00\x01"}
    point, size = key.public_key().public_numbers(), (key.key_size + 7) // 8
    curve = 3 if size > 32 else 1
    return {1: 2, 3: algorithm, -1: curve, -2: point.x.to_bytes(size, "big"),
            -3: point.y.to_bytes(size, "big")}  # fmt: skip


def sign(key: PrivateKey, data: bytes) -> bytes:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, PKCS1v15(), SHA256())
    return key.sign(data, ec.ECDSA(SHA256()))
