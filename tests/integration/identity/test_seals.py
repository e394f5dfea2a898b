"""The keys that seal documents: the installation's own, the operator's, and an authority's time."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import shutil
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms, tsp, x509
from cryptography import x509 as certificates
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from services.identity import sealing
from services.identity.settings import SealSettings, Settings
from services.identity.use_cases import seals as cases
from services.identity.wiring import Deps, make_deps
from shared.mongo import connect
from shared.pdf_seals import SealUnavailable
from shared.settings import SettingsError
from tests.builders import common_settings
from tests.fakes import StandingClock
from tests.time_stamps import authority

DIGEST = hashlib.sha256(b"a document").digest()
SOFT_HSM = Path("/usr/lib/softhsm/libsofthsm2.so")


class Office:
    """identity with a clock that tests move, and settings of seals."""

    def __init__(self, mongo_url: str, name: str) -> None:
        self.clock = StandingClock()
        self._settings = Settings(common_settings(mongo_url, name))
        self._mongo = connect(mongo_url, f"{name}_identity")

    def deps(self, **seal: str) -> Deps:
        settings = dataclasses.replace(self._settings, seal=SealSettings(**seal))
        return make_deps(settings, self._mongo, self.clock)


@pytest.fixture
def office(mongo_url: str, database_name: str) -> Office:
    return Office(mongo_url, database_name)


def certificate_in(signature: bytes) -> x509.Certificate:
    signed = cms.ContentInfo.load(signature)["content"]
    found: x509.Certificate = signed["certificates"][0].chosen
    return found


def test_the_installation_makes_its_key_once(office: Office) -> None:
    first, second = office.deps(), office.deps()
    made = {certificate_in(cases.sign(deps, DIGEST)).sha256 for deps in (first, second, first)}
    (shown,) = cases.certificates(second)
    assert {bytes.fromhex(shown.sha256)} == made
    row = first.seal_keys.all()[0]
    with pytest.raises(ValueError, match=r"."):
        serialization.load_der_private_key(row["sealed"], None)


def test_a_certificate_that_has_ended_is_followed_by_a_new_one(office: Office) -> None:
    deps = office.deps()
    old = certificate_in(cases.sign(deps, DIGEST))
    office.clock.at = old.not_valid_after + timedelta(seconds=1)
    new = certificate_in(cases.sign(deps, DIGEST))
    assert new.sha256 != old.sha256
    shown = [bytes.fromhex(each.sha256) for each in cases.certificates(deps)]
    assert shown == [new.sha256, old.sha256]


def pkcs12_file(path: Path, at: datetime, passphrase: bytes) -> bytes:
    """A file with a key and its certificate; returns the digest of the certificate."""
    private, certificate = sealing.made("https://operator.example", at)
    key: Any = serialization.load_der_private_key(private, None)
    holder = certificates.load_der_x509_certificate(certificate)
    lock = serialization.BestAvailableEncryption(passphrase)
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"seal", key, holder, None, lock))
    return hashlib.sha256(certificate).digest()


def test_the_operator_s_file_seals_in_place_of_the_own_key(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "seal.p12"
    own = certificate_in(cases.sign(office.deps(), DIGEST)).sha256
    digest = pkcs12_file(file, office.clock(), b"open sesame")
    deps = office.deps(pkcs12=str(file), passphrase="open sesame")
    assert certificate_in(cases.sign(deps, DIGEST)).sha256 == digest
    shown = [bytes.fromhex(each.sha256) for each in cases.certificates(deps)]
    assert shown == [digest, own]


@pytest.mark.parametrize(("name", "passphrase"), [("seal.p12", "wrong"), ("none.p12", "right")])
def test_a_file_that_does_not_open_stops_the_start(
    office: Office, tmp_path: Path, name: str, passphrase: str
) -> None:
    pkcs12_file(tmp_path / "seal.p12", office.clock(), b"right")
    deps = office.deps(pkcs12=str(tmp_path / name), passphrase=passphrase)
    with pytest.raises(SettingsError, match="ART28_SEAL_PKCS12"):
        deps.outside_signer.check_file()


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A token of SoftHSM with an empty key store; returns the settings that name it."""
    tool = shutil.which("softhsm2-util")
    if tool is None or not SOFT_HSM.exists():
        pytest.skip("SoftHSM plays the device; on Debian it is in the package softhsm2")
    (tmp_path / "tokens").mkdir()
    conf = tmp_path / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {tmp_path}/tokens\nobjectstore.backend = file\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(conf))
    new = [tool, "--init-token", "--free", "--label", "art28", "--so-pin", "0000", "--pin", "1234"]
    subprocess.run(new, check=True, capture_output=True, env=dict(os.environ))
    named = {"pkcs11_module": str(SOFT_HSM), "pkcs11_token": "art28"}
    return {**named, "pkcs11_key": "seal", "pkcs11_pin": "1234"}


def test_a_device_seals_and_keeps_its_key(office: Office, token: dict[str, str]) -> None:
    certificate = put_into_device(token, office.clock())
    deps = office.deps(**token)
    signature = cases.sign(deps, DIGEST)
    assert certificate_in(signature).sha256 == hashlib.sha256(certificate).digest()
    assert cases.sign(deps, DIGEST)
    assert not deps.seal_keys.all()


def put_into_device(token: dict[str, str], at: datetime) -> bytes:
    """Put a key and its certificate into the token; returns the certificate."""
    import pkcs11
    from pkcs11 import Attribute
    from pkcs11.util.ec import decode_ec_private_key
    from pkcs11.util.x509 import decode_x509_certificate

    private, certificate = sealing.made("https://device.example", at)
    key: Any = serialization.load_der_private_key(private, None)
    sec1 = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    device = pkcs11.lib(token["pkcs11_module"])
    device.reinitialize()
    place = device.get_token(token_label=token["pkcs11_token"])
    with place.open(rw=True, user_pin=token["pkcs11_pin"]) as session:
        named = {Attribute.LABEL: "seal", Attribute.TOKEN: True}
        session.create_object({**decode_ec_private_key(sec1), **named, Attribute.SIGN: True})
        session.create_object({**decode_x509_certificate(certificate), **named})
    return certificate


def test_a_device_that_is_away_makes_no_seal(office: Office) -> None:
    deps = office.deps(pkcs11_module="/nowhere.so", pkcs11_token="a", pkcs11_key="b")
    with pytest.raises(SealUnavailable):
        cases.sign(deps, DIGEST)


def test_an_authority_stamps_the_time_into_the_seal(office: Office, tmp_path: Path) -> None:
    with authority(tmp_path) as url:
        signature = cases.sign(office.deps(time_stamps=url), DIGEST)
    (signer,) = cms.ContentInfo.load(signature)["content"]["signer_infos"]
    (stamp,) = [
        each["values"][0]
        for each in signer["unsigned_attrs"]
        if each["type"].native == "signature_time_stamp_token"
    ]
    told: tsp.TSTInfo = stamp["content"]["encap_content_info"]["content"].parsed
    stamped = told["message_imprint"]["hashed_message"].native
    assert stamped == hashlib.sha256(signer["signature"].native).digest()


def test_an_authority_that_is_away_makes_no_seal(office: Office, tmp_path: Path) -> None:
    with authority(tmp_path) as url:
        deps = office.deps(time_stamps=url)
    with pytest.raises(SealUnavailable):
        cases.sign(deps, DIGEST)
