"""Which addresses are hosts of the public internet.

The tables are our own: `ipaddress.is_global` changes between patch releases of Python and lets
multicast, ISATAP, site-local and translated addresses through. Source: IANA special-purpose address
registries (RFC 6890).
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def networks(text: str) -> tuple[Network, ...]:
    """Read comma-separated CIDRs; ValueError for anything else."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


# Everything of IPv4 that is not a host on the public internet: this host, private use, shared
# address space, loopback, link-local (metadata of clouds), protocol assignments, documentation,
# AS112, relays of AMT and 6to4, benchmarks, multicast, reserved and broadcast. The last line is
# the metadata address of Azure, which is a public one by every registry.
_CLOSED_V4 = networks(
    "0.0.0.0/8,10.0.0.0/8,100.64.0.0/10,127.0.0.0/8,169.254.0.0/16,172.16.0.0/12,192.0.0.0/24,"
    "192.0.2.0/24,192.31.196.0/24,192.52.193.0/24,192.88.99.0/24,192.168.0.0/16,192.175.48.0/24,"
    "198.18.0.0/15,198.51.100.0/24,203.0.113.0/24,224.0.0.0/4,240.0.0.0/4,"
    "168.63.129.16/32"
)
# Of IPv6 only global unicast is open, so loopback, mapped, compatible, translated, unique local,
# link-local, site-local, multicast, discard and segment-routing addresses fall out by themselves.
# Inside it are closed: protocol assignments with Teredo, documentation, 6to4, AS112,
# and what the 6bone gave back.
_OPEN_V6 = IPv6Network("2000::/3")
_CLOSED_V6 = networks("2001::/23,2001:db8::/32,2002::/16,2620:4f:8000::/48,3ffe::/16,3fff::/20")
# Behind DNS64 a public IPv4 host is seen under this prefix; the address inside it decides.
_NAT64 = IPv6Network("64:ff9b::/96")
# ISATAP hides an IPv4 address behind either of these in the upper half of the interface id.
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})


def within(address: Address, some: Iterable[Network]) -> bool:
    return any(address in network for network in some)


def read_address(text: str) -> Address | None:
    """The address that this text spells; None if it spells none."""
    try:
        return ip_address(text)
    except ValueError:
        return None


def behind(address: Address) -> Address:
    """The host that answers at this address: the IPv4 one inside a NAT64 address, or itself."""
    inside = isinstance(address, IPv6Address) and address in _NAT64
    return IPv4Address(int(address) & 0xFFFFFFFF) if inside else address


def is_public(address: Address) -> bool:
    address = behind(address)
    if isinstance(address, IPv4Address):
        return not within(address, _CLOSED_V4)
    if address not in _OPEN_V6 or within(address, _CLOSED_V6):
        return False
    return (int(address) >> 32) & 0xFFFFFFFF not in _ISATAP
