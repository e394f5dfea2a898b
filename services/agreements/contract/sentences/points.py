"""The points of annexes, and what answers them from the agreed contents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.agreements.contract.contents import Content, Party, Retention
from services.agreements.contract.saying import says
from services.agreements.contract.sentences.phrases import Phrases
from services.agreements.contract.terms import Contact


@dataclass(frozen=True)
class Facts:
    """What fills the annexes: the parties (processor, controller), and the agreed contents."""

    processor: Party
    controller: Party
    content: Content


Answer = Callable[[Phrases, Facts], list[str]]


def point(
    say: Phrases, facts: Facts, name: str, prefix: str | None, answer: Answer
) -> dict[str, Any]:
    """One point of an annex: its heading, and the answer, or that it is open."""
    heading = say(f"point_{name}")
    lists = answer is no_text
    paragraphs = answer(say, facts)
    is_open = not paragraphs and not lists
    return {"heading": f"{prefix}. {heading}" if prefix else heading,
            "paragraphs": [say("open")] if is_open else paragraphs,
            "open": is_open, "lists": lists}  # fmt: skip


def open_points(annexes: Sequence[Mapping[str, Any]]) -> list[str]:
    """Where an annex asks and nobody answered, by annex and point."""
    return [f"{annex['heading'].partition('. ')[0]}: {point['heading']}"
            for annex in annexes for point in annex["points"] if point["open"]]  # fmt: skip


def no_text(_say: Phrases, _facts: Facts) -> list[str]:
    return []


def stated(*texts: str | None) -> list[str]:
    return [text for text in texts if text and (says(text) or _is_none(text))]


def _is_none(text: str) -> bool:
    """Whether somebody answered that there is nothing: an answer, where a point only asks."""
    return text.strip(" .").casefold() in ("none", "ingen", "inga", "inget", "intet")


def fact(name: str) -> Answer:
    def answer(_say: Phrases, facts: Facts) -> list[str]:
        value = getattr(facts.content.processing, name)
        return lines(value) if isinstance(value, tuple) else stated(value)

    return answer


def party(which: str) -> Answer:
    """A party as an official text asks for it: without address or contact it is no answer."""

    def answer(say: Phrases, facts: Facts) -> list[str]:
        named, contact = getattr(facts, which), contact_of(which, facts)
        if not (contact and (named.address or named.country)):
            return []
        return ["\n".join([*party_lines(say, named, contact), say("party_signature")])]

    return answer


def party_lines(say: Phrases, party: Party, contact: Contact | None) -> list[str]:
    """What is known of a party, a line each."""
    officer = party.data_protection_officer
    known = {
        "name": party.legal_name,
        "number": party.registration_number,
        "address": address_line(say, party),
        "contact": person_line(contact) if contact else None,
        "officer": person_line(officer) if officer else None,
    }
    return [say(f"party_{name}", text) for name, text in known.items() if text]


def contact_of(which: str, facts: Facts) -> Contact | None:
    party: Party = getattr(facts, which)
    return party.contact or _told(which, facts.content)


def _told(which: str, content: Content) -> Contact | None:
    """The person whom notices go to: the contact of a controller that names no other."""
    return next(iter(content.notice_terms.contacts), None) if which == "controller" else None


def address_line(say: Phrases, party: Party) -> str:
    address = party.address
    if address is None:
        return say.place(party.country) if party.country else ""
    town = f"{address.postal_code} {address.city}"
    return ", ".join((address.street, town, say.place(address.country)))


def person_line(person: Contact) -> str:
    return f"{person.name} ({person.position}), {person.email}"


def sensitive(say: Phrases, facts: Facts) -> list[str]:
    if not facts.content.processing.special_categories:
        return [say("no_sensitive")]
    protected = lines(facts.content.measures.special_categories)
    return [say("own_sensitive"), *protected] if protected else []


def measures(kind: str) -> Answer:
    return lambda _say, facts: lines(getattr(facts.content.measures, kind))


def lines(texts: Sequence[str]) -> list[str]:
    return ["\n".join(texts)] if stated(*texts) else []


def duration(say: Phrases, facts: Facts) -> list[str]:
    told = stated(facts.content.processing.duration)
    return [*told, *kept(say, facts)] if told else []


def kept(say: Phrases, facts: Facts) -> list[str]:
    told = [f"{each.what}: {_how_long(say, each)}"
            for each in facts.content.processing.retention]  # fmt: skip
    return ["\n".join(told)] if told else []


def _how_long(say: Phrases, retention: Retention) -> str:
    length = retention.length
    parts = [say.number(length.value, length.unit)] if length else []
    return ", ".join([*parts, *([retention.rule] if retention.rule else [])])
