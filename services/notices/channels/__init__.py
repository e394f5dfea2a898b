"""The channels, in the order in which they are tried and shown.

A channel is a folder beside this file and its name in ``CHANNELS``. One without an engine of its
own extends ``AddressChannel``; the loop in ``services/notices/sending`` sends for it.
"""

from __future__ import annotations

from services.notices.channels import chat, email, webhook
from services.notices.model.channels import AddressChannel, Channel

CHANNELS: tuple[Channel, ...] = (
    webhook.CHANNEL,
    email.CHANNEL,
    chat.CHANNEL,
)

BY_ADDRESS = tuple(each for each in CHANNELS if isinstance(each, AddressChannel))

__all__ = ["BY_ADDRESS", "CHANNELS"]
