"""A cell is no formula for any spreadsheet, and comes back as it was."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import sheets

FORMULAS = [
    before + sign + "cmd|' /C calc'!A0"
    for before in ("", " ", "\t", "\n", "\r\n", "\u00a0", "\u3000", "\u200b", "\ufeff", "\u2028")
    for sign in "=+-@＝＋－＠﹦﹢﹣﹫"
]
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def read(line: str) -> list[str]:
    (cells,) = csv.reader(io.StringIO(line, newline=""), strict=True)
    return cells


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_would_run_has_an_apostrophe_in_front(text: str) -> None:
    assert read(sheets.line([text, [text, text]])) == [
        f"'{text}", sheets.guarded(f"'{text}; '{text}".replace("\\", "\\\\"))
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["'t Hooft B.V.", "''", "a=b", "Ørsted", "", "a;b", "\\", '"'])
def test_other_texts_come_back_as_they_were(text: str) -> None:
    (cell,) = map(sheets.unguarded, read(sheets.line([text])))
    assert cell == text


@given(st.lists(texts, min_size=1))
def test_any_line_comes_back(told: list[str]) -> None:
    assert [sheets.unguarded(each) for each in read(sheets.line(told))] == told


@given(st.lists(texts.filter(bool)))
def test_any_list_comes_back(told: list[str]) -> None:
    (cell,) = read(sheets.line([told]))
    assert sheets.split(sheets.unguarded(cell)) == told


def test_values_are_written_as_they_are_in_json() -> None:
    at = datetime(2026, 11, 22, 13, tzinfo=UTC)
    assert read(sheets.line([None, True, False, 3, at])) == [
        "", "true", "false", "3", "2026-11-22T13:00:00.000Z",
    ]  # fmt: skip


def test_what_no_file_can_hold_is_replaced() -> None:
    assert read(sheets.line(["a\0b\ud800"])) == ["a\ufffdb\ufffd"]
