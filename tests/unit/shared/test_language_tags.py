"""A language is named by a tag of BCP 47 whose language exists."""

from __future__ import annotations

import pytest
from marshmallow import ValidationError

from shared.schemas import Language


@pytest.mark.parametrize("tag", ["en", "da", "sv-FI", "fr-CH", "zh-Hant", "yue", "nb"])
def test_a_language_that_exists_is_taken(tag: str) -> None:
    assert Language().deserialize(tag) == tag


@pytest.mark.parametrize("tag", ["zz", "qq-DK", "xyz", "EN", "english", "", "e"])
def test_two_letters_are_no_language_by_themselves(tag: str) -> None:
    with pytest.raises(ValidationError):
        Language().deserialize(tag)
