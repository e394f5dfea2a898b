"""Which processors a customer has agreements with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.portal.wiring import Deps
from shared.peers import ServiceClient

PAGE = 200


def processors_of(deps: Deps, org_id: str, *statuses: str) -> dict[str, dict[str, Any]]:
    """The processors this customer has an agreement with, by slug: an active one, if none of
    ``statuses``."""
    return {
        agreement["processor"]["slug"]: agreement["processor"]
        for status in statuses or ("active",)
        for agreement in every_item(deps.agreements, "/v1/agreements", org_id, status=status)
    }


def every_item(
    client: ServiceClient, path: str, org_id: str, **params: Any
) -> Iterator[dict[str, Any]]:
    """All items of a paged list, a page at a time."""
    cursor = None
    while True:
        page = client.get(path, {**params, "limit": PAGE, **_cursor(cursor)}, org_id)
        yield from page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return


def _cursor(cursor: str | None) -> dict[str, str]:
    return {"cursor": cursor} if cursor else {}
