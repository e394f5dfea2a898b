"""The pages for getting in, in every state: readable by anybody, in any window."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from playwright.sync_api import Page

from services.identity.proofs.discovery import Discovery
from services.identity.throttle import MAILS_OF_BOTH
from services.identity.use_cases import passkeys, sessions, signing_in
from shared.fetching import Fetcher
from tests.authenticator import Authenticator
from tests.browser.conftest import Open
from tests.browser.visits import Visit, check
from tests.integration.identity.test_oidc import LOOPBACK
from tests.people import HERE, deps_of, invited, joined, person_asks, posted
from tests.provider import HostileProvider, running
from tests.stack import Stack
from tests.vendor import PROCESSOR_SCOPES, new_client

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAME = "Ada Lovelace"


@dataclass
class Hall:
    """An organisation, and people on their way in."""

    stack: Stack
    org_id: str

    def somebody(self) -> str:
        return f"{uuid.uuid4().hex[:10]}@example.com"

    def member(self, role: str = "privacy_manager") -> tuple[str, str]:
        """Address and session token of somebody who has just joined."""
        email = self.somebody()
        return email, joined(self.stack, self.org_id, email, [role])

    def link(self, email: str = "") -> str:
        """The path of a link for signing in."""
        email = email or self.member()[0]
        signing_in.ask_for_link(deps_of(self.stack), email, "192.0.2.1")
        return f"/sign-in/{posted(self.stack).token_to(email)}"

    def invitation(self) -> str:
        token = invited(self.stack, self.org_id, self.somebody(), ["approver", "signatory"])
        return f"/invitation/{token}"

    def probe(self) -> str:
        """The path of the link that proves where the organisation reads answers."""
        owner, address = self.member("owner")[1], self.somebody()
        path = f"/identity/v1/organisations/{self.org_id}"
        body = {"notice_address": {"email": address}}
        answer = person_asks(self.stack, owner, "PATCH", path, body, {"If-Match": "*"})
        assert answer.status_code == 200, answer.text
        return f"/identity/notice-address/{posted(self.stack).token_to(address)}"


@pytest.fixture
def hall(stack: Stack) -> Hall:
    client = new_client(stack, "vendor", ["processor"], PROCESSOR_SCOPES, legal_name="Tempus Serva")
    return Hall(stack, client["org_id"])


def asks(email: str) -> Callable[[Page], None]:
    """Asks for a link to this address by the form."""

    def press(page: Page) -> None:
        page.locator("#email").fill(email)
        page.locator("main button").first.click()
        page.wait_for_load_state()

    return press


def always(visit: Visit) -> Callable[[], Visit]:
    return lambda: visit


def sent_from_elsewhere(path: str) -> Callable[[Page], None]:
    """Follows a link to the organisation's sign-in on a page of somebody else."""

    def follow(page: Page) -> None:
        there = page.url.replace("/sign-in", f"{path}/start")
        page.goto(f"data:text/html,<a href='{there}'>x</a>")
        page.locator("a").click()
        page.wait_for_url("**/start?**")

    return follow


def presses(page: Page) -> None:
    page.locator("main form:visible button").first.click()
    page.wait_for_load_state()


def presses_second(page: Page) -> None:
    page.locator("main form:visible button").nth(1).click()
    page.wait_for_load_state()


def used(hall: Hall) -> Visit:
    email, _ = hall.member()
    link = hall.link(email)
    signing_in.sign_in(deps_of(hall.stack), link.rpartition("/")[2], HERE)
    return Visit(link, "This link has been used")


def expired(hall: Hall) -> Visit:
    link = hall.link()
    hall.stack.pass_time(minutes=11)
    return Visit(link, "This link has expired")


def invitation_used(hall: Hall) -> Visit:
    link = hall.invitation()
    signing_in.join(deps_of(hall.stack), link.rpartition("/")[2], HERE)
    return Visit(link, "This link has been used")


def invitation_expired(hall: Hall) -> Visit:
    link = hall.invitation()
    hall.stack.pass_time(days=14)
    return Visit(link, "This link has expired")


def other_here(hall: Hall) -> Visit:
    return Visit(hall.link(), "On this device", session=hall.member()[1])


def signed_in(hall: Hall) -> Visit:
    return Visit("/sign-in", "You are signed in", session=hall.member()[1])


def own_passkeys(hall: Hall) -> Visit:
    deps, (_, token) = deps_of(hall.stack), hall.member()
    session, person = sessions.signed_in(deps, token)
    device = Authenticator(hall.stack.common.origin)
    for name in ("The laptop at home", "Phone"):
        answer = device.create(passkeys.registration_options(deps, session, person))
        passkeys.add_passkey(deps, session, person, name, answer)
    return Visit("/sign-in/passkeys", "The laptop at home", session=token)


