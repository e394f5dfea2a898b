"""Agreements on an official text: they refer to it, make its choices, and fill in its annexes.

No sentence here is one of the official text, and none stands under its numbers. The annexes are
numbered as there: (EU) 2021/915 has I to IV, Datatilsynet's standard A to D.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from services.agreements.contract.contents import Content, Party, Retention
from services.agreements.contract.saying import says
from services.agreements.contract.sentences import changes, duties
from services.agreements.contract.sentences.counting import counting
from services.agreements.contract.sentences.phrases import Phrases
from services.agreements.contract.terms import Contact

EU, DK = "eu-2021-915", "dk-sa"
Clause = dict[str, Any]
# The clause of the official text that each agreed subject belongs to.
CLAUSES: dict[str, dict[str, str | None]] = {
    EU: {"authorisation": "7.7", "notice": "7.7", "objection": "7.7", "emergency": "7.7",
         "instructions": "7.1", "breach": "9", "end": "10", "audit": "7.6", "chain": "7.7",
         "confidentiality": None, "controller": None, "subject": None, "counting": None,
         "law": None},
    DK: {"authorisation": "7", "breach": "10", "end": "11", "confidentiality": "5", "chain": "7",
         "controller": "3"},
}  # fmt: skip


def _authorisation(say: Phrases, content: Content) -> Iterator[str]:
    if content.authorisation:
        yield say(f"option_{content.authorisation}")
    yield from changes.authorisation(say, content)
    yield from duties.sub_processors(say, content)


SAY: dict[str, duties.Sentences] = {
    "authorisation": _authorisation,
    "notice": changes.notice, "objection": changes.objection, "emergency": changes.emergency,
    "instructions": duties.instructions, "breach": duties.breach, "end": duties.end,
    "audit": duties.audit, "chain": duties.chain, "confidentiality": duties.confidentiality,
    "controller": duties.controller, "subject": duties.subject, "counting": counting,
    "law": duties.law,
}  # fmt: skip


@dataclass(frozen=True)
class File:
    """The official file, where the installation has one."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Facts:
    """What fills the annexes: the parties (processor, controller), and the agreed contents."""

    processor: Party
    controller: Party
    content: Content


Answer = Callable[[Phrases, Facts], list[str]]


def clauses(kind: str, say: Phrases, content: Content, file: File | None) -> list[Clause]:
    """The reference to the text, and what the parties agreed to its clauses; without numbers."""
    made = [_clause(say("heading_official"), _reference(kind, say, file))]
    for subject, number in CLAUSES[kind].items():
        heading = say(f"heading_{subject}")
        titled = say("to_clause", heading=heading, clause=number) if number else heading
        made.append(_clause(titled, list(SAY[subject](say, content))))
    return [clause for clause in made if clause["paragraphs"]]


def annexes(kind: str, say: Phrases, facts: Facts) -> list[dict[str, Any]]:
    """The annexes under their own numbers: ``[{heading, points: [{heading, paragraphs, open,
    lists}]}]``. ``lists``: the list of sub-processors stands there."""
    label = "appendix" if kind == DK else "annex"
    return [
        {"heading": f"{say(label, number)}. {say(f'point_{title}')}",
         "points": [_point(say, facts, name, prefix, answer) for name, prefix, answer in points]}
        for number, title, points in ANNEXES[kind]
    ]  # fmt: skip


def open_points(annexes: Sequence[Mapping[str, Any]]) -> list[str]:
    """Where an annex asks and nobody answered, by annex and point."""
    return [f"{annex['heading'].partition('. ')[0]}: {point['heading']}"
            for annex in annexes for point in annex["points"] if point["open"]]  # fmt: skip


def _clause(heading: str, paragraphs: Sequence[str]) -> Clause:
    return {"number": None, "heading": heading, "paragraphs": list(paragraphs)}


def _reference(kind: str, say: Phrases, file: File | None) -> list[str]:
    copy = say("copy", name=file.name, sha256=file.sha256) if file else say("no_copy")
    options = [say(f"{EU}_options")] if kind == EU else []
    return [say(f"{kind}_text"), *options, say(f"{kind}_rank"), copy]


def _point(
    say: Phrases, facts: Facts, name: str, prefix: str | None, answer: Answer
) -> dict[str, Any]:
    heading = say(f"point_{name}")
    lists = answer is _no_text
    paragraphs = answer(say, facts)
    is_open = not paragraphs and not lists
    return {"heading": f"{prefix}. {heading}" if prefix else heading,
            "paragraphs": [say("open")] if is_open else paragraphs,
            "open": is_open, "lists": lists}  # fmt: skip


def _no_text(_say: Phrases, _facts: Facts) -> list[str]:
    return []


def _said(*texts: str | None) -> list[str]:
    return [text for text in texts if text and (says(text) or _is_none(text))]


def _is_none(text: str) -> bool:
    """Whether somebody answered that there is nothing: an answer, where a point only asks."""
    return text.strip(" .").casefold() in ("none", "ingen", "inga", "inget", "intet")


def _fact(name: str) -> Answer:
    def answer(_say: Phrases, facts: Facts) -> list[str]:
        value = getattr(facts.content.processing, name)
        return _lines(value) if isinstance(value, tuple) else _said(value)

    return answer


def _party(which: str) -> Answer:
    def answer(say: Phrases, facts: Facts) -> list[str]:
        party: Party = getattr(facts, which)
        contact = party.contact or _told(which, facts.content)
        if not (contact and (party.address or party.country)):
            return []
        lines = [say("party_name", party.legal_name)]
        if party.registration_number:
            lines.append(say("party_number", party.registration_number))
        lines.append(say("party_address", _address(say, party)))
        lines.append(say("party_contact", _person(contact)))
        if party.data_protection_officer:
            lines.append(say("party_officer", _person(party.data_protection_officer)))
        return ["\n".join([*lines, say("party_signature")])]

    return answer


