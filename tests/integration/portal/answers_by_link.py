"""A vendor, a customer, and the contacts' mails: what a person sees and does by a link."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from html import unescape
from typing import Any

from werkzeug.test import Client, TestResponse

from services.notices import tasks
from services.notices.channels.email import CHANNEL as EMAIL
from services.notices.wiring import open_stores
from tests.integration.notices.post import Post, mail_settings, posting
from tests.stack import Stack, until_rest
from tests.vendor import Vendor

CONTACTS = {"ida": ("Ida Holm", "DPO"), "bo": ("Bo Vik", "CISO")}
PERSON = {"name": "Kim Roe", "title": "Head of Legal"}
OBJECTION = {"act": "object", "grounds": "ai_use", "text": "Not with our data.", **PERSON}


@dataclass
class Page:
    """A page as its reader has it: the address of a link, and buttons that send forms."""

    stack: Stack
    path: str

    def get(self, lang: str = "", more: str = "") -> TestResponse:
        query = {"lang": lang} if lang else None
        return Client(self.stack.wsgi).get(f"{self.path}{more}", query_string=query)

    def press(self, act: str, **members: Any) -> TestResponse:
        """The answer to the form itself; a success leads back to the page."""
        return Client(self.stack.wsgi).post(self.path, data={"act": act, **members})

    def acknowledge(self) -> TestResponse:
        return self.press("acknowledge", **PERSON)

    def object(self, *change_ids: str, **more: Any) -> TestResponse:
        return self.press(**{**OBJECTION, "change_ids": list(change_ids), **more})

    @property
    def text(self) -> str:
        return words_of(self.get().text)

    @property
    def buttons(self) -> list[str]:
        """The acts that the page offers."""
        return re.findall(r'name="act" value="(\w+)"', self.get().text)


def words_of(html: str) -> str:
    """What a person reads of a page, on one line."""
    body = re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(body).split())


@dataclass
class PostOffice:
    """The loops of mail and escalation on the stack's own database and clock."""

    stack: Stack
    post: Post
    run_all: list[Callable[[], bool]] = field(default_factory=list)

    def run(self) -> None:
        """Everything that is due leaves."""
        self.stack.settle()
        for _ in range(3):
            for run_once in self.run_all:
                until_rest(run_once)

    def links_to(self, address: str, kind: str = "respond") -> list[Page]:
        """A page for each link of this kind that was mailed to the address."""
        origin, found = self.stack.common.origin, []
        for mail in self.post.to(address):
            found += re.findall(rf"{re.escape(origin)}(/{kind}/\S+)", mail.text)
        return [Page(self.stack, path) for path in found]

    def copies_to(self, address: str) -> list[str]:
        """The texts of the copies of what was answered by link, on one line each."""
        self.run()
        texts = (" ".join(mail.text.split()) for mail in self.post.to(address))
        return [text for text in texts if re.search("Answered for you|Besvaret for jer", text)]

    def link_to(self, address: str, kind: str = "respond") -> Page:
        """The page of the last of them."""
        return self.links_to(address, kind)[-1]


@contextmanager
def post_office(stack: Stack, post: Post) -> Iterator[PostOffice]:
    with posting(post) as port:
        chosen = replace(stack._settings("notices"), mail=mail_settings(port))
        stores = open_stores(stack.database("notices"))
        clock, transport = (lambda: stack.now), stack._transport
        loops: list[Any] = [
            tasks.make_escalation(chosen, stores, clock),
            tasks.make_digests(chosen, stores, clock, transport),
            tasks.make_vendor_mails(chosen, stores, clock, transport),
            tasks.make_sending(chosen, stores, EMAIL, clock, lambda: 0.0),
        ]
        yield PostOffice(stack, post, [loop.run_once for loop in loops])


def mailed_customer(vendor: Vendor, **terms: Any) -> dict[str, Any]:
    """A customer whose contacts get its notices by mail: ``ida`` first, ``bo`` if that fails. The
    stack is shared, so their addresses are this customer's alone."""
    tag = uuid.uuid4().hex[:8]
    named = [
        {"name": name, "position": position, "email": f"{who}-{tag}@nordbo.test"}
        for who, (name, position) in CONTACTS.items()
    ]
    customer = vendor.customer("nordbo", contacts=named, **{"channels": ["email"], **terms})
    return {**customer, "contacts": named, "ida": named[0]["email"], "bo": named[1]["email"]}


def change_of(vendor: Vendor, customer: Mapping[str, Any], change_id: str) -> dict[str, Any]:
    """The change as the portal tells it to the customer's own client."""
    path = f"/portal/v1/changes/{change_id}"
    seen: dict[str, Any] = vendor.stack.must(customer, "GET", path)
    return seen
