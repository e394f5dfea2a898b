"""Questions that a row leaves open, and the answers given to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
    """Answers given so far to questions of one row, by the question's key.

    ``remembered``: those of earlier imports, for every row or, by ``entity_key``, for rows about
    ``entity``; ``recalled`` keeps those that were taken.
    """

    given: Mapping[str, Sequence[str]]
    remembered: Mapping[str, Sequence[str]] = field(default_factory=dict)
    entity: str = ""
    recalled: list[dict[str, Any]] = field(default_factory=list)

    def to(self, question: Question) -> Sequence[str] | None:
        if question.key in self.given:
            return self.given[question.key]
        own = self.remembered.get(entity_key(self.entity, question.key))
        values = own if own is not None else self.remembered.get(question.key)
        if values is not None:
            said = {"member": question.member, "text": question.text, "values": list(values)}
            self.recalled.extend([said] if said not in self.recalled else [])
        return values


def entity_key(entity: str, key: str) -> str:
    """The key of an answer that counts for rows about one entity only."""
    return f"{entity}||{key}"
