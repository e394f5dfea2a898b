"""The clauses of a contract: the words of its template, and under them what the parties agreed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, count
from typing import Any

from services.agreements.contract.contents import Content
from services.agreements.contract.sentences import changes, duties
from services.agreements.contract.sentences.counting import counting
from services.agreements.contract.sentences.duties import Sentences
from services.agreements.contract.sentences.phrases import Phrases
from services.agreements.contract.wording import SUBJECTS, Template, in_language, spoken

Clause = dict[str, Any]
# What the parties agree on, in the order of a contract; a section of a template may ``says`` one.
AGREED: dict[str, Sentences] = {
    "subject": duties.subject_and_place,
    "controller": duties.controller,
    "instructions": duties.instructions,
    "confidentiality": duties.confidentiality,
    "security": duties.security,
    "authorisation": lambda say, content: chain(
        changes.authorisation(say, content), duties.sub_processors(say, content)
    ),
    "notice": changes.notice,
    "objection": changes.objection,
    "emergency": changes.emergency,
    "chain": duties.chain,
    "data_subject_rights": duties.data_subject_rights,
    "assistance": duties.assistance,
    "breach": duties.breach,
    "end": duties.end,
    "audit": duties.audit,
    "counting": counting,
    "law": duties.law,
}
_ANNEX = {"en": "Annex {}", "da": "bilag {}", "sv": "bilaga {}"}


def clauses(template: Template, content: Content, zones: Sequence[str]) -> list[Clause]:
    """The contract: ``[{number, heading, paragraphs}]``, in the language of ``content``.

    Every subject stands under the section of the template that names it; what no section names
    follows under headings and numbers of its own, so that nothing agreed is left out. ``zones``:
    see ``Phrases``.
    """
    say = phrases(content.language, zones)

    def agreed(subject: str | None) -> list[str]:
        return list(AGREED[subject](say, content)) if subject else []

    written = [_section(template, index, content.language, agreed(section.says))
               for index, section in enumerate(template.sections)]  # fmt: skip
    named = {section.says for section in template.sections}
    left = [(subject, agreed(subject)) for subject in AGREED if subject not in named]
    numbers = count(_next_number(template))
    more = [{"number": str(next(numbers)), "heading": say(f"heading_{subject}"),
             "paragraphs": paragraphs} for subject, paragraphs in left if paragraphs]  # fmt: skip
    return [*written, *more]


def phrases(language: str, zones: Sequence[str] = ()) -> Phrases:
    """The sentences of a contract whose annexes are numbered from 1, as ``SUBJECTS`` are."""
    label = _ANNEX[spoken(language)]
    names = {subject: label.format(number) for number, subject in enumerate(SUBJECTS, 1)}
    return Phrases(language, names, zones)


def _section(template: Template, index: int, language: str, agreed: Sequence[str]) -> Clause:
    section = template.sections[index]
    text = in_language(section.text, language)
    return {"number": section.number, "heading": in_language(section.heading, language),
            "paragraphs": [*text.split("\n\n"), *agreed]}  # fmt: skip


def _next_number(template: Template) -> int:
    """The first number after those of the sections: ``4.2`` counts as 4."""
    first = [section.number.partition(".")[0] for section in template.sections]
    return max([*(int(each) for each in first if each.isdecimal()), len(first)], default=0) + 1
