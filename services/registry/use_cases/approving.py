"""Approve what another has prepared: emergencies always, every announcement where asked for.

An emergency may take effect on any day. Who may approve, and when enough have, stands in
``model/approvals.py``. It takes effect for each customer when that customer's own days are over:
the shorter ones of an agreement that allows them for emergencies, else the usual ones (0038).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from services.registry.model.announcements import as_one_notice, check_alike
from services.registry.model.approvals import Hands, NobodyToApprove
from services.registry.model.changes import Change
from services.registry.model.register import Register
from services.registry.use_cases.announcing import announce_drafts
from services.registry.use_cases.change_views import ChangeView, named, shown, with_previous
from services.registry.use_cases.permissions import hands_of, own_change, own_changes
from services.registry.wiring import Deps
from shared.auth import Caller
from shared.mongo import Session


def declare_emergency(
    deps: Deps, caller: Caller, slug: str, change_id: str, justification: str
) -> ChangeView:
    """Declare a draft an emergency; another must approve it before it is announced."""
    register, draft = own_change(deps, caller, slug, change_id)
    declared = draft.declared(justification, caller.client_id)
    # First the mails, for what identity does not take is not saved; their page says what is so.
    _ask(deps, register, [declared])
    deps.mongo.transact(lambda session: deps.stores.changes.replace(declared, session))
    return shown(deps, register, declared)


def request_approval(deps: Deps, caller: Caller, slug: str, change_ids: Sequence[str]) -> int:
    """Have those asked by mail who may approve drafts, by one link for all; how many they are.

    Raises ``NotInThisStatus``, ``NobodyToApprove``; and what ``as_one_notice`` raises, for they are
    announced together.
    """
    register, drafts = own_changes(deps, caller, slug, change_ids)
    for draft in drafts:
        draft.must_be("draft")
    as_one_notice(drafts)
    asked = _ask(deps, register, drafts)
    if not asked:
        raise NobodyToApprove
    return asked


def approve(
    deps: Deps,
    caller: Caller,
    slug: str,
    change_ids: Sequence[str],
    seen: Mapping[str, int | None] = MappingProxyType({}),
) -> list[ChangeView]:
    """Approve drafts as one notice; the approval that was still missing announces them at once.

    Each approval asks identity again for the hands of all who approved or prepared, so two clients
    that became one hand meanwhile count once, and a person who has left does not approve. ``seen``:
    by id, the revision that the caller has read; without one any is accepted. Raises what
    ``Change.approved`` raises, ``PreconditionFailed``, ``ChangesMixed``, or the errors of
    ``announce``; then nothing is saved.
    """
    register, drafts = own_changes(deps, caller, slug, change_ids)
    for draft in drafts:
        draft.check_seen(seen.get(draft.id))
        draft.must_be("draft")
    check_alike(drafts)
    hands = hands_of(deps, register.id, (caller.client_id, *_involved(drafts)))
    approved = [draft.approved(caller.client_id, hands) for draft in drafts]
    enough = [change.signatures.suffice(hands) for change in approved]
    if all(enough):
        final = [_final(*each, hands) for each in zip(drafts, approved, strict=True)]
        changes = announce_drafts(deps, caller, register, final, hands)
    else:
        changes = _save(deps, approved)
    return [shown(deps, register, change) for change in changes]


def _ask(deps: Deps, register: Register, drafts: Sequence[Change]) -> int:
    """By a mail to each person who may approve them and has prepared none."""
    signed = [draft.signatures for draft in drafts]
    return deps.identity.ask_approval(
        {
            "org_id": register.id,
            "slug": register.slug,
            "change_ids": [draft.id for draft in drafts],
            # No edit of any of them leaves the sum as it was.
            "revision": sum(draft.revision for draft in drafts),
            "prepared_by": _once(each.prepared_by for each in signed),
            "approved_by": _once(each.approved_by for each in signed),
            "emergency": any(each.urgent for each in signed),
            "effective_on": max(draft.effective_on for draft in drafts).isoformat(),
            "changes": [_told(deps, register, draft) for draft in drafts],
        }
    )


def _told(deps: Deps, register: Register, draft: Change) -> dict[str, Any]:
    """What the mail says of a draft."""
    view = shown(deps, register, with_previous(deps, register, draft))
    return {
        "kind": draft.kind,
        "sub_processor": named(view.sub_processor),
        "previous": named(view.previous),
        "materiality": view.materiality,
    }


def _once(several: Iterable[Sequence[str]]) -> list[str]:
    return list(dict.fromkeys(actor for some in several for actor in some))


def _involved(drafts: Sequence[Change]) -> list[str]:
    signed = [draft.signatures for draft in drafts]
    return [actor for each in signed for actor in (*each.prepared_by, *each.approved_by)]


def _save(deps: Deps, changes: Sequence[Change]) -> list[Change]:
    def work(session: Session) -> list[Change]:
        for change in changes:
            deps.stores.changes.replace(change, session)
        return list(changes)

    return deps.mongo.transact(work)


def _final(draft: Change, approved: Change, hands: Hands) -> Change:
    """The announcement saves the last approval in one step, so the stored revision stands."""
    approvers = tuple(map(hands.approver, approved.approvers))
    return replace(approved, revision=draft.revision, approved_by=approvers)
