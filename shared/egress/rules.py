"""The rules: what may be saved, resolved and dialled."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import urlsplit

from shared.egress.addresses import (
    Address,
    Network,
    behind,
    is_public,
    networks,
    read_address,
    within,
)
from shared.egress.errors import (
    BlockedAddressError,
    InvalidUrlError,
    PortNotAllowedError,
    SchemeNotAllowedError,
)
from shared.egress.urls import (
    DEFAULT_PORTS,
    LONGEST_URL,
    EndpointUrl,
    ascii_name,
    host_and_port,
    literal,
    quoted,
    split,
    unicode_name,
)

# One text for every reason: an endpoint must not reveal what a name means inside our network.
CLOSED = "this does not lead to a host on the public internet, or not only"

# Single labels, and names that never mean a host of the public internet. `.example` is not among
# them: texts and tests use it, and no resolver answers for it.
_CLOSED_NAME = re.compile(
    r"[^.]*|.*\.(?:localhost|local|localdomain|internal|intranet|private|corp|home|lan|arpa|onion"
    r"|alt|invalid|test|svc)|metadata\.goog"
)
_LOOPBACK: tuple[Address, ...] = (IPv4Address("127.0.0.1"), IPv6Address("::1"))

# Only a name has a letter beyond the digits of IPv6, and no colon.
_NAME_LIKE = re.compile(r"^[^:]*[^\W\d_][^:]*$")


# Compared by identity: rules are part of the key of each cached verdict, and comparing their
# networks would take longer than judging most URLs.
@dataclass(frozen=True, eq=False)
class Egress:
    """The rules with their configuration.

    `allow`: networks open besides the public internet. Literal addresses in them, and
    `localhost` if they hold loopback, may also use plain http and any port. All else stays.
    `deny`: our own public addresses, `own_names`: our own host names, so that no message loops.
    """

    allow: tuple[Network, ...] = ()
    deny: tuple[Network, ...] = ()
    own_names: frozenset[str] = frozenset()
    ports: frozenset[int] = frozenset({443, 8443})

    @classmethod
    def from_text(cls, allow: str, deny: str = "") -> Egress:
        """Read comma-separated CIDRs, as in ART28_EGRESS_ALLOW; ValueError for anything else."""
        return cls(allow=networks(allow), deny=networks(deny))

    def without(self, own: str) -> Egress:
        """These rules, but closed to what is our own: CIDRs and host names, comma-separated, as in
        ART28_EGRESS_OWN; ValueError for what is neither."""
        parts = [part.strip() for part in own.split(",") if part.strip()]
        names = {ascii_name(part) for part in parts if _NAME_LIKE.search(part)}
        cidrs = [part for part in parts if not _NAME_LIKE.search(part)]
        return replace(
            self,
            deny=self.deny + networks(",".join(cidrs)),
            own_names=self.own_names | names,
        )

    def without_origin(self, origin: str) -> Egress:
        """These rules, but closed to the host of our own origin: what is sent there comes back to
        us. An address that `allow` names stays open, and what nobody may name needs no rule."""
        with suppress(ValueError):
            host = (urlsplit(origin).hostname or "").removesuffix(".")
            address = read_address(host)
            if address is None or not within(address, self.allow):
                return self.without(host)
        return self

    def allows(self, address: Address | str) -> bool:
        """Whether a socket may be opened to this address; False for text that is no address."""
        return _allows(self, address)

    def judge(self, addresses: Iterable[Address | str]) -> None:
        """Refuse a resolver's answer if it has one bad address, or none at all.

        A name that answers with a public and a private address is an attack or a mistake; using
        only its public half would leave the choice to whoever answers next. BlockedAddressError.
        """
        answers = tuple(addresses)
        if not answers or not all(self.allows(address) for address in answers):
            raise BlockedAddressError(CLOSED)

    def check_url(self, text: str) -> EndpointUrl:
        """Return the URL in its parts; raise an EgressError if it may not be dialled."""
        scheme, authority, rest = split(text)
        at = _judged_origin(self, scheme, authority)
        ascii_url = at.ascii_url + quoted(rest)
        if len(ascii_url) > LONGEST_URL:
            raise InvalidUrlError(f"the URL is longer than {LONGEST_URL} characters")
        return EndpointUrl(ascii_url, at.display_url + rest, scheme, at.host, at.port, at.addresses)


# Every attempt to a name and every new connection checks the same few addresses.
@lru_cache(maxsize=10_000)
def _allows(egress: Egress, address: Address | str) -> bool:
    judged = read_address(address) if isinstance(address, str) else address
    if judged is None or getattr(judged, "scope_id", None):
        return False
    if within(judged, egress.deny) or within(behind(judged), egress.deny):
        return False
    return within(judged, egress.allow) or is_public(judged)


# An origin is judged once for all the URLs that name it: IDNA costs more than sending a message.
@lru_cache(maxsize=10_000)
def _judged_origin(egress: Egress, scheme: str, authority: str) -> EndpointUrl:
    """The parts that all URLs of this origin share."""
    written, port = host_and_port(authority, DEFAULT_PORTS[scheme])
    host, shown, addresses = _judged_host(egress, written)
    inside = bool(addresses) and all(within(address, egress.allow) for address in addresses)
    if scheme != "https" and not inside:
        raise SchemeNotAllowedError("only https addresses are allowed")
    if not 0 < port < 65536 or not (inside or port in egress.ports):
        raise PortNotAllowedError(f"port {port} is not allowed")
    tail = "" if port == DEFAULT_PORTS[scheme] else f":{port}"
    bare = host.strip("[]")
    return EndpointUrl(
        f"{scheme}://{host}{tail}", f"{scheme}://{shown}{tail}", scheme, bare, port, addresses
    )


def _judged_host(egress: Egress, written: str) -> tuple[str, str, tuple[Address, ...]]:
    """The host as sent, as shown, and the addresses it stands for without a resolver."""
    host = written if written.startswith("[") else ascii_name(written)
    address = literal(host)
    if address is not None:
        egress.judge([address])
        text = str(address) if address.version == 4 else f"[{address}]"
        return text, text, (address,)
    if host == "localhost":
        open_ones = tuple(address for address in _LOOPBACK if egress.allows(address))
        egress.judge(open_ones)
        return host, host, open_ones
    if _CLOSED_NAME.fullmatch(host) or host in egress.own_names:
        raise BlockedAddressError(CLOSED)
    return host, unicode_name(host), ()
