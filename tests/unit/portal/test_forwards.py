"""The table of routes that other services answer."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from services.portal.api.context import READ, SIGN, WRITE
from services.portal.api.forwarding import Route
from services.portal.api.forwards import AGREEMENT_ROUTES, CUSTOMER_ROUTES, WEBHOOK_ROUTES
from services.portal.wiring import PEERS, Deps
from shared.auth import EITHER

ROUTES = [*AGREEMENT_ROUTES, *CUSTOMER_ROUTES, *WEBHOOK_ROUTES]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_only_reading_needs_no_right_to_write(route: Route) -> None:
    # A preview is asked for with POST, and keeps nothing.
    reads = route.method == "GET" or route.path.endswith("/preview")
    assert (route.scope == READ) == reads
    assert reads or WRITE in route.scope.split(EITHER)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_a_person_needs_the_role_that_binds_to_bind_the_organisation(route: Route) -> None:
    ends = ("/accept", "/reject", "/confirm", "/decline", "/terminate")
    binds = route.path.endswith(ends) or "/paper" in route.path
    assert (route.scope == SIGN) == (
        route.method == "POST" and (binds or route.path == "/agreements")
    )


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_the_peer_is_asked_for_the_id_of_the_route(route: Route) -> None:
    ids = re.findall(r"<(\w+)>", route.path)

    assert route.peer in PEERS
    assert re.findall(r"{(\w+)}", route.target) == ids


def test_a_route_is_the_same_at_the_peer_unless_it_says_otherwise() -> None:
    assert Route("GET", "/events", READ, None, "notices").target == "/v1/events"
    assert Route("GET", "/agreement-counts", READ, None, "agreements", "/counts").target == (
        "/v1/counts"
    )


def test_every_peer_has_its_client() -> None:
    assert [field.name for field in fields(Deps)] == [*PEERS, "origin"]
