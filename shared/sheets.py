"""CSV that a spreadsheet shows and never runs, and that is read back without a difference.

RFC 4180. A cell that a spreadsheet could take for a formula gets an apostrophe in front, and so
does one that begins with an apostrophe: reading takes one away (OWASP, CSV injection).
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from shared.times import format_instant

# The characters that begin a formula, in half and full width and small forms; and the guard itself.
SIGNS = frozenset("=+-@＝＋－＠﹦﹢﹣﹫−'")
# Characters that no text file can hold; all others come back as they are.
_NO_TEXT = re.compile(r"[\x00\ud800-\udfff]")
_TOKENS = re.compile(r"\\.|; ?|[^\\;]+|\\", re.DOTALL)


def line(cells: Iterable[object]) -> str:
    """One line of the file, ended."""
    out = io.StringIO()
    csv.writer(out).writerow([guarded(text_of(cell)) for cell in cells])
    return out.getvalue()


def text_of(value: object) -> str:
    """A value as the text of a cell, not guarded yet."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, list | tuple):
        return joined([text_of(item) for item in value])
    return _NO_TEXT.sub("\ufffd", str(value))


def guarded(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula, even after blanks it skips."""
    return f"'{text}" if _is_risky(text) else text


def unguarded(cell: Any) -> Any:
    """The text of a cell of ours."""
    return cell[1:] if isinstance(cell, str) and cell.startswith("'") else cell


def joined(texts: Sequence[str]) -> str:
    """Texts in one cell, apart by semicolons; one within a text is written ``\\;``.

    Each is guarded: where lists are separated by semicolons, a spreadsheet cuts the cell there.
    """
    return "; ".join(
        guarded(text).replace("\\", "\\\\").replace(";", "\\;") for text in texts if text
    )


def split(cell: str) -> list[str]:
    """The texts of such a cell."""
    texts = [""]
    # Token by token: one expression for the whole cell could be made to take quadratic time.
    for token in _TOKENS.findall(cell):
        if token.startswith(";"):
            texts.append("")
        else:
            texts[-1] += token[1:] if token[0] == "\\" and len(token) > 1 else token
    return [unguarded(text) for text in texts if text]


def _is_risky(text: str) -> bool:
    """Blanks, controls and marks without width may be skipped before a formula."""
    first = text[:1]
    return first in SIGNS or unicodedata.category(first or "a")[0] in "ZC"
