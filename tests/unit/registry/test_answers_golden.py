"""Every line of golden_answers.txt: what a customer may answer to a change."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from services.registry.model.answers import Position, answers_open
from services.registry.model.objections import Status

LINES = (Path(__file__).parent / "golden_answers.txt").read_text("utf-8").splitlines()
CASES = [
    [cell.strip() for cell in line.split("|")] for line in LINES if line and line[0] not in "#="
]


def position(words: str) -> Position:
    members: dict[str, object] = {}
    for word in words.replace("-", "", 1).split() if words == "-" else words.split():
        name, _, value = word.partition("=")
        members[name] = value or True
    if members.pop("unbound", None):
        members["bound"] = False
    return Position(**members)  # type: ignore[arg-type]  # Read from text.


@pytest.mark.parametrize(("words", "answers", "why"), CASES, ids=[case[0] for case in CASES])
def test_the_table_holds(words: str, answers: str, why: str) -> None:
    expected = () if answers == "-" else tuple(answers.split())
    assert answers_open(position(words)) == expected, why


def test_the_table_knows_every_status_of_an_objection() -> None:
    told = {position(words).objection for words, _, _ in CASES}
    assert told - {None} == set(get_args(Status))
