"""Whom the portal asks, always on behalf of the customer that called it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import requests
from flask import Response, request

from shared.auth import CLIENT, CLIENT_ADDRESS, caller
from shared.peers import ServiceClient

# What a caller's request carries through to the service that answers it, and back.
REQUEST_HEADERS = ("If-Match", "Idempotency-Key", "If-None-Match", "Accept", "Content-Type")
RESPONSE_HEADERS = ("Content-Type", "ETag", "Retry-After", "Content-Disposition", "Location")
PAGE = 200


@dataclass(frozen=True)
class Clients:
    identity: ServiceClient
    agreements: ServiceClient
    registry: ServiceClient
    notices: ServiceClient


def forward(client: ServiceClient, org_id: str, path: str, method: str | None = None) -> Response:
    """The current request as another service answers it for this customer."""
    answer = client.send(
        method or request.method,
        path,
        on_behalf_of=org_id,
        headers=onward(),
        params=request.args.to_dict(flat=True),
        data=request.get_data(cache=True) or None,
    )
    return passed_on(answer)


def onward() -> dict[str, str]:
    """What goes on with a request, and who it was that asked: evidence of an acceptance."""
    carried = {name: request.headers[name] for name in REQUEST_HEADERS if name in request.headers}
    return {**carried, CLIENT: caller().client_id, CLIENT_ADDRESS: request.remote_addr or ""}


def passed_on(answer: requests.Response) -> Response:
    response = Response(answer.content, status=answer.status_code)
    for name in RESPONSE_HEADERS:
        if name in answer.headers:
            response.headers[name] = answer.headers[name]
    return response


def processors_of(clients: Clients, org_id: str, *statuses: str) -> dict[str, dict[str, Any]]:
    """The processors this customer has an agreement with, by slug: an active one, if none of
    ``statuses``."""
    return {
        each["processor"]["slug"]: each["processor"]
        for status in statuses or ("active",)
        for each in every_item(clients.agreements, "/v1/agreements", org_id, status=status)
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
