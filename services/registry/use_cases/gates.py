"""The go-live gate, asked by a CI job or a router before data flows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.registry.clients import Relation
from services.registry.model.changes import Change
from services.registry.model.gate import Gate, judge
from services.registry.model.register import EntryUnknown
from services.registry.use_cases import Deps, today_at
from shared.auth import Caller
from shared.errors import NotFound


def gate(
    deps: Deps, caller: Caller, slug: str, sub_id: str, controller_id: str, on: date | None
) -> Gate:
    """May this customer's data flow to this sub-processor on that day (default: today)?"""
    register = deps.registers.by_slug(slug)
    if not caller.sees(register.id, controller_id):
        raise NotFound("There is no such register.")
    rows = [row for row in deps.rows.of(sub_id) if row.processor_id == register.id]
    changes = [each for each in deps.changes.concerning(sub_id) if each.processor_id == register.id]
    if not rows and not changes and not deps.changes.has_draft(register.id, sub_id):
        raise EntryUnknown
    relation = deps.agreements.relation(register.id, controller_id)
    return judge(
        rows,
        on or today_at(deps, register),
        has_agreement=relation is not None and relation.active,
        objection=deps.objections.to_entry(controller_id, sub_id),
        awaits_approval=relation is not None
        and _awaits_approval(deps, changes, relation, controller_id),
    )


def _awaits_approval(
    deps: Deps, changes: Sequence[Change], relation: Relation, controller_id: str
) -> bool:
    """Whether a change to the entry needed this customer's own yes and has not got it."""
    asked = [change.id for change in changes if _asks(change, relation)]
    return bool(set(asked) - deps.approvals.given(asked, controller_id))


def _asks(change: Change, relation: Relation) -> bool:
    key = relation.key_at(change.recipients_version)
    group = change.group(key) if key else None
    return group is not None and group.silence == "refusal"
