"""The foot of a letter: why it came, how to have it sent to somebody else, and its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.notices.letters.words import Words
from shared.safe_text import isolated


def why(t: Words, data: Mapping[str, Any], address: str) -> tuple[str, ...]:
    """Why the reader gets it, and whom to tell if somebody else should."""
    vendor = data["processor"].get("legal_name", "")
    reroute = "mail.reroute_reply" if address else "mail.reroute"
    return (
        t("mail.why", vendor=vendor),
        t(reroute, vendor=vendor),
        *numbers(t, agreement=data.get("agreement_id")),
    )


def persons_named(persons: Sequence[Mapping[str, Any]]) -> str:
    """Who approved, answered or signed, by name and title."""
    return "; ".join(
        ", ".join(isolated(person[name]) for name in ("name", "title") if person.get(name))
        for person in persons
    )


def numbers(t: Words, **ids: str | None) -> tuple[str, ...]:
    """A line with each number that is known, by what it is of."""
    return tuple(t(f"number.{name}", id=value) for name, value in ids.items() if value)


def change_ids(t: Words, changes: Sequence[Mapping[str, Any]], about: Mapping[str, Any]) -> str:
    """The numbers of a notice and its changes."""
    ids = ", ".join(change["change_id"] for change in changes)
    return t("mail.id" if len(changes) == 1 else "mail.ids", notice=about["id"], change=ids)
