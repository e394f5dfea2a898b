"""Files of customers as they come: any separator and charset, workbooks, and hostile ones."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from openpyxl import Workbook

from services.identity.importing.files import rows_of
from services.identity.model.customer_imports import NoCustomers
from shared.errors import DomainError, Malformed, TooLarge
from shared.importing.raw_rows import TooManyRows

HEAD = ["Company", "Country", "E-mail"]
ROW = ["Nordbo ApS", "DK", "ida@nordbo.example"]


def book(*sheets: tuple[str, list[list[Any]]], hidden: str = "", merged: str = "") -> bytes:
    made = Workbook()
    made.remove(made.active)
    for name, lines in sheets:
        sheet = made.create_sheet(name)
        for line in lines:
            sheet.append(line)
        if name == hidden:
            sheet.sheet_state = "hidden"
        if merged:
            sheet.merge_cells(merged)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def cells(body: bytes, kind: str = "csv", charset: str = "utf-8") -> list[dict[str, Any]]:
    return [row.cells for row in rows_of(io.BytesIO(body), kind, charset)]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_each_separator_and_charset_that_excel_writes_is_read(separator: str, charset: str) -> None:
    lines = [separator.join(HEAD), separator.join(["Blåbær A/S", "DK", "ø@blå.example"])]
    said = "utf-8" if charset == "utf-8-sig" else charset
    (row,) = cells("\r\n".join(lines).encode(charset), charset=said)
    assert row["Company"] == "Blåbær A/S"


def test_a_title_above_the_headings_is_passed_over() -> None:
    lines = [["Our customers in 2026"], [], HEAD, ROW]
    assert cells(book(("Customers", lines)), "xlsx") == [dict(zip(HEAD, ROW, strict=True))]


def test_only_sheets_with_a_column_of_names_are_read() -> None:
    body = book(("Notes", [["Topic", "Text"], ["a", "b"]]), ("Customers", [HEAD, ROW]))
    assert [row["Company"] for row in cells(body, "xlsx")] == ["Nordbo ApS"]


def test_a_hidden_sheet_is_not_read() -> None:
    old = [HEAD, ["Former A/S", "DK", "x@former.example"]]
    body = book(("Old", old), ("Customers", [HEAD, ROW]), hidden="Old")
    assert [row["Company"] for row in cells(body, "xlsx")] == ["Nordbo ApS"]


def test_of_merged_cells_the_first_one_speaks() -> None:
    body = book(("Customers", [HEAD, ROW, ["", "SE", "b@b.example"]]), merged="A2:A3")
    assert [row["Company"] for row in cells(body, "xlsx")] == ["Nordbo ApS", ""]


def test_a_formula_is_the_text_of_its_cell() -> None:
    text = "Company,Country,E-mail\n\"=cmd|' /C calc'!A0\",DK,a@b.example\n"
    assert cells(text.encode())[0]["Company"] == "=cmd|' /C calc'!A0"


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 64 * 1024 * 1024)
    return out.getvalue()


REFUSED: dict[str, tuple[bytes, str, type[DomainError]]] = {
    "nothing": (b"", "csv", Malformed),
    "headings alone": (b"Company,Country\n", "csv", NoCustomers),
    "headings twice": (b"Company,Company\nA,B\n", "csv", Malformed),
    "another charset": (b"Company\n\xff\xfe\xfa\n", "csv", Malformed),
    "no workbook": (b"PK\x03\x04 nothing", "xlsx", Malformed),
    "a workbook that unpacks to 64 MB": (bomb(), "xlsx", TooLarge),
    "a cell of 2 MB": (b'Company\n"' + b"A" * 2_000_000 + b'"\n', "csv", Malformed),
    "too many rows": (b"Company\n" + b"A\n" * 10_001, "csv", TooManyRows),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_list_is_refused_with_what_to_do(name: str) -> None:
    body, kind, refusal = REFUSED[name]
    with pytest.raises(refusal) as refused:
        cells(body, kind)
    assert refused.value.detail
