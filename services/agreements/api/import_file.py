"""A CSV file of signed agreements, read line by line into checked rows."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from marshmallow import ValidationError

from services.agreements.api import term_columns
from services.agreements.contract.terms import SHORT_FORM
from services.agreements.model.imports import Row
from services.agreements.schemas.imports import ImportRow
from shared.errors import Invalid, Malformed, problem_at
from shared.strict_json import parse_json

MOST_LINES = 1_000
COLUMNS = (
    "reference", "controller", "controller_legal_name", "controller_registration_number",
    "controller_country", "signed_on", "pdf_sha256", "language", "governing_law",
    "effective_from", "expires_on", "products", "authorisation", "notice_days", "objection_days",
    "day_kind", "holidays", "receipt_rule", "silence", "channels", "contact_name",
    "contact_position", "contact_email", "breach_notice_hours", "deletion_days",
    "end_of_processing", "subject_matter", "processor_name", "processor_title", "processor_email",
    "controller_name", "controller_title", "controller_email", *term_columns.COLUMNS,
)  # fmt: skip
REQUIRED = (
    "reference", "controller", "signed_on", "pdf_sha256", "governing_law", "effective_from",
    "authorisation", "notice_days", "day_kind", "receipt_rule", "silence", "channels",
    "processor_name", "processor_title", "processor_email",
    "controller_name", "controller_title", "controller_email",
)  # fmt: skip
ABOUT_COLUMNS = (
    f"A line has these cells: {', '.join(f'`{column}`' for column in COLUMNS)}. Empty cells say "
    f"nothing; some are always needed: {', '.join(f'`{column}`' for column in REQUIRED)}. Days "
    "are written as YYYY-MM-DD, several products or channels with semicolons between them. "
    "`notice_length_value` and the cells after it are the long form of the notice terms: named "
    "after their members, `true` or `false` for a flag; `also`, `by_kind` and `other` hold JSON. "
    "With `notice_…` or `objection_…` cells of it, `notice_days`, `day_kind`, `receipt_rule` and "
    "`silence` may stay empty."
)
WHOLE = re.compile(r"[0-9]{1,9}\Z")
NUMBERS = term_columns.NUMBERS | {
    "notice_days", "objection_days", "breach_notice_hours", "deletion_days",
}  # fmt: skip
LISTS = term_columns.LISTS | {"products", "channels"}
PARTY = ("legal_name", "registration_number", "country")
TERMS = (*SHORT_FORM, "channels")
# Members of the shape that no column is named after, and what stands for others in its name.
WITHIN = frozenset({"content", "notice_terms", "processing", "clauses"})
PREFIXES = {"party": "controller", "processor_signatory": "processor",
            "controller_signatory": "controller", "contacts": "contact"}  # fmt: skip
PLAIN = ("language", "governing_law", "effective_from", "expires_on", "products", "authorisation",
         "breach_notice_hours", "deletion_days")  # fmt: skip


def rows(body: bytes) -> list[Row]:
    """Every line with its cells or its errors; lines count from 1, the heading included.

    Raises ``Malformed`` for what is no UTF-8, ``Invalid`` for unknown or missing columns.
    """
    try:
        reader = csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True)
        _check_columns(reader.fieldnames or ())
        return list(_rows(reader))
    except UnicodeDecodeError as error:
        raise Malformed("The file is not UTF-8.") from error
    except csv.Error as error:
        raise Malformed(f"The file is not CSV: {error}.") from error


def _check_columns(names: Sequence[str]) -> None:
    wrong = [name for name, count in Counter(names).items() if count > 1 or name not in COLUMNS]
    if wrong:
        some = ", ".join(name[:60] for name in wrong[:5])
        detail = f"Unknown or given twice: {some}. The columns are: {', '.join(COLUMNS)}."
        raise problem_at("", "unknown-columns", detail)
    if missing := [name for name in ("reference", "pdf_sha256") if name not in names]:
        raise problem_at("", "columns-missing", f"The file lacks {' and '.join(missing)}.")


def _rows(reader: csv.DictReader[str]) -> Iterator[Row]:
    for count, cells in enumerate(reader, start=1):
        if count > MOST_LINES:
            raise problem_at("", "too-many-lines", f"Send up to {MOST_LINES} lines at a time.")
        yield _row(reader.line_num, cells)


def _row(line: int, cells: Mapping[Any, Any]) -> Row:
    reference = {"reference": cells.get("reference") or None}
    if None in cells or None in cells.values():
        why = "This line has more or fewer cells than there are columns."
        return Row(line, reference, [{"pointer": "", "code": "cells", "detail": why}])
    try:
        return Row(line, ImportRow().load(_members(cells)))
    except ValidationError as wrong:
        return Row(line, reference, list(errors_of("", wrong.messages)))


def column_of(pointer: str) -> str | None:
    """The column behind a member of the shape (RFC 6901); None: the line as a whole."""
    parts = [part for part in pointer.split("/") if part and not part.isdigit()]
    named = [part for part in parts if part not in WITHIN]
    if named and named[0] in term_columns.IN_JSON:
        return named[0]
    name = "_".join(PREFIXES.get(part, part) for part in named)
    return name if name in COLUMNS else None


def _members(cells: Mapping[str, str]) -> dict[str, Any]:
    """The cells as the shape has them. An empty cell says nothing."""
    values = {name: read_cell(name, text.strip()) for name, text in cells.items() if text.strip()}
    content = content_members(values)
    if "contact_name" in values:
        content["notice_terms"]["contacts"] = [person_of(values, "contact", "position")]
    return {
        **{name: values[name] for name in ("reference", "controller", "signed_on", "pdf_sha256")
           if name in values},
        "party": {name: values[f"controller_{name}"] for name in PARTY
                  if f"controller_{name}" in values},
        "processor_signatory": person_of(values, "processor", "title"),
        "controller_signatory": person_of(values, "controller", "title"),
        "content": content,
    }  # fmt: skip


def content_members(values: Mapping[str, Any]) -> dict[str, Any]:
    """The contents of an agreement that these cells say, as the shape has them."""
    return {
        **_some(values, *PLAIN),
        "notice_terms": {**term_columns.members(values), **_some(values, *TERMS)},
        "processing": _some(values, "subject_matter"),
        "clauses": _some(values, "end_of_processing"),
    }


def _some(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: values[name] for name in names if name in values}


def person_of(values: Mapping[str, Any], who: str, rank: str) -> dict[str, Any]:
    """The person that the cells of ``who`` name; ``rank``: position or title."""
    parts = ("name", rank, "email")
    return {part: values[f"{who}_{part}"] for part in parts if f"{who}_{part}" in values}


def read_cell(name: str, text: str) -> Any:
    if name in LISTS:
        return [part.strip() for part in text.split(";") if part.strip()]
    if name in NUMBERS and WHOLE.match(text):
        return int(text)
    if name in term_columns.FLAGS:
        return term_columns.SAID.get(text.lower(), text)
    return _read_json(text) if name in term_columns.IN_JSON else text


def _read_json(text: str) -> Any:
    """What the cell says; a text that is no JSON stays one, and is refused as any wrong value."""
    try:
        return parse_json(text.encode())
    except (Malformed, Invalid):
        return text


def errors_of(pointer: str, messages: Any) -> Iterator[dict[str, str]]:
    """What marshmallow refuses, each with its pointer."""
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            yield from errors_of(f"{pointer}/{name}", inner)
        return
    for detail in messages if isinstance(messages, list) else [messages]:
        yield {"pointer": pointer, "code": "invalid", "detail": str(detail)}
