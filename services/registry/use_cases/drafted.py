"""What another import of the register has drafted: no list drafts an entry a second time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from services.registry.importing.merging import same
from services.registry.model.changes import Change
from services.registry.model.imports import Import, ImportRow
from services.registry.wiring import Deps
from shared.mongo import Session

Decided = tuple[ImportRow, Change | None]


def drafted_once(
    deps: Deps, job: Import, decided: Sequence[Decided], session: Session
) -> list[Decided]:
    """The rows of a step without the drafts of entries that another import has drafted already.

    Such a row is unchanged if that draft says the same, else refused. A draft counts from when it
    is made until it is discarded, or on the list on the day of ``job``.
    """
    rows = [row for row, change in decided if change]
    found = deps.stores.imports.drafted_elsewhere(job, rows, session) if rows else []
    drafts = deps.stores.changes.among(sorted({each.change_id for each in found}), session)
    standing = {draft.id: draft for draft in drafts if _stands(draft, job)}
    if not standing:
        return list(decided)
    of = [(each, standing[each.change_id]) for each in found if each.change_id in standing]
    return [
        _once(row, change, [draft for each, draft in of if each.concerns(row)])
        for row, change in decided
    ]


def _stands(draft: Change, job: Import) -> bool:
    if draft.status == "draft":
        return True
    return draft.status == "announced" and draft.effective_on > job.effective_on


def _once(row: ImportRow, change: Change | None, drafts: Sequence[Change]) -> Decided:
    if change is None or not drafts:
        return row, change
    alike = _alike(change, drafts)
    if alike is None:
        return _refused(row, drafts[0]), None
    remark = f"Change {alike.id} of another import drafts the same."
    unchanged = replace(
        row, state="unchanged", change_id=None, kind=None, remarks=[*row.remarks, remark]
    )
    return unchanged, None


def _alike(change: Change, drafts: Iterable[Change]) -> Change | None:
    return next((each for each in drafts if same(each.content or {}, change.content or {})), None)


def _refused(row: ImportRow, draft: Change) -> ImportRow:
    detail = (
        f"Change {draft.id} of another import drafts this entry otherwise; correct it there, or "
        "discard it and import this row again."
    )
    refusal = {"pointer": "", "code": "already-drafted", "detail": detail}
    return replace(row, state="refused", change_id=None, kind=None, refusals=[refusal])
