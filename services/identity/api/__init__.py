"""The routes of identity, by noun."""

from services.identity.api import (
    audit,
    clients,
    customer_imports,
    organisations,
    pages,
    people,
    signing_in,
    tokens,
)

blueprints = [
    tokens.tokens,
    organisations.blp,
    clients.blp,
    audit.blp,
    people.blp,
    customer_imports.blp,
    signing_in.blp,
    tokens.well_known,
]
__all__ = ["blueprints", "pages"]
