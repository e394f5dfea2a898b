"""Why a URL or an address may not be dialled."""

from __future__ import annotations

from typing import ClassVar


class EgressError(ValueError):
    """This URL or address may not be dialled; `code` is stable, for machines."""

    code: ClassVar[str]


class InvalidUrlError(EgressError):
    """Not an absolute URL that every reader understands alike; correct its text."""

    code = "invalid_url"


class SchemeNotAllowedError(EgressError):
    """Only https is dialled."""

    code = "scheme_not_allowed"


class PortNotAllowedError(EgressError):
    """Only a short list of ports is dialled, 443 and 8443 unless configured."""

    code = "port_not_allowed"


class BlockedAddressError(EgressError):
    """The name or address is not one of a host on the public internet."""

    code = "blocked_address"
