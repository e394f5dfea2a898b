"""The dispatcher: claims due deliveries in batches, signs and sends them, stores the outcomes."""

from services.notices.dispatcher.claims import Claims, EndpointLimits
from services.notices.dispatcher.loop import Dispatcher
from services.notices.dispatcher.ports import Claimed, Lease, Sending

__all__ = ["Claimed", "Claims", "Dispatcher", "EndpointLimits", "Lease", "Sending"]
