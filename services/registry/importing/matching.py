"""Find the entry of the register that a row is about: by id, else number, else name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from services.registry.importing.words import plain
from shared.importing.asking import Answers, Question


class Matches:
    """The entries of a register, by id, number and name."""

    def __init__(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """``entries``: ``{id, legal_name, registration_number, purpose}``."""
        self._known = {entry["id"]: entry for entry in entries}
        self._by_name: dict[str, list[str]] = defaultdict(list)
        self._by_number: dict[str, list[str]] = defaultdict(list)
        for sub_id, entry in self._known.items():
            self._by_name[plain(entry.get("legal_name") or "")].append(sub_id)
            if entry.get("registration_number"):
                self._by_number[_digits(entry["registration_number"])].append(sub_id)

    @property
    def ids(self) -> set[str]:
        return set(self._known)

    def find(self, stated: Mapping[str, Any], answers: Answers) -> str | Question | None:
        """The entry's id; None for a new one; a question where several may be meant."""
        given = stated.get("id")
        if given in self._known:
            return str(given)
        name = plain(stated["legal_name"])
        number = _digits(stated.get("registration_number") or "")
        candidates = (self._by_number.get(number) if number else None) or self._by_name.get(name)
        if not candidates or len(candidates) == 1:
            return candidates[0] if candidates else None
        purpose = _texts(stated.get("purpose"))
        same = [
            candidate
            for candidate in candidates
            if purpose & _texts(self._known[candidate].get("purpose"))
        ]
        if len(same) == 1:
            return same[0]
        why = f"The register has {len(candidates)} entries of this name; say which is meant."
        question = Question("id", stated["legal_name"], "which-entry", why, (*candidates, "new"))
        answer = answers.to(question)
        if answer is None:
            return question
        return None if not answer or answer[0] == "new" else answer[0]


def _texts(purpose: Mapping[str, str] | None) -> set[str]:
    return {plain(text) for text in (purpose or {}).values()}


def _digits(number: str) -> str:
    return "".join(character for character in number.casefold() if character.isalnum())
