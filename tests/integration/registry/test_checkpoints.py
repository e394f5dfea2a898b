"""Signed checkpoints: whoever kept one sees that history was rewritten, even by the operator."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shared.hash_chain import GENESIS, entry_hash, verify
from shared.verifier.__main__ import main
from tests.vendor import Vendor


def exported(vendor: Vendor, path: Path) -> str:
    """The ledger as the public page gives it out."""
    answer = vendor.stack.ask(None, "GET", f"/p/{vendor.slug}/ledger.jsonl")
    path.write_bytes(answer.data)
    return str(path)


def kept(vendor: Vendor, path: Path) -> str:
    answer = vendor.stack.ask(None, "GET", f"/p/{vendor.slug}/checkpoints.json")
    assert answer.status_code == 200, answer.text
    path.write_bytes(answer.data)
    return str(path)


def rewrite(vendor: Vendor, old: str, new: str) -> None:
    """What an operator with the database could do: another history, chained without a fault."""
    db = vendor.stack.database("registry").db
    stream = f"processor:{vendor.client['org_id']}"
    previous = GENESIS
    for entry in list(db["ledger"].find({"stream": stream}).sort("sequence")):
        content: dict[str, Any] = json.loads(json.dumps(entry).replace(old, new))
        content = {name: content[name] for name in content if name not in ("_id", "hash")}
        content["previous_hash"] = previous
        previous = entry_hash(content)
        db["ledger"].replace_one({"_id": entry["_id"]}, {**content, "hash": previous})
    db["ledger_heads"].update_one({"_id": stream}, {"$set": {"hash": previous}})


def test_it_works(baseline: Vendor) -> None:
    made = baseline.must("POST", "/checkpoints")

    entry = baseline.ledger()[-1]
    assert (made["sequence"], made["hash"]) == (entry["sequence"], entry["hash"])
    assert baseline.stack.must(None, "GET", baseline.path + "/checkpoints")["items"] == [made]


def test_a_whole_chain_rewritten_in_the_database_is_caught_by_one_old_checkpoint(
    baseline: Vendor, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    baseline.must("POST", "/checkpoints")
    checkpoint = kept(baseline, tmp_path / "checkpoints.json")
    baseline.announced()
    before = exported(baseline, tmp_path / "before.jsonl")
    assert main([before, "--checkpoint", checkpoint, "--public-key", checkpoint]) == 0

    rewrite(baseline, "Hosting Ltd", "Somebody Else Ltd")

    after = exported(baseline, tmp_path / "after.jsonl")
    assert "Somebody Else" in Path(after).read_text("utf-8")
    assert verify(baseline.ledger()) is None
    assert main([after]) == 0  # Alone it looks perfect.
    capsys.readouterr()
    assert main([after, "--checkpoint", checkpoint, "--public-key", checkpoint]) == 1
    assert "history was rewritten" in capsys.readouterr().out


def test_the_same_head_is_signed_once(baseline: Vendor) -> None:
    first = baseline.must("POST", "/checkpoints")
    baseline.stack.pass_time(hours=5)

    assert baseline.must("POST", "/checkpoints") == first


def test_each_day_every_stream_that_moved_is_signed(baseline: Vendor) -> None:
    baseline.stack.go_live()
    baseline.stack.pass_time(days=1)
    baseline.stack.go_live()
    before = baseline.must("GET", "/checkpoints")["items"]
    baseline.announced()
    baseline.stack.go_live()
    assert baseline.must("GET", "/checkpoints")["items"] == before

    baseline.stack.pass_time(days=1)
    baseline.stack.go_live()

    after = baseline.must("GET", "/checkpoints")["items"]
    assert [each["sequence"] for each in after] == [2, *(each["sequence"] for each in before)]


def test_an_empty_ledger_has_nothing_to_sign(vendor: Vendor) -> None:
    vendor.draft()

    answer = vendor.ask("POST", "/checkpoints")

    assert (answer.status_code, answer.get_json()["code"]) == (409, "ledger-empty")


def test_nobody_else_can_ask_for_one(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")

    assert baseline.stack.ask(customer, "POST", baseline.path + "/checkpoints").status_code == 403
    assert baseline.stack.ask(None, "POST", baseline.path + "/checkpoints").status_code == 401


def test_the_private_half_of_the_key_is_encrypted_and_never_shown(baseline: Vendor) -> None:
    baseline.must("POST", "/checkpoints")
    stored = baseline.stack.database("registry").db["keys"].find_one()

    told = baseline.stack.must(None, "GET", "/registry/v1/checkpoint-keys")["keys"]

    assert stored is not None
    assert set(stored) == {"_id", "algorithm", "created_at", "public", "sealed"}
    assert [set(each) for each in told] == [{"kty", "crv", "use", "alg", "kid", "x"}]
