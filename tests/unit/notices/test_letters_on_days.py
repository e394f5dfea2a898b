"""What a letter says of the customer's days: the last one, or that there is none, and the rule."""

from __future__ import annotations

from typing import Any

import pytest

from services.notices import events
from services.notices.letters import letter_of
from tests.unit.notices.test_words_in_mails import DATA


def paragraphs(language: str, **notice: Any) -> str:
    data: dict[str, Any] = {**DATA}
    data["notice"] = {**data["notice"], **notice}
    letter = letter_of(events.CHANGE_ANNOUNCED, language, {"data": data})
    # Words of others are set apart by marks that no reader sees.
    return "\n".join(letter.paragraphs).replace("\u2068", "").replace("\u2069", "")


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", ("Periods are counted by Article 3 of Regulation (EEC, Euratom) No 1182/71, with "
               "the public holidays of United Kingdom (GB-SCT) and days in Europe/London.")),
        ("da", ("Frister beregnes efter artikel 3 i forordning (EØF, Euratom) nr. 1182/71, med "
               "helligdagene i Storbritannien (GB-SCT) og dage i tidszonen Europe/London.")),
        ("sv", ("Frister beräknas enligt artikel 3 i förordning (EEG, Euratom) nr 1182/71, med "
               "helgdagarna i Storbritannien (GB-SCT) och dygn i tidszonen Europe/London.")),
    ],
)  # fmt: skip
def test_a_notice_says_how_its_days_were_counted(language: str, sentence: str) -> None:
    said = paragraphs(language, holidays="GB-SCT", time_zones=["Europe/London"])
    assert sentence in said


def test_of_two_zones_both_are_named() -> None:
    said = paragraphs("en", holidays=None, time_zones=["Asia/Tokyo", "Europe/Lisbon"])
    assert "holidays of no place (weekends only) and days in Asia/Tokyo or Europe/Lisbon" in said


def test_a_notice_from_before_names_no_rule() -> None:
    assert "1182/71" not in paragraphs("en", time_zones=None)


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "No last day to object is set."),
     ("da", "Der er ikke fastsat en sidste dag for indsigelse."),
     ("sv", "Ingen sista dag för invändning är bestämd.")],
)  # fmt: skip
def test_a_notice_without_a_last_day_says_so(language: str, words: str) -> None:
    assert words in paragraphs(language, objection_deadline=None)
    assert words not in paragraphs(language, objection_deadline="2026-12-07")
