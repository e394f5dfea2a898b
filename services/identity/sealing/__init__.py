"""The seal of the installation: its key, and the signatures that it makes of digests."""

from services.identity.sealing.keys import made, own_signer
from services.identity.sealing.outside import OutsideSigner
from services.identity.sealing.signing import SealCertificate, certificate_of, signature

__all__ = [
    "OutsideSigner",
    "SealCertificate",
    "certificate_of",
    "made",
    "own_signer",
    "signature",
]
