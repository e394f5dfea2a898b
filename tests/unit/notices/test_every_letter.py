"""Every kind of letter in every language: nothing unfilled, one language, no codes, our links."""

from __future__ import annotations

import json
import re
from functools import lru_cache

import pytest

from services.notices import events
from services.notices.channels.email.compose import html_of
from services.notices.channels.email.plain import plain
from services.notices.letters import LANGUAGES, Letter, letter_of
from services.notices.letters.small_print import persons_named
from services.notices.letters.words import CATALOGUES
from shared.safe_text import END, FIRST_STRONG
from tests import readers
from tests.letter_cases import ADDRESS, ANSWER, CASES, LETTERS, ORIGIN, STEPS, Case

FIELD = re.compile(r"\{\w*\}")
UNFILLED = re.compile(r"\{\w*\}|\bNone\b|\bnull\b|\bundefined\b")
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
NUMBER = re.compile(r"\b(?:chg|agr|ntc|obj|sub|msg|org|mai|whe|evt)_\w+")
CODE = re.compile(r"\b[a-z]+_[a-z_]+\b|\beu-us-dpf\b|\bscc-2021-914\b|\badequacy-\w+")
CALL = re.compile(r"\b(?:GET|POST|PUT|PATCH) \S+|\bchange_ids\b|\bstatus=failed\b")
URL = re.compile(r"https?://[^\s\"<>)]+")
# What Art28 did not write: a receiver and the sub-processor's website.
OF_OTHERS = ("https://hooks.example/in", "https://translate.example")
OTHERS_WORDS = re.compile(r"\w+ (en|da|sv|he)text( \((?:in|på) \w+\))?")
IDS = [case.name for case in CASES]


@pytest.fixture(scope="module", params=sorted(LANGUAGES))
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def written(case: Case, language: str) -> Letter:
    url = ANSWER if case.by_link else ""
    return letter_of(case.kind, language, case.body, url, ADDRESS)


def read(text: str) -> str:
    """As its reader sees it: on one line, without the marks that part directions."""
    return " ".join(text.replace(FIRST_STRONG, "").replace(END, "").split())


def spoken(letter: Letter) -> str:
    """All of a letter but its small print."""
    foot = {read(text) for text in (*letter.footer, *(item.ids for item in letter.items)) if text}
    text = f"{read(letter.subject)} {read(plain(letter))}"
    for line in sorted(foot, key=len, reverse=True):
        assert line in text
        text = text.replace(line, "")
    return text


@lru_cache
def catalogue(language: str) -> dict[str, str]:
    loaded: dict[str, str] = json.loads((CATALOGUES / f"{language}.json").read_text("utf-8"))
    return loaded


@lru_cache
def sentences(language: str) -> frozenset[str]:
    """The pieces of a catalogue, between its fields, that are long enough to tell its language."""
    pieces = (read(piece) for text in catalogue(language).values() for piece in FIELD.split(text))
    return frozenset(piece for piece in pieces if len(piece) > 11 and " " in piece)


def foreign(language: str) -> set[str]:
    own = " ".join(read(text) for text in catalogue(language).values())
    others = {piece for each in LANGUAGES if each != language for piece in sentences(each)}
    return {piece for piece in others if piece not in own}


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_letter_has_no_field_left_and_no_day_for_machines(case: Case, language: str) -> None:
    letter = written(case, language)
    text = f"{read(letter.subject)} {read(plain(letter))}"
    assert not UNFILLED.findall(text)
    assert not ISO_DAY.findall(text)
    readers.html(html_of(letter))


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_letter_speaks_one_language(case: Case, language: str) -> None:
    letter = written(case, language)
    text = f"{read(letter.subject)} {read(plain(letter))} {readers.html_text(html_of(letter))}"
    assert not [piece for piece in foreign(language) if piece in text]
    assert f'<html lang="{language}">' in html_of(letter)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_text_in_another_language_says_in_which(case: Case, language: str) -> None:
    for found in OTHERS_WORDS.finditer(spoken(written(case, language))):
        assert (found[1] == language) is (found[2] is None), found[0]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_numbers_and_codes_stand_in_small_print_alone(case: Case, language: str) -> None:
    text = CALL.sub("", URL.sub("", spoken(written(case, language))))
    if case.by_link:
        assert not NUMBER.findall(text)
    assert not [code for code in CODE.findall(text) if not NUMBER.fullmatch(code)]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_every_link_leads_to_this_installation(case: Case, language: str) -> None:
    letter = written(case, language)
    urls = [url.rstrip(".,:") for url in URL.findall(f"{plain(letter)} {html_of(letter)}")]
    assert not [url for url in urls if not url.startswith(f"{ORIGIN}/") and url not in OF_OTHERS]


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.name.startswith("news ")], ids=lambda it: it.name
)
def test_what_a_vendor_hears_alone_is_a_sentence_with_a_name(case: Case, language: str) -> None:
    letter = written(case, language)
    if len(letter.items) == 1:
        (item,) = letter.items
        assert read(letter.heading) == read(f"{item.name} {item.said}") == read(letter.subject)


def test_a_title_stands_behind_a_name_that_is_read_from_the_right() -> None:
    named = persons_named([{"name": "בלו", "title": "CEO"}])
    assert named == f"{FIRST_STRONG}בלו{END}, CEO"


def test_every_kind_of_letter_has_a_case() -> None:
    own = {
        events.ANSWER_COPIED, events.UNREACHED, events.VENDOR_NEWS, events.WEBHOOK_DISABLING_SOON,
        "webhook.disabled", "webhook.recovered", events.SUBSCRIBER_NEWS, *events.LINKED,
    }  # fmt: skip
    assert {case.kind for case in CASES} == {*events.NOTICES, *events.MAILED, *own}


def test_every_word_of_the_catalogue_is_in_each_language() -> None:
    names = [set(catalogue(language)) for language in sorted(LANGUAGES)]
    assert names[0] == names[1] == names[2]
    fields = [
        {key: sorted(set(FIELD.findall(text))) for key, text in catalogue(each).items()}
        for each in sorted(LANGUAGES)
    ]
    assert fields[0] == fields[1] == fields[2]


def test_a_sentence_in_the_wrong_language_is_noticed() -> None:
    assert read(catalogue("en")["mail.acknowledging"]) in foreign("da")
    assert read(catalogue("da")["mail.acknowledging"]) not in foreign("da")


def test_steps_and_letters_are_those_of_the_catalogue() -> None:
    keys = catalogue("en")
    assert {f"objection.{step}" for step in STEPS} == {
        k for k in keys if k.startswith("objection.")
    }
    assert {f"letter.{kind}" for kind in LETTERS} == {k for k in keys if k.startswith("letter.")}
