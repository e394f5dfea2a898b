"""Which mail another one follows, so that mail programs show both below the same notice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.notices.channels.email import CHANNEL
from services.notices.events import NOTICES
from services.notices.model.sendings import SUBSCRIBER
from services.notices.store import Stores

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Threads:
    stores: Stores

    def of(self, sending: Row) -> tuple[Row | None, str]:
        """The mail of the notice to the same address, and the id of that notice; None for a notice
        itself, and for a contact that got what follows only. Subscribers have the change itself
        above what they get."""
        if sending["why"] == SUBSCRIBER:
            before = (sending["data"] or {}).get("before") or ""
            return self.stores.sendings[CHANNEL.name].find(before), sending["change_id"] or ""
        change_id, agreement_id = sending["change_id"], sending["agreement_id"]
        if sending["kind"] in NOTICES or not (change_id and agreement_id):
            return None, ""
        notice = next(iter(self.stores.messages.notices_for(change_id, [agreement_id])), None)
        if notice is None:
            return None, ""
        mails = self.stores.sendings[CHANNEL.name].of_messages([notice["_id"]])
        same = (mail for mail in mails if mail["address"] == sending["address"])
        return next(same, None), notice["notice"]["id"]
