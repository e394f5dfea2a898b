"""Questions that a row leaves open, and the answers given to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Question:
    """One thing a row leaves open. ``text`` is the vendor's own; ``candidates`` are proposals.

    ``member`` decides which answers fit: country codes for ``locations``, ``remote_access`` and
    ``country``, ids of instruments for ``mechanisms``, ``merge`` or ``separate`` for ``same_name``,
    the id of an entry for ``id``.
    """

    member: str
    text: str
    code: str
    why: str
    candidates: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.member}|{self.text}"

    def to_mapping(self) -> dict[str, Any]:
        return {
            "member": self.member,
            "text": self.text,
            "code": self.code,
            "why": self.why,
            "candidates": list(self.candidates),
        }


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers given so far to questions of one row, by the question's key."""

    given: Mapping[str, Sequence[str]]

    def to(self, question: Question) -> Sequence[str] | None:
        return self.given.get(question.key)
