"""Keeps tests on this machine: a connection beyond loopback, or asking for a name, is an error."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from typing import Any


class NetworkForbidden(AssertionError):
    """A test reached for the network; it must use loopback, or be given a double."""


def _require_loopback(address: Any) -> None:
    if not isinstance(address, tuple):
        return  # A Unix socket.
    host = str(address[0])
    if host in ("", "localhost"):
        return
    try:
        inside = ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        inside = False
    if not inside:
        raise NetworkForbidden(f"tests may not connect to {host}")


def _require_number(host: Any) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost", socket.gethostname()):
        return
    try:
        ipaddress.ip_address(str(name).partition("%")[0])
    except ValueError:
        raise NetworkForbidden(f"tests may not look up the name {name}") from None


def forbid() -> None:
    """Guard this process from now on. libcurl goes past it: its tests aim at loopback only."""
    if getattr(socket, "art28_guarded", False):
        return
    setattr(socket, "art28_guarded", True)  # noqa: B010 - a name the module does not know
    for name in ("connect", "connect_ex"):
        setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        _require_number(host)
        return real(host, *args, **kwargs)

    socket.getaddrinfo = getaddrinfo


def _guarded(real: Callable[..., Any]) -> Callable[..., Any]:
    def connect(self: socket.socket, address: Any) -> Any:
        _require_loopback(address)
        return real(self, address)

    return connect
