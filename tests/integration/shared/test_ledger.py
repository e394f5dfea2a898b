"""The ledger: gapless, chained, verifiable, and able to forget people."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.ledger import GENESIS, Ledger, private_hash, verify
from shared.mongo import Mongo

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
STREAM = "processor:org_1"

# BSON cannot hold a NUL in a name; the shapes of requests refuse control characters anyway.
names = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=6)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner),
    max_leaves=6,
)


@pytest.fixture
def ledger(mongo: Mongo) -> Ledger:
    mongo.ensure_indexes(Ledger.INDEXES)
    return Ledger(mongo, ["notices"])


def write(mongo: Mongo, ledger: Ledger, data: dict[str, Any], **more: Any) -> Any:
    return mongo.transact(
        lambda session: ledger.append(
            session, STREAM, "x.happened", data, at=AT, actor="cli", **more
        )
    )


def chain(ledger: Ledger) -> list[dict[str, Any]]:
    return [asdict(entry) for entry in ledger.entries(STREAM)]


def test_it_works(mongo: Mongo, ledger: Ledger) -> None:
    first = write(mongo, ledger, {"n": 1})
    second = write(mongo, ledger, {"n": 2})

    assert (first.sequence, first.previous_hash) == (1, GENESIS)
    assert (second.sequence, second.previous_hash) == (2, first.hash)
    assert verify(chain(ledger)) is None
    assert ledger.head(STREAM) == (2, second.hash)


def test_concurrent_writers_leave_no_gap(mongo: Mongo, ledger: Ledger) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: write(mongo, ledger, {"n": n}), range(40)))

    entries = chain(ledger)
    assert [entry["sequence"] for entry in entries] == list(range(1, 41))
    assert verify(entries) is None


def test_a_transaction_that_fails_leaves_no_entry(mongo: Mongo, ledger: Ledger) -> None:
    def work(session: Any) -> None:
        ledger.append(session, STREAM, "x.happened", {}, at=AT, actor="cli")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        mongo.transact(work)

    assert ledger.head(STREAM) == (0, GENESIS)
    assert chain(ledger) == []


@given(data=st.lists(st.dictionaries(names, json_values, max_size=3), max_size=4))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_json_survives_the_database_and_still_verifies(
    mongo: Mongo, ledger: Ledger, data: list[dict[str, Any]]
) -> None:
    for each in data:
        write(mongo, ledger, each)

    assert verify(chain(ledger)) is None


@pytest.mark.parametrize("member", ["type", "at", "actor", "data", "private_hash", "hash"])
def test_any_changed_member_is_found_at_its_place(
    mongo: Mongo, ledger: Ledger, member: str
) -> None:
    for number in range(3):
        write(mongo, ledger, {"n": number})
    entries = chain(ledger)
    entries[1][member] = {"n": 9} if member == "data" else "changed"

    found = verify(entries)

    assert found is not None
    assert found.sequence == 2


def test_a_removed_entry_is_found(mongo: Mongo, ledger: Ledger) -> None:
    for number in range(3):
        write(mongo, ledger, {"n": number})
    entries = chain(ledger)
    del entries[1]

    found = verify(entries)

    assert found is not None
    assert found.sequence == 2


def test_private_parts_can_be_erased_without_breaking_the_chain(
    mongo: Mongo, ledger: Ledger
) -> None:
    person = {"name": "Karen Holm"}
    entry = write(mongo, ledger, {"n": 1}, private=person)
    kept = mongo.db["ledger_private"].find_one()
    assert kept is not None
    assert entry.private_hash == private_hash(kept["salt"], person)

    ledger.erase_private(None, STREAM, 1)

    assert ledger.private_part(entry) is None
    assert verify(chain(ledger)) is None
    assert "Karen" not in str(list(mongo.db["ledger"].find()))


def test_the_same_private_part_hashes_differently_each_time(mongo: Mongo, ledger: Ledger) -> None:
    first = write(mongo, ledger, {}, private={"name": "Karen"})
    second = write(mongo, ledger, {}, private={"name": "Karen"})

    assert first.private_hash != second.private_hash


def test_an_entry_says_its_content(mongo: Mongo, ledger: Ledger) -> None:
    entry = write(mongo, ledger, {"n": 1})

    assert replace(entry, hash="").content() == entry.content()
