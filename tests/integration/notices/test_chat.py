"""A notice in a room of the customer's chat tool, from its agreement to the evidence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.notices import tasks
from services.notices.channels.chat import CHANNEL as CHAT
from services.notices.channels.email import MailSettings
from services.notices.clients import Party
from services.notices.sending.loop import SendingLoop
from services.notices.use_cases import evidence, notices, receipts
from services.notices.wiring import make_box
from shared.mongo import Mongo
from shared.outside_urls import UrlNotAllowed
from shared.pagination import PageRequest
from tests.integration.notices.chat_tool import SLACK, TEAMS, ChatTool, chatting
from tests.integration.notices.old import finish
from tests.integration.notices.post import MailWorld, Post, make_mail_world
from tests.integration.notices.test_escalating import ME
from tests.integration.notices.world import Receiver

CONTACTS = [{"name": "Ida Holm", "position": "DPO", "email": "ida@nordbo.example"}]
SECRET = "s3cretS3CRET"
NOBODY = Party((), None)


class Chatting:
    """A world without mail, whose customer has a room."""

    def __init__(self, it: MailWorld, tool: ChatTool) -> None:
        self.it, self.tool = it, tool
        deps = it.world.deps
        self.loop: SendingLoop = tasks.make_sending(
            deps.settings, deps.stores, CHAT, it.world.clock, lambda: 0.0, lambda _: NOBODY
        )

    def room(self, form: str = "slack", path: str = SLACK) -> None:
        deps, owner = self.it.world.deps, "org_nordbo"
        seen = deps.stores.contacts.get(owner)[1]
        rooms = {"chat": {"form": form, "url": self.tool.url + path}}
        notices.name_contacts(deps, owner, CONTACTS, seen, rooms)

    def announce(self, language: str = "en", *channels: str) -> None:
        self.it.agreement("nordbo", 1, *(channels or ("chat",)), language=language)
        self.it.announce("chg_1", 1)
        self.it.world.settle()
        self.send()

    def send(self) -> None:
        for _ in range(5):
            self.it.watch()
            while self.loop.run_once():
                pass

    def rows(self) -> list[dict[str, Any]]:
        return self.it.world.rows("chats")

    def evidence(self) -> Any:
        deps = self.it.world.deps
        event = evidence.event_of(deps, ME, "chg_1")
        [row] = evidence.page(deps, event, PageRequest(50, None)).items
        return row


@pytest.fixture
def chat(mongo: Mongo, receiver: Receiver, post: Post) -> Iterator[Chatting]:
    with chatting() as tool:
        yield Chatting(make_mail_world(mongo, receiver, post, MailSettings()), tool)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "hereby gives you prior notice"),
        ("da", "varsler hermed en ændring"),
        ("sv", "underrättar er härmed i förväg"),
    ],
)
@pytest.mark.parametrize(("form", "path"), [("slack", SLACK), ("teams", TEAMS)])
def test_a_notice_reaches_the_room_in_the_language_of_the_agreement(
    chat: Chatting, form: str, path: str, language: str, words: str
) -> None:
    chat.room(form, path)
    chat.announce(language)

    [message] = chat.tool.messages
    assert words in json.dumps(message, ensure_ascii=False)
    assert "Mail Inc." in json.dumps(message)
    row = chat.evidence()
    assert (row.channel, row.recipient, row.outcome) == ("chat", "http://127.0.0.1/…", "delivered")
    assert row.reached
    assert row.sent_at == row.delivered_at == chat.rows()[0]["delivered_at"]
    [tried] = row.attempts
    assert (tried.status, tried.outcome) == (200 if form == "slack" else 202, "delivered")


def test_without_the_channel_in_the_agreement_the_room_gets_nothing(chat: Chatting) -> None:
    chat.room()
    chat.announce("en", "webhook")
    assert (chat.tool.tried, chat.rows()) == (0, [])


def test_without_a_room_the_notice_is_unreached_and_goes_once_there_is_one(chat: Chatting) -> None:
    chat.announce()
    assert chat.it.notice("nordbo")["unreached_reason"] == "chat_no_room"

    chat.room()
    chat.send()
    assert len(chat.tool.messages) == 1
    assert "unreached_at" not in chat.it.notice("nordbo")
    assert chat.evidence().reached


def test_a_tool_that_is_busy_gets_it_later_and_not_sooner_than_it_asks(chat: Chatting) -> None:
    chat.room()
    chat.tool.answers = [(429, {"Retry-After": "400"}, b"rate_limited"), (503, {}, b"")]
    chat.announce()
    for wait, tried in ((360, 1), (60, 2), (240, 2), (90, 3)):
        chat.it.world.clock.ahead += timedelta(seconds=wait)
        chat.send()
        assert chat.tool.tried == tried
    assert [each.outcome for each in chat.evidence().attempts] == [
        "http_429",
        "http_503",
        "delivered",
    ]
    assert chat.evidence().attempts[0].answer == "rate_limited"


@pytest.mark.parametrize("answer", [(404, b"no_service"), (410, b"channel_is_archived")])
def test_a_room_that_is_gone_is_not_tried_again(chat: Chatting, answer: tuple[int, bytes]) -> None:
    chat.room()
    chat.tool.answers = [(answer[0], {}, answer[1])]
    chat.announce()
    chat.it.world.clock.ahead += timedelta(days=3)
    chat.send()
    assert chat.tool.tried == 1
    row = chat.evidence()
    assert (row.outcome, row.reached, row.sent_at) == ("unreached", False, None)
    assert row.attempts[0].answer == answer[1].decode()


def test_what_teams_says_it_could_not_deliver_is_not_delivered(chat: Chatting) -> None:
    chat.room("teams", TEAMS)
    failed = b"Webhook message delivery failed with error: Microsoft Teams endpoint returned 429"
    chat.tool.answers = [(200, {}, failed)]
    chat.announce()
    assert not chat.evidence().reached
    chat.it.world.clock.ahead += timedelta(minutes=1)
    chat.send()
    assert chat.evidence().reached


def test_a_chat_and_a_webhook_both_get_the_notice(chat: Chatting) -> None:
    chat.room()
    chat.it.world.endpoint("nordbo")
    chat.announce("en", "webhook", "chat")
    assert len(chat.tool.messages) == 1
    assert {each.channel for each in chat.evidence().attempts} == {"webhook", "chat"}


def test_what_becomes_of_the_change_goes_to_the_room_too(chat: Chatting) -> None:
    chat.room()
    chat.announce()
    chat.it.announce("chg_1", 1, kind="withdrawn")
    chat.it.world.settle()
    chat.send()
    assert sorted(each["kind"] for each in chat.rows()) == [
        "sub_processor.change.announced",
        "sub_processor.change.withdrawn",
    ]
    announced, withdrawn = (json.dumps(message) for message in chat.tool.messages)
    assert "withdrawn" in withdrawn
    assert "withdrawn" not in announced


def test_the_days_of_the_agreement_run_from_the_delivery(chat: Chatting) -> None:
    chat.room()
    chat.announce()
    [receipt] = receipts.of(chat.it.world.deps, ["chg_1"], ["agr_nordbo"])
    assert receipt.sent_at == receipt.delivered_at == chat.rows()[0]["delivered_at"]


def test_the_secret_of_the_url_is_nowhere(
    chat: Chatting, capfd: pytest.CaptureFixture[str]
) -> None:
    chat.room()
    # A tool that repeats the URL it was called by.
    chat.tool.answers = [(500, {}, SLACK.encode()), (404, {"Location": SLACK}, SECRET.encode())]
    chat.announce()
    chat.it.world.clock.ahead += timedelta(minutes=1)
    chat.send()
    assert chat.tool.tried == 2
    deps, mongo = chat.it.world.deps, chat.it.world.mongo
    shown, *_ = notices.contacts(deps, "org_nordbo")
    stored = [row for name in mongo.db.list_collection_names() for row in chat.it.world.rows(name)]
    assert SECRET not in repr((stored, chat.evidence(), deps.settings, chat.loop))
    assert SECRET not in repr([{**each, "sealed": ""} for each in shown.addresses.values()])
    seen = capfd.readouterr()
    assert "mail.failed" in seen.out + seen.err
    assert SECRET not in seen.out + seen.err


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/services/x", "ftp://chat.example/x", "https://user:pw@chat.example/x"]
)
def test_a_room_obeys_the_rules_of_egress(chat: Chatting, url: str) -> None:
    rooms = {"chat": {"form": "slack", "url": url}}
    with pytest.raises(UrlNotAllowed) as refused:
        notices.name_contacts(chat.it.world.deps, "org_nordbo", CONTACTS, 0, rooms)
    assert "user:pw" not in str(refused.value)
    assert chat.it.world.rows("notice_contacts") == []


@pytest.mark.parametrize(
    "rooms",
    [
        {"pigeon": {"form": "slack", "url": "https://chat.example/x"}},
        {"email": {"form": "slack", "url": "https://chat.example/x"}},
        {"chat": {"form": "irc", "url": "https://chat.example/x"}},
    ],
)
def test_only_channels_that_take_addresses_get_some(chat: Chatting, rooms: Any) -> None:
    with pytest.raises(notices.AddressNotTaken):
        notices.name_contacts(chat.it.world.deps, "org_nordbo", CONTACTS, 0, rooms)


def test_a_room_that_is_taken_away_gets_nothing_more(chat: Chatting) -> None:
    chat.room()
    chat.tool.answers = [(503, {}, b"")]
    chat.announce()
    notices.name_contacts(chat.it.world.deps, "org_nordbo", CONTACTS, 1, {"chat": None})
    chat.it.world.clock.ahead += timedelta(minutes=1)
    chat.send()
    assert chat.tool.tried == 1
    assert [each["state"] for each in chat.rows()] == ["failed"]


@pytest.mark.parametrize("is_agreed_to", [False, True])
def test_a_vendor_without_an_agreement_writes_nothing_into_the_room(
    chat: Chatting, is_agreed_to: bool
) -> None:
    """Its offer may name the channel; the customer has left its room for others."""
    chat.room()
    world = chat.it.world
    if is_agreed_to:
        chat.it.agreement("nordbo", 1, "chat")
    entry = world.ledger.agreement("nordbo", 1 + is_agreed_to, kind="offered")
    entry["private"] = {**entry["private"], "channels": ["chat"], "language": "en"}
    world.tell(entry)
    world.settle()
    chat.send()
    assert len(chat.tool.messages) == is_agreed_to


def test_contacts_named_anew_keep_the_room(chat: Chatting) -> None:
    chat.room()
    notices.name_contacts(chat.it.world.deps, "org_nordbo", CONTACTS, 1)
    chat.announce()
    assert len(chat.tool.messages) == 1


def test_it_goes_with_its_message_when_nobody_needs_it_as_evidence(chat: Chatting) -> None:
    chat.room()
    chat.announce()
    world = chat.it.world
    ended = world.ledger.agreement("nordbo", 2, "terminated")
    world.tell(ended)
    world.clock.ahead += timedelta(days=3_000)
    retention = tasks.make_retention(world.deps.settings, world.deps.stores, world.clock)
    finish(retention)
    assert (chat.rows(), world.rows("notice_contacts")) == ([], [])


def test_a_room_sealed_by_an_older_key_is_sealed_anew(chat: Chatting) -> None:
    chat.room()
    world = chat.it.world
    [before] = world.rows("notice_contacts")
    common = world.deps.settings.common
    renewed = settings_with(world.deps.settings, b"n" * 32, (common.secrets_key,))
    finish(tasks.make_retention(renewed, world.deps.stores, world.clock))
    [after] = world.rows("notice_contacts")
    sealed = after["addresses"]["chat"]["sealed"]
    assert sealed != before["addresses"]["chat"]["sealed"]
    box = make_box(settings_with(world.deps.settings, b"n" * 32, ()))
    assert box.open(sealed, "org_nordbo:chat") == chat.tool.url + SLACK


def settings_with(settings: Any, key: bytes, older: tuple[bytes, ...]) -> Any:
    common = replace(settings.common, secrets_key=key, older_secrets_keys=older)
    return replace(settings, common=common)
