"""A PDF is made of any text: with a font, else with the number of the letter and a note."""

from __future__ import annotations

import io
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from shared import typeset

TEMPLATE = """
#set document(title: "x", author: "y")
#set text(lang: "en", font: "Libertinus Serif")
#let it = json(bytes(sys.inputs.content))
#for one in it.texts [#one \\ ]
#it.replaced
"""
NOTE = "A note."


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("typeset") / "any.typ"
    file.write_text(TEMPLATE, "utf-8")
    return file


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was handed to typst, attempt by attempt."""
    seen: list[dict[str, Any]] = []
    real = typeset._typeset

    def typesetting(template: Path, content: dict[str, Any], *more: Any) -> bytes:
        seen.append(content)
        return real(template, content, *more)

    monkeypatch.setattr(typeset, "_typeset", typesetting)
    return seen


def made(template: Path, *texts: str) -> bytes:
    return typeset.pdf(template, {"texts": list(texts)}, note=NOTE, standards=["a-2a"], at=0)


@pytest.mark.parametrize(
    "text",
    [
        "Łódź, Ελλάδα, Київ", "株式会社メール", "有限公司", "가나다 주식회사", "\u1100\u1161\u11a8",
        "บริษัท", "ລາວ", "ខ្មែរ", "မြန်မာ", "שלום", "مرحبا", "हिन्दी", "বাংলা", "தமிழ்", "తెలుగు",
        "ಕನ್ನಡ", "മലയാളം", "ગુજરાતી", "ਪੰਜਾਬੀ", "ଓଡ଼ିଆ", "සිංහල", "አማርኛ", "ქართული", "հայերեն", "🦊",
        "🏳️‍🌈", "👩‍👩‍👧", "🇩🇰", "→ ≤ ∑ ✓ €", "a\u0301\u0302", "\u2068x\u2069",
    ],
)  # fmt: skip
def test_letters_of_a_script_in_use_are_set_as_they_are(
    template: Path, told: list[dict[str, Any]], text: str
) -> None:
    assert made(template, text).startswith(b"%PDF")
    assert told == [{"texts": [text], "replaced": ""}]


@pytest.mark.parametrize(
    ("text", "shown"),
    [("A\ue000B", "A[U+E000]B"), ("\U0010fffd", "[U+10FFFD]"), ("\u0378", "[U+0378]"),
     ("𐎀 株", "[U+10380] 株"), ("ᚠ", "[U+16A0]")],
)  # fmt: skip
def test_a_letter_without_a_font_is_its_number_and_a_note_says_so(
    template: Path, told: list[dict[str, Any]], text: str, shown: str
) -> None:
    assert made(template, text).startswith(b"%PDF")
    assert told[-1] == {"texts": [shown], "replaced": NOTE}


def test_what_no_text_can_hold_is_replaced_before(template: Path, told: Any) -> None:
    made(template, "A\x00\x1b\ufffe\uffff\ud800\u202eB")
    assert told[0] == {"texts": ["A\ufffd\ufffd\ufffd\ufffd\ufffdB"], "replaced": ""}


def test_letters_that_break_typesetting_end_as_numbers(
    template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """typst 0.15 panics over some marks on a space: no ``Exception``, and no file."""

    class PanicException(BaseException):
        pass

    real = typeset._typeset

    def typesetting(template: Path, content: dict[str, Any], *more: Any) -> bytes:
        if any("株" in each for each in content["texts"]):
            raise PanicException
        return real(template, content, *more)

    monkeypatch.setattr(typeset, "_typeset", typesetting)
    assert made(template, "株").startswith(b"%PDF")


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_another_failure_is_not_taken_for_a_missing_letter(
    template: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    def failing(*_: Any) -> bytes:
        raise error

    monkeypatch.setattr(typeset, "_typeset", failing)
    with pytest.raises(error):
        made(template, "a")


def test_it_stays_archivable_whatever_it_holds(template: Path) -> None:
    body = made(template, "A\ue000 株 🦊 ᚠ")
    with pikepdf.open(io.BytesIO(body)) as opened, opened.open_metadata() as meta:
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("2", "A")
        assert str(opened.Root.Lang) == "en"


def test_the_letters_of_last_resort_need_no_font_beside_typsts_own(
    template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typeset, "font_folders", list)
    typeset._press.cache_clear()
    every = [chr(each) for each in range(0x3000) if typeset.PLAIN.match(chr(each))]
    try:
        assert made(template, " ".join(every)).startswith(b"%PDF")
    finally:
        typeset._press.cache_clear()


@pytest.mark.slow
def test_any_block_of_unicode_can_be_set(template: Path) -> None:
    """Each code point beside a letter and beside a space, 1,024 at a time."""
    blocks = [*range(0, 0x3400, 0x400), *range(0xA000, 0x20000, 0x800), 0x2F800, 0xE0000, 0x10FC00]
    for first in blocks:
        points = (chr(each) for each in range(first, first + 0x400))
        texts = [f"a{each} {each}" for each in points if unicodedata.category(each) != "Cs"]
        assert made(template, *texts).startswith(b"%PDF"), hex(first)


def test_one_kind_of_document_does_not_wait_for_another(template: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.typ"
    other.write_text(TEMPLATE, "utf-8")
    with typeset._press(template).one_at_a_time, ThreadPoolExecutor() as threads:
        assert threads.submit(made, other, "Set").result(timeout=30).startswith(b"%PDF")
