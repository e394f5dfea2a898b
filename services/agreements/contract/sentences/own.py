"""The first three annexes of a template that rests on no official text, in sentences.

The parties, the processing (GDPR Art. 28(3), first sentence) and the measures (Art. 32). The fourth
is the list of sub-processors, which the document has as data.
"""

from __future__ import annotations

from typing import Any

from services.agreements.contract.sentences.phrases import Phrases
from services.agreements.contract.sentences.points import (
    Answer,
    Facts,
    contact_of,
    fact,
    kept,
    party_lines,
    point,
    stated,
)

Points = list[tuple[str, Answer]]


def annexes(say: Phrases, facts: Facts) -> list[dict[str, Any]]:
    """``[{subject, heading, points}]``; ``heading``: the number alone. Points as in ``point``."""
    written = {"parties": PARTIES, "processing": PROCESSING, "measures": _measures(facts)}
    return [
        {"subject": subject, "heading": say("annex", str(number)),
         "points": [point(say, facts, name, f"{number}.{place}", answer)
                    for place, (name, answer) in enumerate(points, 1)]}
        for number, (subject, points) in enumerate(written.items(), 1)
    ]  # fmt: skip


def _party(which: str) -> Answer:
    def answer(say: Phrases, facts: Facts) -> list[str]:
        return ["\n".join(party_lines(say, getattr(facts, which), contact_of(which, facts)))]

    return answer


def _several(name: str) -> Answer:
    """What the contents list, a line each, under a sentence that says what the lines are."""

    def answer(say: Phrases, facts: Facts) -> list[str]:
        return _under(say(f"own_{name}"), stated(*getattr(facts.content.processing, name)))

    return answer


def _taken(name: str) -> Answer:
    def answer(say: Phrases, facts: Facts) -> list[str]:
        return _under(say(f"own_{name}"), stated(*getattr(facts.content.measures, name)))

    return answer


def _under(sentence: str, texts: list[str]) -> list[str]:
    return ["\n".join([sentence, *(f"– {text}" for text in texts)])] if texts else []


def _sensitive(say: Phrases, facts: Facts) -> list[str]:
    is_sensitive = facts.content.processing.special_categories
    return [say("own_sensitive" if is_sensitive else "own_not_sensitive")]


def _duration(say: Phrases, facts: Facts) -> list[str]:
    lasts = stated(facts.content.processing.duration)
    times = [line for block in kept(say, facts) for line in block.split("\n")]
    return [*lasts, *_under(say("own_kept"), times)] if lasts else []


def _measures(facts: Facts) -> Points:
    """The lists that there are; without any, what the parties wrote of security."""
    lists: Points = [(title, _taken(name)) for name, title in MEASURES.items()
                     if stated(*getattr(facts.content.measures, name))]  # fmt: skip
    return lists or [("agreed_measures", _agreed)]


def _agreed(_say: Phrases, facts: Facts) -> list[str]:
    return stated(facts.content.clauses.security)


MEASURES = {"technical": "technical", "organisational": "organisational",
            "special_categories": "special"}  # fmt: skip
PARTIES: Points = [("controller", _party("controller")), ("processor", _party("processor"))]
PROCESSING: Points = [
    ("subject_matter", fact("subject_matter")), ("own_duration", _duration),
    ("nature", fact("nature")), ("purpose", fact("purpose")),
    ("data_categories", _several("data_categories")),
    ("own_sensitive", _sensitive), ("data_subjects", _several("data_subjects")),
]  # fmt: skip
