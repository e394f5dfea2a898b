"""Relay and inbox: at least once on the wire, once and in order in effect."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo import MongoClient

from shared import relay as relaying
from shared.errors import Invalid, Unavailable
from shared.failures import FailedJobs, Failures
from shared.ledger import Ledger
from shared.mongo import Mongo
from shared.relay import EntriesOutOfOrder, Inbox, Relay

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Listener:
    """Another service, with a database of its own."""

    def __init__(self, mongo: Mongo) -> None:
        self.mongo, self.inbox = mongo, Inbox(mongo)
        self.fail_before = self.fail_after = 0

    def post(self, entries: Sequence[Mapping[str, Any]]) -> None:
        if self.fail_before:
            self.fail_before -= 1
            raise Unavailable
        self.inbox.receive(entries, self.handle)
        if self.fail_after:
            self.fail_after -= 1
            raise Unavailable

    def handle(self, session: Any, entry: Mapping[str, Any]) -> None:
        heard = {"stream": entry["stream"], "sequence": entry["sequence"], "data": entry["data"]}
        self.mongo.db["heard"].insert_one(heard, session=session)

    def heard(self, stream: str) -> list[int]:
        found = self.mongo.db["heard"].find({"stream": stream}).sort("_id", 1)
        return [each["sequence"] for each in found]


@pytest.fixture
def ledger(mongo: Mongo) -> Ledger:
    mongo.ensure_indexes(Ledger.INDEXES)
    return Ledger(mongo, ["notices"])


@pytest.fixture
def listener(mongo_client: MongoClient[dict[str, Any]], database_name: str) -> Listener:
    return Listener(Mongo(mongo_client, f"{database_name}_listener"))


def write(mongo: Mongo, ledger: Ledger, stream: str, times: int) -> None:
    for number in range(times):
        append(mongo, ledger, stream, {"n": number}, private={"p": number})


def append(mongo: Mongo, ledger: Ledger, stream: str, data: dict[str, Any], **more: Any) -> None:
    mongo.transact(
        lambda session: ledger.append(
            session, stream, "x.happened", data, at=AT, actor="cli", **more
        )
    )


def made(mongo: Mongo, ledger: Ledger, post: Any, now: Any = lambda: AT) -> Relay:
    return Relay(mongo, ledger, "notices", post, Failures(mongo, "a.relay", now))


def relay_of(mongo: Mongo, ledger: Ledger, listener: Listener) -> Relay:
    return made(mongo, ledger, listener.post)


def drain(relay: Relay) -> None:
    for _ in range(50):
        try:
            if not relay.run_once():
                return
        except Unavailable:
            continue
    pytest.fail("the relay never came to rest")


def test_it_works(mongo: Mongo, ledger: Ledger, listener: Listener) -> None:
    write(mongo, ledger, "a", 3)

    drain(relay_of(mongo, ledger, listener))

    assert listener.heard("a") == [1, 2, 3]


@pytest.mark.parametrize("fault", ["fail_before", "fail_after"])
def test_a_lost_request_or_answer_neither_loses_nor_doubles(
    mongo: Mongo, ledger: Ledger, listener: Listener, fault: str
) -> None:
    write(mongo, ledger, "a", 3)
    setattr(listener, fault, 3)

    drain(relay_of(mongo, ledger, listener))

    assert listener.heard("a") == [1, 2, 3]


def test_two_relays_at_once_double_nothing(
    mongo: Mongo, ledger: Ledger, listener: Listener
) -> None:
    write(mongo, ledger, "a", 5)
    first, second = (relay_of(mongo, ledger, listener) for _ in range(2))
    first.run_once()
    write(mongo, ledger, "a", 2)
    second.run_once()
    drain(first)

    assert listener.heard("a") == [1, 2, 3, 4, 5, 6, 7]


def test_a_lost_cursor_is_found_again(mongo: Mongo, ledger: Ledger, listener: Listener) -> None:
    write(mongo, ledger, "a", 2)
    drain(relay_of(mongo, ledger, listener))
    mongo.db["relay_cursors"].update_many({}, {"$set": {"sequence": 7}})
    write(mongo, ledger, "a", 6)
    mongo.db["relay_cursors"].update_many({}, {"$set": {"sequence": 4}})

    drain(relay_of(mongo, ledger, listener))

    assert listener.heard("a") == [1, 2, 3, 4, 5, 6, 7, 8]


def test_a_stream_that_is_refused_does_not_hold_up_the_others(
    mongo: Mongo, ledger: Ledger, listener: Listener
) -> None:
    write(mongo, ledger, "bad", 1)
    write(mongo, ledger, "good", 1)

    def post(entries: Sequence[Mapping[str, Any]]) -> None:
        if entries[0]["stream"] == "bad":
            raise Unavailable
        listener.post(entries)

    assert made(mongo, ledger, post).run_once()

    assert listener.heard("good") == [1]


def test_a_stream_that_is_refused_for_ever_is_set_aside_until_it_is_revived(
    mongo: Mongo, ledger: Ledger, listener: Listener
) -> None:
    write(mongo, ledger, "bad", 2)
    asked: list[Any] = []
    cured: list[bool] = []
    at = [AT]

    def post(entries: Sequence[Mapping[str, Any]]) -> None:
        if entries[0]["stream"] == "bad" and not cured:
            asked.append(entries)
            raise Invalid("The entry lacks a member.")
        listener.post(entries)

    relay = made(mongo, ledger, post, lambda: at[0])
    for number in range(20):
        write(mongo, ledger, "good", 1)
        relay.run_once()
        at[0] += timedelta(minutes=5)
        assert listener.heard("good")[-1:] == [number + 1]

    assert len(asked) == 12
    assert [each.job for each in FailedJobs(mongo).all() if each.is_set_aside] == ["bad"]
    cured.append(True)
    FailedJobs(mongo, lambda: at[0]).revive("a.relay", "bad")
    drain(relay)
    assert listener.heard("bad") == [1, 2]


def test_streams_that_always_have_something_new_hold_up_no_other(
    mongo: Mongo, ledger: Ledger, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relaying, "STREAMS_A_ROUND", 2)
    write(mongo, ledger, "z", 1)
    relay = relay_of(mongo, ledger, listener)
    for _ in range(3):
        for busy in "abc":
            write(mongo, ledger, busy, 1)
        relay.run_once()

    assert listener.heard("z") == [1]


def test_an_entry_brings_its_private_part_until_that_is_erased(
    mongo: Mongo, ledger: Ledger, listener: Listener
) -> None:
    write(mongo, ledger, "a", 1)
    posted: list[Any] = []
    made(mongo, ledger, posted.append).run_once()

    assert posted[0][0]["private"] == {"p": 0}


def test_a_gap_is_refused_and_names_what_is_expected(listener: Listener) -> None:
    entry = {"stream": "a", "sequence": 3, "data": {}}

    with pytest.raises(EntriesOutOfOrder) as refusal:
        listener.inbox.receive([entry], listener.handle)

    assert refusal.value.context["expected"] == 1
    assert listener.heard("a") == []


def test_a_batch_is_taken_whole_or_not_at_all(listener: Listener) -> None:
    entries: list[dict[str, Any]] = [{"stream": "a", "sequence": n, "data": {}} for n in (1, 2, 4)]

    with pytest.raises(EntriesOutOfOrder):
        listener.inbox.receive(entries, listener.handle)

    assert listener.heard("a") == []


def test_a_round_with_nothing_new_looks_at_no_document(
    mongo: Mongo, ledger: Ledger, listener: Listener
) -> None:
    for stream in range(20):
        write(mongo, ledger, f"s{stream}", 1)
    drain(relay_of(mongo, ledger, listener))

    plan = mongo.db["ledger_heads"].find({"pending": "notices"}).explain()

    assert plan["executionStats"]["totalKeysExamined"] == 0
    assert plan["executionStats"]["totalDocsExamined"] == 0


def test_after_a_long_silence_no_post_is_larger_than_listeners_take(
    mongo: Mongo, ledger: Ledger, listener: Listener
) -> None:
    """Announcements with many groups of terms are large: a hundred at once would be refused."""
    posts: list[int] = []

    def post(entries: Sequence[Mapping[str, Any]]) -> None:
        posts.append(len(json.dumps(entries, default=str)))
        listener.post(entries)

    for size in [*[50_000] * 40, 900_000, 10]:
        append(mongo, ledger, "processor:a", {"p": "x" * size})
    relay = made(mongo, ledger, post)
    while relay.run_once():
        pass
    assert listener.heard("processor:a") == list(range(1, 43))
    assert len(posts) < 10
    assert max(posts) < 1024 * 1024
