"""DORA's register of information, in words: as members of an answer, and as a workbook."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from services.agreements.contract.sentences.phrases import Phrases
from services.agreements.contract.wording import in_language
from services.agreements.model.dora import TEMPLATES, Row
from services.agreements.rendering.words import FOLDER

SOURCE = "Commission Implementing Regulation (EU) 2024/2956"
Rows = Mapping[str, Sequence[Row]]


def members(rows: Rows, day: date, language: str) -> dict[str, Any]:
    """The answer: each template with its columns, and its rows."""
    return {
        "as_of": day, "source": SOURCE, "note": word("note", language),
        "templates": [
            {"code": code, "name": word(code, language), "rows": rows[code],
             "columns": [{"code": column, "name": word(column, language)}
                         for column in columns(code)]}
            for code in TEMPLATES
        ],
    }  # fmt: skip


def workbook(rows: Rows, day: date, language: str) -> bytes:
    """An XLSX with a sheet for each template, called by its code; nothing in it is a formula."""
    # Loaded with the first workbook: a process that makes none need not hold 16 MB for it.
    from services.agreements.rendering.workbook import Sheet, made

    as_of = word("as_of", language).format(day=Phrases(language).day(day))
    first = Sheet("Art28", SOURCE, [as_of], [[word("note", language)]])
    sheets = [
        Sheet(code, f"{code} {word(code, language)}", _head(code, language),
              [list(_cells(code, row, language)) for row in rows[code]])
        for code in TEMPLATES
    ]  # fmt: skip
    return made([first, *sheets])


def columns(code: str) -> list[str]:
    return [f"{code}.{part}" for part in TEMPLATES[code]]


def word(key: str, language: str) -> str:
    return in_language(_catalogue()[key], language)


def _head(code: str, language: str) -> list[str]:
    return [word("about", language),
            *(f"{column} {word(column, language)}" for column in columns(code))]  # fmt: skip


def _cells(code: str, row: Row, language: str) -> Iterator[str]:
    yield row.about
    for column in columns(code):
        lacks = column in row.missing
        yield word("missing", language) if lacks else row.values.get(column, "")


@cache
def _catalogue() -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = json.loads((FOLDER / "dora_words.json").read_text("utf-8"))
    return words
