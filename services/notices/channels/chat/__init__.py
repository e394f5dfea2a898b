"""The chat channel: notices in a room of the customer's chat tool, by its incoming webhook."""

from services.notices.channels.chat.channel import CHANNEL

__all__ = ["CHANNEL"]
