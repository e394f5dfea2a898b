"""A colour is made as much lighter as it takes to be read on a dark screen, and no more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.colours import LEAST, contrast, lightened

DARK = "#1b2124"
COLOURS = st.integers(0, 2**24 - 1).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize("colour", ["#ffffff", "#9fd0dc", "#ffcc00"])
def test_what_can_be_read_stays_as_it_is(colour: str) -> None:
    assert lightened(colour, DARK) == colour


@pytest.mark.parametrize(("colour", "shown"), [("#000000", "#8c8c8c"), ("#1d4f5f", "#6c8d97")])
def test_what_is_too_dark_becomes_lighter(colour: str, shown: str) -> None:
    assert lightened(colour, DARK) == shown


@given(COLOURS)
def test_every_colour_can_be_read_then(colour: str) -> None:
    assert contrast(lightened(colour, DARK), DARK) >= LEAST