def _told(which: str, content: Content) -> Contact | None:
    """The person whom notices go to: the contact of a controller that names no other."""
    return next(iter(content.notice_terms.contacts), None) if which == "controller" else None


def _address(say: Phrases, party: Party) -> str:
    address = party.address
    if address is None:
        return say.place(party.country or "")
    town = f"{address.postal_code} {address.city}"
    return ", ".join((address.street, town, say.place(address.country)))


def _person(person: Contact) -> str:
    return f"{person.name} ({person.position}), {person.email}"


def _sensitive(say: Phrases, facts: Facts) -> list[str]:
    if not facts.content.processing.special_categories:
        return [say("no_sensitive")]
    return _lines(facts.content.measures.special_categories)


def _measures(kind: str) -> Answer:
    return lambda _say, facts: _lines(getattr(facts.content.measures, kind))


def _lines(texts: Sequence[str]) -> list[str]:
    return ["\n".join(texts)] if _said(*texts) else []


def _clauses(*names: str) -> Answer:
    return lambda _say, facts: _said(*(getattr(facts.content.clauses, name) for name in names))


def _sub_processing(say: Phrases, _facts: Facts) -> list[str]:
    return [say("sub_processing")]


def _notice(say: Phrases, facts: Facts) -> list[str]:
    content = facts.content
    return list(chain(changes.notice(say, content), changes.objection(say, content),
                      changes.emergency(say, content)))  # fmt: skip


def _instruction(_say: Phrases, facts: Facts) -> list[str]:
    content = facts.content
    answered = _said(content.clauses.instructions)
    return [*_said(content.processing.subject_matter), *answered] if answered else []


def _security(say: Phrases, facts: Facts) -> list[str]:
    measures = facts.content.measures
    agreed = _said(facts.content.clauses.security)
    lines = _lines((*measures.technical, *measures.organisational))
    sensitive = _sensitive(say, facts)
    return [*agreed, *lines, *sensitive] if (agreed or lines) and sensitive else []


def _storage(say: Phrases, facts: Facts) -> list[str]:
    content = facts.content
    ends = list(duties.end(say, content)) if content.clauses.end_of_processing else []
    return [*_kept(say, facts), *ends]


def _duration(say: Phrases, facts: Facts) -> list[str]:
    duration = _said(facts.content.processing.duration)
    return [*duration, *_kept(say, facts)] if duration else []


def _kept(say: Phrases, facts: Facts) -> list[str]:
    kept = [f"{each.what}: {_how_long(say, each)}"
            for each in facts.content.processing.retention]  # fmt: skip
    return ["\n".join(kept)] if kept else []


def _how_long(say: Phrases, retention: Retention) -> str:
    length = retention.length
    parts = [say.number(length.value, length.unit)] if length else []
    return ", ".join([*parts, *([retention.rule] if retention.rule else [])])


def _place(say: Phrases, facts: Facts) -> list[str]:
    region = facts.content.region
    return [say("region", region)] if region else []


def _transfers(_say: Phrases, facts: Facts) -> list[str]:
    return _said(facts.content.transfer_instructions)


def _audit(say: Phrases, facts: Facts) -> list[str]:
    return list(duties.audit(say, facts.content))


def _rest(say: Phrases, facts: Facts) -> list[str]:
    content = facts.content
    return list(chain(duties.subject(say, content), counting(say, content),
                      duties.law(say, content)))  # fmt: skip


# Number, title, and the points in their order: name, number, and what answers them.
ANNEXES: dict[str, list[tuple[str, str, list[tuple[str, str | None, Answer]]]]] = {
    EU: [
        ("I", "parties", [("controller", None, _party("controller")),
                          ("processor", None, _party("processor"))]),
        ("II", "description", [
            ("subject_matter", None, _fact("subject_matter")),
            ("data_subjects", None, _fact("data_subjects")),
            ("data_categories", None, _fact("data_categories")),
            ("sensitive", None, _sensitive), ("nature", None, _fact("nature")),
            ("purpose", None, _fact("purpose")), ("duration", None, _duration),
            ("by_sub_processors", None, _sub_processing)]),
        ("III", "measures", [
            ("technical", None, _measures("technical")),
            ("organisational", None, _measures("organisational")),
            ("assistance", None, _clauses("assistance", "data_subject_rights")),
            ("chain_measures", None, _clauses("flow_down"))]),
        ("IV", "list", [("listed", None, _no_text)]),
    ],
    DK: [
        ("A", "dk_a", [
            ("purpose", "A.1", _fact("purpose")), ("nature", "A.2", _fact("nature")),
            ("data_categories", "A.3", _fact("data_categories")),
            ("data_subjects", "A.4", _fact("data_subjects")),
            ("duration", "A.5", _fact("duration"))]),
        ("B", "dk_b", [("listed", "B.1", _no_text), ("b2", "B.2", _notice)]),
        ("C", "dk_c", [
            ("c1", "C.1", _instruction), ("c2", "C.2", _security),
            ("c3", "C.3", _clauses("assistance", "data_subject_rights")),
            ("c4", "C.4", _storage), ("c5", "C.5", _place), ("c6", "C.6", _transfers),
            ("c7", "C.7", _audit), ("c8", "C.8", _clauses("sub_processor_audit"))]),
        ("D", "dk_d", [("d", None, _rest)]),
    ],
}  # fmt: skip
