"""A mechanism is read for the countries that it stands beside, and for no others."""

from __future__ import annotations

from datetime import date

import pytest

from services.registry.importing.reading import Context
from services.registry.importing.rows import read_row
from services.registry.transfers import load_instruments
from shared.importing.asking import Answers

CASES = """
USA (SCCs), India (SCCs)   |             |              | US scc; IN scc
USA, India (SCCs)          |             | SCCs         | US scc; IN scc
USA (SCCs)                 | India (DPF) |              | US scc; IN
USA (SCCs)                 | India (SCCs)|              | US scc; IN scc
USA (scc), India           |             |              | US scc; IN
USA (SCCs), India          |             | DPF          | US eu-us-dpf scc; IN
USA, India                 |             | SCCs         | US scc; IN scc
USA, India, SCCs           |             |              | US scc; IN scc
USA and India, SCCs        |             |              | US scc; IN scc
USA, DPF, India, SCCs      |             |              | US eu-us-dpf; IN scc
USA (DPF), India, SCCs     |             |              | US eu-us-dpf; IN scc
USA: DPF, SCCs; India      |             |              | US eu-us-dpf scc; IN
EU (Ireland, SCCs), India  |             |              | IE; IN
Hosting: USA, SCCs; Support: India | |                  | US scc; IN
USA (SCCs)                 |             | SCCs; BCR-P  | US scc bcr-p
USA | | SCCs (Module 2), SCCs (Module 3) | US scc-2021-914/2 scc-2021-914/3
"""


@pytest.mark.parametrize("line", CASES.strip().splitlines())
def test_each_country_has_the_mechanisms_that_are_named_for_it(line: str) -> None:
    location, storage, mechanism, expected = (part.strip() for part in line.split("|"))
    raw = {"Name": "Host Ltd", "Location": location, "Storage location": storage,
           "Transfer mechanism": mechanism}  # fmt: skip

    assert located(raw, Answers({})) == expected


@pytest.mark.parametrize(
    ("location", "answer", "expected"),
    [
        ("Georgia (SCCs), India", ["US"], "US scc; IN"),
        ("Georgia, SCCs; India", ["US"], "US scc; IN"),
        ("Georgia (SCCs), India", [], "IN"),
    ],
)
def test_a_mechanism_beside_a_place_that_was_asked_about_is_for_the_answer(
    location: str, answer: list[str], expected: str
) -> None:
    answers = Answers({"locations|Georgia": answer})

    assert located({"Name": "Host Ltd", "Location": location}, answers) == expected


def located(raw: dict[str, str], answers: Answers) -> str:
    """The countries of a row, each with its mechanisms."""
    context = Context("en", "DK", date(2026, 11, 29), load_instruments())
    places = read_row(raw, context, answers).stated["locations"]
    found = [
        " ".join([place["country"], *(
            "/".join([each["instrument_id"], *map(str, each["evidence"].values())])
            for each in place["mechanisms"]
        )])
        for place in places
    ]  # fmt: skip
    return "; ".join(found)
