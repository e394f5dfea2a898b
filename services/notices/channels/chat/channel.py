"""Chat as a channel: to the one room whose URL the customer has left, and nowhere else.

The URL is a secret: whoever knows it may write to the room. So it is sealed at rest, opened for one
attempt, and neither a log nor an answer nor the evidence shows more of it than its host. A message
in a room holds no link to acknowledge: anybody in the room could follow it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from services.notices.channels.chat import render
from services.notices.channels.chat.results import Result, result_of
from services.notices.channels.chat.schedule import next_attempt
from services.notices.letters import letter_of
from services.notices.model.answering import Answering
from services.notices.model.channels import (
    Address,
    AddressChannel,
    Claimed,
    Customer,
    Kit,
    Next,
    Outcome,
    Part,
    Post,
    Preview,
    Unwritable,
)


@dataclass(frozen=True)
class Written:
    """A message as it leaves; without its URL when it is shown, as in a trace."""

    form: str
    body: bytes
    url: str

    def __repr__(self) -> str:
        return f"Written({self.form}, {len(self.body)} bytes)"


@dataclass(frozen=True)
class Poster:
    post: Post
    seconds: int
    reply_to: Callable[[str | None], str]

    def write(self, claimed: Claimed) -> Written:
        """Raises ``Unwritable`` when the customer has taken its room away."""
        if claimed.secret is None:
            raise Unwritable("the customer has left another room, or none")
        if claimed.body is None:
            raise Unwritable("no message to send")
        row, form = claimed.row, (claimed.row["to"] or {})["form"]
        address = self.reply_to(row["processor_id"])
        letter = letter_of(row["kind"], row["language"], claimed.body, reply_to=address)
        return Written(form, render.body(form, letter, claimed.body), claimed.secret)

    def send(self, written: Written) -> Result:
        return result_of(written.form, self.post(written.url, {}, written.body))

    def close(self) -> None:
        """Its connections are kept for the next batch."""


class Chat(AddressChannel):
    name = "chat"
    collection = "chats"
    prefix = "cht"
    forms: ClassVar[Sequence[str]] = render.FORMS
    no_address: ClassVar[str | None] = "chat_no_room"

    def is_on(self, settings: Mapping[str, Any]) -> bool:  # noqa: ARG002  It needs no settings.
        return True

    def sender(self, kit: Kit) -> Poster:
        return Poster(kit.post, kit.seconds, kit.reply_to)

    def addresses(self, customer: Customer) -> Sequence[Address]:
        room = customer.addresses.get(self.name)
        if room is None:
            return ()
        return [Address(self.name, room["id"], {"shown": room["shown"], "form": room["form"]})]

    def preview(self, kind: str, language: str, body: bytes, answering: Answering) -> Preview:
        """For the first form of room; no link to answer stands in a room."""
        message = json.loads(body)
        letter = letter_of(kind, language, message, reply_to=answering.address)
        written = render.body(render.FORMS[0], letter, message)
        return Preview([Part("application/json", written.decode())])

    def next_attempt(self, number: int, outcome: Outcome, jitter: float) -> Next:
        retry_after = outcome.retry_after_s if isinstance(outcome, Result) else None
        return next_attempt(number, outcome.verdict, retry_after, jitter)


CHANNEL = Chat()
