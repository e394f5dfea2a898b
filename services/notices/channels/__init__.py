"""The channels, in the order in which they are tried and shown.

To add a channel, add a folder beside this file, and the channel to ``CHANNELS``. A channel that
sends to addresses extends ``AddressChannel``, and the loop in ``services/notices/sending`` sends
for it; any other channel has a loop of its own.
"""

from __future__ import annotations

from services.notices.channels import chat, email, webhook
from services.notices.model.channels import AddressChannel, Channel

CHANNELS: tuple[Channel, ...] = (
    webhook.CHANNEL,
    email.CHANNEL,
    chat.CHANNEL,
)

BY_ADDRESS = tuple(channel for channel in CHANNELS if isinstance(channel, AddressChannel))

__all__ = ["BY_ADDRESS", "CHANNELS"]
