"""E-mail as a channel: where mails go, what follows an attempt, and who writes and sends them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.notices import events
from services.notices.channels.email.compose import Mail, Under, composed, html_of
from services.notices.channels.email.plain import plain
from services.notices.channels.email.schedule import next_attempt
from services.notices.channels.email.settings import MailSettings
from services.notices.channels.email.smtp import Sent, Transport
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
    Preview,
    Row,
    Tried,
    Unwritable,
)
from services.notices.model.sendings import BOUNCED
from shared.mailboxes import address_of
from shared.safe_text import one_line


def address_key(email: str) -> str:
    """Equal for two spellings of one mailbox, which must not get two mails."""
    return address_of(email)


def contacts_of(named: Sequence[Row]) -> list[Address]:
    """The addresses of contacts in the order to be tried, each once."""
    by_key: dict[str, Address] = {}
    for contact in named:
        key = address_key(contact["email"])
        to = {"name": contact.get("name") or "", "email": contact["email"]}
        by_key.setdefault(key, Address(Email.name, key, to, contact.get("language")))
    return list(by_key.values())


@dataclass
class Postman:
    """Writes a claimed sending as a mail, and hands it over."""

    settings: MailSettings
    transport: Transport
    answer_url: Callable[[Row, Row, Row], str]
    reply_to: Callable[[str | None], str]
    thread_of: Callable[[Row], tuple[Row | None, str]]
    end_url: Callable[[str, str], str]

    @property
    def seconds(self) -> int:
        return self.settings.seconds

    def write(self, claimed: Claimed) -> Mail:
        row = claimed.row
        if claimed.message is None or claimed.body is None:
            return self._of_no_message(row, _data(claimed))
        url = self.answer_url(row, claimed.message, claimed.body["data"])
        reply_to = self.reply_to(row["processor_id"])
        letter = letter_of(row["kind"], row["language"], claimed.body, url, reply_to)
        under = Under(claimed.vendor, reply_to, *self.thread_of(row))
        return composed(row, letter, self.settings.sender, under)

    def _of_no_message(self, row: Row, data: Row) -> Mail:
        """Art28 itself writes, but for the copy of an answer, which belongs to what it answers."""
        if row["kind"] == events.SUBSCRIBER_NEWS:
            return self._to_subscriber(row, data)
        if row["kind"] in (events.QUESTION, events.QUESTION_COPIED):
            return self._of_visitor(row, data)
        if row["kind"] != events.ANSWER_COPIED:
            letter = letter_of(row["kind"], row["language"], data)
            return composed(row, letter, self.settings.sender)
        reply_to = self.reply_to(row["processor_id"])
        letter = letter_of(row["kind"], row["language"], data, reply_to=reply_to)
        under = Under(data["processor"].get("legal_name"), reply_to, *self.thread_of(row))
        return composed(row, letter, self.settings.sender, under)

    def _of_visitor(self, row: Row, data: Row) -> Mail:
        """The vendor answers whoever asked, and the visitor the vendor. What was asked is sealed
        until the mail has left."""
        asked = json.loads(data["url"])
        letter = letter_of(row["kind"], row["language"], {**data, **asked})
        vendor = Under(data["vendor"]["legal_name"], self.reply_to(row["processor_id"]))
        visitor = Under(asked["name"], asked["email"])
        under = visitor if row["kind"] == events.QUESTION else vendor
        return composed(row, letter, self.settings.sender, under)

    def _to_subscriber(self, row: Row, data: Row) -> Mail:
        vendor = data["vendor"]
        url = self.end_url(vendor["slug"], data["subscriber_id"])
        letter = letter_of(row["kind"], row["language"], {**data, "url": url})
        reply_to = self.reply_to(row["processor_id"])
        under = Under(vendor["legal_name"], reply_to, *self.thread_of(row), end_url=url)
        return composed(row, letter, self.settings.sender, under)

    def send(self, written: Mail) -> Sent:
        return self.transport.send(written)

    def close(self) -> None:
        self.transport.close()


def _data(claimed: Claimed) -> Row:
    """What a mail of no message says. Raises ``Unwritable`` when its link has ended."""
    row = claimed.row
    if row["kind"] not in events.LINKED:
        return row["data"] or {}
    if claimed.secret is None:
        raise Unwritable("its link has ended")
    return {**(row["data"] or {}), "url": claimed.secret}


def _returned(bounce: Row, channel: str, recipient: str) -> Tried:
    said = f"{bounce.get('status') or ''} {bounce.get('diagnostic') or ''}".strip()
    return Tried(bounce["at"], channel, recipient, BOUNCED, None, 0, said)


class Email(AddressChannel):
    name = "email"
    collection = "mails"
    prefix = "mai"
    is_fallback = True

    def is_on(self, settings: Mapping[str, Any]) -> bool:
        return bool(settings[self.name].is_on)

    def sender(self, kit: Kit) -> Postman:
        settings: MailSettings = kit.settings[self.name]
        transport = Transport(settings)
        return Postman(
            settings, transport, kit.answer_url, kit.reply_to, kit.thread_of, kit.end_url
        )

    def addresses(self, customer: Customer) -> Sequence[Address]:
        return contacts_of(customer.contacts)

    def preview(self, kind: str, language: str, body: bytes, answering: Answering) -> Preview:
        letter = letter_of(kind, language, json.loads(body), answering.url, answering.address)
        texts = [Part("text/plain", plain(letter)), Part("text/html", html_of(letter))]
        return Preview(texts, one_line(letter.subject))

    def next_attempt(self, number: int, outcome: Outcome, jitter: float) -> Next:
        return next_attempt(number, outcome.verdict, jitter)

    def recipient(self, row: Row) -> str:
        return str(row["to"]["email"])

    def evidence(self, row: Row) -> Sequence[Tried]:
        """The attempts, and last the report by which the mail came back."""
        attempts = [*super().evidence(row)]
        if bounce := row.get("bounce"):
            attempts.append(_returned(bounce, self.name, self.recipient(row)))
        return attempts


CHANNEL = Email()
