"""What published lists say of roles, employment data and powers is read; nothing is made up."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.registry.importing import own
from services.registry.importing.reading import Context, Reading
from services.registry.importing.rows import read_row
from services.registry.transfers import load_instruments
from shared.importing.asking import Answers

NAMES = ("hr_data", "relation", "data_combined", "exporter_is_public_authority")


def read(**cells: Any) -> Reading:
    context = Context("en", "DK", date(2026, 11, 29), load_instruments())
    raw = {name.replace("_", " "): value for name, value in cells.items()}
    return read_row({"Name": "Host Ltd", **raw}, context, Answers({}))


@pytest.mark.parametrize(
    ("column", "text", "member", "value"),
    [
        ("HR data", "Yes", "hr_data", "yes"),
        ("Employee data", "nej", "hr_data", "no"),
        ("Medarbejderdata", "ja", "hr_data", "yes"),
        ("Uppgifter om anställda", "okänt", "hr_data", "not_stated"),
        ("hr_data", "not_stated", "hr_data", "not_stated"),
        ("hr_data", True, "hr_data", "yes"),
        ("Role", "Controller", "relation", "controller_controller"),
        ("Role", "Independent controller", "relation", "controller_controller"),
        ("Roller", "Underdatabehandler", "relation", "processor_processor"),
        ("Roll", "Personuppgiftsansvarig", "relation", "controller_controller"),
        ("relation", "processor_controller", "relation", "processor_controller"),
        ("Relation", "C2P", "relation", "controller_processor"),
        ("Data combined", "no", "data_combined", False),
        ("data_combined", True, "data_combined", True),
        ("Public authority", "yes", "exporter_is_public_authority", True),
        ("Offentlig myndighed", "nej", "exporter_is_public_authority", False),
    ],
)
def test_a_column_is_read_as_the_member_it_names(
    column: str, text: object, member: str, value: object
) -> None:
    reading = read(**{column: text})
    assert {name: reading.stated[name] for name in NAMES if name in reading.stated} == {
        member: value
    }
    assert reading.remarks == []


@pytest.mark.parametrize(
    ("column", "member"),
    [("HR data", "hr_data"), ("Role", "relation"), ("Data combined", "data_combined")],
)
def test_a_word_that_says_neither_is_told_and_left(column: str, member: str) -> None:
    reading = read(**{column: "see website"})
    assert member not in reading.stated
    assert [member in remark for remark in reading.remarks] == [True]


def test_the_products_own_files_bring_them_back_and_take_no_verdict_for_a_member() -> None:
    """The public file has columns for the laws of a verdict, which are computed."""
    place: dict[str, Any] = {
        "country": "US",
        "kind": "storage",
        "region": None,
        "organisation": None,
        "mechanisms": [],
        "verdict": {
            "status": "invalid",
            "regime": "UK",
            "by_regime": [
                {"regime": "UK", "status": "invalid"},
                {"regime": "EU", "status": "valid"},
            ],
        },
    }
    facts = {"hr_data": "yes", "relation": "controller_processor", "data_combined": False,
             "exporter_is_public_authority": True}  # fmt: skip
    entry = {"id": "sub_1", "legal_name": "A", "locations": [place], **facts}
    header, row = (line.strip() for line in own.as_csv([entry]))
    cells = dict(zip(header.split(","), row.split(","), strict=True))
    assert (cells["verdict_law"], cells["verdict_by_law"]) == (
        "UK law", "UK law: invalid; EU law: valid",
    )  # fmt: skip
    for name in ("verdict_law", "verdict_by_law", "verdict_contested_recheck_by"):
        assert own.is_own_column(name)
    stated = own.from_rows([cells])
    assert {name: stated[name] for name in NAMES} == facts


def test_a_column_of_what_is_optional_turns_what_is_required_and_is_no_member() -> None:
    stated = read(legal_name="Ada", location="Denmark", optional="yes").stated
    assert (stated["required"], "optional" in stated) == (False, False)
