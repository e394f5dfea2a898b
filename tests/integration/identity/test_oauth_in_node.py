"""The libraries of Node get a token, use it and check it, told no more than the issuer; and
whichever key the installation signs with."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from pymongo import MongoClient

import services.identity.settings
from shared.tokens import ALGORITHMS, Algorithm
from tests.mongod import free_ports
from tests.node import TOOLS, must, needs_node
from tests.serving import serving
from tests.stack import START, Stack
from tests.vendor import new_client

pytestmark = pytest.mark.slow
SCOPE = "portal:read"


class Signing(Stack):
    """An installation that signs tokens as it was told."""

    algorithm: Algorithm

    def _settings(self, name: str) -> Any:
        if name == "identity":
            own = services.identity.settings.Settings
            return own(self.common, token_algorithm=self.algorithm)
        return super()._settings(name)


@dataclass(frozen=True)
class Installation:
    stack: Stack
    customer: dict[str, Any]
    algorithm: Algorithm


@pytest.fixture(scope="module", params=ALGORITHMS)
def installation(
    request: pytest.FixtureRequest, mongo_url: str, mongo_client: MongoClient[dict[str, Any]]
) -> Iterator[Installation]:
    prefix, port = f"test_{uuid.uuid4().hex[:12]}", free_ports(1)
    kind = type("Told", (Signing,), {"algorithm": request.param})
    stack = kind(mongo_url, prefix, f"http://127.0.0.1:{port}")
    with serving(stack.wsgi, port):
        customer = new_client(stack, "customer", ["controller"], [SCOPE])
        yield Installation(stack, customer, request.param)
    for name in mongo_client.list_database_names():
        if name.startswith(prefix):
            mongo_client.drop_database(name)


@needs_node
def test_openid_client_and_simple_oauth2_get_what_jose_verifies(installation: Installation) -> None:
    customer, origin = installation.customer, installation.stack.common.origin
    client_id, secret = customer["client_id"], customer["client_secret"]
    at = str(int(START.timestamp()))

    told = json.loads(must("node", str(TOOLS / "oauth.mjs"), origin, client_id, secret, at))

    verified = {"algorithm": installation.algorithm, "client": client_id, "scope": SCOPE}
    assert told["verified"] == [verified] * 4
    assert told["me"] == [client_id] * 2
    assert told["lives"] == [900, 900]
    assert told["refused"] == ["basic", "invalid_scope", "invalid_client"]


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_joserfc_verifies_it_with_the_published_key(installation: Installation) -> None:
    stack, customer = installation.stack, installation.customer
    keys = KeySet.import_key_set(stack.must(None, "GET", "/identity/.well-known/jwks.json"))
    token = jwt.decode(stack.token(customer), keys, algorithms=[installation.algorithm])
    assert token.header["alg"] == installation.algorithm
    assert token.header["kid"] in [key.thumbprint() for key in keys.keys]
    assert token.claims["client_id"] == customer["client_id"]
