"""PDFs of any text: archivable, with a font for nearly every script, and a mark for the rest.

PDF/A allows no missing glyphs: one letter without a font would make no file at all, and the name of
a company could keep others from their evidence. So a letter that no font has is written as its
number, ``[U+E000]``, and the document says what that means.
"""

from __future__ import annotations

import json
import re
import threading
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple, cast

import typst

from shared.safe_text import readable

Json = dict[str, Any]

# The fonts beside those that typst brings: Noto Sans for other scripts, and for CJK.
FONT_PACKAGES = ("manimgx_fonts", "manimgx_fonts_cjk")
_NO_GLYPH = re.compile("could not be displayed|codepoint")
# Letters that each of typst's own fonts has: the last resort, which needs no font file.
PLAIN = re.compile(r"[\n\x20-\x7e\u00a0-\u00ac\u00ae-\u017f\u0391-\u03a1\u03a3-\u03c9\u0410-\u044f"
                   r"\u2013\u2014\u2018-\u201d\u2022\u2026\u20ac]")  # fmt: skip
# Private use, unassigned, controls: no font of ours, or none that an archive may hold.
_NEVER = ("Co", "Cn", "Cc", "Cs")


def pdf(
    template: Path,
    content: Json,
    *,
    note: str,
    standards: Sequence[str],
    at: int,
    files: Mapping[str, bytes] | None = None,
) -> bytes:
    """Set ``content`` with ``template``, dated ``at`` (seconds since 1970).

    ``files``: PDFs by name for the template to attach, as ``sys.inputs.files``.

    The template finds it in ``sys.inputs.content``, and ``note`` in it as ``replaced`` if a
    letter had to be written as its number, else "". Every text of ``content`` can be set.
    """
    safe = _each_text(content, readable)
    for replace in (_as_it_is, _with_fonts, _plain):
        text = _each_text(safe, replace)
        text["replaced"] = "" if text == safe else note
        try:
            return _typeset(template, text, standards, at, files or {})
        except BaseException as error:
            if replace is _plain or not _is_about_letters(error):
                raise
    raise AssertionError("plain letters have fonts")


def numbered(text: str, keep: Callable[[str], bool]) -> str:
    """``text`` with each character that is not to be kept as its number, such as ``[U+E000]``."""
    return "".join(letter if keep(letter) else f"[U+{ord(letter):04X}]" for letter in text)


class _Press(NamedTuple):
    """Sets one kind of document, one at a time: typesetting takes a whole core, and requests must
    stay quick meanwhile. Kinds do not wait for each other: an agreement need not wait for a
    stranger's list of thousands."""

    compiler: typst.Compiler
    one_at_a_time: threading.Lock


def _typeset(
    template: Path, content: Json, standards: Sequence[str], at: int, files: Mapping[str, bytes]
) -> bytes:
    press = _press(template)
    # Inputs of typst are texts; an array of numbers is the shortest way for bytes through them.
    numbers = {name: list(body) for name, body in files.items()}
    with press.one_at_a_time:
        made = press.compiler.compile(
            sys_inputs={
                "content": json.dumps(content, ensure_ascii=False),
                "files": json.dumps(numbers),
            },
            format="pdf",
            pdf_standards=list(standards),  # type: ignore[arg-type]  # Typed as fewer than it takes.
            timestamp=at,
        )
    return cast("bytes", made)


@cache
def _press(template: Path) -> _Press:
    """One for the process: finding the fonts takes longer than setting a contract."""
    folders = [str(folder) for folder in font_folders()]
    compiler = typst.Compiler(str(template), font_paths=folders, ignore_system_fonts=True)
    return _Press(compiler, threading.Lock())


def font_folders() -> list[Path]:
    specs = [find_spec(name) for name in FONT_PACKAGES]
    return [Path(spec.origin).parent for spec in specs if spec and spec.origin]


def _is_about_letters(error: BaseException) -> bool:
    """Whether other letters may help: one has no glyph, or the shaping of one broke typst."""
    if type(error).__name__ == "PanicException":  # A BaseException that no module exports.
        _press.cache_clear()
        return True
    return isinstance(error, typst.TypstError) and _NO_GLYPH.search(error.message) is not None


def _as_it_is(text: str) -> str:
    return text


def _with_fonts(text: str) -> str:
    return numbered(text, _has_font)


def _plain(text: str) -> str:
    return numbered(text, lambda letter: PLAIN.match(letter) is not None)


def _has_font(character: str) -> bool:
    if PLAIN.match(character):
        return True
    return unicodedata.category(character) not in _NEVER and ord(character) in _covered()


@cache
def _covered() -> frozenset[int]:
    """Return the code points of the fonts beside typst's own; read once a letter had no glyph."""
    from fontTools.ttLib import TTFont

    files = (file for folder in font_folders() for file in folder.glob("*.[ot]t[fc]"))
    # The fonts of a collection have the same letters, each as its language draws them.
    covered: set[int] = set()
    for file in files:
        with TTFont(file, fontNumber=0, lazy=True) as font:
            covered.update(font.getBestCmap())
    return frozenset(covered)


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {name: _each_text(inner, change) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_each_text(inner, change) for inner in value]
    return value
