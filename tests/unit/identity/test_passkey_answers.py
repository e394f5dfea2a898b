"""Which answers of authenticators count: one of each kind that does, and each lie that does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cbor2
import pytest

from services.identity.model.passkeys import PasskeyRefused, PasskeyUnreadable, Site
from services.identity.proofs.passkeys import (
    Registered,
    challenge_in,
    person_in,
    registered,
    registration_options,
    sign_in_options,
    uses_answered,
)
from tests.authenticator import (
    BACKUP_ELIGIBLE,
    EDDSA,
    ES256,
    ES512,
    PRESENT,
    RS256,
    SYNCED,
    VERIFIED,
    Authenticator,
    new_key,
)

SITE = Site("art28.example", "https://art28.example")
CHALLENGE, OTHER = b"a" * 32, b"b" * 32
PERSON = "per_1"
DEEP = b"\x81" * 100_000
CREATE = registration_options(SITE, CHALLENGE, PERSON, "ida@nordbo.example", "Ida", [])
GET = sign_in_options(SITE, CHALLENGE)


def authenticator(**more: Any) -> Authenticator:
    return Authenticator(SITE.origin, **more)


@pytest.fixture
def device() -> Authenticator:
    return authenticator()


@pytest.fixture
def passkey(device: Authenticator) -> Registered:
    return registered(SITE, CHALLENGE, device.create(CREATE))


@pytest.mark.parametrize("algorithm", [ES256, EDDSA, RS256])
def test_a_passkey_of_each_algorithm_signs_in(algorithm: int) -> None:
    device = authenticator(algorithm=algorithm)
    passkey = registered(SITE, CHALLENGE, device.create(CREATE))
    answer = device.get(GET)
    assert uses_answered(SITE, CHALLENGE, passkey.public_key, answer) == 1
    assert (challenge_in(answer), person_in(answer)) == (CHALLENGE, PERSON)
    assert passkey.credential_id == answer["id"]


def test_options_ask_for_a_discoverable_passkey_with_verification_and_without_attestation() -> None:
    selection = CREATE["authenticatorSelection"]
    assert selection["residentKey"] == selection["userVerification"] == "required"
    assert (CREATE["attestation"], GET["userVerification"]) == ("none", "required")
    assert GET.get("allowCredentials", []) == []


def test_known_passkeys_are_excluded_from_a_second_registration(passkey: Registered) -> None:
    options = registration_options(
        SITE, CHALLENGE, PERSON, "a@b.example", "A", [passkey.credential_id]
    )
    assert [known["id"] for known in options["excludeCredentials"]] == [passkey.credential_id]


def test_a_synced_passkey_is_known_as_one() -> None:
    device = authenticator(flags=PRESENT | VERIFIED | BACKUP_ELIGIBLE | SYNCED)
    assert registered(SITE, CHALLENGE, device.create(CREATE)).synced


REGISTRATIONS = {
    "another challenge": {"client_data": {"challenge": "Yg"}},
    "another origin": {"client_data": {"origin": "https://evil.example"}},
    "an origin that begins alike": {"client_data": {"origin": "https://art28.example.evil.example"}},
    "http": {"client_data": {"origin": "http://art28.example"}},
    "an answer to a sign-in": {"client_data": {"type": "webauthn.get"}},
    "another site": {"domain": "evil.example"},
    "an algorithm that nobody asked for": {"algorithm": ES512},
    "an algorithm that does not exist": {"algorithm": 0},
    "CBOR cut short": {"attestation": cbor2.dumps({"fmt": "none"})[:-1]},
    "CBOR of ten thousand lists": {"attestation": DEEP},
    "CBOR that claims a terabyte": {"attestation": b"\x5b" + (1 << 40).to_bytes(8, "big")},
    "no CBOR": {"attestation": b"\xff\x00"},
    "nothing": {"attestation": b""},
    "a list": {"attestation": cbor2.dumps([])},
    "no attestation with a statement": {"statement": {"sig": b"1"}},
    "an attestation with certificates": {"fmt": "packed", "statement": {"alg": -7, "sig": b"1",
                                                                        "x5c": [b"1"]}},
    "an attestation of a TPM": {"fmt": "tpm", "statement": {}},
    "an attestation that does not exist": {"fmt": "android"},
}  # fmt: skip


@pytest.mark.parametrize("lie", REGISTRATIONS.values(), ids=REGISTRATIONS)
def test_a_registration_is_refused(device: Authenticator, lie: Mapping[str, Any]) -> None:
    with pytest.raises(PasskeyUnreadable):
        registered(SITE, CHALLENGE, device.create(CREATE, **lie))


def test_a_registration_without_verification_of_the_person_is_refused() -> None:
    with pytest.raises(PasskeyUnreadable):
        registered(SITE, CHALLENGE, authenticator(flags=PRESENT).create(CREATE))


SHAPES: dict[str, dict[str, Any]] = {
    "empty": {},
    "no response": {"id": "a", "rawId": "a", "type": "public-key"},
    "texts for objects": {"id": "a", "rawId": "a", "type": "public-key", "response": "b"},
    "numbers for texts": {"id": 1, "rawId": 1, "type": 1, "response": {"clientDataJSON": 1}},
    "no base64": {"id": "a", "rawId": "a", "type": "public-key",
                  "response": {"clientDataJSON": "=", "attestationObject": "%%"}},
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_what_is_no_answer_is_refused(passkey: Registered, shape: dict[str, Any]) -> None:
    assert (challenge_in(shape), person_in(shape)) == (None, None)
    with pytest.raises(PasskeyUnreadable):
        registered(SITE, CHALLENGE, shape)
    with pytest.raises(PasskeyRefused):
        uses_answered(SITE, CHALLENGE, passkey.public_key, shape)


SIGN_INS = {
    "another challenge": {"client_data": {"challenge": "Yg"}},
    "another origin": {"client_data": {"origin": "https://evil.example"}},
    "another port": {"client_data": {"origin": "https://art28.example:8443"}},
    "an answer to a registration": {"client_data": {"type": "webauthn.create"}},
    "another site": {"domain": "evil.example"},
    "the key of somebody else": {"key": new_key(ES256)},
    "a key of another kind": {"key": new_key(EDDSA)},
    "no signature": {"signature": b""},
    "a signature over other data": {"data": b"\0" * 37},
    "data cut short": {"data": b"\0" * 10},
    "a huge answer": {"data": b"\0" * 1_000_000},
}  # fmt: skip


@pytest.mark.parametrize("lie", SIGN_INS.values(), ids=SIGN_INS)
def test_a_sign_in_is_refused(
    device: Authenticator, passkey: Registered, lie: Mapping[str, Any]
) -> None:
    with pytest.raises(PasskeyRefused):
        uses_answered(SITE, CHALLENGE, passkey.public_key, device.get(GET, **lie))


def test_a_sign_in_without_verification_of_the_person_is_refused(
    device: Authenticator, passkey: Registered
) -> None:
    device.flags = PRESENT
    with pytest.raises(PasskeyRefused):
        uses_answered(SITE, CHALLENGE, passkey.public_key, device.get(GET))


def test_an_answer_to_another_challenge_is_refused(
    device: Authenticator, passkey: Registered
) -> None:
    with pytest.raises(PasskeyRefused):
        uses_answered(SITE, OTHER, passkey.public_key, device.get(GET))
