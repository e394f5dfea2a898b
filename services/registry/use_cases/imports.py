"""Import a list as a vendor publishes it: receive the file, report, take answers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Any, BinaryIO

from services.registry.importing import columns as headings
from services.registry.importing import own
from services.registry.importing.days import SINCE
from services.registry.importing.files import RawRow, rows_of
from services.registry.importing.sorting import TOO_MANY_OF_ONE, Sorting, key_of
from services.registry.model.changes import check_day
from services.registry.model.imports import FAILED, Import, ImportRow
from services.registry.model.register import Register, RegisterExists
from services.registry.model.scopes import everybody
from services.registry.use_cases.import_answers import (
    NOTHING,
    check_answer,
    check_column,
)
from services.registry.use_cases.jurisdiction import law_of, today_at
from services.registry.use_cases.notice_terms import audience as audience_for
from services.registry.use_cases.permissions import own_register, register_of
from services.registry.wiring import Deps
from shared.auth import Caller
from shared.errors import Invalid, NotFound
from shared.ids import derived_id
from shared.importing.asking import entity_key
from shared.importing.jobs import (
    MOST_UNDER_WAY,
    Column,
    ImportNotReady,
    QuestionUnknown,
    TooManyImports,
)
from shared.importing.raw_rows import TooManyRows
from shared.importing.sampling import Samples
from shared.mongo import Session
from shared.pagination import Page, PageRequest

ROWS_A_WRITE = 500
# The ledger keeps a first list in one entry.
MOST_TAKEN_OVER = 2_000
SHOWN = 200
SET_ASIDE = (
    "Reading this file failed several times, so it is no longer tried. What was drafted stays. "
    "Import the rest in smaller files, or ask whoever runs Art28 to revive the import."
)
COLUMN = "column"
WHY = (
    "No heading known here says what this column holds; name the member, or none. The samples are "
    "cells of the column, and the first candidate is the best guess."
)
COUNTED = ("drafted", "ready", "adopted", "joined", "unchanged", "discarded", "left")


def receive(
    deps: Deps,
    caller: Caller,
    slug: str,
    body: Mapping[str, Any],
    file: tuple[BinaryIO, str, str],
) -> Import:
    """Store the rows of ``file`` (stream, csv or json, charset); a loop makes drafts of them.

    Without ``effective_on`` the drafts take effect on the earliest day every agreement allows. Into
    the ``baseline``, the rows become the first list of the register, as of that day or today.
    Raises ``TooManyImports``, ``RegisterExists``, ``EffectiveDayPassed``.
    """
    register = register_of(deps, caller, slug)
    day = _day(deps, register, body)
    stream, kind, charset = file
    job = Import(
        id=deps.new_id("imp"),
        processor_id=register.id,
        created_at=deps.now(),
        created_by=caller.client_id,
        format=kind,
        language=body["language"] or register.locale.partition("-")[0],
        effective_on=day,
        reason=body["reason"],
        dry_run=body["dry_run"],
        ask_again=body["ask_again"],
        into=body["into"],
    )
    deps.stores.registers.save(register)
    deps.stores.imports.add(job)
    try:
        _check_others(deps, job)
        received = _store(deps, job, rows_of(stream, kind, charset))
    except BaseException:
        deps.stores.imports.drop(job.id)
        raise
    deps.mongo.transact(lambda session: deps.stores.imports.save(received, session))
    return received


def _check_others(deps: Deps, job: Import) -> None:
    """Counted after ``job`` is stored, so that concurrent uploads count each other."""
    set_aside = deps.import_failures.all_set_aside()
    if deps.stores.imports.under_way(job, set_aside) >= MOST_UNDER_WAY:
        raise TooManyImports


def _day(deps: Deps, register: Register, body: Mapping[str, Any]) -> date:
    stated, today = body["effective_on"], today_at(deps, register)
    if body["into"] == "changes":
        check_day(stated or date.max, today)
        return stated or _earliest(deps, register)
    if deps.stores.rows.any_of(register.id, None):
        raise RegisterExists
    if stated and stated > today:
        detail = f"A list is taken over as of a day up to {today}."
        raise Invalid(
            detail, errors=[{"pointer": "/effective_on", "code": "day-to-come", "detail": detail}]
        )
    return stated or today


def _earliest(deps: Deps, register: Register) -> date:
    today = today_at(deps, register)
    # Drafts of an import may be additions, which owe the most.
    told = [("add", ())]
    audience = audience_for(deps, register, deps.now(), everybody(today), told=told)
    return max(today, audience.allows_from or today)


def _store(deps: Deps, job: Import, rows: Iterator[RawRow]) -> Import:
    total, is_own, samples, sorting = 0, False, Samples(), Sorting()
    remembered = _remembered_columns(deps, job)
    while batch := list(islice(rows, ROWS_A_WRITE)):
        is_own = is_own or own.is_own(batch[0].cells)
        for row in batch:
            samples.see(row.cells)
        deps.stores.imports.add_rows([_row(job, row, sorting, remembered) for row in batch])
        total += len(batch)
        if job.is_whole and total > MOST_TAKEN_OVER:
            raise TooManyRows(f"A first list has at most {MOST_TAKEN_OVER:,} rows.")
    deps.stores.imports.refuse_keys(job.id, sorting.too_many(), TOO_MANY_OF_ONE)
    columns = _columns(samples, remembered, is_own=is_own)
    reads_days = job.is_whole or is_own
    return job.received(total, columns if reads_days else _without_days(columns))


def _without_days(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The days of entries are read in a first list only."""
    return tuple(
        replace(column, member=None) if column.member == SINCE else column for column in columns
    )


