"""Open sockets of libcurl to judged addresses only."""

from __future__ import annotations

import socket
from typing import Any

import pycurl

from shared.egress import Address, Egress, EndpointUrl

PROTOCOLS = {"https": pycurl.PROTO_HTTPS, "http": pycurl.PROTO_HTTP}


def careful_options(ca_file: str) -> dict[int, Any]:
    """No redirects, no proxy, no credentials of this machine, no names cached, TLS verified."""
    return {
        pycurl.NOSIGNAL: 1,
        pycurl.HTTP_VERSION: pycurl.CURL_HTTP_VERSION_1_1,
        pycurl.FOLLOWLOCATION: 0,
        pycurl.PATH_AS_IS: 1,
        pycurl.PROXY: "",  # Otherwise libcurl reads http_proxy and its like.
        pycurl.NETRC: pycurl.NETRC_IGNORED,
        pycurl.DNS_CACHE_TIMEOUT: 0,
        pycurl.CAINFO: ca_file,
        pycurl.SSLVERSION: pycurl.SSLVERSION_TLSv1_2,
        pycurl.SSL_VERIFYPEER: 1,
        pycurl.SSL_VERIFYHOST: 2,
    }


def pinned(url: EndpointUrl, address: Address) -> list[str] | None:
    """CONNECT_TO for a connection to this very address; None where the URL itself names it.

    Host and SNI carry the name. The pool separates connections by both, so no connection outlives
    a change of address.
    """
    if url.addresses and url.host != "localhost":
        return None
    target = f"[{address}]" if address.version == 6 else str(address)
    return [f"{url.host}:{url.port}:{target}:{url.port}"]


class Guard:
    """The last check: libcurl calls ``open_socket`` for every socket, with its address.

    ``refused``: whether the last address was not allowed; set it to False before a transfer.
    """

    def __init__(self, egress: Egress) -> None:
        self._egress, self.refused = egress, False

    def open_socket(self, _purpose: int, address: Any) -> _Handed | int:
        family, *_, target = address
        # Refused until proven allowed: pycurl only prints an exception raised here.
        self.refused = True
        try:
            if family not in (socket.AF_INET, socket.AF_INET6):
                return pycurl.SOCKET_BAD
            self.refused = not self._egress.allows(target[0])
            return pycurl.SOCKET_BAD if self.refused else _Handed(socket.socket(*address[:3]))
        except Exception:  # noqa: BLE001 - no rule and no lack of descriptors may stop the sender
            return pycurl.SOCKET_BAD


class _Handed:
    """A socket for libcurl, which duplicates it; this one is closed after that."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def fileno(self) -> int:
        return self._sock.fileno()

    def __del__(self) -> None:
        self._sock.close()
