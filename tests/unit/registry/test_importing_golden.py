"""How published lists are read: what is certain, in which order, and what is asked about."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from services.registry.importing.bases import read_bases
from services.registry.importing.places import read_places
from services.registry.transfers import load_instruments
from shared.importing.asking import Answers, Question
from shared.sheets import split

Line = tuple[str, str, str]
NO_ANSWERS = Answers({})


def lines(name: str) -> list[Line]:
    text = (Path(__file__).parent / name).read_text("utf-8")
    rows = [line.split("|") for line in text.splitlines() if line and not line.startswith("#")]
    return [
        (text.strip().replace("⏎", "\n"), certain.strip(), asked.strip())
        for text, certain, asked in rows
    ]


def asked_about(questions: Sequence[Question]) -> str:
    return "; ".join(f"{each.text} ({_candidates(each.candidates)})" for each in questions)


def _candidates(codes: Sequence[str]) -> str:
    return str(len(codes)) if len(codes) > 10 else " ".join(codes)


@pytest.mark.parametrize(("text", "certain", "asked"), lines("golden_places.txt"))
def test_places(text: str, certain: str, asked: str) -> None:
    found = read_places(text, "locations", NO_ANSWERS)

    assert " ".join(found.countries) == certain
    assert asked_about(found.questions) == asked


@pytest.mark.parametrize("separator", [" and ", "/"])
def test_a_run_of_places_may_be_longer_than_the_stack_is_deep(separator: str) -> None:
    found = read_places(separator.join(["Denmark", "Sweden"] * 700), "locations", NO_ANSWERS)
    assert (found.countries, found.remote) == (["DK", "SE"], set())


@pytest.mark.parametrize(("text", "certain", "asked"), lines("golden_mechanisms.txt"))
def test_mechanisms(text: str, certain: str, asked: str) -> None:
    found = read_bases([text], NO_ANSWERS, load_instruments())

    named = [
        each.instrument_id
        + "".join(f"/{value}" for value in each.evidence.values())
        + "".join(f"@{code}" for code in each.only)
        for each in found.named
    ]
    assert ", ".join(named) == certain
    assert asked_about(found.questions) == asked


@pytest.mark.parametrize(
    ("text", "bases"),
    [("USA (SCCs)", [("SCCs", ("US",))]), ("UK (Adequacy)", [("Adequacy", ("GB",))])],
)
def test_a_mechanism_beside_a_place_is_a_mechanism(
    text: str, bases: list[tuple[str, tuple[str, ...]]]
) -> None:
    assert read_places(text, "locations", NO_ANSWERS).bases == bases


def test_what_is_not_read_is_remarked() -> None:
    place = read_places("United States (optional)", "locations", NO_ANSWERS)
    basis = read_bases(["SCCs and supplementary measures"], NO_ANSWERS, load_instruments())

    assert place.remarks == ["“(optional)” is not read."]
    assert basis.remarks == [
        "“supplementary measures” in “SCCs and supplementary measures” is not read."
    ]


def test_an_answer_takes_the_place_of_its_question() -> None:
    answers = Answers({"locations|EU": ["DE", "NL"], "mechanisms|BCR": ["bcr-p"]})

    place = read_places("USA/EU", "locations", answers)
    basis = read_bases(["BCR; SCCs"], answers, load_instruments())

    assert (place.countries, place.questions) == (["US", "DE", "NL"], [])
    assert [each.instrument_id for each in basis.named] == ["bcr-p", "scc"]


@pytest.mark.parametrize("character", list("\\;(,/ -"))
def test_a_hostile_cell_takes_no_longer_than_its_length(character: str) -> None:
    cell = (character * 999 + "EU ") * 2

    read_places(cell, "locations", NO_ANSWERS)
    read_bases([cell], NO_ANSWERS, load_instruments())
    assert len(split((character * 999 + "a\\") * 200)) < 200 * 1_000


@pytest.mark.parametrize(
    ("text", "remote"),
    [
        ("Tyskland (support fra Indien og USA)", {"IN", "US"}),
        ("Germany (support from India, USA)", {"IN", "US"}),
        ("Support from India and USA", {"IN", "US"}),
        ("Support from India; USA", {"IN"}),
        ("Germany and USA (remote access)", {"US"}),
    ],
)
def test_access_is_said_of_all_places_that_it_goes_on_to(text: str, remote: set[str]) -> None:
    assert read_places(text, "locations", NO_ANSWERS).remote == remote