def _remembered_columns(deps: Deps, job: Import) -> dict[str, str | None]:
    """The members of columns that were asked about in earlier imports."""
    if job.ask_again:
        return {}
    kept = deps.stores.import_answers.of(job.processor_id)
    return {
        key.removeprefix(f"{COLUMN}|"): _member(values)
        for key, values in kept.items()
        if key.startswith(f"{COLUMN}|")
    }


def _member(values: Sequence[str]) -> str | None:
    return None if list(values) in ([], [NOTHING]) else values[0]


def _columns(
    samples: Samples, remembered: Mapping[str, str | None], *, is_own: bool
) -> tuple[Column, ...]:
    names = samples.by_heading
    if is_own:
        return tuple(Column(name, name if own.is_own_column(name) else None) for name in names)
    return tuple(
        Column(
            each.name, each.member, each.asked, each.guess, each.samples, each.name in remembered
        )
        for each in headings.read_columns(names, names, remembered)
    )


def _row(
    job: Import, row: RawRow, sorting: Sorting, remembered: Mapping[str, str | None]
) -> ImportRow:
    key, raw = key_of(row, remembered), json.dumps(row.cells)
    fault = sorting.fault(row, key, raw)
    return ImportRow(
        id=f"{job.id}#{row.number:06}",
        import_id=job.id,
        row=row.number,
        key=key,
        # What is refused is not read again.
        raw="{}" if fault else raw,
        state="refused" if fault else "new",
        refusals=[fault] if fault else [],
    )


def report(deps: Deps, caller: Caller, slug: str, import_id: str) -> dict[str, Any]:
    """Progress of an import: what its rows became, which are refused, what is asked."""
    job = _own_import(deps, caller, slug, import_id)
    counts = deps.stores.imports.counts(import_id)
    refused = deps.stores.imports.in_state(import_id, "refused", SHOWN)
    asked = deps.stores.imports.in_state(import_id, "asked", SHOWN)
    return {
        **vars(job),
        **_failure(deps, job),
        "columns": [column for column in job.columns if column.member],
        "unread_columns": [
            column.name for column in job.columns if not column.member and not column.asked
        ],
        "rows_done": job.rows_total - counts.get("new", 0) if job.status != "receiving" else 0,
        **{state: counts.get(state, 0) for state in COUNTED},
        "waiting": counts.get("asked", 0),
        "refused_total": counts.get("refused", 0),
        "refused": [{"row": row.row, **refusal} for row in refused for refusal in row.refusals],
        "questions": [
            *(_of_column(job, column) for column in job.columns if column.asked),
            *({"row": row.row, **question} for row in asked for question in row.questions),
        ],
        "remembered": deps.stores.imports.recalled(import_id, SHOWN),
    }


def _of_column(job: Import, column: Column) -> dict[str, Any]:
    """The question what a column holds; it is asked once for the whole file."""
    guess = column.guess or NOTHING
    others = [name for name in (*headings.members(), NOTHING) if name != guess]
    return {
        "row": 0,
        "id": _column_id(job, column),
        "member": COLUMN,
        "text": column.name,
        "code": "column-unread",
        "why": WHY,
        "candidates": [guess, *others],
        "samples": list(column.samples),
    }


