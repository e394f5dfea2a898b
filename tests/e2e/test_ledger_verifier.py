"""The verifier of these tests, written from the description of the ledger, finds what it should."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.e2e.inprocess import Loaded
from tests.e2e.story import REGISTER, draft, first_break


@pytest.fixture(scope="module")
def entries(product: Loaded) -> list[dict[str, Any]]:
    body = draft(product.stack.now.date(), in_days=60)
    for _ in range(2):
        made = product.must("tempus-serva", "POST", f"{REGISTER}/changes", body)
        product.must("tempus-serva", "POST", f"{REGISTER}/changes/{made['id']}/announce")
    text = product.stack.ask(None, "GET", "/p/tempus-serva/ledger.jsonl").text
    return [json.loads(line) for line in text.splitlines()]


def test_it_works(entries: list[dict[str, Any]]) -> None:
    assert len(entries) >= 3
    assert first_break(entries) == ""


@pytest.mark.parametrize(
    ("member", "value"),
    [("at", "2020-01-01T00:00:00.000Z"), ("actor", "cli_other"), ("data", {}), ("type", "x"),
     ("private_hash", "0" * 64), ("hash", "0" * 64)],
)  # fmt: skip
def test_an_entry_that_was_touched_is_found(
    entries: list[dict[str, Any]], member: str, value: Any
) -> None:
    touched = [entries[0], {**entries[1], member: value}, *entries[2:]]

    assert "entry 2" in first_break(touched)


def test_an_entry_that_was_taken_away_is_found(entries: list[dict[str, Any]]) -> None:
    assert first_break(entries[1:]) == "entry 1 is missing"
    assert first_break([entries[0], *entries[2:]]) == "entry 2 is missing"
