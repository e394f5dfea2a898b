"""Which hosts may be dialled at the wish of others: rules on URLs and addresses, pure.

The same rules judge a URL when it is saved, the addresses its name resolves to at every attempt,
and the very address a socket is about to dial.
"""

from shared.egress.addresses import Address
from shared.egress.errors import (
    BlockedAddressError,
    EgressError,
    InvalidUrlError,
    PortNotAllowedError,
    SchemeNotAllowedError,
)
from shared.egress.rules import Egress
from shared.egress.urls import LONGEST_URL, EndpointUrl

__all__ = [
    "LONGEST_URL",
    "Address",
    "BlockedAddressError",
    "Egress",
    "EgressError",
    "EndpointUrl",
    "InvalidUrlError",
    "PortNotAllowedError",
    "SchemeNotAllowedError",
]
