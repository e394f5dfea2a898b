"""Cut the text of a cell into pieces, each of which may name one place; nothing is dropped."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

from services.registry.importing import words

LINES = re.compile(r"\s*[;\n|•·]\s*")
COMMAS = re.compile(r"\s*,\s*")
SLASHES = re.compile(r"\s*/\s*")
JOINTS = re.compile(
    r"\s+(?:and|or|og|eller|och|samt|und|oder|\+|–|-)\s+|\s*[&+—]\s*", re.IGNORECASE
)
_COLON = re.compile(r":(?!//)\s*")
_OPEN, _CLOSE = "([{", ")]}"
# Deeper brackets are kept as text; no cell needs them, and each costs a level of the stack.
DEEPEST = 6


@dataclass(eq=False)
class Piece:
    """``text`` without its brackets, ``whole`` with them; ``segment`` numbers the lines of a cell.

    ``host``: the piece whose bracket this one stands in. ``label``: this piece stands before a
    colon. ``head``: the label in front of this piece. ``previous``: what a comma parts it from;
    ``of``: how many pieces its run of commas has; ``joined``: what "and" or a slash parts it from.
    """

    text: str
    whole: str
    segment: int
    host: Piece | None = None
    label: bool = False
    head: Piece | None = None
    previous: Piece | None = None
    of: int = 1
    joined: Piece | None = None
    asides: list[Piece] = field(default_factory=list)

    def has_part(self, other: Piece) -> bool:
        return other.host is self or other.head is self


@dataclass
class Cutter:
    """``is_name``: whether a text is one name, however many separators it holds."""

    is_name: Callable[[str], bool]
    _segments: int = 0

    def cut(self, text: str, host: Piece | None = None, depth: int = 0) -> list[Piece]:
        """The pieces of ``text`` in its order; those of brackets follow their host."""
        return [
            piece for line in self._parts(text, LINES) for piece in self._of_line(line, host, depth)
        ]

    def _of_line(self, line: str, host: Piece | None, depth: int) -> list[Piece]:
        self._segments += 1
        found, head, previous = list[Piece](), None, None
        parts = self._parts(line, COMMAS)
        for part in parts:
            pieces = self._of_part(part, host)
            for piece in pieces:
                piece.head, piece.of = head, len(parts)
                head = piece if piece.label else head
            for one, other in pairwise(pieces):
                other.joined = None if one.label else one
            if pieces and not pieces[0].label:
                pieces[0].previous = previous
            previous = pieces[-1] if pieces else None
            found += pieces
        return [inner for piece in found for inner in (piece, *self._asides(piece, depth))]

    def _of_part(self, part: str, host: Piece | None) -> list[Piece]:
        texts = [
            text
            for half in self._parts(part, SLASHES)
            for joint in self._parts(half, JOINTS)
            for text in self._labels(joint)
        ]
        return [self._piece(text, label, host) for text, label in texts if words.plain(text)]

    def _labels(self, text: str) -> list[tuple[str, bool]]:
        parts = self._parts(text, _COLON)
        return [(part, at < len(parts) - 1) for at, part in enumerate(parts)]

    def _piece(self, text: str, label: bool, host: Piece | None) -> Piece:
        bare = text if self.is_name(text) else without_brackets(text)[0]
        return Piece(bare.strip(" .,:*"), text, self._segments, host, label)

    def _asides(self, piece: Piece, depth: int) -> list[Piece]:
        if depth >= DEEPEST or self.is_name(piece.whole):
            return []
        for aside in without_brackets(piece.whole)[1]:
            piece.asides += self.cut(aside, piece, depth + 1)
        return piece.asides

    def _parts(self, text: str, separator: re.Pattern[str]) -> list[str]:
        return [text.strip()] if self.is_name(text) else split(text, separator)


def split(text: str, separator: re.Pattern[str]) -> list[str]:
    """``text`` cut at each separator that stands outside of brackets."""
    if not separator.search(text):
        return [text.strip()] if text.strip() else []
    parts, depth, start, at = list[str](), 0, 0, 0
    ends = {match.start(): match.end() for match in separator.finditer(text)}
    while at < len(text):
        if depth == 0 and at in ends and ends[at] > at:
            parts.append(text[start:at])
            start = at = ends[at]
            continue
        depth = max(0, depth + (text[at] in _OPEN) - (text[at] in _CLOSE))
        at += 1
    if depth:  # A bracket that is not closed hides nothing.
        return [part.strip() for part in separator.split(text) if part.strip()]
    return [part.strip() for part in [*parts, text[start:]] if part.strip()]


def without_brackets(text: str) -> tuple[str, list[str]]:
    """``text`` without its outer brackets, and what stands in each."""
    outer, asides, depth, start = list[str](), list[str](), 0, 0
    for at, character in enumerate(text):
        if character in _OPEN:
            start = at + 1 if depth == 0 else start
            depth += 1
        elif character in _CLOSE and depth:
            depth -= 1
            if depth == 0:
                asides.append(text[start:at])
                outer.append(" ")
        elif depth == 0:
            outer.append(character)
    if depth:
        asides.append(text[start:])
    return " ".join("".join(outer).split()), [aside for aside in asides if aside.strip()]
