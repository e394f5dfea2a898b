"""Agreements on an official text: they refer to it, make its choices, and fill in its annexes.

No sentence here is one of the official text, and none stands under its numbers. The annexes are
numbered as there: (EU) 2021/915 has I to IV, Datatilsynet's standard A to D.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from services.agreements.contract.contents import Content
from services.agreements.contract.sentences import changes, duties
from services.agreements.contract.sentences.counting import counting
from services.agreements.contract.sentences.phrases import Phrases
from services.agreements.contract.sentences.points import (
    Answer,
    Facts,
    duration,
    fact,
    kept,
    lines,
    measures,
    no_text,
    party,
    point,
    sensitive,
    stated,
)

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
    "controller": duties.controller, "subject": duties.subject_and_place, "counting": counting,
    "law": duties.law,
}  # fmt: skip


@dataclass(frozen=True)
class File:
    """The official file, where the installation has one."""

    name: str
    sha256: str


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
         "points": [point(say, facts, name, prefix, answer) for name, prefix, answer in points]}
        for number, title, points in ANNEXES[kind]
    ]  # fmt: skip


def _clause(heading: str, paragraphs: Sequence[str]) -> Clause:
    return {"number": None, "heading": heading, "paragraphs": list(paragraphs)}


def _reference(kind: str, say: Phrases, file: File | None) -> list[str]:
    copy = say("copy", name=file.name, sha256=file.sha256) if file else say("no_copy")
    options = [say(f"{EU}_options")] if kind == EU else []
    return [say(f"{kind}_text"), *options, say(f"{kind}_rank"), copy]


def _clauses(*names: str) -> Answer:
    return lambda _say, facts: stated(*(getattr(facts.content.clauses, name) for name in names))


def _sub_processing(say: Phrases, _facts: Facts) -> list[str]:
    return [say("sub_processing")]


def _notice(say: Phrases, facts: Facts) -> list[str]:
    content = facts.content
    return list(chain(changes.notice(say, content), changes.objection(say, content),
                      changes.emergency(say, content)))  # fmt: skip


def _instruction(_say: Phrases, facts: Facts) -> list[str]:
    content = facts.content
    answered = stated(content.clauses.instructions)
    return [*stated(content.processing.subject_matter), *answered] if answered else []


def _security(say: Phrases, facts: Facts) -> list[str]:
    taken = facts.content.measures
    agreed = stated(facts.content.clauses.security)
    told = lines((*taken.technical, *taken.organisational))
    besides = sensitive(say, facts)
    return [*agreed, *told, *besides] if (agreed or told) and besides else []


def _storage(say: Phrases, facts: Facts) -> list[str]:
    content = facts.content
    ends = list(duties.end(say, content)) if content.clauses.end_of_processing else []
    return [*kept(say, facts), *ends]


def _place(say: Phrases, facts: Facts) -> list[str]:
    return list(duties.place(say, facts.content))


def _transfers(_say: Phrases, facts: Facts) -> list[str]:
    return stated(facts.content.transfer_instructions)


def _audit(say: Phrases, facts: Facts) -> list[str]:
    return list(duties.audit(say, facts.content))


def _rest(say: Phrases, facts: Facts) -> list[str]:
    content = facts.content
    return list(chain(duties.subject(say, content), counting(say, content),
                      duties.law(say, content)))  # fmt: skip


# Number, title, and the points in their order: name, number, and what answers them.
ANNEXES: dict[str, list[tuple[str, str, list[tuple[str, str | None, Answer]]]]] = {
    EU: [
        ("I", "parties", [("controller", None, party("controller")),
                          ("processor", None, party("processor"))]),
        ("II", "description", [
            ("subject_matter", None, fact("subject_matter")),
            ("data_subjects", None, fact("data_subjects")),
            ("data_categories", None, fact("data_categories")),
            ("sensitive", None, sensitive), ("nature", None, fact("nature")),
            ("purpose", None, fact("purpose")), ("duration", None, duration),
            ("by_sub_processors", None, _sub_processing)]),
        ("III", "measures", [
            ("technical", None, measures("technical")),
            ("organisational", None, measures("organisational")),
            ("assistance", None, _clauses("assistance", "data_subject_rights")),
            ("chain_measures", None, _clauses("flow_down"))]),
        ("IV", "list", [("listed", None, no_text)]),
    ],
    DK: [
        ("A", "dk_a", [
            ("purpose", "A.1", fact("purpose")), ("nature", "A.2", fact("nature")),
            ("data_categories", "A.3", fact("data_categories")),
            ("data_subjects", "A.4", fact("data_subjects")),
            ("duration", "A.5", fact("duration"))]),
        ("B", "dk_b", [("listed", "B.1", no_text), ("b2", "B.2", _notice)]),
        ("C", "dk_c", [
            ("c1", "C.1", _instruction), ("c2", "C.2", _security),
            ("c3", "C.3", _clauses("assistance", "data_subject_rights")),
            ("c4", "C.4", _storage), ("c5", "C.5", _place), ("c6", "C.6", _transfers),
            ("c7", "C.7", _audit), ("c8", "C.8", _clauses("sub_processor_audit"))]),
        ("D", "dk_d", [("d", None, _rest)]),
    ],
}  # fmt: skip
