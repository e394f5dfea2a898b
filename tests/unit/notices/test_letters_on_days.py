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
    assert "with weekends but no public holidays, and days in Asia/Tokyo or Europe/Lisbon" in said


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


def read(language: str, **notice: Any) -> str:
    """The facts and the paragraphs of a notice, as its readers see them."""
    data: dict[str, Any] = {**DATA}
    data["notice"] = {**data["notice"], **notice}
    letter = letter_of(events.CHANGE_ANNOUNCED, language, {"data": data})
    facts = [f"{fact.label}: {fact.value}" for fact in letter.facts]
    return "\n".join((*facts, *letter.paragraphs)).replace("\u2068", "").replace("\u2069", "")


@pytest.mark.parametrize(
    ("language", "said", "never"),
    [
        ("en", ("Object by: no last day is set",
                ("If you do not answer: Unless you object, the change takes effect for you on 24 "
                "December 2026.")),
         ("time to object has passed", "within the same time")),
        ("da", ("Indsigelse senest: ingen sidste dag er fastsat",
                "Gør I ikke indsigelse, træder ændringen i kraft for jer den 24. december 2026."),
         ("indsigelsesfristen er udløbet", "inden for samme frist")),
        ("sv", ("Invändning senast: ingen sista dag är bestämd",
                "Om ni inte invänder träder ändringen i kraft för er den 24 december 2026."),
         ("invändningstiden har löpt ut", "inom samma tid")),
    ],
)  # fmt: skip
def test_where_no_day_ends_the_time_to_object_no_sentence_speaks_of_its_end(
    language: str, said: tuple[str, ...], never: tuple[str, ...]
) -> None:
    told = read(language, objection_deadline=None)
    assert all(words in told for words in said), told
    assert not any(words in told for words in never), told
    assert never[0] in read(language)


@pytest.mark.parametrize(
    ("language", "day", "why"),
    [
        ("en", "Object by: 7 December 2026, or later", "receive or acknowledge this notice"),
        ("da", "Indsigelse senest: 7. december 2026 eller senere", "bekræfter modtagelsen, så"),
        ("sv", "Invändning senast: 7 december 2026 eller senare", "bekräftar underrättelsen, så"),
    ],
)
def test_a_day_that_waits_for_a_receipt_is_told_as_the_earliest(
    language: str, day: str, why: str
) -> None:
    told = read(language, provisional=True)
    assert day in told
    assert why in told
    assert "https://art28.example/a" in told
    assert day not in read(language)
    assert why not in read(language)


def test_a_last_day_that_this_mail_cannot_know_is_not_told_as_none() -> None:
    told = read("en", objection_deadline=None, provisional=True)
    assert "Object by: the day that the portal names" in told
    assert "No last day to object is set" not in told
    assert "no last day is set" not in told


@pytest.mark.parametrize(
    ("language", "subject", "day"),
    [("en", "does not carry every transfer", "20 November 2026"),
     ("da", "bærer ikke alle overførsler", "20. november 2026"),
     ("sv", "bär inte alla överföringar", "20 november 2026")],
)  # fmt: skip
def test_a_basis_that_was_found_wanting_has_not_ended(
    language: str, subject: str, day: str
) -> None:
    letter = letter_of(events.BASIS_LOST, language, {"data": {**DATA, "found_on": "2026-11-20"}})
    assert subject in letter.subject
    assert day in letter.lead
    said = [fact.value for fact in letter.facts]
    assert not [value for value in said if "2027" in value]
    ended = letter_of(events.BASIS_LOST, language, {"data": DATA})
    assert "2027" in " ".join(fact.value for fact in ended.facts)
    assert ended.subject != letter.subject


@pytest.mark.parametrize(
    ("language", "words", "never"),
    [("en", "for your information", ("object", "accept")),
     ("da", "til orientering", ("indsigelse", "godkend", "accept")),
     ("sv", "för kännedom", ("invänd", "godkän", "accept"))],
)  # fmt: skip
def test_a_letter_that_only_informs_asks_for_nothing(
    language: str, words: str, never: tuple[str, ...]
) -> None:
    about = {"owes": "information", "objection_deadline": None, "silence": None}
    told: dict[str, Any] = {**DATA}
    data = {**told, "kind": "remove", "notice": {**told["notice"], **about}}
    letter = letter_of(events.CHANGE_ANNOUNCED, language, {"data": data}, "https://art28.example/a")
    assert words in letter.subject.casefold()
    assert "2026" in "\n".join(letter.paragraphs)
    facts = [f"{fact.label} {fact.value}" for fact in letter.facts]
    said = "\n".join([letter.subject, letter.lead, letter.warning, *letter.paragraphs, *facts])
    assert not [each for each in never if each in said.casefold()]
    assert [action.url for action in letter.actions if action.primary] == []
