"""What an amendment changes, in the words of its reader."""

from __future__ import annotations

import pytest

from services.agreements.contract.contents import Party
from services.agreements.contract.wording import built_in_templates
from services.agreements.model.document import make_version
from services.agreements.rendering import change_in_words, laid_out
from tests.unit.agreements import things


@pytest.mark.parametrize(
    ("language", "member"),
    [
        ("en", "Days for deletion or return"),
        ("da", "Dage til sletning eller returnering"),
        ("sv", "Dagar för radering eller återlämnande"),
    ],
)
def test_a_member_with_a_word_of_its_own_is_named_in_each_language(
    language: str, member: str
) -> None:
    told = change_in_words({"pointer": "/deletion_days", "before": 30, "after": None})

    assert told[language] == {"member": member, "before": "30", "after": "–"}


def test_a_value_that_art28_names_is_in_words_too() -> None:
    change = {"pointer": "/authorisation", "before": "general", "after": "specific"}
    told = change_in_words(change)

    assert (told["da"]["before"], told["da"]["after"]) == ("generel", "specifik")
    assert (told["sv"]["before"], told["sv"]["after"]) == ("allmänt", "särskilt")


def test_a_member_without_a_word_is_left_to_its_name() -> None:
    told = change_in_words({"pointer": "/notice_terms/odd", "before": "A", "after": "B"})

    assert told["da"] == {"member": None, "before": "A", "after": "B"}


@pytest.mark.parametrize(
    ("language", "member", "country"),
    [
        ("en", "Controller: country", "Denmark"),
        ("da", "Dataansvarlig: land", "Danmark"),
        ("sv", "Personuppgiftsansvarig: land", "Danmark"),
    ],
)
def test_a_country_is_named_in_the_language_of_its_reader(
    language: str, member: str, country: str
) -> None:
    told = change_in_words({"pointer": "/controller/country", "before": None, "after": "DK"})

    assert told[language] == {"member": member, "before": "–", "after": country}


def test_a_day_is_written_out() -> None:
    told = change_in_words(
        {"pointer": "/effective_from", "before": "2026-11-01", "after": "2027-01-02"}
    )

    assert (told["en"]["before"], told["sv"]["after"]) == ("1 November 2026", "2 januari 2027")


def test_the_document_says_in_sentences_what_it_changes_and_names_no_address_of_the_web() -> None:
    first, moved = Party("org_c", "c", "Customer"), Party("org_c", "d", "Customer", country="DK")
    content, template = things.content(language="en"), built_in_templates()[2]
    one = make_version("agr_1", 1, (things.VENDOR, first), content, template,
                       at=things.AT, by="cli")  # fmt: skip
    two = make_version("agr_1", 2, (things.VENDOR, moved), content, template,
                       at=things.AT, by="cli", amends=one)  # fmt: skip
    [table] = laid_out(two)["tables"]

    assert table["rows"] == [("Controller: country", "Before: nothing stated. Now: Denmark.")]


def test_an_address_and_a_person_are_written_in_a_line() -> None:
    address = {"street": "Gade 1", "postal_code": "2100", "city": "By", "country": "SE"}
    told = change_in_words({"pointer": "/controller/address", "before": address, "after": None})
    assert told["da"] == {"member": "Dataansvarlig: adresse", "before": "Gade 1, 2100 By, Sverige",
                          "after": "–"}  # fmt: skip
    person = {"name": "Ida", "position": "DPO", "email": "ida@x.test"}
    told = change_in_words({"pointer": "/processor/contact", "before": None, "after": person})
    assert told["en"]["after"] == "Ida (DPO), ida@x.test"
