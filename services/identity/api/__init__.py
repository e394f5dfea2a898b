"""The routes of identity, by noun."""

from services.identity.api import (
    approvals,
    audit,
    clients,
    customer_imports,
    organisations,
    other_ways,
    pages,
    passkeys,
    people,
    providers,
    seal_page,
    seals,
    signing_in,
    tokens,
)

blueprints = [
    tokens.tokens,
    organisations.blp,
    clients.blp,
    approvals.blp,
    audit.blp,
    people.blp,
    customer_imports.blp,
    signing_in.blp,
    passkeys.blp,
    providers.blp,
    seals.blp,
    tokens.well_known,
]
__all__ = ["blueprints", "other_ways", "pages", "seal_page"]
