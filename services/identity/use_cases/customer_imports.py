"""Import a processor's customers: receive the file, report, take answers, cancel."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, BinaryIO

from services.identity.importing.columns import NOTHING, members
from services.identity.importing.files import rows_of
from services.identity.importing.rows import entity_of
from services.identity.model.customer_imports import (
    FAILED,
    CustomerImport,
    CustomerRow,
    ImportEnded,
    NotAProcessor,
)
from services.identity.store.customer_imports import KEPT
from services.identity.wiring import Deps
from shared.auth import Caller
from shared.errors import Invalid, NotFound
from shared.ids import derived_id
from shared.importing.asking import entity_key
from shared.importing.jobs import (
    MOST_UNDER_WAY,
    AnswerUnfit,
    Column,
    ImportNotReady,
    QuestionUnknown,
    TooManyImports,
)
from shared.importing.raw_rows import RawRow
from shared.importing.sampling import Samples
from shared.mongo import Session
from shared.pagination import Page, PageRequest

ROWS_A_WRITE = 500
# A row of a spreadsheet of customers is shorter, by far.
LARGEST_ROW = 32 * 1024
SHOWN = 200
COLUMN = "column"
WHY = (
    "No heading known here says what this column holds, or another column holds it already; name "
    "the member, or none. The samples are cells of the column; the first candidate is a guess."
)
SET_ASIDE = (
    "Reading this file failed several times, so it is no longer tried. What was added stays. "
    "Import the rest in smaller files, or ask whoever runs Art28 to revive the import."
)
COUNTED = ("ready", "added", "differs", "unchanged", "cancelled")


def receive(
    deps: Deps, caller: Caller, query: Mapping[str, Any], file: tuple[BinaryIO, str, str]
) -> CustomerImport:
    """Store the rows of ``file`` (stream, csv or xlsx, charset); a loop adds what they say.

    Raises ``NotAProcessor``, ``TooManyImports``, ``NoCustomers``, ``TooManyRows``, ``Malformed``.
    """
    if "processor" not in caller.kinds:
        raise NotAProcessor
    stream, kind, charset = file
    vendor = deps.organisations.get(caller.org_id)
    job = CustomerImport(
        id=deps.new_id("imp"), processor_id=caller.org_id, created_at=deps.now(),
        created_by=caller.client_id, format=kind,
        language=query["language"] or vendor.locale.partition("-")[0],
        dry_run=query["dry_run"], ask_again=query["ask_again"],
    )  # fmt: skip
    deps.customer_imports.add(job)
    try:
        _check_others(deps, job)
        received = _store(deps, job, rows_of(stream, kind, charset))
    except BaseException:
        deps.customer_imports.drop(job.id)
        raise
    return deps.mongo.transact(lambda session: deps.customer_imports.save(received, session))


def _check_others(deps: Deps, job: CustomerImport) -> None:
    """Counted after ``job`` is stored, so that concurrent uploads count each other."""
    set_aside = deps.import_failures.all_set_aside()
    if deps.customer_imports.under_way(job, set_aside) >= MOST_UNDER_WAY:
        raise TooManyImports


def _store(deps: Deps, job: CustomerImport, rows: Iterator[RawRow]) -> CustomerImport:
    total, samples, forget_at = 0, Samples(), job.created_at + KEPT
    while batch := list(islice(rows, ROWS_A_WRITE)):
        for row in batch:
            samples.see(row.cells)
        deps.customer_imports.add_rows([_row(job, row) for row in batch], forget_at)
        total += len(batch)
    columns = tuple(
        Column(name, None, samples=tuple(cells)) for name, cells in samples.by_heading.items()
    )
    return job.received(total, columns)


def _row(job: CustomerImport, row: RawRow) -> CustomerRow:
    raw, fault = json.dumps(row.cells), row.fault
    if len(raw) > LARGEST_ROW:
        fault = f"It has {len(raw):,} characters, more than a row of customers can have."
    refusals = [{"column": None, "code": "row-unreadable", "detail": fault}] if fault else []
    return CustomerRow(
        id=f"{job.id}#{row.number:06}", import_id=job.id, row=row.number,
        # What is refused is not read again.
        raw="{}" if fault else raw, state="refused" if fault else "new", refusals=refusals,
    )  # fmt: skip


def imports(deps: Deps, caller: Caller, request: PageRequest) -> Page:
    return deps.customer_imports.page(caller.org_id, request)


def report(deps: Deps, caller: Caller, import_id: str) -> dict[str, Any]:
    """Progress of an import: what its rows became, which are refused, what is asked."""
    job = _own(deps, caller, import_id)
    counts = deps.customer_imports.counts(import_id)
    refused = deps.customer_imports.in_state(import_id, "refused", SHOWN)
    asked = deps.customer_imports.in_state(import_id, "asked", SHOWN)
    left = counts.get("new", 0) + counts.get("entering", 0)
    return {
        **vars(job), **_failure(deps, job),
        "columns": [column for column in job.columns if column.member],
        "unread_columns": [
            column.name for column in job.columns if not column.member and not column.asked
        ] if job.others else [],
        "rows_done": job.rows_total - left if job.status != "receiving" else 0,
        **{state: counts.get(state, 0) for state in COUNTED},
        "waiting": counts.get("asked", 0),
        "refused_total": counts.get("refused", 0),
        "refused": [{"row": row.row, **refusal} for row in refused for refusal in row.refusals],
        "questions": [
            *(_of_column(job, column) for column in job.columns if column.asked),
            *({"row": row.row, **question} for row in asked for question in row.questions),
        ],
        "remembered": deps.customer_imports.recalled(import_id, SHOWN),
    }  # fmt: skip


def rows(
    deps: Deps, caller: Caller, import_id: str, state: str | None, request: PageRequest
) -> Page:
    _own(deps, caller, import_id)
    return deps.customer_imports.rows_page(import_id, state, request)


def cancel(deps: Deps, caller: Caller, import_id: str) -> dict[str, Any]:
    """End an import: what has been added stays, no further row is read. Raises ``ImportEnded``."""

    def work(session: Session) -> None:
        job = _own(deps, caller, import_id, session)
        if job.has_ended:
            raise ImportEnded
        deps.customer_imports.cancel_rows(import_id, session)
        deps.customer_imports.save(job.cancelled(), session)

    deps.mongo.transact(work)
    return report(deps, caller, import_id)


def answer(
    deps: Deps, caller: Caller, import_id: str, answers: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Take answers to open questions; the rows concerned are read again.

    Raises ``QuestionUnknown``, ``AnswerUnfit``, ``ImportNotReady``, ``ImportEnded``.
    """

    def work(session: Session) -> None:
        job = _own(deps, caller, import_id, session)
        _check_open(job)
        for at, one in enumerate(answers):
            column = next((each for each in job.columns if _is_asked(job, each, one["id"])), None)
            if column is None:
                key = _answer_row(deps, job, one, at, session)
            else:
                job = job.with_answer(column.name, _member(job, one["values"], at))
                key = f"{COLUMN}|{column.name}"
            values, now = one["values"], deps.now()
            deps.customer_imports.keep_answer(job.processor_id, key, values, now, session)
        deps.customer_imports.save(job.read_as(job.columns, job.others), session)

    deps.mongo.transact(work)
    return report(deps, caller, import_id)


