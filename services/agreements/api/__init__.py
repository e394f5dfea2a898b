"""The routes of agreements, by noun."""

from services.agreements.api import agreements, imports, lists, templates, terms

blueprints = [agreements.blp, lists.blp, templates.blp, imports.blp, terms.blp]

__all__ = ["blueprints"]
