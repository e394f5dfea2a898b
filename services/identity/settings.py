"""Settings of identity."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.egress import Egress
from shared.settings import (
    Common,
    SettingsError,
    choice,
    egress_of,
    optional_secret,
    reader,
    whole_number,
)
from shared.tokens import ALGORITHMS, Algorithm


@dataclass(frozen=True)
class SealSettings:
    """By which key documents are sealed: the operator's in a file (``pkcs12``) or in a device
    (``pkcs11_…``), else one of the installation. ``time_stamps``: URL of an authority."""

    pkcs12: str = ""
    passphrase: str = field(default="", repr=False)
    pkcs11_module: str = ""
    pkcs11_token: str = ""
    pkcs11_key: str = ""
    pkcs11_pin: str = field(default="", repr=False)
    time_stamps: str = ""

    @classmethod
    def from_env(cls) -> SealSettings:
        env = reader()
        file, module = env.str("ART28_SEAL_PKCS12", ""), env.str("ART28_SEAL_PKCS11_MODULE", "")
        if file and module:
            raise SettingsError("ART28_SEAL_PKCS12 and ART28_SEAL_PKCS11_MODULE: name only one.")
        return cls(
            pkcs12=file,
            pkcs11_module=module,
            pkcs11_token=env.str("ART28_SEAL_PKCS11_TOKEN", ""),
            pkcs11_key=env.str("ART28_SEAL_PKCS11_KEY", ""),
            time_stamps=env.str("ART28_SEAL_TIME_STAMPS", ""),
            passphrase=optional_secret("ART28_SEAL_PASSPHRASE"),
            pkcs11_pin=optional_secret("ART28_SEAL_PKCS11_PIN"),
        )


@dataclass(frozen=True)
class Settings:
    """``token_seconds``: how long an access token lives. ``token_algorithm``: what signs it, EdDSA
    or ES256. ``failed_tokens``: wrong secrets a minute,
    of one client from one address, before they are answered 429; 0 is any number.
    ``egress``: which sign-in providers may be dialled. ``ca_file``: certificates to trust instead
    of the public ones."""

    common: Common
    token_seconds: int = 900
    token_algorithm: Algorithm = ALGORITHMS[0]
    failed_tokens: int = 30
    egress: Egress = field(default_factory=Egress)
    ca_file: str | None = None
    seal: SealSettings = field(default_factory=SealSettings)

    @classmethod
    def from_env(cls) -> Settings:
        env = reader()
        failed = whole_number(env, "ART28_FAILED_TOKENS", 30)
        if failed < 0:
            raise SettingsError(f"ART28_FAILED_TOKENS is 0 or more, not {failed}.")
        common = Common.from_env()
        return cls(
            common,
            token_seconds=whole_number(env, "ART28_TOKEN_SECONDS", 900),
            token_algorithm=choice(env, "ART28_TOKEN_ALGORITHM", "EdDSA", ALGORITHMS),
            failed_tokens=failed,
            egress=egress_of(env, common.origin),
            ca_file=env.str("ART28_CA_FILE", "") or None,
            seal=SealSettings.from_env(),
        )
