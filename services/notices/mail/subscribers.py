"""Mails of an event to those who follow the public page of its register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.notices import events
from services.notices.channels.email import CHANNEL, contacts_of
from services.notices.model.messages import Event
from services.notices.model.sendings import SUBSCRIBER, new_sending, sending_id
from services.notices.model.stored import StoredSending, StoredSubscriber
from services.notices.model.subscriber_news import Json, news_of
from services.notices.model.subscribers import wants
from services.notices.store import Stores


@dataclass(frozen=True)
class SubscriberMails:
    stores: Stores

    def batch(self, event: Event, cursor: str | None, at: datetime, limit: int) -> str | None:
        """Write the mails to the next subscribers; return the new cursor, None at the end. Done
        again it writes nothing twice."""
        rows = self.stores.subscribers.after(event.processor["id"], cursor, limit)
        before = self._told_before(event, rows)
        data = news_of(event)
        mails = [
            _mail(event, row, data, before.get(row["_id"]), at)
            for row in rows
            if wants(row["wish"], event, was_told=row["_id"] in before)
        ]
        self.stores.sendings[CHANNEL.name].add_many(mails)
        return rows[-1]["_id"] if len(rows) == limit else None

    def _told_before(self, event: Event, rows: Sequence[StoredSubscriber]) -> Mapping[str, str]:
        """The mail by which each of them was told of the change; those who were only."""
        notice = self.stores.events.notice_of(event.change_id or "")
        if event.is_notice or notice is None:
            return {}
        named = {row["_id"]: _mail_id(notice, row) for row in rows}
        there = self.stores.sendings[CHANNEL.name].existing(named.values())
        return {name: mail for name, mail in named.items() if mail in there}


def _mail(
    event: Event, row: StoredSubscriber, data: Json, before: str | None, at: datetime
) -> StoredSending:
    return new_sending(
        CHANNEL.prefix,
        event.id,
        events.SUBSCRIBER_NEWS,
        contacts_of([{"email": row["email"]}])[0],
        SUBSCRIBER,
        at,
        change_id=event.change_id,
        processor_id=event.processor["id"],
        language=row["wish"]["language"],
        data={**data, "subscriber_id": row["_id"], "before": before},
    )


def _mail_id(event: Event, row: StoredSubscriber) -> str:
    return sending_id(CHANNEL.prefix, event.id, row["address"])
