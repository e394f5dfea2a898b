"""Which changes may be one notice: several drafts are announced together, or none of them is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from services.registry.model.changes import Change
from shared.errors import Conflict, Invalid

# A message has room for 20 kB; with more changes it could not even name each of them.
MOST_CHANGES = 50


class ChangesMixed(Conflict):
    """Emergencies, with the same approvals, and other changes cannot be one notice; part them."""

    code = "changes-mixed"


class EntryNamedTwice(Invalid):
    """Two of these changes alter one entry; edit one draft to say both, and discard the other."""

    code = "entry-named-twice"


def as_one_notice(drafts: Sequence[Change], effective_on: date | None = None) -> list[Change]:
    """The drafts as they are announced together: they take effect on one day.

    ``effective_on``: that day; None takes the latest one that they name. Raises
    ``EntryNamedTwice``, or ``ChangesMixed``.
    """
    _check_entries(drafts)
    check_alike(drafts)
    day = effective_on or max(draft.effective_on for draft in drafts)
    several = drafts if len(drafts) > 1 else ()
    ids = tuple(draft.id for draft in several)
    kinds = tuple(dict.fromkeys(draft.kind for draft in several))
    return [
        replace(draft, effective_on=day, together=ids, kinds_together=kinds) for draft in drafts
    ]


def check_alike(drafts: Sequence[Change]) -> None:
    """Raises ``ChangesMixed`` unless all are emergencies with as many approvals, or none is."""
    if len({(bool(draft.emergency), len(draft.approvers)) for draft in drafts}) > 1:
        raise ChangesMixed


def _check_entries(drafts: Sequence[Change]) -> None:
    touched = Counter(entry_id for draft in drafts for entry_id in draft.touches)
    twice = sorted(entry_id for entry_id, times in touched.items() if times > 1)
    if twice:
        ids = [draft.id for draft in drafts if twice[0] in draft.touches]
        raise EntryNamedTwice(
            f"{' and '.join(ids)} alter {twice[0]}.",
            errors=[
                {"pointer": "/change_ids", "code": EntryNamedTwice.code, "detail": f"{name}"}
                for name in ids
            ],
        )
