"""Whatever stands in an event, a room gets the message we meant, whole, and no other markup."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from services.notices.channels.chat import render
from services.notices.letters.shape import Action, Fact, Letter, Place
from tests.corpus import corpus
from tests.integration.notices.chat_tool import slack_answer, teams_answer

HOSTILE = [
    "<!channel> <!here> <@U1> <#C1>",
    "<http://evil.example|your portal>",
    "[your portal](http://evil.example)",
    '<a href="http://evil.example">portal</a>',
    "*bold* _it_ ~gone~ `code` @here",
    "a\u202egnp.exe",
    "\u2067\u2066open",
    "x\x00\x1b[31my",
    "{vendor.__class__} {0} %s",
]
CALLS = ("<!", "<@", "<#", "<http")
DIRECTING = "\u202e\u2066\u2067\x1b\0"
LIMIT_OF_TEAMS = 28_000


def letter(text: str, facts: int = 1) -> Letter:
    return Letter(
        language="en", subject=text, heading=text, lead=text, warning=text,
        facts=tuple(Fact(f"L{number}", text) for number in range(facts)), places_heading="Where",
        places=(Place("Ohio", "storage", "valid", "good", "BASIS", "REASON"),),
        actions=(Action("See", "https://art28.example/p"),), paragraphs=(text,),
    )  # fmt: skip


def sent(form: str, it: Letter) -> Any:
    data = {"processor": {"legal_name": "Vendor"}, "agreement_id": "agr_1"}
    raw = render.body(form, it, {"data": data})
    return json.loads(raw)


def texts(form: str, message: Any) -> list[str]:
    if form == "slack":
        return [block["text"]["text"] for block in message["blocks"] if "text" in block]
    return [run["text"] for block in message["attachments"][0]["content"]["body"]
            for run in block["inlines"]]  # fmt: skip


def is_taken(form: str, message: Any) -> bool:
    return {"slack": slack_answer, "teams": teams_answer}[form](message)[0] < 300


@pytest.mark.parametrize("form", render.FORMS)
def test_words_of_others_call_nobody_and_hide_no_link(form: str) -> None:
    for word in [*HOSTILE, *corpus()]:
        message = sent(form, letter(word))
        assert is_taken(form, message), ascii(word)
        assert not any(mark in part for part in texts(form, message) for mark in DIRECTING)
        if form == "slack":
            assert not any(call in message["text"] for call in CALLS), ascii(word)
            kinds = {block["text"]["type"] for block in message["blocks"] if "text" in block}
            assert kinds == {"plain_text"}


@pytest.mark.parametrize("form", render.FORMS)
@pytest.mark.parametrize("letters", ["x", "😀 ", "ש"], ids=ascii)
def test_a_text_without_end_is_cut_to_what_the_tool_takes(form: str, letters: str) -> None:
    message = sent(form, letter(letters * 20_000, facts=12))
    assert is_taken(form, message)
    if form == "teams":
        assert len(json.dumps(message, ensure_ascii=False).encode()) <= LIMIT_OF_TEAMS
    else:
        assert max(len(part.encode("utf-16-le")) // 2 for part in texts(form, message)) <= 3_000
    assert "https://art28.example/p" in json.dumps(message)
    assert "This room" in texts(form, message)[-1]


@pytest.mark.parametrize("form", render.FORMS)
def test_a_room_reads_facts_that_are_longer_than_one_block(form: str) -> None:
    it = letter("short")
    long = tuple(Fact(f"Fact {number}", f"{number} " + "x" * 1_900) for number in range(4))
    message = sent(form, Letter(**{**vars(it), "facts": long}))
    read = "\n".join(texts(form, message))
    assert all(f"Fact {number}: {number} xxx" in read for number in range(4))
    assert "…" not in read


@pytest.mark.parametrize("language", ["en", "da", "sv"])
@pytest.mark.parametrize("form", render.FORMS)
def test_a_message_that_a_room_cannot_take_says_how_many_places_it_leaves_out(
    form: str, language: str
) -> None:
    places = tuple(Place(f"P{number}.", "k" * 90, "v" * 90, "good", "B" * 90, "R" * 90)
                   for number in range(500))  # fmt: skip
    it = replace(letter("Text"), language=language, places=places)
    message = sent(form, it)
    assert is_taken(form, message)
    told = "\n".join(texts(form, message))
    shown = sum(f"P{number}." in told for number in range(500))
    (line,) = [one for one in told.split("\n") if "https://art28.example/p" in one]
    assert 0 < shown < 500
    assert line.startswith(f"{500 - shown} ")
    assert {"en": "left out", "da": "udeladt", "sv": "utelämnade"}[language] in line


@pytest.mark.parametrize("form", render.FORMS)
def test_a_message_that_fits_leaves_nothing_out(form: str) -> None:
    assert "left out" not in json.dumps(sent(form, letter("Text")))


@pytest.mark.parametrize("form", render.FORMS)
def test_a_room_reads_the_basis_of_each_place_and_why(form: str) -> None:
    read = "\n".join(texts(form, sent(form, letter("short"))))
    assert "BASIS" in read
    assert "REASON" in read
