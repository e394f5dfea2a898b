"""A real mail server for tests, and a world of notices that sends through it."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from services.notices import tasks
from services.notices.channels.email import CHANNEL as EMAIL
from services.notices.channels.email import MailSettings
from services.notices.clients import Party
from services.notices.escalation import Escalation
from services.notices.mail.unreached_digest import DigestLoop
from services.notices.mail.vendor_contacts import VendorContacts
from services.notices.mail.vendor_digest import VendorDigestLoop
from services.notices.mail.warnings import Outbox
from services.notices.sending.loop import SendingLoop
from shared.mongo import Mongo
from tests.integration.notices.world import Clock, Receiver, World, make_world

OK = "250 2.0.0 Ok: queued as 4T7x"
Answer = Callable[[str, int], str]


def always(answer: str) -> Answer:
    return lambda _address, _number: answer


@dataclass(frozen=True)
class Posted:
    """A mail the server has taken (or was about to take)."""

    sender: str
    recipient: str
    mail: EmailMessage
    raw: bytes
    options: tuple[str, ...]
    encrypted: bool

    @property
    def text(self) -> str:
        return self.part("plain")

    @property
    def html(self) -> str:
        return self.part("html")

    def part(self, kind: str) -> str:
        found = self.mail.get_body((kind,))
        assert found is not None
        return str(found.get_content())


@dataclass
class Post:
    """What the server says at RCPT and at the end of DATA, by address and count; what it got."""

    to_recipient: Answer = field(default_factory=lambda: always("250 2.1.5 Ok"))
    to_message: Answer = field(default_factory=lambda: always(OK))
    got: list[Posted] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    before_answer: Callable[[], None] = lambda: None
    delay: float = 0.0

    async def handle_RCPT(  # noqa: N802 - named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.asked.append(address)
        answer = self.to_recipient(address, self.asked.count(address))
        if answer == "drop":
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
            return "421 gone"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
            envelope.rcpt_options.extend(options)
        return answer

    async def handle_DATA(  # noqa: N802 - named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        address, raw = envelope.rcpt_tos[0], envelope.content
        assert isinstance(raw, bytes)
        mail = message_from_bytes(raw, policy=default)
        assert isinstance(mail, EmailMessage)
        options = (*envelope.mail_options, *envelope.rcpt_options)
        encrypted = session.ssl is not None
        taken = Posted(envelope.mail_from or "", address, mail, raw, options, encrypted)
        self.got.append(taken)
        self.before_answer()
        if self.delay:
            await asyncio.sleep(self.delay)
        number = sum(each.recipient == address for each in self.got)
        return self.to_message(address, number)

    def to(self, address: str) -> list[Posted]:
        return [each for each in self.got if each.recipient == address]

    def one(self) -> Posted:
        (found,) = self.got
        return found


@contextmanager
def posting(post: Post, port: int | None = None, **more: Any) -> Iterator[int]:
    """The port of a running server."""
    port = port or free_port()
    controller = Controller(post, hostname="127.0.0.1", port=port, enable_SMTPUTF8=True, **more)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def authenticated(user: str, password: str) -> Callable[..., AuthResult]:
    def authenticate(*_: Any) -> AuthResult:
        told = _[-1]
        good = (told.login, told.password) == (user.encode(), password.encode())
        return AuthResult(success=good, handled=good)

    return authenticate


def server_context(certificate: str, key: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


@dataclass
class MailWorld:
    """A world whose loops of mail and escalation run by hand."""

    world: World
    mailing: SendingLoop
    escalation: Escalation
    digests: DigestLoop
    vendor_mails: VendorDigestLoop
    post: Post

    @property
    def outbox(self) -> Outbox:
        return tasks.make_outbox(self.world.deps.stores, self.world.clock)

    def watch(self) -> None:
        while self.escalation.run_once():
            pass

    def send(self) -> None:
        for _ in range(50):
            if not self.mailing.run_once():
                return
        raise AssertionError("the mails did not come to rest")

    def settle(self) -> None:
        """Everything that is due, until a notice's first mail is out and looked at again."""
        self.world.settle()
        for _ in range(5):
            self.watch()
            while self.digests.run_once() or self.vendor_mails.run_once():
                pass
            self.send()

    def agreement(self, name: str, version: int, *channels: str, **private: Any) -> None:
        """An active agreement of this customer that names these channels."""
        entry = self.world.ledger.agreement(name, version)
        told = {"channels": list(channels), "language": "en", **private}
        entry["private"] = {**entry["private"], **told}
        self.world.tell(entry)
        self.world.settle()

    def announce(self, change: str, version: int, **more: Any) -> None:
        self.world.tell(self.world.ledger.change(change, version, **more))

    def mails(self, **where: Any) -> list[dict[str, Any]]:
        return sorted(self.world.rows("mails", **where), key=lambda each: each["made_at"])

    def notice(self, name: str) -> dict[str, Any]:
        """The message that carries the customer's one notice."""
        (found,) = self.world.rows("messages", controller_id=f"org_{name}", notice={"$ne": None})
        return found


def mail_settings(port: int, **more: Any) -> MailSettings:
    members = {
        "security": "smtp",
        "host": "127.0.0.1",
        "port": port,
        "sender": Address("Art28", addr_spec="notices@art28.example"),
        "seconds": 2,
        **more,
    }
    return MailSettings(**members)


def make_mail_world(
    mongo: Mongo,
    receiver: Receiver,
    post: Post,
    settings: MailSettings,
    clock: Clock | None = None,
    **more: Any,
) -> MailWorld:
    world = make_world(mongo, receiver, clock, mail=settings, **more)
    chosen = world.deps.settings
    stores = world.deps.stores
    vendor = Party(({"name": "Pia Lund", "position": "Privacy", "email": VENDOR_MAIL},), "en")
    mailing = tasks.make_sending(chosen, stores, EMAIL, world.clock, lambda: 0.0, lambda _: vendor)
    escalation = tasks.make_escalation(chosen, stores, world.clock)
    digests = tasks.make_digests(chosen, stores, world.clock)
    digests = replace(digests, party_of=lambda _: vendor)
    vendor_mails = tasks.make_vendor_mails(chosen, stores, world.clock)
    contacts = VendorContacts(stores, lambda _: vendor)
    vendor_mails = replace(vendor_mails, contacts=contacts)
    return MailWorld(world, mailing, escalation, digests, vendor_mails, post)


VENDOR_MAIL = "privacy@vendor.example"
PERSONS = [
    {"name": "Ida Holm", "position": "DPO", "email": "ida@nordbo.example"},
    {"name": "Bo Vik", "position": "CISO", "email": "bo@nordbo.example"},
]
