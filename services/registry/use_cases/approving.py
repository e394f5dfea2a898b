"""Approve what another has prepared: emergencies always, every announcement where asked for.

An emergency may take effect on any day, and needs two approvals by different hands. Clients are of
one hand when one of them made the other or renewed its secret; together they can approve once
(0027). It takes effect for each customer when that customer's own days are over: the shorter ones
of an agreement that allows them for emergencies, else the usual ones (0038).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from services.registry.clients import Hands
from services.registry.model.announcements import check_alike
from services.registry.model.changes import Change
from services.registry.model.register import Register
from services.registry.use_cases.announcing import announce_drafts
from services.registry.use_cases.change_views import ChangeView, shown
from services.registry.use_cases.permissions import own_change, own_changes
from services.registry.wiring import Deps
from shared.auth import Caller
from shared.mongo import Session


def declare_emergency(
    deps: Deps, caller: Caller, slug: str, change_id: str, justification: str
) -> ChangeView:
    """Declare a draft an emergency; two hands must approve it before it is announced."""
    register, draft = own_change(deps, caller, slug, change_id)
    declared = draft.declared(justification, caller.client_id)
    deps.mongo.transact(lambda session: deps.stores.changes.replace(declared, session))
    return shown(deps, register, declared)


def approve(
    deps: Deps,
    caller: Caller,
    slug: str,
    change_ids: Sequence[str],
    seen: int | None = None,
) -> list[ChangeView]:
    """Approve drafts as one notice; the approval that was still missing announces them at once.

    An emergency needs two hands of which one prepared nothing, any other change a hand that
    prepared nothing. Each approval asks identity again for the hands of all who approved or
    prepared, so two clients that became one hand meanwhile count once. ``seen`` is the revision of
    the only draft that the caller has read; None accepts any. Raises ``ApprovedAlready``,
    ``ApprovedByTheSameHand``, ``PreparedByTheSameHand``, ``PreconditionFailed``, ``ChangesMixed``,
    or the errors of ``announce``; then nothing is saved.
    """
    register, drafts = own_changes(deps, caller, slug, change_ids)
    for draft in drafts:
        draft.check_seen(seen)
        draft.must_be("draft")
    check_alike(drafts)
    hands = deps.identity.hands(register.id, (caller.client_id, *_involved(drafts)))
    if drafts[0].emergency:
        changes = _approve_emergencies(deps, caller, register, drafts, hands)
    else:
        for draft in drafts:
            draft.check_approver([caller.client_id], hands.of)
        changes = announce_drafts(deps, caller, register, drafts, hands)
    return [shown(deps, register, change) for change in changes]


def _involved(drafts: Sequence[Change]) -> list[str]:
    approvers = [it for draft in drafts if draft.emergency for it in draft.emergency.approved_by]
    return [*approvers, *(client_id for draft in drafts for client_id in draft.prepared_by)]


def _approve_emergencies(
    deps: Deps, caller: Caller, register: Register, drafts: Sequence[Change], hands: Hands
) -> list[Change]:
    approved = [draft.approved(caller.client_id, hands.of) for draft in drafts]
    if not all(change.is_approved for change in approved):

        def work(session: Session) -> list[Change]:
            for change in approved:
                deps.stores.changes.replace(change, session)
            return approved

        return deps.mongo.transact(work)
    for change in approved:
        change.check_approver(change.approvers, hands.of)
    # The announcement saves the last approval in one step, so the stored revision stands.
    final = [
        replace(
            change,
            revision=draft.revision,
            approved_by=tuple(hands.approver(it) for it in change.approvers),
        )
        for draft, change in zip(drafts, approved, strict=True)
    ]
    return announce_drafts(deps, caller, register, final, hands)
