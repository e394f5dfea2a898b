"""Signing keys lie sealed in the database, and the key that seals them changes without a pause."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context

import jwt
import pytest
from jwt import PyJWK

from shared.keys import Keys
from shared.mongo import Mongo, connect
from shared.sealing import Seal, Unreadable

NOW = datetime(2026, 11, 22, tzinfo=UTC)
OLD, NEW = b"o" * 32, b"n" * 32


def private(keys: Keys) -> bytes:
    raw: bytes = keys.current(NOW).private.private_bytes_raw()
    return raw


def sealed(mongo: Mongo) -> bytes:
    (row,) = mongo.db["keys"].find()
    return bytes(row["sealed"])


def test_it_works(mongo: Mongo) -> None:
    made = private(Keys(mongo, OLD))
    assert private(Keys(mongo, OLD)) == made
    assert made not in sealed(mongo)
    assert Keys(mongo, OLD).jwks(NOW)["keys"][0]["kid"] == "key-1"


def test_a_key_of_p256_is_made_beside_the_other_and_both_are_published(mongo: Mongo) -> None:
    older, newer = Keys(mongo, OLD), Keys(mongo, OLD, algorithm="ES256", by_thumbprint=True)
    before, signing = older.current(NOW), newer.current(NOW)
    assert (before.algorithm, signing.algorithm) == ("EdDSA", "ES256")
    assert newer.current(NOW).kid == signing.kid
    assert older.current(NOW).kid == before.kid
    kinds = {key["alg"]: key["kty"] for key in newer.jwks(NOW)["keys"]}
    assert kinds == {"EdDSA": "OKP", "ES256": "EC"}


def test_each_key_verifies_what_it_signs_and_nothing_else_does(mongo: Mongo) -> None:
    both = [Keys(mongo, OLD), Keys(mongo, OLD, algorithm="ES256")]
    published = both[0].jwks(NOW), both[1].jwks(NOW)
    keys = {key["alg"]: PyJWK(key) for key in published[1]["keys"]}
    for each, other in (both, both[::-1]):
        own = each.current(NOW)
        token = own.sign({"sub": "cli_1"})
        assert jwt.decode(token, keys[own.algorithm], algorithms=[own.algorithm])
        wrong = keys[other.current(NOW).algorithm]
        with pytest.raises(jwt.PyJWTError):
            jwt.decode(token, wrong, algorithms=[own.algorithm])


def test_a_key_of_before_there_was_a_choice_signs_on(mongo: Mongo) -> None:
    made = private(Keys(mongo, OLD))
    mongo.db["keys"].update_one({}, {"$unset": {"algorithm": ""}})
    assert private(Keys(mongo, OLD)) == made
    assert Keys(mongo, OLD).jwks(NOW)["keys"][0]["alg"] == "EdDSA"


def test_the_key_that_seals_changes_in_three_steps_without_a_pause(mongo: Mongo) -> None:
    made = private(Keys(mongo, OLD))
    # First every process learns to open what the new one seals; then they seal with it.
    knowing, sealing = Keys(mongo, OLD, older=[NEW]), Keys(mongo, NEW, older=[OLD])
    for keys in (knowing, sealing, knowing, Keys(mongo, OLD), sealing):
        assert private(keys) == made
    # Last, the old one is forgotten.
    assert private(Keys(mongo, NEW)) == made
    with pytest.raises(Unreadable):
        private(Keys(mongo, OLD))


def test_reading_writes_only_what_an_older_key_sealed(mongo: Mongo) -> None:
    private(Keys(mongo, OLD))
    before = sealed(mongo)
    private(Keys(mongo, OLD, older=[NEW]))
    assert sealed(mongo) == before
    private(Keys(mongo, NEW, older=[OLD]))
    assert sealed(mongo) != before


def test_no_key_is_put_in_another_s_place(mongo: Mongo) -> None:
    private(Keys(mongo, OLD, name="ledger"))
    (row,) = mongo.db["keys"].find()
    mongo.db["keys"].insert_one({**row, "_id": "ledger-2"})
    with pytest.raises(Unreadable):
        private(Keys(mongo, OLD, name="ledger"))


@pytest.mark.parametrize("nonsense", [b"", b"x" * 5, b"x" * 12, b"x" * 60])
def test_what_was_never_sealed_is_unreadable(nonsense: bytes) -> None:
    with pytest.raises(Unreadable):
        Seal(OLD, [NEW]).open(nonsense, "name")


def read_again_and_again(url: str, database: str, key: bytes, other: bytes) -> set[bytes]:
    mongo = connect(url, database)
    return {private(Keys(mongo, key, older=[other])) for _ in range(300)}


def test_two_processes_that_seal_with_different_keys_read_the_same(
    mongo: Mongo, mongo_url: str, database_name: str
) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        both = [
            pool.submit(read_again_and_again, mongo_url, database_name, *keys)
            for keys in ((OLD, NEW), (NEW, OLD))
        ]
        found = set.union(*(each.result(60) for each in both))
    assert len(found) == 1
    assert mongo.db["keys"].count_documents({}) == 1
