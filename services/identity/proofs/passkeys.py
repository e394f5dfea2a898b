"""Options for authenticators, and what their answers prove; by the library ``webauthn``.

The library is loaded at the first passkey: it takes a third of a second and 30 MB.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from services.identity.model.passkeys import PasskeyRefused, PasskeyUnreadable, Site

# Ed25519, P-256 and RSA: what authenticators of today make (COSE, RFC 9053 and RFC 8812).
ALGORITHMS = (-8, -7, -257)
# No attestation is asked for; one without a certificate may come all the same (WebAuthn §5.1.3).
FORMATS = ("none", "packed")
LONGEST_CREDENTIAL_ID = 1023
T = TypeVar("T")


@dataclass(frozen=True)
class Registered:
    """``credential_id``: base64url. ``uses``: the authenticator's counter."""

    credential_id: str
    public_key: bytes
    uses: int
    synced: bool


def registration_options(
    site: Site, challenge: bytes, person_id: str, email: str, name: str, known: Sequence[str]
) -> dict[str, Any]:
    """What the browser hands to ``navigator.credentials.create``. ``known``: credential ids of
    the person, so that no authenticator holds two."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = generate_registration_options(
        rp_id=site.domain,
        rp_name="Art28",
        user_id=person_id.encode(),
        user_name=email,
        user_display_name=name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(_bytes(key)) for key in known],
        supported_pub_key_algs=_algorithms(),
    )
    return dict(json.loads(options_to_json(options)))


def sign_in_options(site: Site, challenge: bytes) -> dict[str, Any]:
    """What the browser hands to ``navigator.credentials.get``; the authenticator knows whose
    passkeys it holds, so nobody is named."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    options = generate_authentication_options(
        rp_id=site.domain,
        challenge=challenge,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(json.loads(options_to_json(options)))


def challenge_in(answer: Mapping[str, Any]) -> bytes | None:
    """The challenge that an answer says it signs; None where it says none."""
    return _or_none(lambda: _challenge(answer))


def person_in(answer: Mapping[str, Any]) -> str | None:
    """The person whose passkey the authenticator says it has used (the user handle)."""
    return _or_none(lambda: _bytes(answer["response"]["userHandle"]).decode())


def registered(site: Site, challenge: bytes, answer: Mapping[str, Any]) -> Registered:
    """The new credential. Raises ``PasskeyUnreadable``."""
    checked = _or_none(lambda: _verified_registration(site, challenge, answer))
    if checked is None:
        raise PasskeyUnreadable
    return checked


def uses_answered(
    site: Site, challenge: bytes, public_key: bytes, answer: Mapping[str, Any]
) -> int:
    """The authenticator's counter, when the answer is signed by ``public_key``.

    Raises ``PasskeyRefused``.
    """
    count = _or_none(lambda: _verified_count(site, challenge, public_key, answer))
    if count is None:
        raise PasskeyRefused
    return count


def _challenge(answer: Mapping[str, Any]) -> bytes:
    from webauthn.helpers import parse_client_data_json

    return bytes(parse_client_data_json(_bytes(answer["response"]["clientDataJSON"])).challenge)


def _bytes(text: str) -> bytes:
    from webauthn.helpers import base64url_to_bytes

    return bytes(base64url_to_bytes(text))


def _algorithms() -> list[Any]:
    from webauthn.helpers.cose import COSEAlgorithmIdentifier

    return [COSEAlgorithmIdentifier(number) for number in ALGORITHMS]


def _verified_registration(site: Site, challenge: bytes, answer: Mapping[str, Any]) -> Registered:
    from webauthn import verify_registration_response
    from webauthn.helpers import bytes_to_base64url, parse_attestation_object

    attestation = parse_attestation_object(_bytes(answer["response"]["attestationObject"]))
    # Certificates of hostile make are not even parsed.
    if attestation.fmt not in FORMATS or attestation.att_stmt.x5c:
        raise PasskeyUnreadable
    checked = verify_registration_response(
        credential=dict(answer),
        expected_challenge=challenge,
        expected_rp_id=site.domain,
        expected_origin=site.origin,
        require_user_verification=True,
        supported_pub_key_algs=_algorithms(),
    )
    if len(checked.credential_id) > LONGEST_CREDENTIAL_ID:
        raise PasskeyUnreadable
    return Registered(
        credential_id=bytes_to_base64url(checked.credential_id),
        public_key=checked.credential_public_key,
        uses=checked.sign_count,
        synced=checked.credential_backed_up,
    )


def _verified_count(
    site: Site, challenge: bytes, public_key: bytes, answer: Mapping[str, Any]
) -> int:
    from webauthn import verify_authentication_response

    checked = verify_authentication_response(
        credential=dict(answer),
        expected_challenge=challenge,
        expected_rp_id=site.domain,
        expected_origin=site.origin,
        credential_public_key=public_key,
        # The counter is judged by `model.passkeys.is_copy`, once the signature is known to fit.
        credential_current_sign_count=0,
        require_user_verification=True,
    )
    return int(checked.new_sign_count)


def _or_none(read: Callable[[], T]) -> T | None:
    """What ``read`` finds; None whatever it raises: the bytes are of a stranger's making."""
    try:
        return read()
    except Exception:  # noqa: BLE001  CBOR, keys and JSON raise what they like; all mean: no.
        return None
