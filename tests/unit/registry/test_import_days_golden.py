"""A cell of days means what the table says, and nothing that a row holds makes reading it fail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.importing.days import days_of
from tests.unit.registry.golden import rows

LINES = rows("golden_import_days.txt")


@pytest.mark.parametrize(("cell", "days"), LINES)
def test_a_cell_means_the_days_of_the_table(cell: str, days: str) -> None:
    assert ", ".join(day.isoformat() for day in days_of(cell)) == ("" if days == "-" else days)


@given(st.text(max_size=40) | st.from_regex(r"\d{1,5}[-/. ]\d{1,5}[-/. ]\d{1,6}", fullmatch=True))
def test_no_text_makes_reading_a_day_fail(cell: str) -> None:
    assert len(days_of(cell)) <= 2
