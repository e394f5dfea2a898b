"""Parts that several places of a document share: facts, persons, parties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from services.agreements.contract.shortfalls import SETTLED
from services.agreements.rendering.words import Words

# What is shown only where somebody said it: a template may settle it, or does not ask for it.
UNASKED = (*SETTLED, "sub_processor_audit")
Rows = list[tuple[str, str]]
Members = Mapping[str, Any]


def facts(words: Words, members: Members, shape: type, apart: Sequence[str] = ()) -> Rows:
    """Every fact of ``shape`` but those ``apart``; those that a template may settle itself only
    where they are told."""
    named = [field.name for field in fields(shape) if field.name not in apart]
    return [(words(name), _fact(words, name, members.get(name))) for name in named
            if members.get(name) is not None or name not in UNASKED]  # fmt: skip


def _fact(words: Words, name: str, fact: object) -> str:
    """Only what becomes of the data is told by a code; all else is a text of the parties."""
    return words.value(fact) if name == "end_of_processing" else words.told(fact)


def filled(words: Words, key: str, part: object) -> str:
    """The words of ``key`` with ``part`` in their gap."""
    return words(key).replace("{}", str(part))


def number(words: Words, value: int, unit: str) -> str:
    """``14 calendar days``; none of them is "at once"."""
    if value == 0:
        return words("at_once")
    count = "one" if value == 1 else "many"
    return f"{value} {words(f'{count}_{unit}')}"


def retention(words: Words, members: Members) -> str:
    """``call recordings: 3 months``."""
    length = members.get("length")
    told = [number(words, length["value"], length["unit"])] if length else []
    told += [members["rule"]] if members.get("rule") else []
    return f"{members['what']}: {', '.join(told)}"


def party(words: Words, members: Members) -> Rows:
    rows: list[tuple[str, str | None]] = [
        (words("name"), members["legal_name"]),
        (words("registration_number"), members["registration_number"]),
        (words("address_of"), ", ".join(party_address(words, members)) or None),
        (words("contact"), person(members["contact"]) if members.get("contact") else None),
    ]
    officer = members.get("data_protection_officer")
    rows.append((words("data_protection_officer"), person(officer) if officer else None))
    return [(label, words.told(text)) for label, text in rows]


def person(members: Members) -> str:
    return f"{members['name']} ({members['position']}), {members['email']}"


def party_lines(words: Words, party: Members) -> list[str]:
    named = [party["legal_name"], party["registration_number"]]
    return [line for line in (*named, *party_address(words, party)) if line]


def party_address(words: Words, party: Members) -> list[str]:
    address = party["address"] or {}
    town = " ".join(address[part] for part in ("postal_code", "city") if part in address)
    country = address.get("country") or party["country"]
    named = words.country(country) if country else None
    return [line for line in (address.get("street"), town, named) if line]
