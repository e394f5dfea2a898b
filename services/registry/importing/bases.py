"""Texts such as "DPF, alternatively SCC" or "SCCs (Module 3)" as mechanisms in their order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from services.registry.importing import words
from services.registry.importing.asking import Answers, Question
from services.registry.transfers import Instrument

ADEQUACY = "adequacy"
MEMBER = "mechanisms"
IGNORE = re.IGNORECASE
_MODULES = {
    "1": 1,
    "2": 2,
    "3": 3,
    "4": 4,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
}
_MODULE = re.compile(r"modul(?:e|es|er)?\s*\W?\s*(one|two|three|four|iv|i{1,3}|[1-4])\b", IGNORE)
_MORE_MODULES = re.compile(
    r"modul\w*\s*\W?\s*\w+\s*(?:,|/|&|and|og|och)\s*(?:modul\w*\s*)?[1-4]\b", IGNORE
)
# "SCCs where the DPF does not apply": the mechanism after the word has precedence.
_CONDITION = re.compile(
    r"\b(?:if|where|unless|in case|in the event|to the extent|hvis|såfremt|medmindre|om)\b",
    re.IGNORECASE,
)
_EDITIONS = {
    "2021/914": "scc-2021-914",
    "2010/87": "scc-2010-87",
    "2004/915": "scc-2004-915",
    "2001/497": "scc-2001-497",
}

_FILLER = re.compile(
    r"\b(?:and|or|the|an?|by|of|with|under|og|eller|och|samt|alternatively|alternativt|otherwise|"
    r"failing (?:which|that)|subsidiært|subsidiary|fallback|primary|secondary|backup|then|else|"
    r"modul\w*|one|two|three|four|i{1,3}|iv|decision|eu|uk|new|2021|914|2010|87|c|p|processors?|"
    r"controllers?|if|where|unless|hvis|om|us|såfremt|medmindre)\b|[\W\d_]+",
    IGNORE,
)
_AFTER = re.compile(r"\s*\(?\s*(primary|fallback|backup|secondary)\b", IGNORE)


@dataclass(frozen=True, slots=True)
class Basis:
    """One mechanism as named; ``instrument_id`` may be ``adequacy``: that of the country."""

    instrument_id: str
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Bases:
    """Mechanisms in their order of precedence."""

    named: list[Basis] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def add(self, basis: Basis) -> None:
        if basis not in self.named:
            self.named.append(basis)


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """The names of each mechanism; longer names first, because they contain shorter ones."""
    return [
        (name, re.compile("|".join(texts), IGNORE)) for name, texts in words.data()["mechanisms"]
    ]


def names_a_basis(text: str) -> bool:
    return any(pattern.search(text) for _, pattern in _patterns())


def read_bases(
    texts: Sequence[str], answers: Answers, instruments: Mapping[str, Instrument]
) -> Bases:
    """The mechanisms that ``texts`` name, in their order of precedence."""
    bases = Bases()
    for text in texts:
        if words.says_nothing(text):
            continue
        ids = [part.strip() for part in text.split(";")]
        if all(instrument_id in instruments for instrument_id in ids):
            for instrument_id in ids:
                bases.add(Basis(instrument_id))
            continue
        _read(" ".join(text.split()), bases, answers)
    return bases


def _read(text: str, bases: Bases, answers: Answers) -> None:
    spans = list(_spans(text))
    if not spans:
        why = f"“{text}” names no transfer mechanism known here; say which instrument is meant."
        _ask(Question(MEMBER, text, "mechanism-unknown", why), bases, answers)
        return
    ordered = _in_order(text, spans)
    for start, end, name in ordered:
        following = [other for other, *_ in spans if other > start]
        near = text[start : min(following, default=len(text))]
        _take(name, text[start:end], near if len(spans) > 1 else text, bases, answers)
    if ordered != spans:
        first = text[ordered[0][0] : ordered[0][1]]
        bases.remarks.append(f"“{text}”: “{first}” is taken to come first.")
    rest = _FILLER.sub(" ", _without(text, spans)).strip()
    if rest:
        bases.remarks.append(f"“{rest}” in “{text}” is not read.")


def _spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Where mechanisms are named, from left to right, none within another."""
    taken: list[tuple[int, int, str]] = []
    for name, pattern in _patterns():
        for match in pattern.finditer(text):
            if all(match.end() <= start or end <= match.start() for start, end, _ in taken):
                taken.append((match.start(), match.end(), name))
    yield from sorted(taken)


def _in_order(text: str, spans: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    condition = next((m for m in _CONDITION.finditer(text) if m.start() > spans[0][0]), None)
    if condition is not None:
        behind = [span for span in spans if span[0] > condition.start()]
        return behind + [span for span in spans if span not in behind]
    return sorted(spans, key=lambda span: _rank(text, span))


def _rank(text: str, span: tuple[int, int, str]) -> int:
    said = _AFTER.match(text, span[1])
    return 1 if said is None else 0 if said[1].casefold() == "primary" else 2


def _take(name: str, said: str, context: str, bases: Bases, answers: Answers) -> None:
    if name == "scc":
        _clauses(context, bases, answers)
    elif name == "bcr":
        _rules(said, context, bases, answers)
    elif name == "derogation":
        why = f"“{said}”: Art. 49 knows several derogations; say which, if one can carry it at all."
        letters = tuple(f"derogation-{letter}" for letter in "abcdefg")
        _ask(Question(MEMBER, said, "mechanism-ambiguous", why, letters), bases, answers)
    else:
        bases.add(Basis(name))


def _clauses(context: str, bases: Bases, answers: Answers) -> None:
    """Modules exist in the edition of 2021 only, so naming one names the edition."""
    edition = next((known for text, known in _EDITIONS.items() if text in context), None)
    module = _MODULE.search(context)
    if _MORE_MODULES.search(context):
        why = f"“{context.strip()}” names several modules; each place needs the one that fits it."
        question = Question(
            "module", context.strip(), "module-ambiguous", why, ("1", "2", "3", "4")
        )
        answer = answers.to(question)
        if answer is None:
            bases.questions.append(question)
        else:
            bases.add(Basis("scc-2021-914", {"module": int(answer[0])} if answer else {}))
    elif module and edition in (None, "scc-2021-914"):
        bases.add(Basis("scc-2021-914", {"module": _MODULES[module[1].casefold()]}))
    elif edition is None and re.search(r"\b2021\b|\bnew\b", context, IGNORE):
        bases.add(Basis("scc-2021-914"))
    else:
        bases.add(Basis(edition or "scc"))


def _rules(said: str, context: str, bases: Bases, answers: Answers) -> None:
    text = context.casefold()
    if "bcr-p" in text or "for processors" in text:
        bases.add(Basis("bcr-p"))
    elif "bcr-c" in text or "for controllers" in text:
        bases.add(Basis("bcr-c"))
    else:
        why = f"“{said}”: binding corporate rules are approved for processors or for controllers."
        question = Question(MEMBER, said, "mechanism-ambiguous", why, ("bcr-p", "bcr-c"))
        _ask(question, bases, answers)


def _ask(question: Question, bases: Bases, answers: Answers) -> None:
    answer = answers.to(question)
    if answer is None:
        bases.questions.append(question)
    for instrument_id in answer or ():
        bases.add(Basis(instrument_id))


def _without(text: str, spans: list[tuple[int, int, str]]) -> str:
    for start, end, _ in reversed(spans):
        text = f"{text[:start]} {text[end:]}"
    return text
