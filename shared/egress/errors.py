"""Why webhooks may not go to a URL or an address."""

from __future__ import annotations

from typing import ClassVar


class EgressError(ValueError):
    """Webhooks may not go to this URL or address; `code` is stable, for machines."""

    code: ClassVar[str]


class InvalidUrlError(EgressError):
    """Not an absolute URL that every reader understands alike; correct its text."""

    code = "invalid_url"


class SchemeNotAllowedError(EgressError):
    """Webhooks go to https only."""

    code = "scheme_not_allowed"


class PortNotAllowedError(EgressError):
    """Webhooks go to a short list of ports only, 443 and 8443 unless configured."""

    code = "port_not_allowed"


class BlockedAddressError(EgressError):
    """The name or address is not one of a host on the public internet."""

    code = "blocked_address"
