"""Answers are what the document says: every member, its type, and null only where it says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pymongo import MongoClient

from deploy.api_document.merging import operations
from shared.times import format_instant
from tests.described import AsDescribed, document
from tests.integration.access.table import routes
from tests.integration.access.test_matrix import _paths, ask_with
from tests.integration.access.world import World, built
from tests.integration.shared.test_answers import write_everything
from tests.receiver import Receiver, receiving
from tests.stack import Stack, fresh_stack

# The others need what this story does not have, such as a person at a sign-in provider.
REACHED = 0.9


@pytest.fixture(scope="module")
def told(mongo_url: str, mongo_client: MongoClient[dict[str, Any]]) -> Iterator[AsDescribed]:
    """A product after a story in which nearly everything was asked that can be asked."""
    with fresh_stack(mongo_url, mongo_client) as stack, receiving() as inbox:
        checked = AsDescribed(stack.wsgi)
        stack.wsgi = checked
        write_everything(stack, inbox)
        world = built(stack)
        read_everything(stack, world)
        ask_the_rest(stack, world, inbox)
        yield checked


def read_everything(stack: Stack, world: World) -> None:
    """Ask each route that reads, about all there is, as each who may own it."""
    askers = [stack.token(each) for each in (world.a.client, world.owner, stack.admin)]
    for route in routes(stack.apps):
        if route.method == "GET":
            for path in _paths(world, route):
                for token in askers:
                    ask_with(world, token, route, path)


def ask_the_rest(stack: Stack, world: World, inbox: Receiver) -> None:
    """What the story leaves out: questions, and the vendor's own endpoints."""
    [sub, *_] = world.things["sub"]
    asked = f"sub_processor_id={sub}&processor={world.a.slug}"
    stack.must(world.owner, "GET", f"/portal/v1/gate?{asked}")
    controller = world.owner["org_id"]
    stack.must(world.a.client, "GET", f"/registry/v1/gate?{asked}&controller_id={controller}")
    simulated = {"instrument_id": "eu-us-dpf", "ends_on": "2027-06-01"}
    stack.must(world.a.client, "POST", "/registry/v1/simulations", simulated)
    keys = stack.must(world.a.client, "GET", f"/registry/v1/processors/{world.a.slug}/public-list")
    listed = {"keys": keys["keys"]}
    stack.must(
        world.a.client, "POST", f"/registry/v1/processors/{world.a.slug}/public-list", listed
    )
    contacts = {"contacts": [{"name": "A", "position": "B", "email": "a@b.example"}]}
    path = "/notices/v1/notice-contacts"
    put = stack.ask(world.a.client, "PUT", path, contacts, headers={"If-Match": "*"})
    assert put.status_code == 200, put.text
    endpoints(stack, world, inbox)


def endpoints(stack: Stack, world: World, inbox: Receiver) -> None:
    whole = "/notices/v1/webhook-endpoints"
    made = stack.must(world.a.client, "POST", whole, {"url": inbox.url})
    path = f"{whole}/{made['id']}"
    for step in ("pause", "resume", "enable", "secret/rotate"):
        stack.must(world.a.client, "POST", f"{path}/{step}")
    change = {"description": "Ours"}
    changed = stack.ask(world.a.client, "PATCH", path, change, headers={"If-Match": "*"})
    assert changed.status_code == 200, changed.text
    since = {"since": format_instant(stack.now - timedelta(days=1))}
    stack.must(world.a.client, "POST", f"{path}/recover", since)
    stack.ask(world.a.client, "DELETE", path, headers={"If-Match": "*"})


def test_every_answer_is_what_the_document_says(told: AsDescribed) -> None:
    assert not told.differences, "\n".join(sorted(told.differences))


def test_nearly_every_operation_was_answered(told: AsDescribed) -> None:
    names = {f"{method} {path}" for path, method, _ in operations(document())}
    missing = sorted(names - told.answered)
    assert len(told.answered & names) >= REACHED * len(names), "\n".join(missing)
