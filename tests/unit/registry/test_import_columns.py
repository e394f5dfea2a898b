"""An import knows what its columns hold, and waits while one of them is asked about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.registry.importing.columns import read_columns
from services.registry.model.imports import Import
from shared.importing.jobs import Column

NAME = Column("Name", "legal_name")
ASKED = Column("Where", None, asked=True, guess="country", samples=("US", "IE"))
JOB = Import(
    "imp_1", "org_1", datetime(2026, 11, 23, tzinfo=UTC), "cli_1", "csv", "en", date(2026, 12, 24),
    "Our list", columns=(NAME, ASKED),
)  # fmt: skip


def test_each_column_is_named_with_what_it_holds() -> None:
    assert JOB.members == {"Name": "legal_name", "Where": None}


def test_an_answer_settles_its_own_column_and_forgets_what_was_shown_to_ask() -> None:
    answered = JOB.with_answer("Where", "country")
    told = Column("Where", "country", asked=False, guess="country", samples=())
    assert answered == replace(JOB, columns=(NAME, told))


def test_a_file_is_read_once_no_column_is_asked_about() -> None:
    columns = JOB.columns
    assert JOB.received(7, columns) == replace(JOB, status="waiting", rows_total=7)
    assert JOB.received(7, (NAME,)) == replace(JOB, status="queued", rows_total=7, columns=(NAME,))


@pytest.mark.parametrize(
    ("name", "samples", "guess"),
    [
        ("Transfer mechanism", ["Yes", "No"], None),
        ("Tredjelandsöverföring", ["Nej", "Ja"], None),
        ("Data transferred outside EEA?", ["No", "Yes", "Y"], None),
        ("Affiliate", ["Acme Inc.", "Acme K.K."], "legal_name"),
        ("Required", ["Only for mail", "For all"], "purpose"),
    ],
)
def test_a_column_whose_cells_do_not_fit_its_heading_is_asked_about(
    name: str, samples: list[str], guess: str | None
) -> None:
    names = (name,) if guess == "legal_name" else ("Company", name)
    *_, column = read_columns(names, {"Company": ["Ada"], name: samples}, {})
    assert (column.asked, column.member, column.guess) == (True, None, guess)


@pytest.mark.parametrize(
    ("name", "samples", "member"),
    [
        ("Country", ["NO", "NO"], "location"),
        ("Affiliate", ["Yes", "unclear"], "affiliate"),
        ("Remote access", ["No"], "remote_access"),
        ("HR data", ["yes"], "hr_data"),
        ("Transfer mechanism", ["–", "No", "SCC"], "mechanism"),
        ("Transfer mechanism", ["–"], "mechanism"),
    ],
)
def test_a_column_whose_cells_fit_its_heading_is_read(
    name: str, samples: list[str], member: str
) -> None:
    (column,) = read_columns([name], {name: samples}, {})
    assert (column.asked, column.member) == (False, member)
