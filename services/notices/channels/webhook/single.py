"""One POST at a time, by the rules of webhooks: names pinned, egress judged, time bound."""

from __future__ import annotations

from collections.abc import Mapping

from services.notices.channels.webhook.messages import Limits, Outcome, Outgoing
from services.notices.channels.webhook.sender import Sender
from shared.egress import Egress


class Poster:
    """Use it from one thread. Its sender is made for the first request, and kept."""

    def __init__(self, egress: Egress, limits: Limits) -> None:
        self._egress, self._limits = egress, limits
        self._sender: Sender | None = None

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """The outcome of one request; never an exception."""
        if self._sender is None:
            self._sender = Sender(self._egress, self._limits)
        self._sender.submit(Outgoing(None, url, headers, body))
        while not (outcomes := self._sender.finished(self._limits.total_s)):
            pass
        return outcomes[0]
