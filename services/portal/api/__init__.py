"""The customer's API: its agreements, its list, its notices, its webhooks."""

from services.portal.api import customer, forwards

blueprints = [customer.blp, forwards.agreements, forwards.webhooks]

__all__ = ["blueprints"]
