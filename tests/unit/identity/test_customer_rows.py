"""What a row of customers says is read by a table; nothing is guessed without a word."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.importing.columns import member_of, read_columns
from services.identity.importing.rows import Manner, read_row
from services.identity.importing.wording import remarks_in
from services.identity.model.customers import slug_of
from services.identity.model.matching import keys_of
from shared.importing.asking import Answers
from shared.importing.jobs import Column

HEADINGS = {
    "Company": "legal_name", "Kunde": "legal_name", "Företag": "legal_name", "CVR-nr.":
    "registration_number", "Org.nr": "registration_number", "Landekode": "country", "E-mail":
    "contact_email", "E-post": "contact_email", "contact_2_email": "contact_2_email",
    "Email 2": "contact_2_email", "Kontakt 3 navn": None, "Time zone": "time_zone",
    "ContactName": "contact_name", "Notes": None, "Kontaktperson 2": "contact_2_name",
}  # fmt: skip
WHOLE = {
    "legal_name": "Nordbo ApS", "country": "DK", "contact_name": "Ida Holm",
    "contact_position": "DPO", "contact_email": "ida@nordbo.example",
}  # fmt: skip
BY_MEMBER = {
    name: name
    for name in (
        *WHOLE, "registration_number", "street", "postal_code", "city", "website", "locale",
        "time_zone", "contact_2_name", "contact_2_position", "contact_2_email", "template",
        "authorisation", "products",
    )
}  # fmt: skip
MANNER = Manner(BY_MEMBER, ("template", "signed_on", "authorisation", "products"), "en")


def read(given: dict[str, list[str]] | None = None, **cells: str) -> Any:
    return read_row({**WHOLE, **cells}, MANNER, Answers(given or {}))


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_heading_is_known_in_three_languages(heading: str) -> None:
    expected = HEADINGS[heading]
    if heading != "Kontakt 3 navn":
        assert member_of(heading) == expected
    else:
        assert member_of(heading) == "contact_3_name"


def test_two_columns_of_one_member_are_asked_about() -> None:
    columns = [Column("Company", None, samples=("A",)), Column("Customer", None, samples=("B",))]
    first, second = read_columns(columns, {}, {})
    assert (first.member, second.asked) == ("legal_name", True)


def test_an_unknown_heading_is_asked_about_with_a_guess() -> None:
    columns = [Column("Company", None, samples=("A",)), Column("Who", None, samples=("a@b.c",))]
    assert read_columns(columns, {}, {})[1].guess == "contact_email"


@pytest.mark.parametrize(
    ("cells", "asked"),
    [
        ({}, []),
        ({"country": "Danmrk"}, [("country", ("DK",))]),
        ({"country": ""}, [("country", ())]),
        ({"country": "Sverige"}, []),
        ({"legal_name": ""}, [("legal_name", ())]),
        ({"contact_email": "ida@nordbo"}, [("contact_email", ())]),
        ({"contact_email": "a@b.dk; c@d.dk"}, [("contact_email", ())]),
        ({"contact_position": ""}, [("contact_position", ())]),
        ({"contact_2_email": "x@y.dk"}, [("contact_2_name", ()), ("contact_2_position", ())]),
        ({"street": "Havnegade 7"}, [("postal_code", ()), ("city", ())]),
        ({"locale": "dansk"}, []),
        ({"locale": "Klingon"}, [("locale", ("en", "da", "sv"))]),
        ({"time_zone": "Mars/Base"}, [("time_zone", ())]),
        ({"website": "nordbo.example"}, []),
        ({"website": "not a page"}, [("website", ())]),
    ],
)  # fmt: skip
def test_what_is_open_is_asked(cells: dict[str, str], asked: list[Any]) -> None:
    questions = read(None, **cells).questions
    assert [(each.member, each.candidates) for each in questions] == asked


def test_an_answer_stands_in_the_place_of_its_cell() -> None:
    row = read({"country|Danmrk": ["DK"]}, country="Danmrk")
    assert (row.questions, row.organisation["country"]) == ([], "DK")


def test_an_answer_that_is_wrong_itself_is_asked_about_again() -> None:
    row = read({"country|Danmrk": ["Danmrkk"]}, country="Danmrk")
    assert [each.text for each in row.questions] == ["Danmrkk"]


def test_answers_that_answer_each_other_come_to_an_end() -> None:
    row = read({"country|a": ["b"], "country|b": ["a"]}, country="a")
    assert [each.member for each in row.questions] == ["country"]


def test_an_answer_to_empty_cells_fills_no_row_without_an_agreement() -> None:
    everywhere = {"authorisation|": ["general"]}
    assert read(everywhere).cells == {}
    assert read(everywhere, template="T").cells == {"template": "T", "authorisation": "general"}


def test_an_answer_names_the_template_of_a_row_that_speaks_of_its_terms_alone() -> None:
    everywhere = {"template|": ["T"]}
    assert read(everywhere, authorisation="general").cells == {
        "template": "T", "authorisation": "general",
    }  # fmt: skip
    assert read(everywhere, products="Platform").cells == {"products": "Platform"}


def test_what_no_column_takes_is_remarked() -> None:
    row = read_row({**WHOLE, "Notes": "call first"}, MANNER, Answers({}))
    assert "“call first” under “Notes” is not read." in remarks_in("en", row.remarks)


NUMBERS = ["DK-12 34 56 78", "12345678", "dk12345678", "12.34.56.78"]


def test_a_number_is_the_same_however_it_is_written() -> None:
    keys = {keys_of({"country": "DK", "registration_number": each}).number for each in NUMBERS}
    assert keys == {"DK#12345678"}


def test_numbers_of_two_countries_are_apart() -> None:
    one, other = (keys_of({"country": c, "registration_number": "1"}) for c in ("DK", "SE"))
    assert one.number != other.number


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Ærø Færge A/S", "aeroe-faerge-a-s-abcdef"), ("株式会社", "customer-abcdef")],
)
def test_a_slug_says_the_name(name: str, slug: str) -> None:
    assert slug_of(name, "org_xyzabcdef") == slug


@given(st.dictionaries(st.sampled_from([*BY_MEMBER, "Notes"]), st.text(max_size=60)))
def test_no_cell_makes_reading_fail_or_is_lost(cells: dict[str, str]) -> None:
    """Each text is read, asked about or remarked."""
    row = read_row(cells, MANNER, Answers({}))
    said = str([row.organisation, row.cells, row.questions, row.remarks])
    for name, text in cells.items():
        flat = " ".join(text.removeprefix("'").split())
        is_plain = flat.isalnum() and flat.isascii() and len(flat) > 3
        if is_plain and name not in ("country", "locale", "authorisation", "template"):
            assert flat in said, (name, text)
