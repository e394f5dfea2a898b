"""What the public page gives out as CSV comes back through an import as it was."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.public.formats.csv_export import as_csv
from services.registry.importing import own
from services.registry.importing.files import rows_of

HARD = [
    "'t Hooft B.V.",
    "=1+1",
    "a; b",
    "c\\d",
    "\\;",
    "@x",
    " blank",
    "-5",
    "two\nlines",
    '“q” "q"',
]


def back(entry: dict[str, Any]) -> dict[str, Any]:
    stated = {"locations": [{"country": "NL", "kind": "processing"}], **entry}
    (row,) = rows_of(io.BytesIO(as_csv([stated]).encode()), "csv")
    return own.from_rows([row.cells])


@pytest.mark.parametrize("text", HARD)
def test_a_name_that_looks_like_a_formula_comes_back(text: str) -> None:
    read = back({"legal_name": text, "purpose": {"en": text}})

    assert (read["legal_name"], read["purpose"]["en"]) == (text, text)


@given(st.lists(st.sampled_from(HARD), max_size=4))
def test_lists_come_back_text_by_text(texts: list[str]) -> None:
    assert back({"legal_name": "Acme", "categories": texts})["categories"] == texts