def _check_open(job: CustomerImport) -> None:
    if job.status == "receiving":
        raise ImportNotReady
    if job.status == "cancelled" or job.failure:
        raise ImportEnded


def _own(
    deps: Deps, caller: Caller, import_id: str, session: Session | None = None
) -> CustomerImport:
    job = deps.customer_imports.get(import_id, session)
    if job.processor_id != caller.org_id:
        raise NotFound("There is no such import.")
    return job


def _failure(deps: Deps, job: CustomerImport) -> dict[str, Any]:
    """Members that report an import set aside after too many failures, or a file refused."""
    if job.failure:
        return {"status": FAILED}
    if deps.import_failures.set_aside(job.id) is None:
        return {}
    return {"status": FAILED, "failure": {"code": "import-set-aside", "detail": SET_ASIDE}}


def _of_column(job: CustomerImport, column: Column) -> dict[str, Any]:
    """The question what a column holds; it is asked once for the whole file."""
    guess = column.guess or NOTHING
    others = [name for name in (*members(), *job.others, NOTHING) if name != guess]
    return {
        "row": 0, "id": _column_id(job, column), "member": COLUMN, "text": column.name,
        "code": "column-unread", "why": WHY, "candidates": [guess, *others],
        "samples": list(column.samples),
    }  # fmt: skip


def _column_id(job: CustomerImport, column: Column) -> str:
    return derived_id("qst", job.id, f"{COLUMN}|{column.name}")


def _is_asked(job: CustomerImport, column: Column, question_id: str) -> bool:
    return column.asked and _column_id(job, column) == question_id


def _member(job: CustomerImport, values: Sequence[str], at: int) -> str | None:
    """The member that an answer names for a column. Raises ``AnswerUnfit``."""
    if list(values) in ([], [NOTHING]):
        return None
    if values[0] not in (*members(), *job.others):
        raise _refused(AnswerUnfit, f"/answers/{at}/values", "Name one of the candidates, or none.")
    return values[0]


def _answer_row(
    deps: Deps, job: CustomerImport, one: Mapping[str, Any], at: int, session: Session
) -> str:
    """Give an answer to its rows; the key by which it is remembered."""
    row = deps.customer_imports.asking(job.id, one["id"], session)
    if row is None:
        detail = "No open question of this import has this id."
        raise _refused(QuestionUnknown, f"/answers/{at}/id", detail)
    question = next(each for each in row.questions if each["id"] == one["id"])
    where = "questions.key" if one["everywhere"] else "questions.id"
    asked = {where: question["key"] if one["everywhere"] else one["id"]}
    given = [question["key"], list(one["values"])]
    deps.customer_imports.answer(job.id, asked, given, session)
    key = str(question["key"])
    return key if one["everywhere"] else entity_key(entity_of(row.raw, job.members), key)


def _refused(kind: type[Invalid], pointer: str, detail: str) -> Invalid:
    return kind(detail, errors=[{"pointer": pointer, "code": kind.code, "detail": detail}])
