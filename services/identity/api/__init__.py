"""The routes of identity, by noun."""

from services.identity.api import clients, organisations, tokens

blueprints = [tokens.tokens, organisations.blp, clients.blp, tokens.well_known]
__all__ = ["blueprints"]
