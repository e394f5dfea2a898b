"""The webhook channel: sending signed messages, judging the outcome, planning the next attempt."""

from services.notices.channels.webhook.channel import CHANNEL, dates_of
from services.notices.channels.webhook.codes import reason
from services.notices.channels.webhook.messages import (
    ADDRESS_BUSY,
    CUT_SHORT,
    Limits,
    Outcome,
    Outgoing,
)
from services.notices.channels.webhook.resolver import Resolver
from services.notices.channels.webhook.schedule import Schedule
from services.notices.channels.webhook.sender import Sender

__all__ = [
    "ADDRESS_BUSY",
    "CHANNEL",
    "CUT_SHORT",
    "Limits",
    "Outcome",
    "Outgoing",
    "Resolver",
    "Schedule",
    "Sender",
    "dates_of",
    "reason",
]
