"""What every route of agreements needs: its collaborators, the page asked for, the origin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from flask import current_app, request

from services.agreements.model.agreement import Agreement
from services.agreements.use_cases.permissions import Origin
from services.agreements.wiring import Deps
from shared.auth import CLIENT, CLIENT_ADDRESS, ON_BEHALF_OF, Caller
from shared.failures import FailedJob
from shared.headers import etag_of, located
from shared.pagination import PageRequest

Shown = tuple[Agreement, dict[str, str]]

SERVICE_CLIENT = "cli_service_"


def deps() -> Deps:
    return cast("Deps", current_app.extensions["art28.deps"])


def page_request(query: dict[str, Any]) -> PageRequest:
    return PageRequest(query.pop("limit"), query.pop("cursor"))


def shown(agreement: Agreement) -> Shown:
    return agreement, {"ETag": etag_of(agreement.revision)}


def made(agreement: Agreement) -> Shown:
    """An agreement that is new, or new in part, with its address."""
    body, headers = shown(agreement)
    return body, {**headers, **located(f"/agreements/{agreement.id}")}


class WithFailure:
    """An agreement beside ``set_aside``: that the calendar could not do what was due."""

    def __init__(self, agreement: Agreement, set_aside: FailedJob | None) -> None:
        self.agreement, self.set_aside = agreement, set_aside

    def __getattr__(self, name: str) -> Any:
        return getattr(self.agreement, name)


def with_failures(agreements: Sequence[Agreement]) -> list[WithFailure]:
    failed = deps().clock_failures.among([agreement.id for agreement in agreements])
    return [WithFailure(agreement, failed.get(agreement.id)) for agreement in agreements]


def origin(who: Caller) -> Origin:
    """The client and the address behind this request; another service tells whose they are."""
    if ON_BEHALF_OF in request.headers and who.client_id.startswith(SERVICE_CLIENT):
        client_id = request.headers.get(CLIENT, who.client_id)
        return Origin(client_id, request.headers.get(CLIENT_ADDRESS) or None)
    return Origin(who.client_id, request.remote_addr)
