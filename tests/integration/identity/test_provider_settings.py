"""What is read of a sign-in provider can be sent back as it was read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest

from services.identity.proofs.discovery import Discovery
from shared.egress import Egress
from shared.fetching import Fetcher
from tests.answers import Answer
from tests.integration.shared.persons import V1, bearer_of, somebody
from tests.people import deps_of, joined
from tests.provider import HostileProvider, running
from tests.stack import Stack
from tests.vendor import PROCESSOR_SCOPES, new_client


class Owner:
    """The owner of an organisation, and the setting of its provider."""

    def __init__(self, stack: Stack, provider: HostileProvider) -> None:
        self.stack = stack
        self.org_id = new_client(stack, "owned", ["processor"], PROCESSOR_SCOPES)["org_id"]
        self.bearer = bearer_of(stack, joined(stack, self.org_id, somebody(), ["owner"]))
        self.setting = {"issuer": provider.url, "client_id": "art28", "client_secret": "secret"}

    def ask(self, method: str, body: Any = None) -> Answer:
        path = f"{V1}/organisations/{self.org_id}/oidc"
        return self.stack.ask(None, method, path, body, headers=self.bearer)


@pytest.fixture
def owner(stack: Stack) -> Iterator[Owner]:
    with running(HostileProvider(now=deps_of(stack).now)) as provider:
        fetcher = Fetcher(Egress.from_text("127.0.0.0/8"))
        deps = replace(deps_of(stack), discovery=Discovery(fetcher))
        with patch.dict(stack.apps["identity"].extensions, {"art28.deps": deps}):
            yield Owner(stack, provider)


def test_what_was_read_can_be_sent_back_and_the_secret_stays(owner: Owner) -> None:
    assert owner.ask("PUT", owner.setting).status_code == 200
    read = owner.ask("GET").json

    again = owner.ask("PUT", read)

    assert again.status_code == 200, again.text
    assert again.json == read
    assert again.json["has_secret"] is True


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("org_id", "org_other"),
        ("has_secret", False),
        ("redirect_uri", "https://elsewhere.test/callback"),
        ("sign_in_url", "https://elsewhere.test/start"),
        ("created_at", "2020-01-01T00:00:00.000Z"),
    ],
)
def test_a_member_that_only_the_service_sets_is_refused_where_it_differs(
    owner: Owner, name: str, value: object
) -> None:
    owner.ask("PUT", owner.setting)
    read = owner.ask("GET").json

    refused = owner.ask("PUT", {**read, "client_id": "another", name: value})

    assert (refused.status_code, refused.json["code"]) == (422, "not-yours-to-set")
    assert owner.ask("GET").json == read
