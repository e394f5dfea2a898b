"""The text of a cell as it looks when read: HTML, Markdown, entities undone; links kept apart."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Elements that begin a new line where they are shown.
_BREAKS = re.compile(r"</?(?:br|p|div|li|ul|ol|tr|table|h[1-6])\b[^<>]{0,500}>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][^<>]{0,2000}>|<!--.{0,500}?-->", re.IGNORECASE | re.DOTALL)
_ANCHOR = re.compile(
    r"<a\b[^<>]{0,1000}?\bhref\s*=\s*[\"']?([^\"'<>\s]{1,1000})[^<>]{0,1000}>", re.IGNORECASE
)
_MARKDOWN_LINK = re.compile(r"!?\[([^\[\]]{0,500})\]\(\s*<?([^()\s<>]{1,1000})>?[^()]{0,200}\)")
_STRONG = re.compile(r"(\*\*|__|`{1,3})(?=\S)([^*`~]{1,1000}?)\1")
# What is struck out: no longer so.
_STRUCK = re.compile(
    r"~~(?=\S)([^~]{1,1000}?)~~|<(s|del|strike)\b[^<>]{0,200}>(.{1,1000}?)</\2>",
    re.IGNORECASE | re.DOTALL,
)
_STRESSED = re.compile(r"(?<![\w*])([*_])(?=[^\s*_])([^*_\n]{1,1000}?)(?<=\S)\1(?![\w*])")
# Marks of footnotes at the end of a name: *, †, ¹, [1], [^1].
_MARKS = re.compile(
    r"(?:\s*(?:[*†‡⁎∗]|[¹²³⁰⁴-⁹]|\[\^?\d{1,2}\]|<sup>\w{1,3}</sup>))+\Z", re.IGNORECASE
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,31}\d{0,2});", re.IGNORECASE)
_MARKED = re.compile(r"[<&\[*_`~]")
# A longer cell is no cell of a table; it is taken as it stands.
LONGEST_MARKED = 10_000
# Marks stand at the very end.
LONGEST_MARKS = 40
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n[\n ]*")


@dataclass(frozen=True, slots=True)
class Text:
    """``text`` with its line breaks; ``links``: addresses that stood behind words of it;
    ``struck``: what is struck out, and so no part of ``text``."""

    text: str
    links: tuple[str, ...] = ()
    struck: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        return " ".join(self.text.split())


def read_cell(value: Any) -> Text:
    """A cell as text. Lists are joined by line breaks, members of objects by their names."""
    raw = unicodedata.normalize("NFC", flat(value))
    if len(raw) > LONGEST_MARKED or not _MARKED.search(raw):
        return Text(_lines(raw))
    struck = tuple(read_cell(match[1] or match[3]).line for match in _STRUCK.finditer(raw))
    raw = _STRUCK.sub(" ", raw) if struck else raw
    links = [link for link in _ANCHOR.findall(raw) if link not in _TAG.sub(" ", raw)]
    text = _TAG.sub("", _BREAKS.sub("\n", raw)) if "<" in raw else raw
    text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    links += [match[1] for match in _MARKDOWN_LINK.findall(text) if match[1] != match[0]]
    text = _MARKDOWN_LINK.sub(r"\1", text)
    text = _STRESSED.sub(r"\2", _STRONG.sub(r"\2", text))
    return Text(_lines(text), tuple(dict.fromkeys(links)), struck)


def flat(value: Any) -> str:
    """Lists as lines; objects as ``name: value``, without the name where there is one member."""
    if isinstance(value, Mapping):
        parts = [(name, flat(inner)) for name, inner in value.items() if not _is_empty(inner)]
        if len(parts) == 1 and parts[0][1] not in ("true", "false"):
            return parts[0][1]
        return "; ".join(f"{name}: {', '.join(text.splitlines())}" for name, text in parts)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "\n".join(flat(inner) for inner in value if not _is_empty(inner))
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def without_marks(text: str) -> tuple[str, str]:
    """``text`` without the footnote marks at its end, and those marks."""
    start = max(0, len(text) - LONGEST_MARKS)
    match = _MARKS.search(text, start)
    if match is None or not match.start():
        return text, ""
    return text[: match.start()].rstrip(), match[0].strip()


def _lines(text: str) -> str:
    return _LINES.sub("\n", _SPACES.sub(" ", text.replace("\r", "\n"))).strip()


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})
