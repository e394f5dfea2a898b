"""A member signs in at a provider that is none of ours: that of the package oidc-provider-mock."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from oidc_provider_mock import User, run_server_in_thread

from services.identity.model.providers import AttemptEnded, EmailUnverified, ProviderRefused
from services.identity.proofs.discovery import Discovery
from services.identity.use_cases import oidc
from services.identity.use_cases.oidc import callback_url
from shared.fetching import Fetcher
from tests.clock import now
from tests.integration.identity.test_oidc import BROWSER, DOMAIN, LOOPBACK, World
from tests.people import deps_of, joined
from tests.provider import HostileProvider
from tests.stack import Stack
from tests.vendor import PROCESSOR_SCOPES, new_client

EMAIL = f"{uuid.uuid4().hex[:10]}@{DOMAIN}"
PEOPLE = [
    User(sub="ida", claims={"email": EMAIL, "email_verified": True, "name": "Ida"}),
    User(sub="unverified", claims={"email": EMAIL}),
]
SECONDS = 10


# The package itself uses parts of Authlib that are on their way out.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def issuer() -> Iterator[str]:
    with run_server_in_thread(
        require_client_registration=True, require_nonce=True, user_claims=PEOPLE
    ) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def world(stack: Stack, issuer: str) -> World:
    """An organisation that has registered this installation with the provider."""
    deps = replace(deps_of(stack), discovery=Discovery(Fetcher(LOOPBACK)), now=now)
    org_id = str(new_client(stack, "vendor", ["processor"], PROCESSOR_SCOPES)["org_id"])
    form = {"redirect_uris": [callback_url(deps, org_id)]}
    client = requests.post(f"{issuer}/oauth2/clients", json=form, timeout=SECONDS).json()
    world = World(deps, org_id, HostileProvider(url=issuer))
    world.set(client_id=client["client_id"], client_secret=client["client_secret"])
    joined(stack, org_id, EMAIL, ["reader"])
    return world


def brought_back(world: World, form: dict[str, str]) -> dict[str, str]:
    """What a browser brings back whose person sends this form to the provider."""
    page = oidc.begin(world.deps, world.org_id, BROWSER)
    sent = requests.post(page, data=form, allow_redirects=False, timeout=SECONDS)
    assert sent.headers["location"].startswith(callback_url(world.deps, world.org_id))
    return dict(parse_qsl(urlsplit(sent.headers["location"]).query))


def test_a_member_signs_in_at_a_provider_that_is_none_of_ours(world: World) -> None:
    for _ in range(2):
        arrived = world.finish(brought_back(world, {"sub": "ida"}))
        assert arrived.signed_in is not None
        assert arrived.signed_in.person_id == world.person(EMAIL).id


def test_a_person_who_declines_there_is_not_signed_in(world: World) -> None:
    # That provider leaves ``state`` out of its refusal, so nothing says whose attempt has ended.
    with pytest.raises(AttemptEnded):
        world.finish(brought_back(world, {"action": "deny"}))


def test_a_provider_that_does_not_vouch_for_an_address_signs_nobody_in(world: World) -> None:
    with pytest.raises(EmailUnverified):
        world.finish(brought_back(world, {"sub": "unverified"}))


def test_a_wrong_secret_signs_nobody_in(world: World) -> None:
    answer = brought_back(world, {"sub": "ida"})
    provider = world.deps.providers.find(world.org_id)
    assert provider is not None
    world.set(client_id=provider.client_id, client_secret="another")
    with pytest.raises(ProviderRefused):
        world.finish(answer)
