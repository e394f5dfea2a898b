"""The customer's API: its agreements, its list, its notices, its webhooks."""

from services.portal.api import agreements, customer, webhooks

blueprints = [customer.blp, agreements.blp, webhooks.blp]

__all__ = ["blueprints"]
