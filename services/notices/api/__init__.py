"""The routes of notices, by who asks: other services, the customer, the processor."""

from services.notices.api import (
    answer_links,
    bounces,
    calendar_links,
    deliveries,
    endpoints,
    entries,
    evidence,
    mails,
    notices,
    previews,
    receipts,
    sending_rules,
    subscribers,
)

blueprints = [
    entries.blp,
    endpoints.blp,
    deliveries.blp,
    notices.blp,
    evidence.blp,
    receipts.blp,
    previews.blp,
    answer_links.blp,
    bounces.blp,
    calendar_links.blp,
    mails.blp,
    sending_rules.blp,
    subscribers.blp,
]

__all__ = ["blueprints"]
