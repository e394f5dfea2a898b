"""The forms in which lists come: each is read, or refused with what to do."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font

from services.registry.importing.columns import heading_of
from services.registry.importing.files import rows_of
from services.registry.importing.reading import Context, LeftOut
from services.registry.importing.rows import read_row
from services.registry.transfers import load_instruments
from shared.errors import DomainError
from shared.importing.asking import Answers

ACME = [{"Name": "Acme", "Location": "Denmark"}]
LOWER = [{"name": "Acme", "location": "Denmark"}]


def read(text: str | bytes, kind: str, charset: str = "utf-8") -> list[dict[str, object]]:
    body = text.encode() if isinstance(text, str) else text
    return [row.cells for row in rows_of(io.BytesIO(body), kind, charset)]


@pytest.mark.parametrize(
    "text",
    [
        "Name,Location\nAcme,Denmark\n",
        "sep=;\nName;Location\nAcme;Denmark\n",
        "SEP=,\r\nName,Location\r\nAcme,Denmark\r\n",
        "\n\n,,\nName,Location\nAcme,Denmark\n",
        "Name,Location,,\nAcme,Denmark,,\n",
        "Name\tLocation\nAcme\tDenmark\n",
        "Name|Location\nAcme|Denmark\n",
        "Our sub-processors,\nName,Location\nAcme,Denmark\n",
        '\ufeff"Name","Location"\n"Acme","Denmark"\n',
    ],
)
def test_csv_is_read_as_spreadsheets_make_it(text: str) -> None:
    assert read(text, "csv") == ACME


def test_a_heading_may_hold_the_other_separator_and_line_breaks() -> None:
    assert read('Name;"Location, country"\nAcme;Denmark\n', "csv") == [
        {"Name": "Acme", "Location, country": "Denmark"}
    ]
    assert read('Name;"Location\nof data"\nAcme;Denmark\n', "csv") == [
        {"Name": "Acme", "Location of data": "Denmark"}
    ]


def test_a_cell_without_a_heading_is_kept_under_the_number_of_its_column() -> None:
    assert read("Name,,Location\nAcme,x,Denmark\n", "csv") == [
        {"Name": "Acme", "column 2": "x", "Location": "Denmark"}
    ]


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252", "us-ascii"])
def test_what_windows_calls_latin_1_is_read_so(charset: str) -> None:
    body = "Name,Location\nM–r “x” ApS,Færøerne\n".encode("cp1252")
    assert read(body, "csv", charset)[0]["Name"] == "M–r “x” ApS"


def test_unicode_text_of_excel_is_read() -> None:
    assert read("Name\tLocation\nAcme\tDenmark\n".encode("utf-16"), "csv") == ACME


@pytest.mark.parametrize(
    "text",
    [
        '[{"name": "Acme", "location": "Denmark"}]',
        '{"data": {"items": [{"name": "Acme", "location": "Denmark"}]}}',
        '{"vendors": [{"name": "Acme", "location": "Denmark"}], "page": 1}',
        '{"groups": [{"title": "Hosting", "list": [{"name": "Acme", "location": "Denmark"}]}]}',
        '{"a": {"b": {"c": [{"node": {"name": "Acme", "location": "Denmark"}}]}}}',
    ],
)
def test_json_of_any_nesting_is_read(text: str) -> None:
    assert read(text, "json") == LOWER


def test_each_list_of_an_object_is_read() -> None:
    text = '{"active": [{"name": "A"}], "planned": [{"name": "B"}]}'
    assert [row["name"] for row in read(text, "json")] == ["A", "B"]


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ('[{"name": "Acme"}] and more', "json", "malformed-request"),
        ('{"items": [{"name": "Acme"}]}]', "json", "malformed-request"),
        ('{"items": [], "items": []}', "json", "malformed-request"),
        ("a: &x [1]\nb: *x\n", "yaml", "malformed-request"),
        ("a: [\n", "yaml", "malformed-request"),
        ("- name: !!python/object/apply:os.system [id]\n", "yaml", "malformed-request"),
        ("- !vendor {name: Acme}\n", "yaml", "malformed-request"),
        ("no workbook", "xlsx", "malformed-request"),
        ("<p>No table</p>", "html", "no-rows"),
        ("No table", "markdown", "no-rows"),
        ("Name,Name\nA,B\n", "csv", "malformed-request"),
    ],
)
def test_what_is_no_list_is_refused(text: str, kind: str, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        read(text, kind)
    assert refused.value.code == code


def packed(**parts: str) -> bytes:
    """A workbook of one sheet, whose parts are these."""
    whole = io.BytesIO()
    book = Workbook()
    book.active.append(["Name", "Location"])
    book.active.append(["Acme", "Denmark"])
    book.save(whole)
    with (
        zipfile.ZipFile(whole) as honest,
        zipfile.ZipFile(whole := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for part in honest.namelist():
            made.writestr(part, parts.pop(part, "") or honest.read(part))
        for part, text in parts.items():
            made.writestr(part, text)
    return whole.getvalue()


SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


@pytest.mark.parametrize(
    ("part", "text", "code"),
    [
        (SHEET, f"<worksheet><row>{'<c/>' * 1_600_000}</row></worksheet>", "body-too-large"),
        (SHEET, f"<worksheet>{'<c>' * 50}{'</c>' * 50}</worksheet>", "body-too-large"),
        (STRINGS, f"<sst>{'<si/>' * 1_600_000}</sst>", "body-too-large"),
        ("xl/padding.bin", " " * (33 * 1024 * 1024), "body-too-large"),
        (SHEET, '<!DOCTYPE a [<!ENTITY b "c">]><worksheet>&b;</worksheet>', "malformed-request"),
        (SHEET, "<worksheet><row>", "malformed-request"),
        (
            SHEET,
            "<worksheet>" + "<mergeCell ref='A1:A999999'/>" * 200 + "</worksheet>",
            "body-too-large",
        ),
        (SHEET, "<worksheet><c><f>A1</f></c></worksheet>", "malformed-request"),
    ],
    ids=["cells", "depth", "strings", "bytes", "entities", "broken", "merged", "formula"],
)
def test_a_small_file_that_unpacks_to_a_huge_one_is_refused(
    part: str, text: str, code: str
) -> None:
    body = packed(**{part: text})
    assert len(body) < 64 * 1024
    with pytest.raises(DomainError) as refused:
        read(body, "xlsx")
    assert refused.value.code == code


@pytest.mark.parametrize(
    "text",
    ["<b>" * 700_000, "<table>" * 700_000, "<table>" + "<tr><td colspan=900>A" * 30_000],
    ids=["tags", "tables", "rows"],
)
def test_a_page_of_more_than_a_list_can_be_is_refused(text: str) -> None:
    with pytest.raises(DomainError) as refused:
        read(text, "html")
    assert refused.value.code == "body-too-large"


def test_cells_beyond_the_widest_row_are_not_made() -> None:
    wide = "<td colspan=900 rowspan=900>A" * 100_000
    with pytest.raises(DomainError) as refused:
        read(f"<table><tr>{wide}<tr><td>B</table>", "html")
    assert refused.value.code in ("no-rows", "malformed-request")


def test_an_honest_workbook_is_read() -> None:
    assert read(packed(), "xlsx") == ACME


def workbook(*sheets: Sequence[Sequence[Any]], change: Callable[[Any], None]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    change(book.worksheets[0])
    whole = io.BytesIO()
    book.save(whole)
    return whole.getvalue()


LINES: list[list[Any]] = [
    ["Name", "Location"],
    ["Acme", "Denmark"],
    [None, "Sweden"],
    ["Brod", "Norway"],
]


def test_a_cell_that_is_merged_over_rows_stands_in_each_of_them() -> None:
    body = workbook(LINES, change=lambda sheet: sheet.merge_cells("A2:A3"))
    assert [row["Name"] for row in read(body, "xlsx")] == ["Acme", "Acme", "Brod"]


def test_what_is_struck_out_in_a_workbook_is_told_apart() -> None:
    def strike(sheet: Any) -> None:
        sheet["A4"].font = Font(strike=True)

    last = read(workbook(LINES, change=strike), "xlsx")[-1]
    assert last == {"Name": "~~Brod~~", "Location": "Norway"}
    (question,) = read_row(last, CONTEXT, Answers({})).questions
    assert (question.member, question.text) == ("standing", "Brod")


def test_a_formula_without_a_value_refuses_the_workbook_and_says_what_to_do() -> None:
    body = workbook([["Name", "Location"], ["Acme", '="Den"&"mark"']], change=lambda _: None)
    with pytest.raises(DomainError, match="open it in a spreadsheet program and save it"):
        read(body, "xlsx")


def test_a_sheet_of_affiliates_is_a_list_beside_another() -> None:
    affiliates = [["Affiliate", "Country"], ["Brod K.K.", "Japan"]]
    body = workbook(LINES[:2], affiliates, change=lambda _: None)
    assert read(body, "xlsx") == [*ACME, {"Affiliate": "Brod K.K.", "Country": "Japan"}]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('<img alt="France" src="fr.svg">', "France"),
        ('<img alt="Logo of Acme">France', "France"),
        ("<input type=checkbox checked>US <input type=checkbox>India", "☑ US  ☐ India"),
    ],
)
def test_pictures_alone_and_ticked_boxes_are_read(cell: str, text: str) -> None:
    page = f"<table><tr><th>Name<th>Country</tr><tr><td>Ada<td>{cell}</tr></table>"
    assert read(page, "html") == [{"Name": "Ada", "Country": text}]


def test_yaml_is_read_as_texts() -> None:
    assert read("vendors:\n- name: Acme\n  location: NO\n", "yaml") == [
        {"name": "Acme", "location": "NO"}
    ]


def test_cells_of_html_keep_their_lines_and_links() -> None:
    text = """<table><thead><tr><th>Name</th><th>Location</th></tr></thead><tbody>
      <tr><td><a href="https://acme.example/dpa">Acme</a></td><td>Denmark<br>Sweden</td></tr>
      <tr><td>Best &amp; Co</td><td rowspan="2">Norway</td></tr><tr><td>Third</td></tr>
      </tbody></table>"""
    assert read(text, "html") == [
        {"Name": "[Acme](https://acme.example/dpa)", "Location": "Denmark\nSweden"},
        {"Name": "Best & Co", "Location": "Norway"},
        {"Name": "Third", "Location": "Norway"},
    ]


def test_tables_of_other_things_are_no_rows() -> None:
    text = (
        "| Name | Location |\n|---|---|\n| Acme | Denmark |\n\n"
        "| Release | Summary |\n|---|---|\n| 1.0 | First \\| only |\n"
    )
    assert read(text, "markdown") == ACME


HEADINGS = """
Region of processing | location
Entity Location | country
Where | location
Subprocessing Activities | purpose
Processing Purpose | purpose
Safeguard | mechanism
Applicable product | products
Sub-processors | legal_name
Third-party Subprocessor | legal_name
LLM sub-processor | legal_name
transferMechanism | mechanism
dataCategories | data_categories
processing_locations | location
vendorUrl | website
Underbitra\u0308de | legal_name
Behandlingsformål | purpose
Land för behandling | location
Country where data is stored | storage
Verarbeitungszweck | purpose
Unterauftragnehmer | legal_name
Standort | location
Infrastructure | ?
DPA | ?
Department | ?
Underdatabehandlerens placering | location?
WSO2 subsidiaries and affiliate companies | legal_name?
サブプロセッサー | ?
Used since | used_since
In use since | used_since
usedSince | used_since
Engaged since | used_since
Date of first use | used_since
Sub-processor used since | used_since
Anvendt siden | used_since
I brug siden | used_since
Dato for ibrugtagning | ?
Används sedan | used_since
Anlitas sedan | used_since
I bruk sedan den | used_since
Genutzt seit | used_since
Im Einsatz seit | used_since
Listed since | valid_from
On our list since | valid_from?
dateAdded | valid_from
Added to the register on (date) | valid_from?
Tilføjet dato | valid_from
På listen siden | valid_from
På listan sedan | valid_from
Hinzugefügt am | valid_from
Since | valid_from?
Siden | valid_from?
Sedan | valid_from?
Seit | valid_from?
Sub-processor since | valid_from?
Underbiträde sedan | valid_from?
Listed or used since | used_since?
Date of last use | used_since?
Used from | ?
Use | purpose
Purpose of use | purpose
"""


@pytest.mark.parametrize("line", HEADINGS.strip().splitlines())
def test_headings_are_read_by_their_words_or_asked_about(line: str) -> None:
    name, expected = line.split(" | ")
    heading = heading_of(name)

    assert f"{heading.member or ''}{'' if heading.sure else '?'}" == expected


PLANNED = "Planned sub-processors"
CONTEXT = Context("en", "DK", date(2027, 3, 1), load_instruments())


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("markdown", f"## {PLANNED}\n\n| Name | Location |\n|---|---|\n| Acme | Denmark |\n"),
        (
            "html",
            f"<h2>{PLANNED}</h2><table><tr><th>Name<th>Location<tr><td>Acme<td>Denmark</table>",
        ),
        ("json", '{"plannedVendors": [{"name": "Acme", "location": "Denmark"}]}'),
        ("yaml", "planned vendors:\n- name: Acme\n  location: Denmark\n"),
    ],
)
def test_rows_under_a_heading_that_says_planned_are_planned(kind: str, text: str) -> None:
    (row,) = read(text, kind)

    reading = read_row(row, CONTEXT, Answers({}))

    assert (reading.stated["stage"], reading.questions) == ("planned", [])


@pytest.mark.parametrize(
    ("heading", "stated"),
    [
        ("Active", {"stage": "active"}),
        ("Optional sub-processors", {"stage": "only_if_enabled"}),
        ("Valgt af kunden", {"stage": "chosen_by_customer"}),
        ("Planerade underbiträden", {"stage": "planned"}),
        ("Group companies", {"affiliate": True}),
    ],
)
def test_a_section_states_a_member_of_its_rows(heading: str, stated: dict[str, Any]) -> None:
    cells = {"Name": "Acme", "Status": heading}
    reading = read_row(cells, CONTEXT, Answers({}))
    assert {name: reading.stated.get(name) for name in stated} == stated
    assert (reading.questions, reading.remarks) == ([], [])


def test_rows_under_a_heading_that_dates_them_are_asked_about() -> None:
    text = "## Planned for the autumn\n\n| Name | Location |\n|---|---|\n| Acme | Denmark |\n"
    (row,) = read(text, "markdown")

    (question,) = read_row(row, CONTEXT, Answers({})).questions

    assert (question.member, question.candidates) == ("section", ("take", "leave", "planned"))
    with pytest.raises(LeftOut, match=r"It stands under “Planned for the autumn”, and is left out"):
        read_row(row, CONTEXT, Answers({question.key: ["leave"]}))
    taken = read_row(row, CONTEXT, Answers({question.key: ["take"]}))
    assert (taken.questions, "stage" in taken.stated) == ([], False)
    planned = read_row(row, CONTEXT, Answers({question.key: ["planned"]}))
    assert planned.stated["stage"] == "planned"


def test_rows_under_a_plain_heading_carry_nothing() -> None:
    text = "# Active sub-processors\n\n| Name | Location |\n|---|---|\n| Acme | Denmark |\n"
    assert read(text, "markdown") == ACME


@pytest.mark.parametrize("opened", ["<!-- a", "<!", "<?", "<a href="])
def test_what_nothing_closes_reaches_to_the_end_of_html(opened: str) -> None:
    text = "<table><tr><th>Name</th><th>Country</th></tr><tr><td>Ada</td><td>Ireland"
    assert read(text + opened, "html") == [{"Name": "Ada", "Country": "Ireland"}]


def test_a_long_line_below_a_bar_is_looked_at_once() -> None:
    assert read("| Name |\n|---|\n| Ada |\n\n|\n-" + " " * 500_000 + "x", "markdown") == [
        {"Name": "Ada"}
    ]


def test_html_with_many_open_comments_is_read_once() -> None:
    text = "<table><tr><th>Name</th></tr><tr><td>Ada</td></tr></table>" + "<!--x>" * 590_000
    assert read(text, "html") == [{"Name": "Ada"}]


def test_two_lines_of_headings_are_one_and_a_heading_stands_above_all_that_it_spans() -> None:
    text = (
        '<table><tr><th rowspan="2">Name</th><th colspan="2">Location</th></tr>'
        "<tr><th>Processing</th><th>Support</th></tr>"
        "<tr><td>Ada</td><td>Ireland</td><td>India</td></tr></table>"
    )
    expected = {"Name": "Ada", "Location Processing": "Ireland", "Location Support": "India"}
    assert read(text, "html") == [expected]


def test_a_row_of_headings_further_down_is_a_row() -> None:
    line = "<tr><th>{}</th><td>Ireland</td></tr>"
    text = "<table><tr><th>Name</th><th>Country</th></tr>" + line.format("Ada") * 2 + "</table>"
    assert read(text, "html") == [{"Name": "Ada", "Country": "Ireland"}] * 2


def test_cells_of_a_table_in_a_cell_stand_apart() -> None:
    inner = "<table><tr><td>USA</td><td>Germany</td></tr></table>"
    text = f"<table><tr><th>Name<th>Country</tr><tr><td>Ada</td><td>{inner}</td></tr></table>"
    (row,) = read(text, "html")
    assert str(row["Country"]).split() == ["USA", "Germany"]


def test_raised_digits_are_the_mark_of_a_footnote() -> None:
    text = (
        "<table><tr><th>Name</th><th>Country</th></tr>"
        "<tr><td>Ada N.V.<sup>12</sup></td><td>Ireland<sup>a</sup></td></tr></table>"
    )
    assert read(text, "html") == [{"Name": "Ada N.V.¹²", "Country": "Irelanda"}]
