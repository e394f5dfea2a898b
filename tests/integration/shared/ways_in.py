"""A story of passkeys and of an organisation's own sign-in, in which every write is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from unittest.mock import patch
from urllib.parse import urlsplit

from werkzeug.test import Client

from services.identity.model.passkeys import Site
from services.identity.proofs.discovery import Discovery
from services.identity.use_cases import passkeys
from shared.egress import Egress
from shared.fetching import Fetcher
from tests.authenticator import Authenticator
from tests.integration.shared.persons import FORM, V1, as_person, bearer_of, press, somebody
from tests.people import deps_of, joined
from tests.provider import HostileProvider, running
from tests.stack import Stack
from tests.vendor import PROCESSOR_SCOPES, new_client

SESSION, KEYS = "__Host-art28-session", "/identity/sign-in/passkeys"


def ways_in(stack: Stack) -> None:
    """An owner adds passkeys, signs in by one, and sets a provider that lets the owner in."""
    org_id = new_client(stack, "with-persons", ["processor"], PROCESSOR_SCOPES)["org_id"]
    email = somebody()
    bearer = bearer_of(stack, joined(stack, org_id, email, ["owner"]))
    with with_tls(stack):
        by_passkey(stack, bearer)
        # Of somebody else: signing in anew ends the session that the browser had.
        by_page(stack, joined(stack, org_id, somebody(), ["reader"]))
    with running(HostileProvider(now=deps_of(stack).now)) as provider:
        provider.claims = {"sub": "1", "email": email, "email_verified": True}
        by_provider(stack, bearer, org_id, provider)


@contextmanager
def with_tls(stack: Stack) -> Iterator[None]:
    """As if browsers made passkeys for the origin of the stack."""
    origin = stack.common.origin
    site = Site(urlsplit(origin).hostname or "", origin)
    with patch.object(passkeys, "site_of", lambda _: site):
        yield


def by_passkey(stack: Stack, bearer: dict[str, str]) -> None:
    device = Authenticator(stack.common.origin)
    path = f"{V1}/passkeys"
    options = as_person(stack, bearer, "POST", f"{path}/options")["options"]
    new = {"name": "Laptop", "answer": device.create(options)}
    added = as_person(stack, bearer, "POST", path, new)
    tag = {"If-Match": "*"}
    as_person(stack, bearer | tag, "PATCH", f"{path}/{added['id']}", {"name": "Old laptop"})
    opened = stack.must(None, "POST", f"{path}/sign-in/options")
    answer = {"attempt": opened["attempt"], "answer": device.get(opened["options"])}
    stack.must(None, "POST", f"{path}/sign-in", answer)
    as_person(stack, bearer | tag, "DELETE", f"{path}/{added['id']}")


def by_page(stack: Stack, session: str) -> None:
    """Adds two passkeys, removes one, and signs in with the other; a challenge is left."""
    device, browser = Authenticator(stack.common.origin), Client(stack.wsgi)
    browser.set_cookie(FORM, "x", secure=True, path="/")
    browser.set_cookie(SESSION, session, secure=True, path="/")
    press(stack, browser, f"{KEYS}/options")
    for name in ("Phone", "Key"):
        options = browser.post(f"{KEYS}/options", data={"form": "x"}).json or {}
        press(stack, browser, KEYS, name=name, answer=json.dumps(device.create(options)))
    (other, *_) = deps_of(stack).mongo.collection("passkeys", dict).find({"name": "Phone"})
    press(stack, browser, f"{KEYS}/{other['_id']}/remove")
    press(stack, browser, "/identity/sign-in/passkey/options")
    options = browser.post("/identity/sign-in/passkey/options", data={"form": "x"}).json or {}
    press(stack, browser, "/identity/sign-in/passkey", answer=json.dumps(device.get(options)))


def by_provider(
    stack: Stack, bearer: dict[str, str], org_id: str, provider: HostileProvider
) -> None:
    """Set, used, unlinked, removed; set and used again, and an attempt is left."""
    path = f"{V1}/organisations/{org_id}/oidc"
    body = {"issuer": provider.url, "client_id": "art28", "client_secret": "client-secret"}
    fetcher = Fetcher(Egress.from_text("127.0.0.0/8"))
    deps = replace(deps_of(stack), discovery=Discovery(fetcher))
    with patch.dict(stack.apps["identity"].extensions, {"art28.deps": deps}):
        as_person(stack, bearer, "PUT", path, body)
        arrive(stack, path, provider)
        (account,) = deps.mongo.collection("provider_accounts", dict).find({"org_id": org_id})
        as_person(stack, bearer, "DELETE", f"{path}/people/{account['person_id']}")
        as_person(stack, bearer | {"If-Match": "*"}, "DELETE", path)
        as_person(stack, bearer, "PUT", path, body)
        arrive(stack, path, provider)
        assert Client(stack.wsgi).get(f"{path}/start").status_code == 303


def arrive(stack: Stack, path: str, provider: HostileProvider) -> None:
    browser = Client(stack.wsgi)
    back = provider.sign_in(browser.get(f"{path}/start").headers["Location"])
    answer = browser.get(back.removeprefix(stack.common.origin))
    assert answer.status_code == 303, answer.text
