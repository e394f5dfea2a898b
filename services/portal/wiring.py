"""What the use cases of the portal work with: it owns no data, so only whom it asks."""

from __future__ import annotations

from dataclasses import dataclass

from shared.peers import Peers, ServiceClient

PEERS = ("identity", "agreements", "registry", "notices")


@dataclass(frozen=True)
class Deps:
    """One client per service that the portal asks on behalf of a customer; where it is reached."""

    identity: ServiceClient
    agreements: ServiceClient
    registry: ServiceClient
    notices: ServiceClient
    origin: str


def make_deps(peers: Peers, origin: str) -> Deps:
    return Deps(**{name: peers.client(name) for name in PEERS}, origin=origin)
