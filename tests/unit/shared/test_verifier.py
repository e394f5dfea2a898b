"""`art28-verify`: what it says of whole, broken and rewritten ledgers, and with which exit code."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.checkpoints import Checkpoint
from shared.hash_chain import GENESIS, entry_hash
from shared.verifier import check
from shared.verifier.__main__ import main

DATA = Path(__file__).parents[2] / "data"
VECTORS, KEPT = DATA / "ledger-vectors.jsonl", DATA / "ledger-vectors-checkpoints.json"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
AT = datetime(2026, 11, 23, 13, tzinfo=UTC)
Entries = list[dict[str, Any]]


def chained(count: int, word: str = "n") -> Entries:
    entries: Entries = []
    for number in range(1, count + 1):
        content = {
            "stream": "processor:org_1", "sequence": number, "type": "x", "actor": "cli",
            "at": "2026-11-23T12:00:00.000Z", "data": {word: number}, "private_hash": None,
            "previous_hash": entries[-1]["hash"] if entries else GENESIS,
        }  # fmt: skip
        entries.append({**content, "hash": entry_hash(content)})
    return entries


def written(path: Path, entries: Entries) -> str:
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries), "utf-8")
    return str(path)


def checkpoint_of(entry: dict[str, Any], key: Ed25519PrivateKey = KEY) -> dict[str, Any]:
    head = (entry["sequence"], entry["hash"])
    return asdict(Checkpoint.signed(entry["stream"], head, AT, "checkpoint-1", key))


@pytest.fixture
def kept(tmp_path: Path) -> Callable[[Any], str]:
    def keep(value: Any) -> str:
        path = tmp_path / "checkpoint.json"
        path.write_text(json.dumps(value), "utf-8")
        return str(path)

    return keep


def test_it_works(capsys: pytest.CaptureFixture[str]) -> None:
    code = main([str(VECTORS), "--checkpoint", str(KEPT), "--public-key", str(KEPT)])

    told = capsys.readouterr().out
    assert code == 0
    assert told.startswith("✓ verified")
    assert "1 to 5, 2026-11-23 to 2026-11-23" in told
    assert "1 confirmed" in told


def test_the_vectors_have_the_hashes_that_other_implementations_must_find() -> None:
    hashes = [json.loads(line)["hash"] for line in VECTORS.read_text("utf-8").split("\n")[:-1]]

    assert hashes == [
        "76bf8c1749c90dfad69bf4ed348a91021a59a79bdd7cb7e48daea60eff0ce981",
        "fe4271558c4ff30ef0aa1d1439e5f0b7a675cf555e1e5560d1056a16aaa5ad52",
        "8182618327f7da9decc10f227577345d407630b00450e6cefe2bc9fb5fdeff7b",
        "98dd1c4ccd0a582437d15d45ddc6eee1bfbb3bd22a01269001feaea3ab7daca5",
        "df2b7a857071b87f3b1840aaddd4dd03e4672b1a64e2618066b2eed0d8e77384",
    ]


def test_it_needs_neither_database_nor_network_nor_the_services() -> None:
    forbidden = "{'pymongo', 'bson', 'flask', 'requests', 'marshmallow', 'services', 'deploy'}"
    code = f"import sys, shared.verifier.__main__; print({forbidden} & set(sys.modules))"
    asked = [sys.executable, "-c", code]
    told = subprocess.run(asked, capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "set()"


@pytest.mark.parametrize("member", ["type", "at", "actor", "data", "private_hash", "hash"])
def test_the_first_broken_entry_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], member: str
) -> None:
    entries = chained(4)
    entries[1][member] = {"n": 9} if member == "data" else "changed"
    entries[3]["actor"] = "changed too"

    code = main([written(tmp_path / "ledger.jsonl", entries)])

    told = capsys.readouterr().out
    assert code == 1
    assert "first fault   entry 2, line 2: its content does not match its hash" in told
    assert "1 to 1," in told


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda text: text.replace('"n": 2', '"n": 2, "n": 3'), "names the same member twice"),
        (lambda text: text.replace('"n": 2', '"n": NaN'), "NaN is no JSON number"),
        (lambda text: text.replace('"n": 2', '"n": 9007199254740993'), "no canonical form"),
        (lambda text: text.replace('"n": 2', '"n": 2'[:-3]), "not JSON"),
        (lambda text: text.replace("processor:org_1", "processor:org_2", 2), "does not match"),
        (lambda text: "\n".join(text.splitlines()[::2]), "entry 2 is missing"),
    ],
)
def test_what_cannot_be_an_entry_is_named(
    tmp_path: Path, spoil: Callable[[str], str], reason: str
) -> None:
    path = Path(written(tmp_path / "ledger.jsonl", chained(3)))
    text = spoil(path.read_text("utf-8"))

    outcome = check(io.BytesIO(text.encode()))

    assert outcome.broken is not None
    assert reason in outcome.broken.reason


def test_a_whole_chain_rewritten_consistently_is_caught_by_one_old_checkpoint(
    tmp_path: Path, kept: Callable[[Any], str], capsys: pytest.CaptureFixture[str]
) -> None:
    old = kept(checkpoint_of(chained(5)[2]))
    rewritten = written(tmp_path / "ledger.jsonl", chained(9, "other"))

    assert main([rewritten]) == 0  # By itself the new chain is perfect.
    assert main([rewritten, "--checkpoint", old]) == 1
    assert "another hash for entry 3: history was rewritten" in capsys.readouterr().out


def test_a_ledger_cut_short_is_caught_by_a_checkpoint(
    tmp_path: Path, kept: Callable[[Any], str], capsys: pytest.CaptureFixture[str]
) -> None:
    entries = chained(5)
    old = kept({"items": [checkpoint_of(entries[4]), checkpoint_of(entries[1])]})

    assert main([written(tmp_path / "ledger.jsonl", entries[:3]), "--checkpoint", old]) == 1
    assert "knows entry 5, but the file ends at 3" in capsys.readouterr().out


def test_a_later_part_can_be_checked_from_a_checkpoint_on(
    tmp_path: Path, kept: Callable[[Any], str]
) -> None:
    entries = chained(6)
    part = written(tmp_path / "ledger.jsonl", entries[3:])

    assert main([part]) == 1
    assert main([part, "--checkpoint", kept(checkpoint_of(entries[2]))]) == 0


def test_a_forged_checkpoint_is_told_by_the_public_key(
    tmp_path: Path, kept: Callable[[Any], str], capsys: pytest.CaptureFixture[str]
) -> None:
    entries = chained(3)
    forged = kept(checkpoint_of(entries[1], Ed25519PrivateKey.generate()))
    pem = tmp_path / "key.pem"
    pem.write_bytes(KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))

    file = written(tmp_path / "ledger.jsonl", entries)

    assert main([file, "--checkpoint", forged, "--public-key", str(pem)]) == 1
    assert "a signature that does not hold" in capsys.readouterr().out


def test_entries_shown_without_data_keep_their_place(tmp_path: Path) -> None:
    entries = chained(3)
    entries[1] |= {"data": None, "withheld": True}

    outcome = check(io.BytesIO("\n".join(map(json.dumps, entries)).encode()))

    assert (outcome.good, outcome.withheld, outcome.last) == (True, 1, 3)


@pytest.mark.parametrize(
    "words",
    [
        ["missing.jsonl"],
        [str(VECTORS), "--checkpoint", "missing.json"],
        [str(VECTORS), "--checkpoint", str(VECTORS)],
        [str(VECTORS), "--public-key", str(VECTORS)],
    ],
)
def test_what_cannot_be_read_is_neither_good_nor_bad(words: list[str]) -> None:
    assert main(words) == 2


def test_an_empty_file_proves_nothing(tmp_path: Path) -> None:
    assert main([written(tmp_path / "ledger.jsonl", [])]) == 1


def test_the_answer_comes_as_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    main([str(VECTORS), "--json"])

    told = json.loads(capsys.readouterr().out)
    assert (told["verified"], told["last"]) == (True, 5)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = Path(written(tmp_path / "ledger.jsonl", chained(3_000)))

    tracemalloc.start()
    with path.open("rb") as file:
        assert check(file).good
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 200_000 < path.stat().st_size