def late(hall: Hall) -> Visit:
    """Who signed in a while ago adds no passkey."""
    token = hall.member()[1]
    hall.stack.pass_time(minutes=30)

    def post(page: Page) -> None:
        page.evaluate("""() => { const form = document.querySelector('form[data-passkey]');
            form.elements.answer.value = '{}'; form.submit(); }""")
        page.wait_for_url("**/sign-in/passkeys?lang=*")

    return Visit("/sign-in/passkeys", "", session=token, then=post)


def too_many(hall: Hall) -> Visit:
    email = hall.somebody()
    for _ in range(MAILS_OF_BOTH):
        signing_in.ask_for_link(deps_of(hall.stack), email, "127.0.0.1")
    return Visit("/sign-in", "Too many links", then=asks(email))


def organisation(hall: Hall) -> dict[str, Any]:
    path = f"/identity/v1/organisations/{hall.org_id}"
    found: dict[str, Any] = hall.stack.must(hall.stack.admin, "GET", path)
    return found


# By name: how each state comes to be.
STATES: dict[str, Callable[[Hall], Visit]] = {
    "sign-in": lambda _: Visit("/sign-in", "Sign in"),
    "seals": lambda _: Visit("/identity/seals", "Art28 http"),
    "sign-in-no-provider": lambda _: Visit("/sign-in?organisation=nobody", "Sign in"),
    "sign-in-wrong-address": lambda _: Visit("/sign-in", "not an e-mail address", then=asks("a@b")),
    "sign-in-asked": lambda hall: Visit("/sign-in", "on its way", then=asks(hall.somebody())),
    "sign-in-too-many": too_many,
    "link": lambda hall: Visit(hall.link(), NAME),
    "link-other-here": other_here,
    "link-used": used,
    "link-expired": expired,
    "link-unknown": lambda _: Visit("/sign-in/unknown", "This link is not known"),
    "invitation": lambda hall: Visit(hall.invitation(), "Tempus Serva"),
    "invitation-used": invitation_used,
    "invitation-expired": invitation_expired,
    "invitation-unknown": lambda _: Visit("/invitation/unknown", "This link is not known"),
    "signed-in": signed_in,
    "passkeys": own_passkeys,
    "passkeys-none": lambda hall: Visit("/sign-in/passkeys", "", session=hall.member()[1]),
    "probe": lambda hall: Visit(hall.probe(), "Tempus Serva"),
    "probe-unknown": lambda _: Visit("/identity/notice-address/unknown", "This link is not known"),
}
# What is pressed there can be pressed once.
ONCE: dict[str, Callable[[Hall], Visit]] = {
    "joined": lambda hall: Visit(hall.invitation(), "You are signed in", then=presses),
    "link-pressed": lambda hall: Visit(hall.link(), "You are signed in", then=presses),
    "proved": lambda hall: Visit(hall.probe(), "Tempus Serva", then=presses),
    "signed-out": lambda hall: replace(signed_in(hall), says="You are signed out", then=presses),
    "signed-out-everywhere": lambda hall: replace(
        signed_in(hall), says="All your sessions have ended", then=presses_second
    ),
}


@pytest.mark.parametrize("state", STATES)
def test_everybody_can_read_and_use_the_page(state: str, hall: Hall, open_page: Open) -> None:
    check(state, lambda: STATES[state](hall), open_page)


@pytest.mark.parametrize("state", ONCE)
def test_everybody_can_read_and_use_the_page_after_its_button(
    state: str, hall: Hall, open_page: Open
) -> None:
    check(state, lambda: ONCE[state](hall), open_page, once=True)


def test_the_pages_of_an_organisations_own_sign_in(
    hall: Hall, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    deps = replace(deps_of(hall.stack), discovery=Discovery(Fetcher(LOOPBACK)))
    monkeypatch.setitem(hall.stack.apps["identity"].extensions, "art28.deps", deps)
    owner, slug = hall.member("owner")[1], organisation(hall)["slug"]
    path = f"/identity/v1/organisations/{hall.org_id}/oidc"
    with running(HostileProvider()) as provider:
        body = {"issuer": provider.url, "client_id": "art28", "client_secret": "client-secret"}
        assert person_asks(hall.stack, owner, "PUT", path, body).status_code < 300
    for name, visit in {
        "provider-found": Visit(f"/sign-in?organisation={slug}", "Sign in at Tempus Serva"),
        "provider-asks": Visit("/sign-in", "sent you here", then=sent_from_elsewhere(path)),
        "provider-ended": Visit(f"{path}/callback?state=x&code=y", "This sign-in has ended"),
    }.items():
        check(name, always(visit), open_page)


def test_a_form_that_is_not_ours_has_its_page(hall: Hall, open_page: Open) -> None:
    def post(page: Page) -> None:
        page.locator("main form input[name=form]").first.evaluate("it => { it.value = 'x'; }")
        page.locator("#email").fill("ada@example.com")
        presses(page)

    visit = Visit("/sign-in", "Please try again", then=post)
    check("form-foreign", lambda: visit, open_page)


def test_the_page_of_a_passkey_added_too_late(hall: Hall, open_page: Open) -> None:
    visit = late(hall)
    check("passkey-late", lambda: visit, open_page)
