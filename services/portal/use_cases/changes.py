"""A customer's view of changes: its notice, the change's status and its answer in one."""

from __future__ import annotations

from typing import Any

from services.portal.wiring import Deps
from shared.errors import NotFound

OPEN_STATUSES = frozenset({"announced"})


def customer_page(
    deps: Deps, org_id: str, status: str | None, limit: int, cursor: str | None
) -> dict[str, Any]:
    """One page of the notices given to this customer, open or past."""
    params = {"limit": limit, **({"cursor": cursor} if cursor else {})}
    page = deps.notices.get("/v1/notices", params, org_id)
    items = _joined(deps, org_id, page["items"])
    if status:
        items = [item for item in items if (item["status"] in OPEN_STATUSES) == (status == "open")]
    return {"items": items, "next_cursor": page["next_cursor"]}


def customer_change(deps: Deps, org_id: str, change_id: str) -> dict[str, Any]:
    """One change of which this customer has a notice. Raises ``NotFound`` without one."""
    notice = deps.notices.get(f"/v1/notices/{change_id}", None, org_id)
    changes = _joined(deps, org_id, [notice])
    if not changes:
        raise NotFound("There is no such change.")
    return changes[0]


def _joined(deps: Deps, org_id: str, notices: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ids = ",".join(notice["change_id"] for notice in notices)
    if not ids:
        return []
    answers = deps.registry.get("/v1/customer/changes", {"ids": ids}, org_id)["items"]
    states = {change["id"]: change for change in answers}
    return [_one(notice, states[notice["change_id"]]) for notice in notices
            if notice["change_id"] in states]  # fmt: skip


def _one(notice: dict[str, Any], state: dict[str, Any]) -> dict[str, Any]:
    return {
        **notice,
        "id": notice["change_id"],
        # The register's days are the customer's real ones, counted from when the notice was sent,
        # delivered or acknowledged; those in the notice are what was meant when it was announced.
        "given_at": state["given_at"],
        "given_on": state["given_on"],
        "objection_deadline": state["objection_deadline"],
        "effective_on": _later(state["effective_on"], state["earliest_effective_on"]),
        "provisional": state["provisional"],
        "arithmetic": state["arithmetic"],
        "owes": state["owes"],
        "status": state["status"],
        "withdrawal_reason": state["withdrawal_reason"],
        "objection": state["objection"],
        "approved": state["approved"],
    }


def _later(day: str, other: str | None) -> str:
    return max(day, other or day)
