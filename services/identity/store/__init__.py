"""The stores of identity: one per aggregate, each with its indexes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from pymongo import IndexModel

from services.identity.store.clients import Clients, Hands
from services.identity.store.customer_imports import CustomerImports
from services.identity.store.organisations import Organisations
from services.identity.store.outgoing import OutgoingMails
from services.identity.store.passkeys import Challenges, Passkeys
from services.identity.store.people import People
from services.identity.store.providers import Accounts, Attempts, Providers
from services.identity.store.seal_keys import SealKeys
from services.identity.store.sessions import Links, Sessions
from services.identity.store.trail import Trail
from shared.mongo import Mongo

INDEXES: dict[str, Sequence[IndexModel]] = {
    **Organisations.INDEXES,
    **Clients.INDEXES,
    **Hands.INDEXES,
    **People.INDEXES,
    **Sessions.INDEXES,
    **Links.INDEXES,
    **OutgoingMails.INDEXES,
    **Trail.INDEXES,
    **CustomerImports.INDEXES,
    **Passkeys.INDEXES,
    **Challenges.INDEXES,
    **Accounts.INDEXES,
    **Attempts.INDEXES,
}


@dataclass(frozen=True)
class Stores:
    """Every store of identity, on one database; made once per process."""

    organisations: Organisations
    clients: Clients
    hands: Hands
    people: People
    sessions: Sessions
    links: Links
    outgoing: OutgoingMails
    trail: Trail
    customer_imports: CustomerImports
    passkeys: Passkeys
    challenges: Challenges
    providers: Providers
    accounts: Accounts
    attempts: Attempts
    seal_keys: SealKeys

    @classmethod
    def of(cls, mongo: Mongo) -> Self:
        return cls(
            organisations=Organisations(mongo),
            clients=Clients(mongo),
            hands=Hands(mongo),
            people=People(mongo),
            sessions=Sessions(mongo),
            links=Links(mongo),
            outgoing=OutgoingMails(mongo),
            trail=Trail(mongo),
            customer_imports=CustomerImports(mongo),
            passkeys=Passkeys(mongo),
            challenges=Challenges(mongo),
            providers=Providers(mongo),
            accounts=Accounts(mongo),
            attempts=Attempts(mongo),
            seal_keys=SealKeys(mongo),
        )
