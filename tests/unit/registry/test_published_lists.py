"""What becomes of lists that vendors publish, measured row by row.

The lists stand beside the project (``shared/data`` of the folder it lies in) and never in it; where
they are absent the measurement is skipped. ``pytest -s`` prints the figures of each list.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.registry.importing.columns import read_columns
from services.registry.importing.deciding import ImportRules, Source, Verdict, decide
from services.registry.importing.files import RawRow, rows_of
from services.registry.importing.matching import Matches
from services.registry.importing.raw_rows import NoRows
from services.registry.importing.reading import Context, members_of
from services.registry.importing.sorting import key_of
from services.registry.schemas.imports import content_of
from services.registry.transfers import load_instruments
from shared.importing.asking import Answers
from shared.importing.sampling import Samples
from tests.unit.registry.covering import lost_of_mechanism, lost_of_place

FORMS = {".html": "html", ".json": "json", ".md": "markdown"}
# One question about a whole column: are agreements a mechanism? They are not.
AGREEMENTS = Answers({"mechanisms|data processing agreement": []})
PLACES = ("location", "storage", "remote_access", "country")
# Cells whose countries anybody can tell; what a draft says of them must agree.
PLAIN = {
    "United States": {"US"}, "USA": {"US"}, "US": {"US"}, "Germany": {"DE"}, "Canada": {"CA"},
    "Australia": {"AU"}, "United Kingdom": {"GB"}, "Danmark": {"DK"}, "DE": {"DE"},
    "USA, Germany": {"US", "DE"}, "Germany, France": {"DE", "FR"}, "EU (Sweden)": {"SE"},
    "EU Germany": {"DE"}, "Nuremberg, DE": {"DE"}, "US-East (us-east-1)": {"US"},
}  # fmt: skip


@dataclass
class Figures:
    rows: int = 0
    whole: int = 0
    asked: int = 0
    refused: int = 0
    lost: int = 0
    wrong: int = 0
    columns: int = 0
    questions: int = 0


def folder() -> Path:
    for parent in Path(__file__).parents:
        found = parent / "shared" / "data" / "published-lists-2"
        if found.is_dir():
            return found
    pytest.skip("The published lists do not stand beside the project (shared/data).")


def lists_of_files() -> Iterator[tuple[str, list[RawRow]]]:
    for path in sorted(folder().iterdir()):
        if path.suffix in FORMS and path.name != "README.md":
            rows = list(rows_of(io.BytesIO(path.read_bytes()), FORMS[path.suffix]))
            yield path.name, rows


def lists_of_vendors() -> Iterator[tuple[str, list[RawRow]]]:
    published = json.loads((folder().parent / "published-lists.json").read_text("utf-8"))
    for vendor in published["vendors"]:
        text = json.dumps(vendor).encode()
        yield vendor["vendor"], list(rows_of(io.BytesIO(text), "json"))


def measured(rows: Sequence[RawRow]) -> Figures:
    samples = Samples()
    for row in rows:
        samples.see(row.cells)
    columns = read_columns(samples.by_heading, samples.by_heading, {})
    members = {each.name: each.guess if each.asked else each.member for each in columns}
    figures = Figures(rows=len(rows), columns=sum(each.asked for each in columns))
    verdicts = list(decided(rows, members))
    by_row = {row.number: row for row in rows}
    figures.questions = len({q.key for verdict in verdicts for q in verdict.questions})
    for verdict in verdicts:
        add(figures, verdict, by_row[verdict.row], members)
    return figures


def decided(rows: Sequence[RawRow], members: Mapping[str, str | None]) -> Iterator[Verdict]:
    instruments = load_instruments()
    context = Context("en", "DK", date(2027, 3, 1), instruments, members)
    rules = ImportRules(
        context, Matches([]), lambda _: None, lambda stated: content_of(stated, instruments)
    )
    groups: dict[str, list[Source]] = {}
    for row in rows:
        source = Source(row.number, json.dumps(row.cells), AGREEMENTS)
        groups.setdefault(key_of(row, members), []).append(source)
    for group in groups.values():
        yield from decide(group, rules)


def add(figures: Figures, verdict: Verdict, row: RawRow, members: Mapping[str, str | None]) -> None:
    cells = members_of(row.cells, members)
    lost = set[str]().union(*(lost_of_place(cells[name]) for name in PLACES if name in cells))
    lost |= lost_of_mechanism(cells["mechanism"]) if "mechanism" in cells else set()
    figures.lost += bool(lost)
    figures.whole += verdict.state == "drafted" and not lost
    figures.asked += verdict.state == "asked"
    figures.refused += verdict.state == "refused"
    figures.wrong += is_wrong(verdict, cells)


def is_wrong(verdict: Verdict, cells: Mapping[str, Any]) -> bool:
    expected = PLAIN.get(str(cells.get("location")))
    if expected is None or verdict.content is None:
        return False
    places = [place for place in verdict.content["locations"] if place["kind"] == "processing"]
    return {place["country"] for place in places} != expected


def shown(name: str, figures: Figures) -> str:
    return f"{name[:28]:<30}" + "".join(f"{value:>9}" for value in vars(figures).values())


def total(of: Sequence[Figures]) -> Figures:
    return Figures(
        *(sum(values) for values in zip(*(vars(one).values() for one in of), strict=True))
    )


def test_most_rows_of_published_lists_become_drafts_and_nothing_is_lost() -> None:
    found = {name: measured(rows) for name, rows in lists_of_files()}
    print(f"\n{'list':<30}" + "".join(f"{name:>9}" for name in vars(Figures())))
    for name, figures in found.items():
        print(shown(name, figures))
    whole = total(list(found.values()))
    print(shown("the eleven", whole))

    assert whole.whole >= 110
    assert (whole.lost, whole.wrong) == (0, 0)


def test_lists_told_as_facts_are_read_as_before_and_nothing_is_lost() -> None:
    found = {name: measured(rows) for name, rows in lists_of_vendors()}
    for name, figures in found.items():
        print(shown(name, figures))
    whole = total(list(found.values()))
    print(shown("the seven", whole))

    assert (whole.lost, whole.wrong) == (0, 0)
    assert whole.columns == 0


def test_a_file_without_a_list_is_refused_in_words() -> None:
    with pytest.raises(NoRows) as refused:
        list(rows_of(io.BytesIO(b"# No table\n"), "markdown"))

    assert "column of their names" in refused.value.detail
