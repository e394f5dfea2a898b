"""The dispatcher: claims due deliveries in batches, signs, sends, stores what became of them."""

from services.notices.dispatcher.claims import Claims, Shares
from services.notices.dispatcher.parts import Claimed, Lease, Sending, Stores
from services.notices.dispatcher.rounds import Dispatcher

__all__ = ["Claimed", "Claims", "Dispatcher", "Lease", "Sending", "Shares", "Stores"]
