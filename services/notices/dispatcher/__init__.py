"""The dispatcher: claims due deliveries in batches, signs, sends, stores what became of them."""

from services.notices.dispatcher.claims import Claims, Shares
from services.notices.dispatcher.loop import Dispatcher
from services.notices.dispatcher.ports import Claimed, Lease, Sending

__all__ = ["Claimed", "Claims", "Dispatcher", "Lease", "Sending", "Shares"]
