"""The customer's API: its agreements, its list, its notices, its webhooks."""

from services.portal.api import approve, customer, forwards, respond, sign

blueprints = [
    customer.blp,
    forwards.agreements,
    forwards.webhooks,
    respond.blp,
    sign.blp,
    approve.blp,
]

__all__ = ["blueprints"]
