"""Every channel keeps the same contract, whatever it sends by."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.agreements.contract import terms
from services.notices.channels import BY_ADDRESS, CHANNELS
from services.notices.model.channels import (
    Address,
    AddressChannel,
    Channel,
    Claimed,
    Customer,
    Unwritable,
    Verdict,
)
from services.notices.model.deliveries import new_delivery
from services.notices.model.sendings import new_sending
from services.notices.sending.loop import SERVER_RESTS, SendingLoop
from services.notices.store import INDEXES, Stores
from shared.failures import Failures
from shared.mongo import Mongo

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ROOM = {"id": "adr_1", "form": "slack", "shown": "https://chat.example/…", "sealed": b"s3cret"}
CONTACTS = ({"name": "Ida", "email": "ida@a.example"}, {"name": "", "email": "IDA@a.example "})

every_channel = pytest.mark.parametrize("channel", CHANNELS, ids=lambda it: it.name)
by_address = pytest.mark.parametrize("channel", BY_ADDRESS, ids=lambda it: it.name)


@dataclass
class Ended:
    """An outcome as the loop knows it."""

    verdict: Verdict = "accepted"
    code: str | None = None
    status: int | None = 200
    answer: str = "ok"
    duration_ms: int = 5
    recipient: bool = False
    server_is_away: bool = False


REFUSED = Ended("permanent", "refused", 550, "no such address", recipient=True)
LATER = Ended("temporary", "busy", 451, "later")
AWAY = Ended("temporary", "connect_failed", None, "", server_is_away=True)


def customer(channel: Channel) -> Customer:
    return Customer(CONTACTS, (channel.name,), "en", {channel.name: ROOM})


def row_of(channel: Channel, number: int = 1) -> Any:
    """A delivery of the channel as it is stored before its first attempt."""
    if isinstance(channel, AddressChannel):
        [to] = channel.addresses(customer(channel))
        about = f"msg_{number}"
        return new_sending(channel.prefix, about, "webhook.disabled", to, "warning", NOW, data={})
    row = new_delivery(f"dlv_{number}", f"msg_{number}", "whe_1", "org_1", NOW)
    return {**row, "url": "https://hook.example/…"}


def attempt(code: str | None, status: int | None) -> dict[str, Any]:
    ended = {"status": status, "code": code, "answer": "word", "body": b""}
    return {"id": "att_1", "n": 1, "at": NOW, "answered_at": NOW, "duration_ms": 5, **ended}


def test_agreements_may_name_exactly_the_channels_there_are() -> None:
    assert [channel.name for channel in CHANNELS] == list(terms.CHANNELS)


def test_no_two_channels_share_a_name_a_collection_or_ids() -> None:
    assert len({channel.name for channel in CHANNELS}) == len(CHANNELS)
    assert len({channel.collection for channel in CHANNELS}) == len(CHANNELS)
    assert len({channel.prefix for channel in BY_ADDRESS}) == len(BY_ADDRESS)


@every_channel
def test_what_was_not_tried_proves_nothing(channel: Channel) -> None:
    row = row_of(channel)
    assert list(channel.evidence(row)) == []
    moments = channel.moments(row)
    assert (moments.sent_at, moments.delivered_at, moments.acknowledged_at) == (None, None, None)


@every_channel
def test_a_delivery_proves_itself_and_shows_no_secret(channel: Channel) -> None:
    row = {
        **row_of(channel),
        "state": "delivered",
        "attempts": [attempt(None, 200)],
        "delivered_at": NOW,
    }
    [tried] = channel.evidence(row)
    assert (tried.channel, tried.outcome, tried.at) == (channel.name, "delivered", NOW)
    assert tried.recipient == channel.recipient(row)
    assert "s3cret" not in repr((tried, row))
    assert channel.moments(row).delivered_at == channel.moments(row).sent_at == NOW


@every_channel
def test_what_never_left_was_not_sent(channel: Channel) -> None:
    row = {**row_of(channel), "state": "failed", "attempts": [attempt("connect_failed", None)]}
    [tried] = channel.evidence(row)
    assert tried.outcome == "connect_failed"
    assert channel.moments(row).sent_at is channel.moments(row).delivered_at is None


@by_address
def test_a_customer_without_addresses_has_none(channel: AddressChannel) -> None:
    assert list(channel.addresses(Customer())) == []


@by_address
def test_an_address_is_named_once_and_shown_without_its_secret(channel: AddressChannel) -> None:
    [address] = channel.addresses(customer(channel))
    assert address.channel == channel.name
    assert "s3cret" not in repr(address)
    assert all(isinstance(value, str) for value in address.to.values())


@by_address
def test_what_was_accepted_or_refused_for_good_is_over(channel: AddressChannel) -> None:
    for number in (1, 5):
        assert channel.next_attempt(number, Ended(), 0).state == "delivered"
        assert channel.next_attempt(number, REFUSED, 0).state == "failed"


@by_address
def test_what_may_pass_is_tried_again_ever_later_and_not_for_ever(channel: AddressChannel) -> None:
    waits: list[timedelta] = []
    for number in range(1, 50):
        follows = channel.next_attempt(number, LATER, 0)
        if follows.state == "failed":
            break
        assert follows.after is not None
        waits.append(follows.after)
    assert 5 <= len(waits) < 40
    assert waits == sorted(waits)
    assert timedelta() < waits[0] <= timedelta(minutes=5)


@dataclass
class Script:
    """A sender whose outcomes are written before; ``write`` gives what it is handed."""

    outcomes: list[Ended]
    before: Callable[[], None] = lambda: None
    seconds: int = 10
    sent: list[Claimed] = field(default_factory=list)
    closed: int = 0
    unwritable: str = ""

    def write(self, claimed: Claimed) -> Claimed:
        if self.unwritable:
            raise Unwritable(self.unwritable)
        return claimed

    def send(self, written: Claimed) -> Ended:
        self.before()
        self.sent.append(written)
        return self.outcomes.pop(0)

    def close(self) -> None:
        self.closed += 1


@dataclass
class Bench:
    """The loop of one channel over a real database, with a clock that is set by hand."""

    mongo: Mongo
    channel: AddressChannel
    now: datetime = NOW
    ids: Iterator[int] = field(default_factory=lambda: iter(range(10_000)))

    def __post_init__(self) -> None:
        self.mongo.ensure_indexes(INDEXES)
        self.stores = Stores.of(self.mongo)
        self.sendings = self.stores.sendings[self.channel.name]

    def loop(self, sender: Script) -> SendingLoop:
        return SendingLoop(
            channel=self.channel,
            stores=self.stores,
            failures=Failures(self.mongo, "notices.mail", lambda: self.now),
            sender=sender,
            is_on=True,
            now=lambda: self.now,
            new_id=lambda prefix: f"{prefix}_{next(self.ids)}",
            jitter=lambda: 0.0,
        )

    def owe(self, count: int = 1) -> list[str]:
        rows = [row_of(self.channel, number) for number in range(count)]
        self.sendings.add_many(rows)
        return [row["_id"] for row in rows]

    def row(self, name: str) -> Mapping[str, Any]:
        return self.sendings.find(name) or {}


@pytest.fixture
def bench(mongo: Mongo, channel: AddressChannel) -> Bench:
    return Bench(mongo, channel)


@by_address
def test_an_outcome_is_stored_with_its_attempt(bench: Bench) -> None:
    [name], sender = bench.owe(), Script([LATER, Ended()])
    loop = bench.loop(sender)
    assert loop.run_once() is True
    row = bench.row(name)
    assert (row["state"], row["attempt"], "claim" in row) == ("pending", 1, False)
    assert loop.run_once() is False

    bench.now = row["due_at"]
    assert loop.run_once() is True
    row = bench.row(name)
    assert (row["state"], row["delivered_at"], "due_at" in row) == ("delivered", bench.now, False)
    assert [(each["n"], each["code"]) for each in row["attempts"]] == [(1, "busy"), (2, None)]
    assert sender.closed == 3


@by_address
def test_two_loops_never_hold_the_same_sending(bench: Bench) -> None:
    bench.owe(30)
    until = NOW + timedelta(minutes=1)
    first = bench.sendings.claim("first", NOW, until, 20)
    second = bench.sendings.claim("second", NOW, until, 20)
    assert (len(first), len(second)) == (20, 10)
    assert not {row["_id"] for row in first} & {row["_id"] for row in second}
    assert bench.sendings.claim("third", NOW, until, 20) == []


@by_address
def test_an_outcome_under_a_lost_claim_changes_nothing(bench: Bench) -> None:
    [name] = bench.owe()

    def slow() -> None:
        bench.now += timedelta(hours=1)
        bench.sendings.claim("other", bench.now, bench.now + timedelta(hours=1), 20)

    loop = bench.loop(Script([Ended()], before=slow))
    loop.run_once()
    row = bench.row(name)
    assert (row["state"], row["claim"], row["attempts"]) == ("pending", "other", [])
    assert loop.lost_claims == 1


@by_address
def test_a_process_that_died_leaves_its_sendings_to_the_next(bench: Bench) -> None:
    [name] = bench.owe()
    bench.sendings.claim("dead", NOW, NOW + timedelta(minutes=1), 20)
    assert bench.loop(Script([])).run_once() is False
    bench.now += timedelta(minutes=2)
    bench.loop(Script([Ended()])).run_once()
    assert bench.row(name)["state"] == "delivered"


@by_address
def test_an_address_that_refuses_is_tried_after_all_others(bench: Bench) -> None:
    [name] = bench.owe()
    bench.loop(Script([REFUSED])).run_once()
    row = bench.row(name)
    assert row["state"] == "failed"
    assert row["address"] in bench.stores.refused.among([(None, row["address"])])[None]


@by_address
def test_behind_a_server_that_is_away_the_rest_waits(bench: Bench) -> None:
    names, sender = bench.owe(3), Script([AWAY])
    assert bench.loop(sender).run_once() is False
    assert len(sender.sent) == 1
    rest = [bench.row(each) for each in names if each != sender.sent[0].row["_id"]]
    assert [row["due_at"] for row in rest] == [NOW + SERVER_RESTS] * 2
    assert [row["attempts"] for row in rest] == [[], []]


@by_address
def test_one_that_cannot_be_written_fails_and_stops_no_other(bench: Bench) -> None:
    names = bench.owe(2)
    bench.loop(Script([], unwritable="no words for it")).run_once()
    for name in names:
        [tried] = bench.channel.evidence(bench.row(name))
        assert (tried.outcome, tried.answer) == ("unwritable", "no words for it")
        assert bench.row(name)["state"] == "failed"


@by_address
def test_what_was_delivered_counts_for_its_agreement(bench: Bench) -> None:
    [to] = bench.channel.addresses(customer(bench.channel))
    about: dict[str, Any] = {"notice_id": "ntc_1", "agreement_id": "agr_1"}
    prefix = bench.channel.prefix
    row = new_sending(prefix, "msg_1", "webhook.disabled", to, "channel", NOW, data={}, **about)
    bench.sendings.add_many([row, row])
    assert bench.sendings.reached(["agr_1"]) == frozenset()
    bench.loop(Script([Ended()])).run_once()
    assert bench.sendings.reached(["agr_1", "agr_2", None]) == {"agr_1"}


@by_address
def test_sendings_go_with_their_message(bench: Bench) -> None:
    to = Address(bench.channel.name, "k", {"shown": "x"})
    about = {"message_id": "msg_1"}
    row = new_sending(bench.channel.prefix, "msg_1", "k", to, "channel", NOW, **about)
    bench.sendings.add_many([row])
    bench.owe()
    bench.sendings.remove_of(["msg_1"])
    assert bench.sendings.find(row["_id"]) is None
    assert bench.sendings.remove_warnings(NOW + timedelta(days=1), 10) == 1
