"""URLs in their parts, read as every reader reads them, or refused.

Sources: RFC 3986 (URLs), RFC 5891 (IDNA 2008).
"""

from __future__ import annotations

import re
import unicodedata
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple
from urllib.parse import quote

import idna

from shared.egress.addresses import Address
from shared.egress.errors import InvalidUrlError, SchemeNotAllowedError

LONGEST_URL = 2048
DEFAULT_PORTS = {"https": 443, "http": 80}

# Matches nearly every URL: nothing in it is encoded, or read differently by two parsers.
_PLAIN = re.compile(r"(https?)://([a-z0-9.:-]+)(/[A-Za-z0-9/?:@!$&'()*+,;=._~-]*)")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(?://([^/?]*)([^#]*))?")
_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]@]+)(?::([0-9]{1,5}))?")
_NUMBER_AT_END = re.compile(r"(?:.*\.)?(?:[0-9]+|0[xX][0-9A-Fa-f]*)")
_BAD_IN_REST = re.compile(r'["<>^`{|}]|%(?![0-9A-Fa-f]{2})')
_SAFE_IN_REST = "/?:@!$&'()*+,;=-._~%[]"


class EndpointUrl(NamedTuple):
    """A URL that may be dialled. `ascii_url` is what is stored and sent to; show both forms.

    `addresses` is filled when the host needs no resolver: an IP literal, or `localhost`.
    """

    ascii_url: str
    display_url: str
    scheme: str
    host: str
    port: int
    addresses: tuple[Address, ...] = ()


def split(text: str) -> tuple[str, str, str]:
    """Scheme, authority and the rest, from text that no two readers take differently."""
    if len(text) > LONGEST_URL:
        raise InvalidUrlError(f"the URL is longer than {LONGEST_URL} characters")
    if plain := _PLAIN.fullmatch(text):
        return plain[1], plain[2], plain[3]
    # Characters go before parsing: readers drop tabs and line ends, and turn backslashes around.
    if "\\" in text or "#" in text or " " in text or not _is_visible(text):
        raise InvalidUrlError("no spaces, control characters, backslashes or fragments in a URL")
    match = _SCHEME.fullmatch(text)
    if match is None:
        raise InvalidUrlError("the URL is not absolute")
    scheme, authority, rest = match[1].lower(), match[2], match[3] or ""
    if scheme not in DEFAULT_PORTS:
        raise SchemeNotAllowedError("only https addresses are allowed")
    if not authority or _BAD_IN_REST.search(rest):
        raise InvalidUrlError("the URL lacks a host, or holds characters that must be encoded")
    return scheme, authority, rest if rest.startswith("/") else "/" + rest


def _is_visible(text: str) -> bool:
    if text.isascii():
        return text.isprintable()
    return all(unicodedata.category(each)[0] not in "CZ" for each in text)


def host_and_port(authority: str, default: int) -> tuple[str, int]:
    match = _AUTHORITY.fullmatch(authority)
    if match is None:
        raise InvalidUrlError("the host must stand alone: no user, no password, no zone")
    return match[1], default if match[2] is None else int(match[2])


def ascii_name(name: str) -> str:
    folded = unicodedata.normalize("NFC", name.lower())
    # IDNA knows four full stops; one at the end names the root and is dropped.
    if folded.endswith((".", "\u3002", "\uff0e", "\uff61")):
        folded = folded[:-1]
    try:
        host = idna.encode(folded).decode("ascii")
    except UnicodeError:
        host = "."
    if host.endswith("."):
        raise InvalidUrlError("the host is not a domain name by IDNA 2008")
    return host


def unicode_name(host: str) -> str:
    """The name in Unicode, as people write it."""
    try:
        return idna.decode(host)
    except UnicodeError:
        raise InvalidUrlError("the host is not a domain name by IDNA 2008") from None


def quoted(rest: str) -> str:
    """Path and query in ASCII; what is encoded already stays as it is."""
    return quote(rest, safe=_SAFE_IN_REST)


def literal(host: str) -> Address | None:
    """The address a host spells, or None for a name; numbers in any other spelling are refused.

    Resolvers read 127.1, 0x7f.1 and 2130706433 as loopback, and 0127.0.0.1 as two different hosts.
    """
    try:
        if host.startswith("["):
            return IPv6Address(host[1:-1])
        return IPv4Address(host) if _NUMBER_AT_END.fullmatch(host) else None
    except ValueError:
        raise InvalidUrlError("an address must be in its canonical form") from None
