"""The work of an import of customers, in steps that a kill neither loses nor doubles.

A step reads some rows, asks agreements what would become of them, and writes in one transaction
which of them are asked, refused or entered, with their organisations. Then agreements adds what
the entered ones say, and they are settled. A step that died is done again: what is there stays.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any

from services.identity.clients import Agreements
from services.identity.importing.columns import CONTACT, NAME, NOTHING, read_columns
from services.identity.importing.rows import Manner, ReadRow, entity_of, read_row
from services.identity.model.customer_imports import CustomerImport, CustomerRow
from services.identity.model.customers import Entry, Known, entry_of
from services.identity.model.matching import keys_of
from services.identity.model.organisations import Organisation
from services.identity.model.roles import OWNER
from services.identity.model.trail import ORGANISATION_CREATED, Act, differences, subject
from services.identity.use_cases.customer_imports import COLUMN
from services.identity.use_cases.inviting import Invited, Inviter, invite, is_mailbox_of
from services.identity.use_cases.trail import note
from services.identity.wiring import Deps
from shared.auth import Acting
from shared.documents import to_document
from shared.errors import PreconditionFailed
from shared.ids import derived_id
from shared.importing.asking import Answers, Question
from shared.importing.country_names import plain
from shared.mongo import Session

# What a row may add, beside the organisation and the invitation of its first contact.
AGREEMENT = "agreement"
ROWS_A_STEP, BYTES_A_STEP = 50, 512 * 1024
# Agreements that are added in one call: it must end before its caller gives it up.
ROWS_A_CALL = 10
# An upload that has not ended after this long has died with its process.
UPLOAD_TIME = timedelta(hours=1)
CONTACT_EMAIL = f"{CONTACT}email"
NOT_YOURS = "This mailbox is your own; who at the customer is to own its keys, and signs for it?"
NO_NAMES = "No column holds the names of the customers; name it by a heading, and import it again."


@dataclass
class Importing:
    """The loop of imports of customers. Processors take turns, one step each.

    Use it from one thread.
    """

    deps: Deps
    agreements: Agreements
    _after: str = ""

    def run_once(self) -> bool:
        """Do one step of one import; True if there may be more."""
        imports, failures = self.deps.customer_imports, self.deps.import_failures
        for import_id in imports.abandoned(self.deps.now() - UPLOAD_TIME):
            imports.drop(import_id)
        job = imports.next_queued(self._after, failures.barred())
        if job is None:
            return False
        self._after = job.processor_id
        failures.run([job.id], lambda _: advance(self.deps, self.agreements, job))
        return True


def advance(deps: Deps, agreements: Agreements, job: CustomerImport) -> None:
    """Do one step of an import. If answers or its end came in between, nothing is written."""
    with suppress(PreconditionFailed):
        if job.others:
            _read_rows(deps, agreements, job)
        else:
            _read_headings(deps, agreements, job)


def _read_headings(deps: Deps, agreements: Agreements, job: CustomerImport) -> None:
    others = agreements.columns()
    names = tuple(column["name"] for column in others)
    known = {
        plain(heading): column["name"]
        for column in others
        for heading in (column["name"], *column["headings"])
    }
    columns = read_columns(job.columns, known, _remembered_columns(deps, job))
    following = job.read_as(columns, names)
    if not any(NAME in (column.member, column.guess) for column in columns):
        following = following.failed("no-names", NO_NAMES)
    deps.mongo.transact(lambda session: deps.customer_imports.save(following, session))


def _remembered_columns(deps: Deps, job: CustomerImport) -> dict[str, str | None]:
    """The members of columns that were asked about in earlier imports."""
    start = f"{COLUMN}|"
    return {
        key.removeprefix(start): None if list(values) in ([], [NOTHING]) else values[0]
        for key, values in _remembered(deps, job).items()
        if key.startswith(start)
    }


def _remembered(deps: Deps, job: CustomerImport) -> Mapping[str, Sequence[str]]:
    return {} if job.ask_again else deps.customer_imports.answers_of(job.processor_id)


@dataclass
class _Work:
    """One row of a step: as the file has it, as it is read, and the entry that stands for it."""

    row: CustomerRow
    read: ReadRow
    entry: Entry
    recalled: list[dict[str, Any]]


def _read_rows(deps: Deps, agreements: Agreements, job: CustomerImport) -> None:
    rows = _next_rows(deps, job)
    if not rows:
        _settle(deps, job)
        return
    works = _works(deps, job, rows)
    outcomes = agreements.add(_batch(deps, job, works, dry_run=True))
    decided = _each_once([_decided(job, work, outcomes[work.row.row]) for work in works])
    entering = [work for work, row in zip(works, decided, strict=True) if row.state == "entering"]

    vendor = deps.organisations.get(job.processor_id)
    # In the trails it is the work of whoever sent the file.
    by = Acting(job.created_by, job.processor_id)
    acting = replace(deps, acting=lambda: by)

    def work(session: Session) -> None:
        for each in entering:
            if each.entry.is_new and deps.organisations.enter(each.entry.organisation, session):
                _note(acting, each.entry.organisation, session)
                _invite(acting, each.entry.organisation, vendor, session)
        deps.customer_imports.save_rows(decided, session)
        deps.customer_imports.save(job, session)

    deps.mongo.transact(work)
    if entering:
        _enter(deps, agreements, job, entering, {row.row: row for row in decided})


def _note(deps: Deps, organisation: Organisation, session: Session) -> None:
    named = subject("organisation", organisation.id, organisation.legal_name)
    changes = differences({}, to_document(organisation))
    note(deps, Act(ORGANISATION_CREATED, organisation.id, named, changes), session)


def _invite(deps: Deps, organisation: Organisation, vendor: Organisation, session: Session) -> None:
    """The first contact of the row is to be the owner of the organisation, by a link in a mail."""
    contact = organisation.contacts[0]
    whom = Invited(contact.email, contact.name, [OWNER], organisation.locale)
    invite(deps, organisation, whom, Inviter(vendor.id, vendor.legal_name), session)


def _next_rows(deps: Deps, job: CustomerImport) -> list[CustomerRow]:
    rows, size = deps.customer_imports.next_rows(job.id, ROWS_A_STEP), 0
    for at, row in enumerate(rows):
        size += len(row.raw)
        if at and size > BYTES_A_STEP:
            return rows[:at]
    return rows


def _works(deps: Deps, job: CustomerImport, rows: Sequence[CustomerRow]) -> list[_Work]:
    remembered = _remembered(deps, job)
    manner = Manner(job.members, job.others, job.language)
    read: list[tuple[CustomerRow, ReadRow, Answers]] = []
    for row in rows:
        answers = Answers(dict(row.answers), remembered, entity_of(row.raw, job.members))
        read.append((row, read_row(json.loads(row.raw), manner, answers), answers))
    known = Known(deps.organisations.matching(_match_keys(read)), job.processor_id)
    vendor = deps.organisations.get(job.processor_id)
    works = []
    for row, said, answers in read:
        entry = entry_of(said.organisation, said.stated, known, job, deps.now())
        if entry.is_new:
            _ask_for_owner(deps, vendor, said)
        known.expect(entry)
        works.append(_Work(row, said, entry, answers.recalled))
    return works


def _ask_for_owner(deps: Deps, vendor: Organisation, said: ReadRow) -> None:
    """Who is invited makes keys for the customer: nobody of the vendor is to hold these."""
    email = said.organisation["contacts"][0]["email"]
    if is_mailbox_of(deps, vendor, email):
        said.ask(CONTACT_EMAIL, email[:200], "own-mailbox", NOT_YOURS)


def _match_keys(read: Sequence[tuple[Any, ReadRow, Any]]) -> list[str]:
    return [key for _, said, _ in read for key in keys_of(said.organisation).all()]


def _batch(
    deps: Deps, job: CustomerImport, works: Sequence[_Work], *, dry_run: bool
) -> dict[str, Any]:
    """The rows as agreements takes them."""
    vendor = deps.organisations.get(job.processor_id)
    rows = [
        {
            "row": work.row.row, "controller": _party(work.entry.organisation),
            "addressed_to": work.entry.hidden_id, "cells": work.read.cells,
        }
        for work in works
    ]  # fmt: skip
    return {
        "processor": _party(vendor), "client_id": job.created_by, "dry_run": dry_run, "rows": rows,
    }  # fmt: skip


def _party(organisation: Organisation) -> dict[str, Any]:
    """The organisation as agreements takes a party."""
    return {
        "id": organisation.id, "slug": organisation.slug,
        "legal_name": organisation.legal_name or "–",
        "registration_number": organisation.registration_number,
        **({"country": organisation.country} if organisation.country else {}),
        "address": _whole_address(organisation), "time_zone": organisation.time_zone,
        "locale": organisation.locale or "en",
        "contacts": [asdict(contact) for contact in organisation.contacts if _is_whole(contact)],
    }  # fmt: skip


def _whole_address(organisation: Organisation) -> dict[str, Any] | None:
    address = organisation.address
    return asdict(address) if address and all(asdict(address).values()) else None


def _is_whole(contact: Any) -> bool:
    return all(asdict(contact).values()) and "@" in contact.email


def _decided(job: CustomerImport, work: _Work, outcome: Mapping[str, Any]) -> CustomerRow:
    """The row as its step leaves it, before agreements adds anything."""
    errors = outcome["errors"]
    questions = [*work.read.questions, *(_of_cell(work, each) for each in errors if each["column"])]
    refusals = [each for each in errors if not each["column"]] + work.entry.refusals
    differences = [*work.entry.differences, *outcome["differences"]]
    state = _state(job, work, outcome, bool(questions), bool(refusals), bool(differences))
    return replace(
        work.row, state=state, questions=[_question(work.row, each) for each in questions],
        refusals=[{name: each[name] for name in ("column", "code", "detail")} for each in refusals],
        remarks=work.read.remarks, recalled=work.recalled, differences=differences,
        legal_name=work.entry.organisation.legal_name or None,
        added=work.row.added if work.row.state == "entering" else _to_add(work, outcome),
        organisation_id=work.entry.organisation.id if state in ENTERED else None,
        agreement_id=outcome["agreement_id"], agreement_status=outcome["agreement_status"],
    )  # fmt: skip


def _each_once(rows: Sequence[CustomerRow]) -> list[CustomerRow]:
    """Of several rows about one new customer the first that is entered brings it."""
    brought, kept = set[str | None](), []
    for row in rows:
        is_second = row.state == "entering" and row.organisation_id in brought
        added = [each for each in row.added if each == AGREEMENT or not is_second]
        brought |= {row.organisation_id} if row.state == "entering" else set()
        kept.append(replace(row, added=added))
    return kept


ENTERED = ("entering", "differs", "unchanged")


def _state(
    job: CustomerImport, work: _Work, outcome: Mapping[str, Any],
    asks: bool, refuses: bool, differs: bool,
) -> Any:  # fmt: skip
    if work.row.state == "entering":
        return "entering"
    if refuses:
        return "refused"
    if asks:
        return "asked"
    if _to_add(work, outcome):
        return "ready" if job.dry_run else "entering"
    return "differs" if differs else "unchanged"


def _to_add(work: _Work, outcome: Mapping[str, Any]) -> list[str]:
    return [
        *(["organisation", "invitation"] if work.entry.is_new else []),
        *([AGREEMENT] if outcome["status"] == "ready" else []),
    ]


def _of_cell(work: _Work, error: Mapping[str, Any]) -> Question:
    """What agreements cannot read in a cell is asked as everything else is."""
    text = work.read.cells.get(error["column"], "")[:200]
    return Question(
        error["column"], text, error["code"], error["detail"], tuple(error["candidates"])
    )


def _question(row: CustomerRow, question: Question) -> dict[str, Any]:
    question_id = derived_id("qst", row.id, question.key)
    return {"id": question_id, "key": question.key, **question.to_mapping()}


def _enter(
    deps: Deps,
    agreements: Agreements,
    job: CustomerImport,
    works: Sequence[_Work],
    rows: Mapping[int, CustomerRow],
) -> None:
    """Have agreements add what the rows say, some at a time, and settle them."""
    for start in range(0, len(works), ROWS_A_CALL):
        batch = _batch(deps, job, works[start : start + ROWS_A_CALL], dry_run=False)
        outcomes = agreements.add(batch)
        settled = [_settled(rows[number], outcome) for number, outcome in outcomes.items()]
        _save(deps, settled)


def _save(deps: Deps, rows: Sequence[CustomerRow]) -> None:
    deps.mongo.transact(lambda session: deps.customer_imports.save_rows(rows, session))


def _settled(row: CustomerRow, outcome: Mapping[str, Any]) -> CustomerRow:
    """The row with what has become of it; what was refused now has been possible before."""
    refusals = [
        {name: each[name] for name in ("column", "code", "detail")} for each in outcome["errors"]
    ]
    added = [each for each in row.added if not refusals or each != AGREEMENT]
    return replace(
        row, state="refused" if refusals else "added", refusals=refusals, added=added,
        agreement_id=outcome["agreement_id"], agreement_status=outcome["agreement_status"],
    )  # fmt: skip


def _settle(deps: Deps, job: CustomerImport) -> None:
    def work(session: Session) -> None:
        waiting = deps.customer_imports.counts(job.id, session).get("asked", 0) > 0
        deps.customer_imports.save(job.settled(waiting=waiting), session)

    deps.mongo.transact(work)
