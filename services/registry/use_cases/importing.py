"""The work of an import, in steps; each is one transaction, so a kill loses and doubles nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import structlog
from pymongo.errors import PyMongoError

from services.registry.importing.deciding import ImportRules, Source, Verdict, decide, unreadable
from services.registry.importing.matching import Matches
from services.registry.importing.reading import Context
from services.registry.model.chain import OWN_LIST, ParentUnknown
from services.registry.model.changes import Change
from services.registry.model.imports import Import, ImportRow
from services.registry.model.law import Law
from services.registry.model.register import Register
from services.registry.transfers import Instrument, known_evidence
from services.registry.use_cases.adopting import Taken, take_over
from services.registry.use_cases.drafted import Decided, drafted_once
from services.registry.use_cases.jurisdiction import law_of, today_at
from services.registry.use_cases.stating import stated
from services.registry.wiring import Deps
from shared.errors import Conflict, Invalid, PreconditionFailed
from shared.ids import derived_id
from shared.importing.asking import Answers, Question
from shared.mongo import Session

log = structlog.get_logger()

# Returns contents in full form, given the known instruments. Raises ``Invalid`` as the API does.
Check = Callable[[Mapping[str, Any], Mapping[str, Instrument]], dict[str, Any]]
# Bounds of one step, in rows and in bytes of them. The rows of one name are never parted.
ROWS_A_STEP, BYTES_A_STEP = 200, 1024 * 1024
SHOWN = 200
WHOLE_OR_NOT = "Nothing was taken over. Correct the file, and import it again."
MOST_REMARKS = 500
MECHANISMS = "mechanisms"
# An upload that has not ended after this long has died with its process.
UPLOAD_TIME = timedelta(hours=1)


@dataclass
class Importing:
    """The loop of imports. Processors take turns, one step each.

    Use it from one thread.
    """

    deps: Deps
    check: Check
    _after: str = ""

    def run_once(self) -> bool:
        """Do one step of one import; True if there may be more."""
        imports, failures = self.deps.stores.imports, self.deps.import_failures
        for import_id in imports.abandoned(self.deps.now() - UPLOAD_TIME):
            imports.drop(import_id)
        job = imports.next_queued(self._after, failures.barred())
        if job is None:
            return False
        self._after = job.processor_id
        failures.run([job.id], lambda _: advance(self.deps, job, self.check))
        return True


def advance(deps: Deps, job: Import, check: Check) -> None:
    """Do one step of an import: decide about its next rows, then write that in one transaction.

    If answers arrived in between, or the list was altered, nothing is written, and the next step
    reads them. Two imports of one register write one after the other.
    """
    rows = _next_rows(deps, job)
    if not rows and job.is_whole:
        _take_over(deps, job, check)
        return
    register = deps.stores.registers.get(job.processor_id)
    decided = _decided(deps, job, rows, _import_rules(deps, job, register, check)) if rows else []
    today = today_at(deps, register)

    def work(session: Session) -> None:
        deps.stores.registers.take_turn(register.id, register.updated_at, session)
        once = drafted_once(deps, job, decided, session)
        deps.stores.changes.add_all(_kept(job, once, today), session)
        deps.stores.imports.save_rows([row for row, _ in once], session)
        deps.stores.imports.save(job if decided else _settled(deps, job, session), session)

    with suppress(PreconditionFailed):
        deps.mongo.transact(work)


def _take_over(deps: Deps, job: Import, check: Check) -> None:
    """Make the list the register's first one, once each of its rows is read; else nothing of it.

    The rows are read once more: what was known when they were read first may have changed.
    """
    counts = deps.stores.imports.counts(job.id)
    if refused := counts.get("refused"):
        job = job.refused("rows-refused", f"{refused} rows were refused. {WHOLE_OR_NOT}")
    elif counts.get("asked", 0) == 0 and not job.dry_run:
        return _take_over_read(deps, job, check)
    with suppress(PreconditionFailed):
        deps.mongo.transact(
            lambda session: deps.stores.imports.save(_settled(deps, job, session), session)
        )
    return None


def _take_over_read(deps: Deps, job: Import, check: Check) -> None:
    rules = _import_rules(deps, job, deps.stores.registers.get(job.processor_id), check)
    judged = list(_judged(deps, job, deps.stores.imports.all_rows(job.id), rules))
    judged = [pair for pair in judged if pair[1].state != "left"]
    if any(verdict.state not in ("drafted", "joined") for _, verdict in judged):
        settled = [_settled_row(job, row, verdict, None) for row, verdict in judged]
        deps.mongo.transact(lambda session: deps.stores.imports.save_rows(settled, session))
        return

    def work(session: Session) -> None:
        deps.stores.imports.save_rows(_taken(deps, job, judged, session), session)
        deps.stores.imports.save(_settled(deps, job, session), session)

    try:
        deps.mongo.transact(work)
    except PreconditionFailed:
        return
    except (Conflict, Invalid) as refusal:
        failed = job.refused(refusal.code, f"{refusal.detail} {WHOLE_OR_NOT}")
        deps.mongo.transact(lambda session: deps.stores.imports.save(failed, session))


def _taken(
    deps: Deps, job: Import, judged: Sequence[tuple[ImportRow, Verdict]], session: Session
) -> list[ImportRow]:
    """Write the list into the register, and return its rows with the ids of their entries."""
    entries = [(row, verdict) for row, verdict in judged if verdict.state == "drafted"]
    positions = {row.key: n for n, (row, _) in enumerate(entries)}
    taken = [
        Taken(_placed(verdict.content or {}, positions), verdict.since or job.effective_on)
        for _, verdict in entries
    ]
    register = deps.stores.registers.get(job.processor_id)
    written = take_over(deps, register, taken, job.effective_on, job.created_by, session)
    return [
        replace(row, state="adopted", sub_processor_id=of.sub_processor_id)
        for (row, _), of in zip(entries, written, strict=True)
    ]


def _placed(content: Mapping[str, Any], positions: Mapping[str, int]) -> dict[str, Any]:
    """The content with its parent, an id of the file, by its position in the list."""
    parent_id = content["parent_id"]
    if parent_id is None:
        return dict(content)
    if parent_id not in positions:
        raise ParentUnknown(f"No row of the file is {parent_id}, which another names as parent.")
    return {**content, "parent_id": f"{OWN_LIST}{positions[parent_id]}"}


def _kept(job: Import, decided: Sequence[Decided], today: date) -> list[Change]:
    """The drafts that are stored; a rehearsal stores none."""
    if job.dry_run:
        return []
    return [change.dated(today) for _, change in decided if change]


def _next_rows(deps: Deps, job: Import) -> list[ImportRow]:
    """The next new rows with all others about the same entities, within the bounds of a step."""
    keys = deps.stores.imports.next_keys(job.id, ROWS_A_STEP)
    sizes = deps.stores.imports.sizes(job.id, keys)
    rows, size, taken = 0, 0, list[str]()
    for key in keys:
        rows, size = rows + sizes[key][0], size + sizes[key][1]
        if taken and (rows > ROWS_A_STEP or size > BYTES_A_STEP):
            break
        taken.append(key)
    return deps.stores.imports.of_keys(job.id, taken) if taken else []


def _import_rules(deps: Deps, job: Import, register: Register, check: Check) -> ImportRules:
    law = law_of(deps, register)
    day = job.effective_on
    return ImportRules(
        context=Context(
            job.language, law.exporter, day, law.instruments, job.members, job.is_whole
        ),
        # A first list is compared with no register, even if another one was taken over meanwhile.
        matches=Matches([] if job.is_whole else deps.stores.listed.names(register.id, day)),
        content_of=lambda sub_id: _listed(deps, register.id, sub_id, day, law),
        check=lambda members: stated(deps, register.id, check(members, law.instruments), ""),
    )


def _remembered(deps: Deps, job: Import, rules: ImportRules) -> Mapping[str, Sequence[str]]:
    """Earlier answers, but those that name an instrument which is not known any more."""
    if job.ask_again:
        return {}
    instruments = rules.context.instruments.keys()
    kept = deps.stores.import_answers.of(job.processor_id)
    return {
        key: values
        for key, values in kept.items()
        if f"{MECHANISMS}|" not in key or set(values) <= instruments
    }


def _listed(
    deps: Deps, processor_id: str, sub_id: str, day: date, law: Law
) -> dict[str, Any] | None:
    content = deps.stores.listed.content(processor_id, sub_id, day)
    return known_evidence(content, law.instruments) if content else None


def _decided(
    deps: Deps, job: Import, rows: Sequence[ImportRow], rules: ImportRules
) -> list[Decided]:
    return [
        (_settled_row(job, row, verdict, None if job.dry_run else change), change)
        for row, verdict in _judged(deps, job, rows, rules)
        for change in [_draft(deps, job, verdict)]
    ]


def _judged(
    deps: Deps, job: Import, rows: Sequence[ImportRow], rules: ImportRules
) -> Iterator[tuple[ImportRow, Verdict]]:
    """Each row with the decision on it; the rows about one entity are decided together."""
    groups: dict[str, list[ImportRow]] = {}
    for row in rows:
        groups.setdefault(row.key, []).append(row)
    remembered = _remembered(deps, job, rules)
    for group in groups.values():
        by_row = {row.row: row for row in group}
        for verdict in _verdicts(job, [_source(row, remembered) for row in group], rules):
            yield by_row[verdict.row], verdict


def _source(row: ImportRow, remembered: Mapping[str, Sequence[str]]) -> Source:
    return Source(row.row, row.raw, Answers(dict(row.answers), remembered, row.key))


def _verdicts(job: Import, sources: Sequence[Source], rules: ImportRules) -> list[Verdict]:
    try:
        return decide(sources, rules)
    except PyMongoError:
        raise
    # A row that no rule foresaw must not hold up its file, and all files behind it.
    except Exception:
        rows = [source.row for source in sources]
        log.exception("import.row_failed", import_id=job.id, rows=rows[:20])
        return unreadable(sources)


def _draft(deps: Deps, job: Import, verdict: Verdict) -> Change | None:
    if verdict.state != "drafted" or job.is_whole:
        return None
    return Change(
        id=deps.new_id("chg"),
        processor_id=job.processor_id,
        kind="add" if verdict.kind == "add" else "modify",
        subject_id=verdict.sub_processor_id or deps.new_id("sub"),
        effective_on=job.effective_on,
        reason=job.reason,
        created_at=deps.now(),
        prepared_by=(job.created_by,),
        content=verdict.content,
        previous=verdict.previous,
    )


def _settled_row(job: Import, row: ImportRow, verdict: Verdict, change: Change | None) -> ImportRow:
    is_ready = verdict.state == "drafted" and job.is_whole
    return replace(
        row,
        state="ready" if is_ready else verdict.state,
        questions=[_question(row, question) for question in verdict.questions],
        remarks=verdict.remarks[:MOST_REMARKS],
        refusals=verdict.refusals,
        recalled=verdict.recalled,
        change_id=change.id if change else None,
        kind=verdict.kind,
        sub_processor_id=verdict.sub_processor_id,
    )


def _question(row: ImportRow, question: Question) -> dict[str, object]:
    question_id = derived_id("qst", row.id, question.key)
    return {"id": question_id, "key": question.key, **question.to_mapping()}


def _settled(deps: Deps, job: Import, session: Session) -> Import:
    counts = deps.stores.imports.counts(job.id, session)
    waiting = counts.get("asked", 0) > 0
    if waiting:
        # A row that waits names no entry yet; who is absent is not known before.
        return job.settled(waiting, [], SHOWN)
    named = deps.stores.imports.named_entries(job.id, session)
    listed = deps.stores.listed.names(job.processor_id, job.effective_on, session)
    absent = sorted({entry["id"] for entry in listed} - named)
    return job.settled(waiting, absent, SHOWN)
