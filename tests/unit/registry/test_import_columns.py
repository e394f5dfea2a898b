"""An import knows what its columns hold, and waits while one of them is asked about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

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
