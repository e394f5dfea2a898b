"""The pages and routes of passkeys and of organisations' own sign-in, as browsers meet them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

import pytest
from werkzeug.test import Client

from services.identity.api.cookies import ATTEMPT, FORM, SESSION
from services.identity.api.pages import EXPLAINED
from services.identity.model.passkeys import Site as Known
from services.identity.proofs.discovery import Discovery
from services.identity.rendering import LANGUAGES, words
from services.identity.use_cases import passkeys
from shared.fetching import Fetcher
from tests.authenticator import Authenticator
from tests.integration.identity.test_oidc import LOOPBACK
from tests.integration.identity.test_sign_in_pages import cookie, form_of
from tests.people import deps_of, exchange, joined, person_asks
from tests.provider import HostileProvider, running
from tests.stack import Stack
from tests.vendor import PROCESSOR_SCOPES, new_client

PAGE, KEYS = "/identity/sign-in", "/identity/sign-in/passkeys"


@pytest.fixture
def provider() -> Iterator[HostileProvider]:
    with running(HostileProvider()) as provider:
        yield provider


@dataclass
class Site:
    """A browser at an installation with TLS and a name, and an organisation there."""

    stack: Stack
    browser: Client
    org_id: str
    device: Authenticator

    def member(self, role: str = "reader") -> tuple[str, str]:
        """Address and session token of somebody who has just joined."""
        email = f"{uuid.uuid4().hex[:10]}@nordbo.example"
        return email, joined(self.stack, self.org_id, email, [role])

    def keep(self, session: str) -> None:
        self.browser.set_cookie(SESSION, session, secure=True)

    def post(self, path: str, **fields: str) -> Any:
        page = self.browser.get(KEYS if cookie(self.browser, SESSION) else PAGE)
        return self.browser.post(path, data={**form_of(page), **fields})

    def api(self, path: str, body: Any) -> Any:
        return self.browser.post(f"/identity/v1/passkeys/sign-in{path}", json=body)

    def add_passkey(self) -> Any:
        options = self.post(f"{KEYS}/options").json
        answer = json.dumps(self.device.create(options))
        return self.post(KEYS, name="My <b>phone</b>", answer=answer)

    def path(self, step: str) -> str:
        return f"/identity/v1/organisations/{self.org_id}/oidc/{step}"

    def back_from(self, provider: HostileProvider, start: Any) -> str:
        """Where the provider sends the browser that has followed ``start``."""
        address = provider.sign_in(start.headers["Location"])
        return address.removeprefix(self.stack.common.origin)

    def set_provider(self, owner: str, provider: HostileProvider, **more: Any) -> Any:
        body = {"issuer": provider.url, "client_id": "art28", "client_secret": "client-secret"}
        path = f"/identity/v1/organisations/{self.org_id}/oidc"
        return person_asks(self.stack, owner, "PUT", path, {**body, **more})


@pytest.fixture
def site(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Site:
    """As if the stack, which has a name but no TLS, were one for which browsers make passkeys."""
    origin = stack.common.origin
    for module in (import_module("services.identity.api.pages"), passkeys):
        monkeypatch.setattr(
            module, "site_of", lambda _: Known(urlsplit(origin).hostname or "", origin)
        )
    deps = replace(deps_of(stack), discovery=Discovery(Fetcher(LOOPBACK)))
    monkeypatch.setitem(stack.apps["identity"].extensions, "art28.deps", deps)
    org_id = str(new_client(stack, "vendor", ["processor"], PROCESSOR_SCOPES)["org_id"])
    return Site(stack, Client(stack.wsgi), org_id, Authenticator(origin))


def test_a_passkey_is_added_and_signs_in_by_the_pages(site: Site) -> None:
    email, session = site.member()
    site.keep(session)
    assert site.add_passkey().headers["Location"] == "/sign-in/passkeys?lang=en"
    shown = site.browser.get(KEYS).text
    assert "My &lt;b&gt;phone&lt;/b&gt;" in shown
    site.browser.post("/identity/sign-out", data=form_of(site.browser.get(PAGE)))
    options = site.post(f"{PAGE}/passkey/options").json
    answer = json.dumps(site.device.get(options))
    signed = site.post(f"{PAGE}/passkey", answer=answer)
    assert (signed.status_code, signed.headers["Location"]) == (303, "/sign-in?lang=en")
    assert email in site.browser.get(PAGE).text
    again = Client(site.stack.wsgi)
    refused = again.post(f"{PAGE}/passkey", data={**form_of(again.get(PAGE)), "answer": answer})
    assert (refused.status_code, "This attempt has ended" in refused.text) == (409, True)


def test_what_a_refusal_leaves_stays_though_the_request_has_failed(site: Site) -> None:
    site.keep(site.member()[1])
    site.add_passkey()
    site.browser.delete_cookie(SESSION)
    copied = [site.device.get(site.post(f"{PAGE}/passkey/options").json, uses=uses)
              for uses in (9, 9)]  # fmt: skip
    first, second = (site.post(f"{PAGE}/passkey", answer=json.dumps(it)) for it in copied)
    assert first.status_code == 303
    site.browser.delete_cookie(SESSION)
    assert (second.status_code, "counts as copied" in second.text) == (401, True)
    opened = site.api("/options", {}).json
    answer = {"attempt": opened["attempt"], "answer": site.device.get(opened["options"], uses=99)}
    codes = [site.api("", answer).json["code"] for _ in range(2)]
    assert codes == ["passkey-copied", "passkey-attempt-ended"]


def test_a_passkey_is_removed_by_a_button(site: Site) -> None:
    site.keep(site.member()[1])
    site.add_passkey()
    (passkey,) = (
        deps_of(site.stack)
        .mongo.collection("passkeys", dict)
        .find({"credential_id": site.post(f"{KEYS}/options").json["excludeCredentials"][0]["id"]})
    )
    assert site.post(f"{KEYS}/{passkey['_id']}/remove").status_code == 303
    again = site.post(f"{KEYS}/{passkey['_id']}/remove")
    assert (again.status_code, "not here any more" in again.text) == (404, True)


@pytest.mark.parametrize("answer", ["", "[]", "no json", "{}", '{"id": 1}', "[" * 50_000])
def test_an_answer_that_is_none_has_a_page(site: Site, answer: str) -> None:
    refused = site.post(f"{PAGE}/passkey", answer=answer)
    assert refused.status_code in (409, 422)
    assert "<h1>That did not work" not in refused.text


def test_forms_of_passkeys_are_hidden_until_our_script_shows_them(site: Site) -> None:
    page = site.browser.get(PAGE)
    assert 'data-options="/sign-in/passkey/options" hidden' in page.text
    assert "script-src 'self'; connect-src 'self'" in page.headers["Content-Security-Policy"]
    script = site.browser.get("/identity/sign-in/passkeys.js")
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert "navigator.credentials" in script.text


def test_a_foreign_page_neither_asks_for_a_challenge_nor_adds_a_passkey(site: Site) -> None:
    site.keep(site.member()[1])
    for path in (f"{PAGE}/passkey/options", f"{PAGE}/passkey", f"{KEYS}/options", KEYS):
        refused = site.browser.post(path, data={"form": "guessed", "answer": "{}"})
        assert (refused.status_code, "own page" in refused.text) == (403, True), path


def test_who_is_not_signed_in_is_led_to_the_form(site: Site) -> None:
    assert site.browser.get(KEYS).headers["Location"] == "/sign-in?lang=en"
    refused = site.post(KEYS, answer="{}")
    assert (refused.status_code, "not signed in any more" in refused.text) == (401, True)


def test_a_client_manages_passkeys_with_a_persons_token(site: Site) -> None:
    _, session = site.member()

    def ask(method: str, path: str, body: Any = None, **more: Any) -> Any:
        return person_asks(
            site.stack, session, method, f"/identity/v1/passkeys{path}", body, **more
        )

    options = ask("POST", "/options", {}).json["options"]
    new = {"name": "Laptop", "answer": site.device.create(options)}
    added = ask("POST", "", new)
    assert added.status_code == 201, added.text
    assert added.headers["Location"] == f"/identity/v1/passkeys/{added.json['id']}"
    assert [item["name"] for item in ask("GET", "").json["items"]] == ["Laptop"]
    one = f"/{added.json['id']}"
    tag = {"If-Match": ask("GET", one).headers["ETag"]}
    assert ask("PATCH", one, {"name": "Old laptop"}, headers=tag).json["name"] == "Old laptop"
    assert ask("DELETE", one, headers=tag).status_code == 412
    opened = site.api("/options", {}).json
    answer = site.device.get(opened["options"])
    body = {"attempt": opened["attempt"], "answer": answer}
    token = site.api("", body).json["session_token"]
    assert exchange(site.stack, token).status_code == 200
    replayed = site.api("", body)
    assert (replayed.status_code, replayed.json["code"]) == (409, "passkey-attempt-ended")
    assert ask("DELETE", one, headers={"If-Match": "*"}).status_code == 204


def test_an_owner_sets_the_provider_and_never_sees_the_secret_again(
    site: Site, provider: HostileProvider
) -> None:
    _, owner = site.member("owner")
    saved = site.set_provider(owner, provider, email_domains=["nordbo.example"])
    assert saved.status_code == 200, saved.text
    assert "client-secret" not in saved.text
    assert (saved.json["has_secret"], saved.json["redirect_uri"]) == (
        True, f"{site.stack.common.origin}{site.path('callback')}",
    )  # fmt: skip
    path = f"/identity/v1/organisations/{site.org_id}/oidc"
    _, reader = site.member()
    assert person_asks(site.stack, reader, "GET", path).json["issuer"] == provider.url
    refused = site.set_provider(reader, provider)
    assert (refused.status_code, refused.json["code"]) == (403, "scope-missing")
    gone = person_asks(
        site.stack, owner, "DELETE", path, headers={"If-Match": saved.headers["ETag"]}
    )
    assert gone.status_code == 204
    assert person_asks(site.stack, owner, "GET", path).json["code"] == "oidc-not-set-up"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"issuer": "ftp://login.example"}, "/issuer"),
        ({"issuer": "https://10.0.0.1?x=1"}, "/issuer"),
        ({"email_domains": ["Nordbo.example"]}, "/email_domains/0"),
        ({"email_domains": ["nordbo.example\n"]}, "/email_domains/0"),
        ({"invites": True}, "/invites"),
        ({"roles": ["god"]}, "/roles/0"),
        ({"claims": {"sub": "x"}}, "/claims/sub"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_its_member(
    site: Site, provider: HostileProvider, change: dict[str, Any], pointer: str
) -> None:
    _, owner = site.member("owner")
    refused = site.set_provider(owner, provider, **change)
    assert refused.status_code == 422, refused.text
    assert [error["pointer"] for error in refused.json["errors"]] == [pointer]


def test_a_member_signs_in_at_the_organisations_own_page(
    site: Site, provider: HostileProvider
) -> None:
    email, owner = site.member("owner")
    provider.now = deps_of(site.stack).now
    provider.claims = {"sub": "1", "email": email, "email_verified": True}
    site.set_provider(owner, provider)
    page = site.browser.get(f"{PAGE}?organisation={site.org_id}").text
    assert f'href="{site.stack.common.origin}{site.path("start")}"' in page
    start = site.browser.get(site.path("start"))
    assert (start.status_code, cookie(site.browser, ATTEMPT) is not None) == (303, True)
    back = site.back_from(provider, start)
    stranger = Client(site.stack.wsgi).get(back)
    assert (stranger.status_code, "This sign-in has ended" in stranger.text) == (409, True)
    again = site.browser.get(site.path("start"))
    answer = site.browser.get(site.back_from(provider, again))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?lang=en")
    assert email in site.browser.get(PAGE).text
    session = cookie(site.browser, SESSION)
    assert session is not None
    assert exchange(site.stack, session).status_code == 200
    options = site.post(f"{KEYS}/options")
    assert (options.status_code, "organisation" in options.text) == (403, True)


def test_a_foreign_page_sends_nobody_to_a_provider(site: Site, provider: HostileProvider) -> None:
    site.set_provider(site.member("owner")[1], provider)
    page = site.browser.get(site.path("start"), headers={"Sec-Fetch-Site": "cross-site"})
    assert (page.status_code, "Another page has sent you here" in page.text) == (200, True)
    assert cookie(site.browser, ATTEMPT) is None


def test_an_organisation_without_a_sign_in_of_its_own_is_said_to_have_none(site: Site) -> None:
    for name in (site.org_id, "unknown", "$ne", "x" * 5_000):
        page = site.browser.get(PAGE, query_string={"organisation": name})
        assert (page.status_code, "has a sign-in of its own here" in page.text) == (200, True)
    refused = site.browser.get(site.path("start"))
    assert (refused.status_code, "has no sign-in of its own" in refused.text) == (404, True)


def test_who_is_invited_by_the_provider_is_sent_to_the_mailbox(
    site: Site, provider: HostileProvider
) -> None:
    provider.now = deps_of(site.stack).now
    provider.claims = {"sub": "1", "email": "new@nordbo.example", "email_verified": True}
    more = {"invites": True, "roles": ["reader"], "email_domains": ["nordbo.example"]}
    site.set_provider(site.member("owner")[1], provider, **more)
    start = site.browser.get(site.path("start"))
    page = site.browser.get(site.back_from(provider, start))
    assert (page.status_code, "new@nordbo.example" in page.text) == (200, True)
    assert cookie(site.browser, SESSION) is None


def test_every_refusal_has_its_words_in_every_language() -> None:
    for language in LANGUAGES:
        t = words(language)
        for code in EXPLAINED:
            assert all(t(f"{code}.{part}") for part in ("title", "lede", "text"))


def test_the_cookie_of_forms_is_what_binds_a_passkeys_challenge(site: Site) -> None:
    site.keep(site.member()[1])
    site.add_passkey()
    site.browser.delete_cookie(SESSION)
    options = site.post(f"{PAGE}/passkey/options").json
    site.browser.delete_cookie(FORM)
    refused = site.post(f"{PAGE}/passkey", answer=json.dumps(site.device.get(options)))
    assert (refused.status_code, "This attempt has ended" in refused.text) == (409, True)
