"""Where webhooks may go: rules on URLs and addresses, pure, without any network.

The same rules judge a URL when it is saved, the addresses its name resolves to at every attempt,
and the very address a socket is about to dial.
"""

from services.notices.egress.addresses import Address
from services.notices.egress.errors import (
    BlockedAddressError,
    EgressError,
    InvalidUrlError,
    PortNotAllowedError,
    SchemeNotAllowedError,
)
from services.notices.egress.rules import Egress
from services.notices.egress.urls import LONGEST_URL, EndpointUrl

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
