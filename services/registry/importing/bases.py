"""Texts such as "DPF, alternatively SCC" or "SCCs (Module 3)" as mechanisms in their order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.registry.importing import words
from services.registry.importing.meanings import sense_of
from services.registry.importing.mentions import (
    CONDITION,
    IGNORE,
    Mention,
    mentions_of,
)
from services.registry.transfers import Instrument
from shared.importing.asking import Answers, Question

ADEQUACY = "adequacy"
MEMBER = "mechanisms"

# The text of the one question about all agreements of a list.
AGREEMENT = "data processing agreement"
# Names that are no instrument, with those that may be meant.
_NO_INSTRUMENTS: Mapping[str, tuple[str, ...]] = {
    "uk-scc": ("uk-idta", "uk-addendum"),
    "other-shield": (),
    "noun": (),
}
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
_MODULE = re.compile(
    r"\b(?:mod(?:ul(?:e|es|er)?)?\b|m(?=[1-4]\b)|mod(?:ul(?:e|es|er)?)?(?=[1-4]\b))"
    r"\s*\W?\s*(one|two|three|four|iv|i{1,3}|[1-4])\b",
    IGNORE,
)
# The roles of exporter and importer, by which lists name a module.
_BY_ROLES = re.compile(r"\b([cp])\s?(?:2|to|-to-)\s?([cp])\b", IGNORE)
_MODULE_OF_ROLES = {"cc": 1, "cp": 2, "pp": 3, "pc": 4}
_NUMBER = re.compile(r"\b(one|two|three|four|iv|i{1,3}|[1-4])\b", IGNORE)
# "SCCs module 2 and 3" names two.
_SEVERAL = re.compile(
    r"modul\w*\s*\W?\s*\w+(?:\s*(?:,|/|&|\+|\band\b|\bog\b|\boch\b|\bund\b|\bor\b)\s*(?:modul\w*\s*)?"
    r"(?:one|two|three|four|iv|i{1,3}|[1-4])\b)+",
    IGNORE,
)
_EDITIONS = {
    "2021/914": "scc-2021-914",
    "2010/87": "scc-2010-87",
    "2004/915": "scc-2004-915",
    "2001/497": "scc-2001-497",
}

_FILLER = re.compile(
    r"\b(?:and|or|the|an?|by|of|with|under|og|eller|och|samt|alternatively|alternativt|otherwise|"
    r"failing (?:which|that)|subsidiært|subsidiary|fallback|primary|secondary|backup|then|else|as|"
    r"mod(?:ul\w*)?[1-4]?|m[1-4]|[cp]2[cp]|one|two|three|four|i{1,3}|iv|decision|eu|uk|new|2021|914|2010|87|c|p|processors?|"
    r"controllers?|if|where|unless|hvis|om|us|såfremt|medmindre)\b|[\W\d_]+",
    IGNORE,
)
# "DPF, or if invalidated SCC": the condition is of the first, and the second comes behind it.
_FAILING = re.compile(
    r"invalid|annul|suspen|unavailab|not available|struck down|ceases|ugyldig|bortfald|ophæv"
    r"|ogiltig|upphäv|ungültig",
    IGNORE,
)
_FIRST = r"primary|primarily|primært|primär|primärt|first|i første række|i första hand"
_LAST = (
    r"fallback|fall-back|backup|back-up|secondary|secondarily|sekundært|sekundär|sekundärt|reserve"
    r"|reserv|i anden række|i andra hand|subsidiært|subsidiary|alternatively|alternativt"
)
_AFTER = re.compile(
    rf"\s*[(,–-]?\s*(?:as\s+|som\s+)?(?:an?\s+|en\s+|et\s+|the\s+|our\s+)?(?:({_FIRST})|({_LAST}))\b",
    IGNORE,
)
_BEFORE = re.compile(rf"(?:({_FIRST})|({_LAST}))\s*[:–-]?\s*\Z", IGNORE)
# "SCCs as a fallback to the DPF": what follows has precedence.
_TURNED = re.compile(
    rf"\s*[(,–-]?\s*(?:as|som|als|are|is|er|är|serve as)?\s*(?:an?|en|et|ett|the)?\s*(?:{_LAST})"
    r"(?:\s+(?:mechanism|solution|basis|grundlag))?\s+(?:to|for|til|for|till|för|zu|behind|of|if|when"
    r"|should|in case)\b",
    IGNORE,
)
_LETTER = re.compile(r"49.*?\(?\b([a-g])\)?\s*\Z", IGNORE)
_NOT_REQUIRED = frozenset({"no", "none", "not", "na", "n/a", "ikke", "ingen", "inte", "ej", "inga",
                           "nicht", "keine", "entfällt", "eu", "eea", "eøs", "ees", "ewr",
                           "eu/eea", "eu/eøs", "eu/ees", "no-transfer"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Basis:
    """One mechanism as named; ``instrument_id`` may be ``adequacy``: that of the country.

    ``only``: the countries it is named for; empty: every one.
    """

    instrument_id: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    only: tuple[str, ...] = ()


@dataclass(slots=True)
class Bases:
    """Mechanisms in their order of precedence."""

    named: list[Basis] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    # Texts that say that no mechanism is needed.
    none_needed: list[str] = field(default_factory=list)

    def add(self, basis: Basis) -> None:
        if basis not in self.named:
            self.named.append(basis)


def read_bases(
    texts: Sequence[str],
    answers: Answers,
    instruments: Mapping[str, Instrument],
    beside: Sequence[tuple[str, tuple[str, ...]]] = (),
) -> Bases:
    """The mechanisms that ``texts`` name, in their order of precedence.

    ``beside``: further texts, each with the countries that it stands beside; it is for no others.
    """
    bases = Bases()
    for text, only in (*((text, ()) for text in texts), *beside):
        if words.says_nothing(text):
            continue
        ids = [part.strip() for part in text.split(";")]
        if all(instrument_id in instruments for instrument_id in ids):
            for instrument_id in ids:
                bases.add(Basis(instrument_id, only=only))
            continue
        _Reader(bases, answers, only).read(text)
    return bases


@dataclass(slots=True)
class _Reader:
    """Reads one text into ``bases``. ``only``: the countries it is for, unless it says others."""

    bases: Bases
    answers: Answers
    only: tuple[str, ...]

    def read(self, text: str) -> None:
        text = "; ".join(text.splitlines())
        mentions = mentions_of(text)
        if not mentions:
            self._unnamed(text)
        elif any(each.status == "unclear" for each in mentions):
            self._unclear(text, mentions)
        else:
            self._claimed(text, [each for each in mentions if each.name != "noun"])
        self._remark_rest(text, mentions)

    def _unnamed(self, text: str) -> None:
        if needs_none(text):
            self.bases.none_needed.append(text)
            self.bases.remarks.append(f"“{text}”: it says that no mechanism is needed.")
            return
        if re.search(words.data()["agreements"], text, IGNORE):
            # One question for all agreements of a list: none of them is a basis of a transfer.
            why = (
                f"“{text}” names an agreement, which by itself is no basis of a transfer; say "
                "which instrument it holds, or none. One answer can count for all of them."
            )
            self._ask(Question(MEMBER, AGREEMENT, "agreement-no-basis", why))
            self.bases.remarks.append(f"“{text}” is read as an agreement.")
            return
        why = f"“{text}” names no transfer mechanism known here; say which instrument is meant."
        self._ask(Question(MEMBER, text, "mechanism-unknown", why))

    def _unclear(self, text: str, mentions: Sequence[Mention]) -> None:
        why = f"“{text}” denies or dates a mechanism; name those that count today, or none."
        known = [each.name for each in mentions if each.name not in _NO_INSTRUMENTS]
        names = tuple(dict.fromkeys(known))
        self._ask(Question(MEMBER, text, "mechanism-doubtful", why, names))

    def _claimed(self, text: str, mentions: Sequence[Mention]) -> None:
        claimed = [each for each in mentions if each.status == "claimed"]
        for each in mentions:
            if each.status == "denied":
                said = text[each.start : each.end]
                self.bases.remarks.append(f"“{text}”: “{said}” is denied there, so not claimed.")
        ordered = _in_order(text, claimed)
        for each in ordered:
            following = [other.start for other in mentions if other.start > each.start]
            near = text[each.start : min(following, default=len(text))]
            self._take(each, text, near if len(mentions) > 1 else text)
        if ordered != claimed:
            first = text[ordered[0].start : ordered[0].end]
            self.bases.remarks.append(f"“{text}”: “{first}” is taken to come first.")

    def _take(self, mention: Mention, text: str, context: str) -> None:
        said, only = text[mention.start : mention.end], mention.only or self.only
        if mention.name == "scc":
            self._clauses(context, only)
        elif mention.name == "bcr":
            self._rules(said, context, only)
        elif mention.name == "derogation":
            self._derogation(said, only)
        elif mention.name in _NO_INSTRUMENTS:
            why = f"“{said}” is no instrument known here; say which one is meant, or none."
            fitting = _NO_INSTRUMENTS[mention.name]
            self._ask(Question(MEMBER, said, "mechanism-ambiguous", why, fitting), only)
        else:
            self.bases.add(Basis(mention.name, only=only))

    def _clauses(self, context: str, only: tuple[str, ...]) -> None:
        """Modules exist in the edition of 2021 only, so naming one names the edition."""
        edition = next((known for text, known in _EDITIONS.items() if text in context), None)
        modules = _modules(context)
        if modules and edition in (None, "scc-2021-914"):
            for module in modules:
                self.bases.add(Basis("scc-2021-914", {"module": module}, only))
        elif edition is None and re.search(r"\b2021\b|\bnew\b", context, IGNORE):
            self.bases.add(Basis("scc-2021-914", only=only))
        else:
            self.bases.add(Basis(edition or "scc", only=only))

    def _rules(self, said: str, context: str, only: tuple[str, ...]) -> None:
        text = context.casefold()
        for_processors = "bcr-p" in text or "processor" in text
        for_controllers = "bcr-c" in text or "controller" in text
        if for_processors and not for_controllers:
            self.bases.add(Basis("bcr-p", only=only))
        elif for_controllers and not for_processors:
            self.bases.add(Basis("bcr-c", only=only))
        else:
            why = f"“{said}”: binding corporate rules are approved for processors or controllers."
            question = Question(MEMBER, said, "mechanism-ambiguous", why, ("bcr-p", "bcr-c"))
            self._ask(question, only)

    def _derogation(self, said: str, only: tuple[str, ...]) -> None:
        letter = _LETTER.search(said)
        if letter:
            self.bases.add(Basis(f"derogation-{letter[1].casefold()}", only=only))
            return
        why = f"“{said}”: Art. 49 knows several derogations; say which, if one can carry it at all."
        letters = tuple(f"derogation-{letter}" for letter in "abcdefg")
        self._ask(Question(MEMBER, said, "mechanism-ambiguous", why, letters), only)

    def _ask(self, question: Question, only: tuple[str, ...] = ()) -> None:
        answer = self.answers.to(question)
        if answer is None and question not in self.bases.questions:
            self.bases.questions.append(question)
        for instrument_id in answer or ():
            self.bases.add(Basis(instrument_id, only=only or self.only))

    def _remark_rest(self, text: str, mentions: Sequence[Mention]) -> None:
        if not mentions:
            return
        spans = [(each.start, each.end) for each in mentions]
        spans += [span for each in mentions for span in each.read]
        rest = _FILLER.sub(" ", _without(text, spans)).strip()
        if rest:
            self.bases.remarks.append(f"“{rest}” in “{text}” is not read.")


def needs_none(text: str) -> bool:
    """Whether ``text`` says nothing but that there is no transfer: "Not required (EEA)"."""
    plain = words.plain(text).split()
    known = set(words.data()["no_transfer"])
    said = [part for word in plain for part in (word, *word.split("/"))]
    if plain and all(set(word.split("/")) <= known or word in known for word in plain):
        return bool(_NOT_REQUIRED & set(said))
    sense = sense_of(text)
    inside = words.regions_by_name()["eea"]
    codes = [named.certain for _, named in sense.named]
    return bool(codes) and not sense.unknown and all(code in inside for code in codes)


def _modules(context: str) -> list[int]:
    found = _MODULE.search(context)
    if not found:
        roles = (_MODULE_OF_ROLES["".join(each).casefold()] for each in _BY_ROLES.findall(context))
        return list(dict.fromkeys(roles))
    several = _SEVERAL.match(context, found.start())
    names = _NUMBER.findall(several[0]) if several else [found[1]]
    return list(dict.fromkeys(_MODULES[name.casefold()] for name in names))


def _in_order(text: str, mentions: list[Mention]) -> list[Mention]:
    if not mentions:
        return []
    condition = next((m for m in CONDITION.finditer(text) if m.start() > mentions[0].start), None)
    if condition is None:
        turned = [each for each in mentions if _TURNED.match(text, each.end)]
        if turned:
            return [each for each in mentions if each not in turned] + turned
        return sorted(mentions, key=lambda each: _rank(text, each))
    behind = [each for each in mentions if each.start > condition.start()]
    if behind and _FAILING.search(text, condition.end(), behind[0].start):
        return mentions
    return behind + [each for each in mentions if each not in behind]


def _rank(text: str, mention: Mention) -> int:
    said = _AFTER.match(text, mention.end) or _BEFORE.search(text[: mention.start])
    return 1 if said is None else 0 if said[1] else 2


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    return text
