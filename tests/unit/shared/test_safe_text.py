"""One corpus through each function of the table: what comes out is what the form can hold."""

from __future__ import annotations

import io
import json
import re
import sys
import unicodedata
from email.message import Message

import pytest
import structlog
from marshmallow import ValidationError

from shared import logs, safe_text
from shared.schemas import Email, Line, Text
from shared.verifier.check import Outcome
from shared.verifier.report import report
from tests.corpus import CONTROLS, LINE_ENDS, NOT_CHARACTERS, corpus, surrogates

WORDS = (*corpus(), *surrogates())
XML = re.compile("[\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")


@pytest.mark.parametrize("form", [safe_text.readable, safe_text.isolated, safe_text.one_line])
def test_what_is_shown_is_xml_and_directs_nothing_behind_it(form: object) -> None:
    assert callable(form)
    for word in WORDS:
        shown = form(word)
        assert XML.fullmatch(shown), ascii(word)
        assert not re.search("[\u202a-\u202e\u2066\u2067]", shown)
        assert shown.count("\u2068") == shown.count("\u2069")
        assert not [each for each in shown if unicodedata.category(each) == "Cs"]
        assert form(shown) == shown or form is safe_text.isolated


def test_a_line_has_no_end_inside() -> None:
    for word in WORDS:
        assert len(safe_text.one_line(word, None).splitlines()) <= 1
        assert len(safe_text.isolated(word).splitlines()) <= 1


@pytest.mark.parametrize("name", ["שלום", "مرحبا", "a שלום"])
def test_words_read_from_the_right_are_kept_apart(name: str) -> None:
    assert safe_text.isolated(name) == f"\u2068{name}\u2069"
    assert safe_text.one_line(safe_text.isolated(name)) == safe_text.isolated(name)


def test_other_words_and_values_stay_as_they_are() -> None:
    for value in ("Ørsted & Co. (株) 🏳️‍🌈", 3, None, True):
        assert safe_text.isolated(value) == value


def test_a_screen_shows_escapes() -> None:
    for word in WORDS:
        assert safe_text.terminal(word).isprintable(), ascii(word)
        assert safe_text.terminal(word) == word or not word.isprintable()
    assert safe_text.terminal("a\x1b[31m\nb\u202e") == "a\\x1b[31m\\nb\\u202e"


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_word_begins_a_line_of_the_log(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(sys, "stderr", screen)
    structlog.reset_defaults()
    try:
        logs.configure("info", form)
        for word in WORDS:
            log = structlog.get_logger()
            log.info("name.seen", name=word, inside=[word])
            try:
                int(f"{word}x")
            except ValueError:
                log.exception("name.failed", quoted=word)
    finally:
        structlog.reset_defaults()
    lines = screen.getvalue().split("\n")[:-1]
    assert all(line.isprintable() for line in lines)
    if form == "json":
        assert {json.loads(line)["event"] for line in lines} == {"name.seen", "name.failed"}
    else:
        assert all(re.match(r"\d{4}-|  \| |$", line) for line in lines)
        assert sum(line.startswith("20") for line in lines) == 2 * len(WORDS)


def test_the_verifiers_answer_sends_nothing_to_the_screen() -> None:
    for word in WORDS:
        outcome = Outcome(stream=word, first=1, last=2, head=word, first_at=word, failed=[word])
        lines = report(word, outcome, colour=False).split("\n")
        assert all(line.isprintable() for line in lines), ascii(word)
        assert len(lines) == len(report("a", outcome, colour=False).split("\n"))


def test_a_file_name_leads_nowhere_and_ends_no_header() -> None:
    for word in WORDS:
        value = safe_text.disposition("attachment", f"{word}.csv")
        message = Message()
        message["Content-Disposition"] = value
        name = message.get_filename() or ""
        assert value == f'attachment; filename="{name}"'
        assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,130}", name), ascii(word)
        assert ".." not in name
        assert name.partition(".")[0].lower() not in ("con", "nul", "prn", "aux")
    assert safe_text.disposition("inline", "tempus-serva.pdf") == (
        'inline; filename="tempus-serva.pdf"'
    )


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "JAVASCRIPT:alert(1)", " https://a", "https://a b", "//a", "ftp://a",
     "https://a\njavascript:b", "data:text/html,a", "https://a\u202eb", "https://a<b", "", None],
)  # fmt: skip
def test_only_the_web_is_linked(url: str | None) -> None:
    assert safe_text.web_link(url) == ""


@pytest.mark.parametrize("url", ["https://a.example/?b=c&d#e", "HTTP://a", "https://株.example/é"])
def test_the_web_is_linked(url: str) -> None:
    assert safe_text.web_link(url) == url


def test_a_link_to_an_address_adds_no_header() -> None:
    assert safe_text.mail_link("a@b.example") == "mailto:a@b.example"
    assert "?" not in safe_text.mail_link("a?bcc=x@b.example")


@pytest.mark.parametrize("word", [*CONTROLS, *NOT_CHARACTERS, *surrogates(), *LINE_ENDS])
def test_what_no_name_can_hold_is_refused_at_the_door(word: str) -> None:
    with pytest.raises(ValidationError):
        Line(300).deserialize(word)


@pytest.mark.parametrize("word", [f"a{chr(each)}b" for each in (*range(0x202A, 0x202F), 0x2067)])
def test_a_name_directs_nothing(word: str) -> None:
    with pytest.raises(ValidationError):
        Line(300).deserialize(word)


@pytest.mark.parametrize("word", [*CONTROLS, *NOT_CHARACTERS, *surrogates()])
def test_a_text_holds_characters_only(word: str) -> None:
    if word in ("a\nb", "a\rb", "a\tb"):
        assert Text(300).deserialize(word) == word
    else:
        with pytest.raises(ValidationError):
            Text(300).deserialize(word)


@pytest.mark.parametrize(
    "name", ["Ørsted A/S", "株式会社メール", "שלום", "'t Hooft B.V.", "👩‍👩‍👧", "=1+1"]
)
def test_a_name_in_any_script_is_taken(name: str) -> None:
    assert Line(300).deserialize(name) == name


@pytest.mark.parametrize(
    "name", ["\u2066 Acme", "\u202e\x00Acme", "Acme \u2069", "Acme \u2068 Ltd"]
)
def test_taking_marks_out_of_a_name_leaves_no_spaces_behind(name: str) -> None:
    assert safe_text.one_line(name) in ("Acme", "Acme Ltd")


@pytest.mark.parametrize(
    "local", ["=?utf-8?q?a?=", "a\u202e", "\u2066a", "a\ufffe", "\x85a", "a\x7f"]
)
def test_an_address_that_some_reader_decodes_or_turns_round_is_none(local: str) -> None:
    with pytest.raises(ValidationError):
        Email().deserialize(f"{local}@b.example")


def test_a_chat_message_reads_as_the_line_it_is_and_holds_no_markup() -> None:
    """By the rules of Slack: ``<…>`` is a link or calls somebody, and ``&`` begins an entity."""
    for word in WORDS:
        written = safe_text.chat(word)
        assert not set("<>") & set(written), ascii(word)
        assert re.fullmatch("(?:[^&]|&amp;|&lt;|&gt;)*", written, re.DOTALL), ascii(word)
        read = written.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        assert read == safe_text.one_line(word), ascii(word)
