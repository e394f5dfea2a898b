"""Where webhooks may go: rules on URLs and addresses, pure, without any network.

The same rules judge a URL when it is saved, the addresses its name resolves to at every attempt,
and the very address a socket is about to dial. The tables are our own: `ipaddress.is_global`
changes between patch releases of Python and lets multicast, ISATAP, site-local and translated
addresses through. Sources: IANA special-purpose address registries (RFC 6890), RFC 6761 (names),
RFC 3986 (URLs), RFC 5891 (IDNA 2008).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import ClassVar
from urllib.parse import quote

import idna

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LONGEST_URL = 2048
DEFAULT_PORTS = {"https": 443, "http": 80}


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


# Everything of IPv4 that is not a host on the public internet: this host, private use, shared
# address space, loopback, link-local (metadata of clouds), protocol assignments, documentation,
# AS112, relays of AMT and 6to4, benchmarks, multicast, reserved and broadcast. The last line is
# the metadata address of Azure, which is a public one by every registry.
_CLOSED_V4 = _networks(
    "0.0.0.0/8,10.0.0.0/8,100.64.0.0/10,127.0.0.0/8,169.254.0.0/16,172.16.0.0/12,192.0.0.0/24,"
    "192.0.2.0/24,192.31.196.0/24,192.52.193.0/24,192.88.99.0/24,192.168.0.0/16,192.175.48.0/24,"
    "198.18.0.0/15,198.51.100.0/24,203.0.113.0/24,224.0.0.0/4,240.0.0.0/4,"
    "168.63.129.16/32"
)
# Of IPv6 only global unicast is open, so loopback, mapped, compatible, translated, unique local,
# link-local, site-local, multicast, discard and segment-routing addresses fall out by themselves.
# Inside it are closed: protocol assignments with Teredo, documentation, 6to4, AS112.
_OPEN_V6 = IPv6Network("2000::/3")
_CLOSED_V6 = _networks("2001::/23,2001:db8::/32,2002::/16,2620:4f:8000::/48,3fff::/20")
# Behind DNS64 a public IPv4 host is seen under this prefix; the address inside it decides.
_NAT64 = IPv6Network("64:ff9b::/96")
# ISATAP hides an IPv4 address behind either of these in the upper half of the interface id.
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})

# Single labels, and names that never mean a host of the public internet. `.example` is not among
# them: texts and tests use it, and no resolver answers for it.
_CLOSED_NAME = re.compile(
    r"[^.]*|.*\.(?:localhost|local|localdomain|internal|intranet|private|corp|home|lan|arpa|onion"
    r"|alt|invalid|test)"
)
_LOOPBACK: tuple[Address, ...] = (IPv4Address("127.0.0.1"), IPv6Address("::1"))

# Only a name has a letter beyond the digits of IPv6, and no colon.
_NAME_LIKE = re.compile(r"^[^:]*[^\W\d_][^:]*$")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(?://([^/?]*)([^#]*))?")
_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]@]+)(?::([0-9]{1,5}))?")
_NUMBER_AT_END = re.compile(r"(?:.*\.)?(?:[0-9]+|0[xX][0-9A-Fa-f]*)")
_BAD_IN_REST = re.compile(r'["<>^`{|}]|%(?![0-9A-Fa-f]{2})')
_SAFE_IN_REST = "/?:@!$&'()*+,;=-._~%[]"


class EgressError(ValueError):
    """A URL or an address that webhooks may not go to; `code` is stable and for machines."""

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


@dataclass(frozen=True, slots=True)
class EndpointUrl:
    """A URL that may be dialled. `ascii_url` is what is stored and sent to; show both forms.

    `addresses` is filled when the host needs no resolver: an IP literal, or `localhost`.
    """

    ascii_url: str
    display_url: str
    scheme: str
    host: str
    port: int
    addresses: tuple[Address, ...] = ()


@dataclass(frozen=True)
class Egress:
    """The rules with their configuration.

    `allow`: networks open besides the public internet; for literal addresses inside them, and for
    `localhost` when they hold loopback, plain http and any port are fine too. Nothing else changes.
    `deny`: our own public addresses, `own_names`: our own host names, so that no message loops.
    """

    allow: tuple[Network, ...] = ()
    deny: tuple[Network, ...] = ()
    own_names: frozenset[str] = frozenset()
    ports: frozenset[int] = frozenset({443, 8443})

    @classmethod
    def from_text(cls, allow: str, deny: str = "") -> Egress:
        """From comma-separated CIDRs, as in ART28_EGRESS_ALLOW; ValueError if one is none."""
        return cls(allow=_networks(allow), deny=_networks(deny))

    def without(self, own: str) -> Egress:
        """These rules, but closed to what is our own: CIDRs and host names, comma-separated, as in
        ART28_EGRESS_OWN; ValueError for what is neither."""
        parts = [part.strip() for part in own.split(",") if part.strip()]
        names = {_ascii_name(part) for part in parts if _NAME_LIKE.search(part)}
        networks = [part for part in parts if not _NAME_LIKE.search(part)]
        return replace(
            self,
            deny=self.deny + _networks(",".join(networks)),
            own_names=self.own_names | names,
        )

    def allows(self, address: Address | str) -> bool:
        """Whether a socket may be opened to this address; text that is no address is not one."""
        try:
            judged = ip_address(address) if isinstance(address, str) else address
        except ValueError:
            return False
        if _within(judged, self.deny) or getattr(judged, "scope_id", None):
            return False
        return _within(judged, self.allow) or _is_public(judged)

    def judge(self, addresses: Iterable[Address | str]) -> None:
        """Judges a resolver's answer as a whole: one bad address, or none at all, refuses it.

        A name that answers with a public and a private address is an attack or a mistake; using
        only its public half would leave the choice to whoever answers next. BlockedAddressError.
        """
        answers = tuple(addresses)
        if not answers or not all(self.allows(address) for address in answers):
            raise BlockedAddressError("the name does not resolve to public addresses only")

    def check_url(self, text: str) -> EndpointUrl:
        """The URL in its parts; EgressError of the fitting kind when webhooks may not go there."""
        scheme, authority, rest = _split(text)
        written, port = _host_and_port(authority, DEFAULT_PORTS[scheme])
        host, shown, addresses = self._judged_host(written)
        inside = bool(addresses) and all(_within(address, self.allow) for address in addresses)
        if scheme != "https" and not inside:
            raise SchemeNotAllowedError("webhooks go to https only")
        if not 0 < port < 65536 or not (inside or port in self.ports):
            raise PortNotAllowedError(f"port {port} is not open for webhooks")
        tail = ("" if port == DEFAULT_PORTS[scheme] else f":{port}") + rest
        ascii_url = f"{scheme}://{host}{quote(tail, safe=_SAFE_IN_REST)}"
        if len(ascii_url) > LONGEST_URL:
            raise InvalidUrlError(f"the URL is longer than {LONGEST_URL} characters")
        bare = host.strip("[]")
        return EndpointUrl(ascii_url, f"{scheme}://{shown}{tail}", scheme, bare, port, addresses)

    def _judged_host(self, written: str) -> tuple[str, str, tuple[Address, ...]]:
        """The host as sent, as shown, and the addresses it stands for without a resolver."""
        host = written if written.startswith("[") else _ascii_name(written)
        literal = _literal(host)
        if literal is not None:
            self.judge([literal])
            text = str(literal) if literal.version == 4 else f"[{literal}]"
            return text, text, (literal,)
        if host == "localhost":
            open_ones = tuple(address for address in _LOOPBACK if self.allows(address))
            self.judge(open_ones)
            return host, host, open_ones
        if _CLOSED_NAME.fullmatch(host) or host in self.own_names:
            raise BlockedAddressError("the name is not one of a host on the public internet")
        return host, idna.decode(host), ()


def _within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks)


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not _within(address, _CLOSED_V4)
    if address in _NAT64:
        return _is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    if address not in _OPEN_V6 or _within(address, _CLOSED_V6):
        return False
    return (int(address) >> 32) & 0xFFFFFFFF not in _ISATAP


def _split(text: str) -> tuple[str, str, str]:
    """Scheme, authority and the rest, from text that no two readers take differently."""
    if len(text) > LONGEST_URL:
        raise InvalidUrlError(f"the URL is longer than {LONGEST_URL} characters")
    # Characters go before parsing: readers drop tabs and line ends, and turn backslashes around.
    if "\\" in text or "#" in text or any(unicodedata.category(c)[0] in "CZ" for c in text):
        raise InvalidUrlError("no spaces, control characters, backslashes or fragments in a URL")
    match = _SCHEME.fullmatch(text)
    if match is None:
        raise InvalidUrlError("the URL is not absolute")
    scheme, authority, rest = match[1].lower(), match[2], match[3] or ""
    if scheme not in DEFAULT_PORTS:
        raise SchemeNotAllowedError("webhooks go to https only")
    if not authority or _BAD_IN_REST.search(rest):
        raise InvalidUrlError("the URL lacks a host, or holds characters that must be encoded")
    return scheme, authority, rest if rest.startswith("/") else "/" + rest


def _host_and_port(authority: str, default: int) -> tuple[str, int]:
    match = _AUTHORITY.fullmatch(authority)
    if match is None:
        raise InvalidUrlError("the host must stand alone: no user, no password, no zone")
    return match[1], default if match[2] is None else int(match[2])


def _ascii_name(name: str) -> str:
    folded = unicodedata.normalize("NFC", name.lower())
    # IDNA knows four full stops; one at the end names the root and is dropped.
    if folded.endswith((".", "\u3002", "\uff0e", "\uff61")):
        folded = folded[:-1]
    try:
        host = idna.encode(folded, std3_rules=True).decode("ascii")
    except UnicodeError:
        host = "."
    if host.endswith("."):
        raise InvalidUrlError("the host is not a domain name by IDNA 2008")
    return host


def _literal(host: str) -> Address | None:
    """The address a host spells, or None for a name; numbers in any other spelling are refused.

    Resolvers read 127.1, 0x7f.1 and 2130706433 as loopback, and 0127.0.0.1 as two different hosts.
    """
    try:
        if host.startswith("["):
            return IPv6Address(host[1:-1])
        return IPv4Address(host) if _NUMBER_AT_END.fullmatch(host) else None
    except ValueError:
        raise InvalidUrlError("an address must be in its canonical form") from None
