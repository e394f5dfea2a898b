"""What an amendment changes, in the words of its reader."""

from __future__ import annotations

import pytest

from services.agreements.rendering import change_in_words


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
    told = change_in_words({"pointer": "/controller/street", "before": "A", "after": "B"})

    assert told["da"] == {"member": None, "before": "A", "after": "B"}
