"""A customer's view of changes: its notice, the change's status and its answer in one."""

from __future__ import annotations

from typing import Any

from services.portal.wiring import Deps
from shared.errors import NotFound

# As many as the registry takes at once.
IDS_AT_ONCE = 200
# The registry's days are the customer's real ones, counted from when the notice was sent, delivered
# or acknowledged; those in the notice are what was meant when it was announced.
OF_THE_REGISTER = (
    "processor",
    "kind",
    "materiality",
    "reason",
    "previous",
    "sub_processor",
    "announced_at",
    "given_at",
    "given_on",
    "objection_deadline",
    "provisional",
    "arithmetic",
    "owes",
    "status",
    "what_it_means",
    "withdrawal_reason",
    "objection",
    "approved",
    "approval",
    "may",
    "window",
)
OPEN_STATUSES = frozenset({"announced"})


def customer_page(
    deps: Deps, org_id: str, status: str | None, limit: int, cursor: str | None
) -> dict[str, Any]:
    """One page of the notices given to this customer, open or past: an item for each change of
    them, so that a page may have more items than ``limit``."""
    params = {"limit": limit, **({"cursor": cursor} if cursor else {})}
    page = deps.notices.get("/v1/notices", params, org_id)
    items = _joined(deps, org_id, page["items"])
    if status:
        items = [item for item in items if (item["status"] in OPEN_STATUSES) == (status == "open")]
    return {"items": items, "next_cursor": page["next_cursor"]}


def customer_change(deps: Deps, org_id: str, change_id: str) -> dict[str, Any]:
    """One change of which this customer has a notice. Raises ``NotFound`` without one."""
    notice = deps.notices.get(f"/v1/notices/{change_id}", None, org_id)
    changes = _joined(deps, org_id, [{**notice, "change_ids": [change_id]}])
    if not changes:
        raise NotFound("There is no such change.")
    return {**changes[0], "change_ids": notice["change_ids"]}


def _joined(deps: Deps, org_id: str, notices: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each change of these notices: a notice may be of several."""
    ids = [change_id for notice in notices for change_id in notice["change_ids"]]
    states = states_of(deps, org_id, list(dict.fromkeys(ids)))
    return [
        _one(notice, states[change_id])
        for notice in notices
        for change_id in notice["change_ids"]
        if change_id in states
    ]


def states_of(deps: Deps, org_id: str, ids: list[str]) -> dict[str, dict[str, Any]]:
    """What the registry knows of each change, by id."""
    parts = (ids[start : start + IDS_AT_ONCE] for start in range(0, len(ids), IDS_AT_ONCE))
    answers = (
        deps.registry.post("/v1/customer/changes", {"ids": part}, org_id)["items"] for part in parts
    )
    return {change["id"]: change for answer in answers for change in answer}


def _one(notice: dict[str, Any], state: dict[str, Any]) -> dict[str, Any]:
    return {
        **notice,
        "id": state["id"],
        "change_id": state["id"],
        "effective_on": _later(state["effective_on"], state["earliest_effective_on"]),
        **{name: state[name] for name in OF_THE_REGISTER},
    }


def _later(day: str, other: str | None) -> str:
    return max(day, other or day)
