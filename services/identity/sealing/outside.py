"""Keys of the operator: in a file (PKCS#12, RFC 7292), or in a device (PKCS#11)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from services.identity.settings import SealSettings
from shared.settings import SettingsError

if TYPE_CHECKING:
    from pyhanko.sign.signers import Signer


def pkcs12_signer(settings: SealSettings) -> Signer:
    """The key in the file. Raises ``SettingsError`` if it cannot be opened."""
    from pyhanko.sign.signers import SimpleSigner

    passphrase = settings.passphrase.encode() or None
    try:
        body = Path(settings.pkcs12).read_bytes()
        signer: Signer | None = SimpleSigner.load_pkcs12_data(body, (), passphrase)
    except (OSError, ValueError) as error:
        raise SettingsError(f"ART28_SEAL_PKCS12: cannot be opened: {error}.") from error
    if signer is None:
        raise SettingsError("ART28_SEAL_PKCS12: wrong passphrase, or no key in the file.")
    return signer


def pkcs11_signer(settings: SealSettings) -> Signer:
    """The key and the certificate of one label in the device. It stays open."""
    from pyhanko.config.pkcs11 import TokenCriteria
    from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

    session = open_pkcs11_session(
        settings.pkcs11_module,
        token_criteria=TokenCriteria(label=settings.pkcs11_token),
        user_pin=settings.pkcs11_pin,
    )
    label = settings.pkcs11_key
    # The digest is made here: not every device has a mechanism that makes it, too.
    return PKCS11Signer(session, cert_label=label, key_label=label, use_raw_mechanism=True)


class OutsideSigner:
    """The operator's key, if the settings name one: opened when it is first needed, a device anew
    after it has failed."""

    def __init__(self, settings: SealSettings) -> None:
        self._settings = settings
        self._signer: Signer | None = None

    def __call__(self) -> Signer | None:
        self.check_file()
        if self._signer is None and self._settings.pkcs11_module:
            self._signer = pkcs11_signer(self._settings)
        return self._signer

    def check_file(self) -> None:
        """Open the file that the settings name, if they do. Raises ``SettingsError``."""
        if self._signer is None and self._settings.pkcs12:
            self._signer = pkcs12_signer(self._settings)

    def failed(self) -> None:
        if self._settings.pkcs11_module:
            self._signer = None
