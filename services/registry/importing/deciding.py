"""Decide on the rows about one entity: drafts, no change, a refusal, or questions first."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from services.registry.importing import own
from services.registry.importing.days import check_begun
from services.registry.importing.matching import Matches
from services.registry.importing.merging import over, same, together
from services.registry.importing.reading import Context, LeftOut
from services.registry.importing.rows import read_row
from shared.errors import Invalid, problem_at
from shared.importing.asking import Answers, Question
from shared.sheets import unguarded

Content = dict[str, Any]
RowState = Literal["new", "asked", "drafted", "joined", "unchanged", "refused", "left"]
# Checks contents as the API does and gives them their full form; raises ``Invalid``.
Check = Callable[[Mapping[str, Any]], Content]


@dataclass(frozen=True)
class Source:
    """One row as the file has it, with the answers given to its questions."""

    row: int
    raw: str
    answers: Answers


@dataclass
class Verdict:
    """The decision on row ``row``. ``state`` as in the report; ``content`` for a draft.

    ``since``: the day that the row names as the entry's first on the list.
    """

    row: int
    state: RowState
    kind: str | None = None
    sub_processor_id: str | None = None
    content: Content | None = None
    previous: Content | None = None
    questions: list[Question] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    refusals: list[dict[str, str]] = field(default_factory=list)
    recalled: list[dict[str, Any]] = field(default_factory=list)
    since: date | None = None


@dataclass
class _Unit:
    """Rows that make one entry; the first one stands for it."""

    rows: list[int]
    stated: Content
    exact: bool
    answers: Answers
    questions: list[Question] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    since: date | None = None


@dataclass(frozen=True)
class ImportRules:
    """The facts to decide by: law and language, the register, and the shape of an entry."""

    context: Context
    matches: Matches
    content_of: Callable[[str], Content | None]
    check: Check


def decide(sources: Sequence[Source], rules: ImportRules) -> list[Verdict]:
    """Return a verdict for each row of one name. While one has a question, all of them wait."""
    raws = [json.loads(source.raw) for source in sources]
    if own.is_own(raws[0]):
        try:
            return _of_unit(_own_unit(sources, raws, rules), rules)
        except Invalid as refusal:
            return [_refused(source.row, refusal) for source in sources]
        except (ValueError, TypeError, AttributeError) as error:
            unread = problem_at("", "unreadable", f"The export cannot be read back: {error}.")
            return [_refused(source.row, unread) for source in sources]
    return _of_published(sources, raws, rules)


def unreadable(sources: Sequence[Source]) -> list[Verdict]:
    """The refusal of rows that no rule foresaw."""
    refusal = problem_at("", "unreadable", "This row could not be read; it has been recorded.")
    return [_refused(source.row, refusal) for source in sources]


def _own_unit(sources: Sequence[Source], raws: list[Content], rules: ImportRules) -> _Unit:
    stated = own.from_rows(raws)
    if unguarded(raws[0].get("id")):
        stated["id"] = unguarded(raws[0]["id"])
    unit = _Unit([source.row for source in sources], stated, True, sources[0].answers)
    if rules.context.whole:
        unit.since = check_begun(own.since(raws[0]), rules.context.day)
    return unit


def _of_published(
    sources: Sequence[Source], raws: list[Content], rules: ImportRules
) -> list[Verdict]:
    verdicts: list[Verdict] = []
    units: list[_Unit] = []
    for source, raw in zip(sources, raws, strict=True):
        try:
            reading = read_row(raw, rules.context, source.answers)
        except LeftOut as answered:
            verdicts.append(_left(source, answered))
            continue
        except Invalid as refusal:
            verdicts.append(_refused(source.row, refusal))
            continue
        units.append(
            _Unit(
                [source.row],
                reading.stated,
                False,
                source.answers,
                reading.questions,
                reading.remarks,
                reading.since,
            )
        )
    return verdicts + _of_units(_one_or_several(units, rules), rules)


def _one_or_several(units: list[_Unit], rules: ImportRules) -> list[_Unit]:
    """Ask whether rows of one name that differ are one entry or several: the vendor decides."""
    if len(units) < 2 or all(_is_known(unit, rules) for unit in units):
        return units
    name = units[0].stated.get("legal_name", "")
    rows = ", ".join(str(unit.rows[0]) for unit in units)
    why = f"Rows {rows} have this name and differ; are they one entry or several?"
    question = Question("same_name", name, "same-name", why, ("merge", "separate"))
    answer = next((given for unit in units if (given := unit.answers.to(question))), None)
    if answer is None:
        units[-1].questions.append(question)
        return units
    return [_merged(units)] if answer[0] == "merge" else units


def _merged(units: list[_Unit]) -> _Unit:
    first = units[0]
    for other in units[1:]:
        first.stated = together(first.stated, other.stated)
        first.rows += other.rows
        first.questions += other.questions
        first.remarks += other.remarks
        # One company in several rows is on the list since the first of their days.
        first.since = min(filter(None, (first.since, other.since)), default=None)
    return first


def _is_known(unit: _Unit, rules: ImportRules) -> bool:
    if unit.questions:
        return False
    try:
        return _of_unit(unit, rules)[0].state == "unchanged"
    except Invalid:
        return False


def _of_units(units: list[_Unit], rules: ImportRules) -> list[Verdict]:
    decided = [verdict for unit in units for verdict in _of_unit(unit, rules)]
    if not any(verdict.state == "asked" for verdict in decided):
        return decided
    # None of them goes ahead alone: the answer may make one entry of them.
    return [
        verdict if verdict.state in ("asked", "refused") else Verdict(verdict.row, "asked")
        for verdict in decided
    ]


def _of_unit(unit: _Unit, rules: ImportRules) -> list[Verdict]:
    rest = [Verdict(row, "joined") for row in unit.rows[1:]]
    first = unit.rows[0]
    try:
        verdict = _entry(unit, rules)
    except Invalid as refusal:
        return [_refused(first, refusal), *rest]
    verdict.remarks += unit.remarks
    verdict.recalled += unit.answers.recalled
    if verdict.state == "asked":
        rest = [Verdict(row, "asked") for row in unit.rows[1:]]
    return [verdict, *rest]


def _entry(unit: _Unit, rules: ImportRules) -> Verdict:
    row = unit.rows[0]
    if not unit.stated.get("legal_name"):
        raise problem_at("/legal_name", "required", "The row names no legal entity.")
    match = rules.matches.find(unit.stated, unit.answers)
    questions = [*unit.questions, *([match] if isinstance(match, Question) else [])]
    if questions:
        return Verdict(row, "asked", questions=questions)
    sub_id = match if isinstance(match, str) else None
    before = rules.content_of(sub_id) if sub_id else None
    content = rules.check(over(before or {}, unit.stated, exact=unit.exact))
    parent_id = content.get("parent_id")
    # The parents of a first list stand in the file; they are looked up once it is read whole.
    is_known = rules.context.whole or parent_id in (None, *rules.matches.ids)
    if not is_known:
        raise problem_at("/parent_id", "parent-unknown", "The register has no such entry.")
    if before is not None and same(before, content):
        return Verdict(row, "unchanged", sub_processor_id=sub_id)
    kind = "modify" if before is not None else "add"
    return Verdict(row, "drafted", kind, sub_id, content, before, since=unit.since)


def _refused(row: int, refusal: Invalid) -> Verdict:
    errors = refusal.errors or [{"pointer": "", "code": refusal.code, "detail": refusal.detail}]
    return Verdict(row, "refused", refusals=[dict(error) for error in errors[:20]])


def _left(source: Source, answered: LeftOut) -> Verdict:
    recalled = source.answers.recalled
    return Verdict(source.row, "left", remarks=[str(answered)], recalled=recalled)
