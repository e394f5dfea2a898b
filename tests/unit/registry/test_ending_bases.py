"""Which instruments are announced to end, and how many transfers one entry of the ledger holds."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.registry.model.bases import BYTES_AN_ENTRY, ending, in_chunks
from services.registry.transfers import load_instruments

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("days", "is_ending"), [(-400, True), (0, True), (90, True), (92, True), (93, False)]
)
def test_an_end_is_announced_ninety_days_before_it_begins_anywhere_on_earth(
    days: int, is_ending: bool
) -> None:
    """``ended_on`` is the first day without effect; somewhere it is a day later already."""
    shipped = load_instruments()["eu-us-dpf"]
    one = replace(shipped, ended_on=TODAY + timedelta(days=days))
    assert ending({"eu-us-dpf": one}, TODAY) == ([one] if is_ending else [])


def test_an_instrument_without_an_end_is_not_announced() -> None:
    one = replace(load_instruments()["eu-us-dpf"], ended_on=None, expires_on=None)
    assert ending({"eu-us-dpf": one}, TODAY) == []


def transfer(size: int) -> dict[str, Any]:
    """A transfer that takes ``size`` bytes in the ledger."""
    made = {"t": ""}
    return {"t": "x" * (size - len(json.dumps(made)))}


@pytest.mark.parametrize(
    ("sizes", "chunks"),
    [
        ([], []),
        ([100, 200], [[100, 200]]),
        ([5_000, 5_000], [[5_000, 5_000]]),
        ([5_000, 5_001], [[5_000], [5_001]]),
        ([4_000, 4_000, 4_000, 7_000], [[4_000, 4_000], [4_000], [7_000]]),
        ([4_000, 4_000, 4_000, 6_000], [[4_000, 4_000], [4_000, 6_000]]),
        ([20_000, 10], [[20_000], [10]]),
    ],
)
def test_transfers_are_split_so_that_each_message_stays_small(
    sizes: list[int], chunks: list[list[int]]
) -> None:
    given = [transfer(size) for size in sizes]
    split = list(in_chunks(given))
    assert [[len(json.dumps(each)) for each in chunk] for chunk in split] == chunks
    assert [each for chunk in split for each in chunk] == given
    assert BYTES_AN_ENTRY == 10_000


def test_letters_of_two_bytes_count_twice() -> None:
    wide = {"t": "ø" * 2_600}
    assert len(list(in_chunks([wide, wide]))) == 2
    assert len(list(in_chunks([{"t": "ø" * 1_200}] * 4))) == 1
