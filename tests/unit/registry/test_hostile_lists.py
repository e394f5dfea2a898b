"""Lists of unkind shapes, made for this test: what is drafted of each row, and what is asked.

The lists lie in ``tests/data/hostile-lists``; the table beside this file says what each row means.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.registry.importing.columns import read_columns
from services.registry.importing.deciding import ImportRules, Source, Verdict, decide
from services.registry.importing.files import RawRow, rows_of
from services.registry.importing.matching import Matches
from services.registry.importing.reading import Context
from services.registry.importing.sorting import key_of
from services.registry.schemas.imports import content_of
from services.registry.transfers import load_instruments
from shared.importing.asking import Answers
from shared.importing.cells import read_cell
from shared.importing.sampling import Samples
from tests.unit.registry.golden import rows as lines

FOLDER = Path(__file__).parents[2] / "data" / "hostile-lists"
KINDS = {".csv": "csv", ".json": "json", ".md": "markdown", ".html": "html", ".yaml": "yaml"}
LISTS = sorted(path.name for path in FOLDER.iterdir())
ACCESS = {"remote_access": "*"}
_WORD = re.compile(r"[^\W_¹²]+")
TABLE = lines("golden_hostile_lists.txt")


def read(name: str) -> tuple[list[RawRow], Mapping[str, str | None], list[Verdict]]:
    """The rows of a list, its columns by our guesses, and the verdict on each row."""
    path, samples, instruments = FOLDER / name, Samples(), load_instruments()
    found = list(rows_of(io.BytesIO(path.read_bytes()), KINDS[path.suffix]))
    for row in found:
        assert row.fault is None
        samples.see(row.cells)
    columns = read_columns(samples.by_heading, samples.by_heading, {})
    members = {each.name: each.guess if each.asked else each.member for each in columns}
    context = Context("en", "DK", date(2027, 3, 1), instruments, members, whole=True)
    rules = ImportRules(
        context, Matches([]), lambda _: None, lambda stated: content_of(stated, instruments)
    )
    return found, members, list(_verdicts(found, members, rules))


def _verdicts(
    found: list[RawRow], members: Mapping[str, str | None], rules: ImportRules
) -> Iterator[Verdict]:
    groups: dict[str, list[Source]] = {}
    for row in found:
        source = Source(row.number, json.dumps(row.cells), Answers({}))
        groups.setdefault(key_of(row, members), []).append(source)
    for group in groups.values():
        yield from decide(group, rules)


def told(verdict: Verdict) -> tuple[str, str, str, str]:
    content = verdict.content or {}
    places = [_place(place) for place in content.get("locations") or ()]
    asked = [f"{each.member} {each.text}" for each in verdict.questions]
    name = content.get("legal_name") or "-"
    return verdict.state, name, "; ".join(places) or "-", "; ".join(asked) or "-"


def _place(place: Mapping[str, Any]) -> str:
    named = [each["instrument_id"] for each in place["mechanisms"]]
    return " ".join([place["country"] + ACCESS.get(place["kind"], ""), *named])


@pytest.mark.parametrize("name", LISTS)
def test_each_row_becomes_what_the_table_says(name: str) -> None:
    _, _, verdicts = read(name)
    expected = {int(row): tuple(rest) for of, row, *rest in TABLE if of == name}

    assert {verdict.row: told(verdict) for verdict in verdicts} == expected


@pytest.mark.parametrize("name", LISTS)
def test_each_word_of_a_drafted_row_is_read_or_remarked(name: str) -> None:
    found, members, verdicts = read(name)
    cells = {row.number: row.cells for row in found}
    # What these mean is compared with the table.
    others = {"location", "storage", "remote_access", "country", "mechanism", "section"}
    others |= {"used_since", "valid_from"}
    for verdict in verdicts:
        if verdict.state != "drafted":
            continue
        kept = json.dumps(verdict.content, ensure_ascii=False, default=str) + "".join(
            verdict.remarks
        )
        for heading, value in cells[verdict.row].items():
            if members.get(heading) not in others:
                said = read_cell(value)
                for word in _WORD.findall(f"{said.text} {' '.join(said.struck)}"):
                    assert word in kept or said.line.casefold() in ("-", "–", "—", "n/a"), word


def test_most_rows_are_drafted_whole_after_one_question_for_each_unread_column() -> None:
    verdicts = [verdict for name in LISTS for verdict in read(name)[2]]
    drafted = [verdict for verdict in verdicts if verdict.state == "drafted"]

    assert (len(drafted), len(verdicts)) == (33, 43)
