"""The customer's API: its agreements, its list, its notices, its webhooks."""

from services.portal.api import customer, forwards, respond

blueprints = [customer.blp, forwards.agreements, forwards.webhooks, respond.blp]

__all__ = ["blueprints"]
