"""A place as it stands in a sentence, not as it stands in a sorted list."""

from __future__ import annotations

import pycountry
import pytest

from services.registry.transfers.countries import in_sentence


@pytest.mark.parametrize(
    ("code", "spoken"),
    [
        ("PS", "the State of Palestine"), ("FM", "the Federated States of Micronesia"),
        ("CD", "the Democratic Republic of the Congo"), ("VG", "the British Virgin Islands"),
        ("VI", "the U.S. Virgin Islands"), ("RU", "the Russian Federation"),
        ("KM", "the Comoros"), ("VA", "the Holy See (Vatican City State)"),
        ("AX", "the Åland Islands"), ("US", "the United States"), ("DK", "Denmark"),
        ("BQ", "Bonaire, Sint Eustatius and Saba"),
        ("SH", "Saint Helena, Ascension and Tristan da Cunha"), ("XX", "XX"),
    ],
)  # fmt: skip
def test_a_place_is_spoken_of_as_people_do(code: str, spoken: str) -> None:
    assert in_sentence(code) == spoken


def test_no_name_in_a_sentence_is_turned_round_for_a_list() -> None:
    spoken = [in_sentence(country.alpha_2) for country in pycountry.countries]
    assert [name for name in spoken if ", " in name and " and " not in name] == []
    assert [name for name in spoken if "the The" in name or "the the" in name.casefold()] == []
