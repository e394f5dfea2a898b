"""One word for one thing: no word of words_of_law.txt stands in what people read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from services.agreements.contract.finding import READS_FIELDS
from services.agreements.contract.findings import DETERMINED

ROOT = Path(__file__).parents[3]
TABLE = Path(__file__).with_name("words_of_law.txt")
LANGUAGES = ("en", "da", "sv")
CATALOGUES = ("services/public/translations", "services/notices/translations")
BY_LANGUAGE = (
    "services/agreements/templates/words.json",
    "services/agreements/templates/built_in.json",
    "services/agreements/templates/sentences.json",
    "services/registry/data/wording.json",
    "services/registry/data/instruments.json",
    "services/registry/data/open_law.json",
    "services/registry/data/pending_law.json",
    *(f"deploy/sample/agreements/{each}.json" for each in ("clienti", "proces360", "talenom")),
    "deploy/sample/agreements/tempus-serva.json",
    "deploy/sample/agreements/maalerservice.json",
)
PAGES = ("README.md", "deploy/guide", "services", "GLOSSARY.md", "CHANGELOG.md")

Row = tuple[str, str, str, str]


def rows() -> list[Row]:
    """Language, wrong, right, exceptions; ``-`` is none."""
    lines = TABLE.read_text("utf-8").splitlines()
    # A pattern may hold bars itself, but none with a blank on both sides.
    cells = [line.split(" | ") for line in lines if line and not line.startswith("#")]
    assert all(len(row) == 5 and row[-1] for row in cells), "each row has five cells and a source"
    return [(language, wrong, right, exceptions) for language, wrong, right, exceptions, _ in cells]


def read_by_people() -> Iterator[tuple[str, str, str]]:
    """Language, place and text of everything that people read."""
    for folder in CATALOGUES:
        for language in LANGUAGES:
            path = f"{folder}/{language}.json"
            yield from ((language, f"{path}: {name}", text) for name, text in _json(path).items())
    for path in BY_LANGUAGE:
        yield from _texts(_json(path), path)
    yield from _texts([READS_FIELDS, DETERMINED.question, list(DETERMINED.readings)], "findings")
    for page in _pages():
        yield "en", str(page.relative_to(ROOT)), page.read_text("utf-8")


def _json(path: str) -> Any:
    return json.loads((ROOT / path).read_text("utf-8"))


def _texts(value: Any, place: str) -> Iterator[tuple[str, str, str]]:
    """The texts below ``value`` that stand under the code of a language."""
    items = value.items() if isinstance(value, Mapping) else enumerate(value)
    for name, part in items:
        if name in LANGUAGES and isinstance(part, str):
            yield str(name), place, part
        elif isinstance(part, Mapping | list):
            yield from _texts(part, f"{place}/{name}")


def _pages() -> Iterator[Path]:
    for name in PAGES:
        path = ROOT / name
        yield from path.rglob("*.md") if path.is_dir() else [path]


def wrong_in(text: str, wrong: str, exceptions: str) -> bool:
    plain = " ".join(text.casefold().split())
    for exception in exceptions.split(", "):
        plain = plain.replace(exception, "")
    return bool(re.search(wrong, plain))


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row[0]}: {row[2]}, not {row[1]}")
def test_people_never_read_the_wrong_word(row: Row) -> None:
    language, wrong, right, exceptions = row
    found = [f"{place}: {text}" for spoken, place, text in read_by_people()
             if spoken == language and wrong_in(text, wrong, exceptions)]  # fmt: skip
    assert found == [], f"write {right}"


def test_the_table_finds_a_wrong_word_and_leaves_a_right_one() -> None:
    silence = next(row for row in rows() if row[0] == "da" and "samtykke" in row[1])
    assert wrong_in("Tavshed betyder samtykke.", silence[1], silence[3])
    assert not wrong_in("Undtagelse: udtrykkeligt samtykke", silence[1], silence[3])
    breach = next(row for row in rows() if row[0] == "sv" and "incident" in row[1])
    assert wrong_in("Timmar för att underrätta om en incident", breach[1], breach[3])
    assert not wrong_in("Underrättelse om personuppgiftsincidenter", breach[1], breach[3])


def test_every_place_that_people_read_is_looked_at() -> None:
    places = {place.partition(":")[0].partition("/1/")[0] for _, place, _ in read_by_people()}
    spoken = {language for language, _, _ in read_by_people()}
    assert spoken == set(LANGUAGES)
    assert any("built_in.json" in place for place in places)
    assert len(list(read_by_people())) > 1_500
