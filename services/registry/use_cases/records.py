"""Record what is noted of an entry: in effect at once, and no notice is owed (decision 0044)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from services.registry import events, ledger_entries, linter
from services.registry.model.bases import LOST, Assessor, Reliance, found_weaker, in_chunks
from services.registry.model.chain import parents_of, tiers
from services.registry.model.changes import ChangePending
from services.registry.model.law import Law
from services.registry.model.records import (
    RECORD,
    carried,
    check_no_notice_owed,
    more_than_announced,
    recording,
    row_to_record,
    rows_after,
    same_mechanisms,
)
from services.registry.model.register import Content, Register, Row, Writer
from services.registry.transfers.circumstances import UNSTATED
from services.registry.transfers.statements import restated, without_days
from services.registry.use_cases.entry_views import content_view, entry_view
from services.registry.use_cases.exclusions import sides_of
from services.registry.use_cases.jurisdiction import law_of, today_at
from services.registry.use_cases.permissions import own_register
from services.registry.use_cases.saving import write_rows
from services.registry.use_cases.stating import stated
from services.registry.wiring import Deps
from shared.auth import Caller
from shared.errors import PreconditionFailed
from shared.mongo import Session
from shared.scope import Scope


@dataclass(frozen=True)
class _Record:
    """One record: ``row`` is the version that it alters, from ``day`` on, to ``content``."""

    register: Register
    law: Law
    writer: Writer
    row: Row
    day: date
    content: Content

    @property
    def before(self) -> Content:
        return {"id": self.row.sub_processor_id, **self._judged(self.row.content)}

    @property
    def after(self) -> Content:
        return {"id": self.row.sub_processor_id, **self._judged(self.content)}

    def words(self, previous: Content, new: Content) -> tuple[str, ...]:
        """What is material in a difference."""
        return linter.materiality(
            previous,
            new,
            exporter=self.law.exporter,
            instruments=self.law.instruments,
            published=self.register.page.published,
        )

    def words_on(self, day: date, previous: Content, new: Content) -> tuple[str, ...]:
        """What is material in a difference, both judged by the law of a day."""
        views = [content_view(each, day, self.law) for each in (previous, new)]
        return self.words(*views)

    def _judged(self, content: Content) -> Content:
        return content_view(content, self.day, self.law)


def record(
    deps: Deps, caller: Caller, slug: str, sub_id: str, seen: int | None, body: Mapping[str, Any]
) -> dict[str, Any]:
    """Set members of an entry from today on, or from its first day if that is to come.

    What differs in nothing is not recorded. ``seen``: the version that the caller has read; None
    accepts any. Raises ``NoticeOwed`` as soon as anything material differs, ``EntryUnknown``,
    ``EntryNotThere``, ``ChangePending`` or ``PreconditionFailed``. Returns the entry.
    """
    register = own_register(deps, caller, slug)
    members = stated(deps, register.id, body["set"], "/set")
    law = law_of(deps, register)

    def work(session: Session) -> None:
        rows = [
            row for row in deps.stores.rows.of(sub_id, session) if row.processor_id == register.id
        ]
        made = _made(deps, register, law, rows, members)
        if seen not in (None, made.row.version):
            raise PreconditionFailed
        if _said(made.row.content) == _said(made.content):
            return
        _check_carries_over(deps, made, session)
        _check_words(deps, made, session)
        _check_what_comes(made, rows)
        changes = recording(made.writer, rows, made.content, made.day)
        write_rows(deps, register.id, made.writer, changes, made.day, session)
        _append(deps, caller, made, body["note"], session)

    deps.mongo.transact(work)
    return _entry(deps, register, law, sub_id)


def _said(content: Mapping[str, Any]) -> dict[str, Any]:
    return {**UNSTATED, **without_days(content)}


def _made(
    deps: Deps, register: Register, law: Law, rows: list[Row], members: Mapping[str, Any]
) -> _Record:
    today = today_at(deps, register)
    row = row_to_record(rows, today)
    writer = Writer(deps.new_id(RECORD), deps.now(), deps.new_id)
    day = max(today, row.valid_from)
    content = restated({**row.content, **members}, row.content, today)
    return _Record(register, law, writer, row, day, content)


def _check_carries_over(deps: Deps, made: _Record, session: Session) -> None:
    """Raises ``ChangePending`` where a withdrawal of an announced change would lose the record: the
    change alters the entry from its very first day, so nothing but the change is on the list."""
    for change in deps.stores.changes.pending_on([made.row.sub_processor_id], session):
        if change.kind == "modify" and change.effective_on == made.row.valid_from:
            raise ChangePending(
                f"Change {change.id} takes effect on {change.effective_on}.",
                context={"change_id": change.id},
            )


def _check_words(deps: Deps, made: _Record, session: Session) -> None:
    """Raises ``NoticeOwed``. Records that differ in little each must not add up to a difference
    that is material, so what was announced last counts as well as what is on the list."""
    sub_id, after = made.row.sub_processor_id, made.after
    announced = deps.stores.changes.content_announced(sub_id, made.day, session)
    announced = announced or deps.stores.rows.first_of(sub_id, session).content
    found = {word for previous in (made.before, announced) for word in made.words(previous, after)}
    words = [word for word in linter.MATERIALITY if word in found]
    check_no_notice_owed(words, made.before, after)


def _check_what_comes(made: _Record, rows: list[Row]) -> None:
    """Raises ``ChangePending`` where the record is carried into what was announced, and would make
    it more than its customers were told of."""
    before, after = made.row.content, made.content
    for row in rows_after(made.row, rows):
        comes = carried(before, after, row.content)
        words = set(_more_by(made, row, comes))
        if same_mechanisms(row.content, comes):
            words -= {"basis_downgraded"}  # The evidence alone is weaker: that was found.
        if words:
            raise ChangePending(
                f"A change takes effect on {row.valid_from}, and this would alter what was told.",
                context={"materiality": [word for word in linter.MATERIALITY if word in words]},
            )


def _more_by(made: _Record, row: Row, comes: Content) -> list[str]:
    before, after, told, day = made.row.content, made.content, row.content, row.valid_from
    return more_than_announced(
        now=made.words(made.before, made.after),
        then=made.words_on(day, told, comes),
        told=made.words_on(day, before, told),
        untold=made.words_on(day, after, comes),
    )


def _append(deps: Deps, caller: Caller, made: _Record, note: str | None, session: Session) -> None:
    """The ledger entry of the record, and one for each instrument that carries less by it."""
    record_id, at = made.writer.change_id, made.writer.at
    public = ledger_entries.recorded(made.register, record_id, made.day, made.after, made.before)
    private = {"content": made.content, "note": note}
    entries = [(events.RECORDED, public, private), *_losses(deps, made)]
    for type_, data, hidden in entries:
        deps.ledger.append(
            session, made.register.stream, type_, data, at=at, actor=caller.client_id,
            private=hidden,
        )  # fmt: skip


def _losses(deps: Deps, made: _Record) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """What customers are told of a basis that was found to carry less than the list said."""
    instruments = made.law.instruments
    weaker = _weaker(made)
    if not weaker:
        return
    private = _told(deps, made, weaker)
    for instrument_id, lost in _by_instrument(weaker).items():
        transfers = [ledger_entries.reliance(each) for each in lost]
        for chunk in in_chunks(transfers):
            data = ledger_entries.basis(
                made.register, instruments[instrument_id], (LOST, 0), chunk, made.day
            )
            yield events.BASIS_LOST, data, private


def _weaker(made: _Record) -> list[Reliance]:
    law = made.law
    assessor = Assessor(law.exporter, made.day, law.instruments, law.regimes)
    after = replace(made.row, content=made.content)
    return found_weaker(
        made.row, after, assessor, lambda old, new: linter.is_weaker(old, new, law.instruments)
    )


def _told(deps: Deps, made: _Record, weaker: list[Reliance]) -> dict[str, Any]:
    """Who is told: the customers that the entry serves, without those that are excluded from it."""
    scope = Scope(made.day, tuple(sides_of(deps, weaker, made.day).values()))
    version = deps.agreements.notice_terms(made.register.id).version
    return {"recipients_version": version, "scope": scope.members()}


def _by_instrument(weaker: list[Reliance]) -> dict[str, list[Reliance]]:
    grouped: dict[str, list[Reliance]] = {}
    for each in weaker:
        grouped.setdefault(each.instrument_id, []).append(each)
    return grouped


def _entry(deps: Deps, register: Register, law: Law, sub_id: str) -> dict[str, Any]:
    """The entry as the list of today has it, or that of its first day."""
    row = row_to_record(deps.stores.rows.of(sub_id), today_at(deps, register))
    day = max(today_at(deps, register), row.valid_from)
    tier = tiers(parents_of(deps.stores.rows.chain_on(register.id, day)))
    return {**entry_view(row, day, law), "tier": tier[sub_id]}