def _column_id(job: Import, column: Column) -> str:
    return derived_id("qst", job.id, f"{COLUMN}|{column.name}")


def _failure(deps: Deps, job: Import) -> dict[str, Any]:
    """Members that report an import set aside after too many failures, or a list refused."""
    if job.failure:
        return {"status": FAILED}
    if deps.import_failures.set_aside(job.id) is None:
        return {}
    code = "import-set-aside"
    return {"status": FAILED, "failure": {"code": code, "detail": SET_ASIDE}}


def rows(
    deps: Deps, caller: Caller, slug: str, import_id: str, state: str | None, request: PageRequest
) -> Page:
    _own_import(deps, caller, slug, import_id)
    return deps.stores.imports.rows_page(import_id, state, request)


def answer(
    deps: Deps, caller: Caller, slug: str, import_id: str, answers: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Take answers to open questions; the rows concerned are read again.

    Raises ``QuestionUnknown``, ``AnswerUnfit``, ``ImportNotReady``.
    """
    job = _own_import(deps, caller, slug, import_id)
    if job.status == "receiving":
        raise ImportNotReady
    instruments = law_of(deps, deps.stores.registers.get(job.processor_id)).instruments

    def work(session: Session) -> None:
        current = deps.stores.imports.get(import_id, session)
        for at, answer in enumerate(answers):
            column = next(
                (each for each in current.columns if _is_asked(job, each, answer["id"])), None
            )
            if column is None:
                key = _answer_row(deps, current, answer, frozenset(instruments), at, session)
            else:
                check_column(answer["values"], at)
                current = current.with_answer(column.name, _member(answer["values"]))
                key = f"{COLUMN}|{column.name}"
            _remember(deps, caller, current, key, answer["values"], session)
        if current.columns != job.columns:
            _name_keys(deps, current, session)
        deps.stores.imports.save(current.received(current.rows_total, current.columns), session)

    deps.mongo.transact(work)
    return report(deps, caller, slug, import_id)


def _is_asked(job: Import, column: Column, question_id: str) -> bool:
    return column.asked and _column_id(job, column) == question_id


def _answer_row(
    deps: Deps,
    job: Import,
    answer: Mapping[str, Any],
    instruments: frozenset[str],
    at: int,
    session: Session,
) -> str:
    """Give an answer to its rows; the key by which it is remembered."""
    row = deps.stores.imports.asking(job.id, answer["id"], session)
    if row is None:
        raise _unknown(at)
    question = next(one for one in row.questions if one["id"] == answer["id"])
    check_answer(question, answer["values"], instruments, at)
    where = "questions.key" if answer["everywhere"] else "questions.id"
    asked = {where: question["key"] if answer["everywhere"] else answer["id"]}
    given = [question["key"], list(answer["values"])]
    deps.stores.imports.answer(job.id, asked, given, session)
    key = str(question["key"])
    return key if answer["everywhere"] else entity_key(row.key, key)


def _unknown(at: int) -> QuestionUnknown:
    detail = "No open question of this import has this id."
    pointer = f"/answers/{at}/id"
    errors = [{"pointer": pointer, "code": QuestionUnknown.code, "detail": detail}]
    return QuestionUnknown(detail, errors=errors)


def _remember(
    deps: Deps,
    caller: Caller,
    job: Import,
    key: str,
    values: Sequence[str],
    session: Session,
) -> None:
    deps.stores.import_answers.keep(
        job.processor_id, key, values, at=deps.now(), by=caller.client_id, session=session
    )


def _name_keys(deps: Deps, job: Import, session: Session) -> None:
    """Bring rows of one name together, once it is known which column holds the names."""
    keys, sorting = dict[str, str](), Sorting()
    for row_id, number, raw in deps.stores.imports.raws(job.id, session):
        row = RawRow(number, json.loads(raw))
        keys[row_id] = key_of(row, job.members)
        sorting.fault(row, keys[row_id], raw)
    deps.stores.imports.rename_keys(keys, session)
    deps.stores.imports.refuse_keys(job.id, sorting.too_many(), TOO_MANY_OF_ONE, session)


def _own_import(deps: Deps, caller: Caller, slug: str, import_id: str) -> Import:
    register = own_register(deps, caller, slug)
    job = deps.stores.imports.get(import_id)
    if job.processor_id != register.id:
        raise NotFound("There is no such import.")
    return job
