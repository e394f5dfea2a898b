"""Where a 201 says that a new thing is, there it is."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pymongo import MongoClient
from werkzeug.test import Client

from tests.answers import Answer
from tests.integration.agreements.shop import open_shop
from tests.integration.shared import test_answers as stories
from tests.integration.shared.persons import persons
from tests.integration.shared.ways_in import ways_in
from tests.receiver import Receiver, receiving
from tests.stack import NAMES, Stack
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client


class Following(Stack):
    """Goes where each 201 says that the new thing is; ``made``: the routes that answered one."""

    def __init__(self, mongo_url: str, prefix: str) -> None:
        self.made: set[str] = set()
        self.lost: list[tuple[str, str, Any]] = []
        super().__init__(mongo_url, prefix)

    def ask(
        self,
        client: Mapping[str, Any] | None,
        method: str,
        path: str,
        body: Any = None,
        **more: Any,
    ) -> Answer:
        signed = {k: v for k, v in more.get("headers", {}).items() if k == "Authorization"}
        answer = super().ask(client, method, path, body, **more)
        if answer.status_code == 201:
            self._follow(client, path, answer, signed)
        return answer

    def _follow(
        self,
        client: Mapping[str, Any] | None,
        path: str,
        answer: Answer,
        signed: Mapping[str, str],
    ) -> None:
        """``signed``: the token of a person, who has no client."""
        self.made.add(self._rule(path))
        address = answer.headers.get("Location")
        found = address and super().ask(client, "GET", address, headers=signed)
        if not found or found.status_code != 200:
            self.lost.append((path, str(address), found and found.status_code))

    def _rule(self, path: str) -> str:
        service, _, rest = path.strip("/").partition("/")
        adapter = self.apps[service].url_map.bind("")
        rule, _ = adapter.match(f"/{rest.partition('?')[0]}", method="POST", return_rule=True)
        return f"/{service}{rule.rule}"

    def makers(self) -> set[str]:
        """Every route that may answer 201, as its document says."""
        return {
            f"/{name}{path.replace('{', '<').replace('}', '>')}"
            for name in NAMES
            if name != "public"
            for path, operations in _document(self.apps[name])["paths"].items()
            if "201" in operations.get("post", {}).get("responses", {})
        }


def _document(app: Any) -> dict[str, Any]:
    document: dict[str, Any] = Client(app).get("/openapi.json").get_json()
    return document


@pytest.fixture
def inbox() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def following(mongo_url: str, mongo_client: MongoClient[dict[str, Any]]) -> Iterator[Following]:
    prefix = f"test_{uuid.uuid4().hex[:12]}"
    yield Following(mongo_url, prefix)
    for found in mongo_client.list_database_names():
        if found.startswith(prefix):
            mongo_client.drop_database(found)


def test_every_new_thing_is_where_its_answer_says(following: Following, inbox: Receiver) -> None:
    client = new_client(following, "vendor", ["processor"], PROCESSOR_SCOPES)
    vendor = Vendor(following, client, client["slug"])
    stories.organisations_and_clients(vendor)
    stories.registers_and_imports(vendor)
    shop = open_shop(vendor)
    stories.agreements(shop)
    stories.confirmations(shop)
    stories.papers(shop)
    stories.proposals(shop)
    stories.outside_signatures(shop)
    stories.changes_and_objections(vendor)
    stories.webhooks(vendor, inbox)
    stories.evidence(vendor)
    stories.instruments(following)
    stories.erasures(vendor)
    vendor.must("POST", "/checkpoints")
    following.must(client, "POST", "/notices/v1/webhook-endpoints", {"url": inbox.url})
    ways_in(following)

    # The last: an organisation that has persons needs them for what its keys did before.
    persons(following, client["org_id"])

    assert following.lost == []
    # The portal asks the other services in the customer's name; its own answers are those.
    proposals = "/agreements/v1/agreements/<agreement_id>/proposals"
    within = {"/agreements/v1/self-serve", proposals}
    asked = {path for path in following.makers() - within if "/registry/v1/customer/" not in path}
    assert asked - following.made == set()
