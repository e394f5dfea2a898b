"""Every answer to a GET that a client may want to keep names its version, and is not sent twice.

The routes are those of the table; each is asked by who owns what is behind it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from werkzeug.test import TestResponse

from tests.integration.access.table import KINDS, Route, foreign
from tests.integration.access.test_matrix import ask_with
from tests.integration.access.world import World
from tests.pages import PAGES

# Files that are written while they are read: nobody knows the whole when they begin.
STREAMED = {
    "GET /agreements/v1/export.csv",
    "GET /portal/v1/agreements.csv",
    "GET /portal/v1/sub-processors.csv",
    "GET /registry/v1/processors/<slug>/export.csv",
}
KNOWN = {
    "instrument_id": "eu-us-dpf",
    "name": "portal",
    "filename": "page.css",
    "number": "1",
    "host": "none.example",
    "person_id": "per_none",
}
# What monitors read, and what is a page for one person, or a form of this moment.
APART = (
    "/ask", "/healthz", "/readyz", "/metrics", "/acknowledge/<token>", "/v1/sessions",
    "/v1/people/<person_id>", *PAGES["identity"], *PAGES["portal"],
)  # fmt: skip


def answers(world: World, route: Route, **headers: str) -> Iterator[tuple[str, TestResponse]]:
    """The answers to those for whom there is something, by path."""
    callers = (world.a.client, world.owner, world.stack.admin, *world.owners.values())
    for path in paths(world, route):
        for client in callers if route.door else (None,):
            token = world.stack.token(client) if client else None
            answer = ask_with(world, token, route, path, headers)
            if answer.status_code in (200, 304):
                yield path, answer
                break


def paths(world: World, route: Route) -> list[str]:
    known = {**KNOWN, "entry_id": world.things["sub"][0]}
    rest = [each for each in route.parameters if each not in known]
    kinds = Route(route.method, "/".join(f"<{each}>" for each in rest), route.door)
    return list(dict.fromkeys(route.to({**known, **there}) for there, _ in foreign(world, kinds)))


@pytest.fixture(scope="module")
def reads(found: list[Route]) -> list[Route]:
    """What the two vendors and their customers may read; of others' things they have none."""
    return [
        route
        for route in found
        if route.method == "GET"
        and str(route) not in STREAMED
        and not route.path.endswith(APART)
        and {*route.parameters} <= {*KNOWN, *KINDS, "entry_id"}
    ]


@pytest.fixture(scope="module", autouse=True)
def _published(world: World) -> None:
    world.a.publish()


def test_every_answer_that_may_be_kept_names_its_version(world: World, reads: list[Route]) -> None:
    nameless = [
        str(route)
        for route in reads
        for _, answer in answers(world, route)
        if "ETag" not in answer.headers
    ]
    assert nameless == []


def test_what_a_client_has_already_is_not_sent_again(world: World, reads: list[Route]) -> None:
    wrong, seen = [], 0
    for route in reads:
        for path, answer in answers(world, route):
            tag = answer.headers["ETag"]
            for _, again in answers(world, route, **{"If-None-Match": tag}):
                if again.status_code == 304:
                    seen += 1
                    if again.data or again.headers.get("ETag") != tag:
                        wrong.append((path, tag, again.headers.get("ETag")))
                    break
            else:
                wrong.append((path, tag, "sent again"))
    assert wrong == []
    assert seen > 80


def test_what_a_client_has_not_is_sent(world: World, reads: list[Route]) -> None:
    old = {"If-None-Match": '"r0.0123456789abcdef"'}
    assert [
        (path, answer.status_code)
        for route in reads
        for path, answer in answers(world, route, **old)
        if answer.status_code != 200
    ] == []


def test_streams_are_those_that_are_named(world: World, found: list[Route]) -> None:
    streams = [route for route in found if str(route) in STREAMED]

    assert [str(route) for route in streams] == sorted(STREAMED)
    assert {
        (str(route), "ETag" in answer.headers)
        for route in streams
        for _, answer in answers(world, route)
    } == {(route, False) for route in STREAMED}
