"""The stores of identity: one per aggregate, each with its indexes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from pymongo import IndexModel

from services.identity.store.clients import Clients, Hands
from services.identity.store.organisations import Organisations
from shared.mongo import Mongo

INDEXES: dict[str, Sequence[IndexModel]] = {
    **Organisations.INDEXES,
    **Clients.INDEXES,
    **Hands.INDEXES,
}


@dataclass(frozen=True)
class Stores:
    """Every store of identity, on one database; made once per process."""

    organisations: Organisations
    clients: Clients
    hands: Hands

    @classmethod
    def of(cls, mongo: Mongo) -> Self:
        return cls(Organisations(mongo), Clients(mongo), Hands(mongo))
