"""A person gets in and out in a real browser: by a link, by a passkey, and as someone else not."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import pytest
from playwright.sync_api import CDPSession, Page

from services.identity.api.cookies import SESSION
from tests.browser.conftest import Open
from tests.browser.keys import press, write
from tests.browser.looks import PHONE, Look, text_of
from tests.people import exchange, invited, joined, posted
from tests.stack import Stack
from tests.vendor import PROCESSOR_SCOPES, new_client

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@dataclass
class Member:
    """Somebody who has joined an organisation."""

    stack: Stack
    email: str

    def asks_for_link(self, page: Page) -> str:
        """By the form; the path of the link in the mail."""
        page.goto("/sign-in")
        write(page, page.locator("#email"), self.email)
        press(page, page.locator("#email ~ button, form:has(#email) button"))
        assert "on its way" in text_of(page)
        return f"/sign-in/{posted(self.stack).token_to(self.email)}"

    def signs_in(self, page: Page) -> None:
        page.goto(self.asks_for_link(page))
        press(page, page.locator("main button"))
        assert "You are signed in" in text_of(page)


@pytest.fixture
def org_id(stack: Stack) -> str:
    client = new_client(stack, "vendor", ["processor"], PROCESSOR_SCOPES, legal_name="Tempus Serva")
    return str(client["org_id"])


@pytest.fixture
def member(stack: Stack, org_id: str) -> Member:
    email = f"{uuid.uuid4().hex[:10]}@example.com"
    joined(stack, org_id, email, ["privacy_manager"])
    return Member(stack, email)


def session_of(page: Page) -> str:
    """The session that the browser keeps; empty: none."""
    kept = {each.get("name"): each.get("value", "") for each in page.context.cookies()}
    return str(kept.get(SESSION, ""))


def authenticator(page: Page) -> CDPSession:
    """Gives the window an authenticator in the machine itself, that knows its person."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devices


def test_a_link_works_in_another_browser_without_script_and_by_the_keyboard_alone(
    member: Member, open_page: Open
) -> None:
    asking, other = (open_page(script=False, look=Look(PHONE)) for _ in range(2))
    other.goto(member.asks_for_link(asking))
    press(other, other.locator("main button"))

    assert "You are signed in" in text_of(other)
    assert exchange(member.stack, session_of(other)).status_code == 200
    assert session_of(asking) == ""


def test_signing_out_ends_the_session_and_its_cookie(member: Member, open_page: Open) -> None:
    page = open_page(script=False)
    member.signs_in(page)
    session = session_of(page)
    press(page, page.locator("form[action^='/sign-out?'] button"))

    assert "You are signed out" in text_of(page)
    assert session_of(page) == ""
    assert exchange(member.stack, session).status_code == 400
    page.goto("/sign-in")
    assert member.email not in text_of(page)


def test_an_invitation_is_accepted_without_script(
    stack: Stack, org_id: str, open_page: Open
) -> None:
    email = f"{uuid.uuid4().hex[:10]}@example.com"
    page = open_page("sv", script=False)
    page.goto(f"/invitation/{invited(stack, org_id, email, ['reader'])}?lang=sv")
    press(page, page.locator("main button"))

    assert email in text_of(page)
    assert "Tempus Serva" in text_of(page)
    assert page.locator("html").get_attribute("lang") in ("en", "sv")


def test_a_passkey_is_made_and_signs_in(member: Member, page: Page) -> None:
    authenticator(page)
    member.signs_in(page)
    page.goto("/sign-in/passkeys")
    write(page, page.locator("#name"), "The laptop")
    press(page, page.locator("form[data-passkey] button"))
    assert "The laptop" in text_of(page)
    page.goto("/sign-in")
    press(page, page.locator("form[action^='/sign-out?'] button"))

    page.goto("/sign-in")
    press(page, page.locator("form[data-passkey=get] button"))

    assert member.email in text_of(page)
    assert exchange(member.stack, session_of(page)).status_code == 200


def test_a_passkey_that_is_not_there_says_so_and_leaves_the_page_as_it_is(page: Page) -> None:
    devices = authenticator(page)
    devices.send("WebAuthn.disable")
    page.add_init_script(
        "navigator.credentials.get = () => Promise.reject(new DOMException('', 'NotAllowedError'))"
    )
    page.goto("/sign-in")
    page.locator("form[data-passkey=get] button").click()

    alert = page.locator("form[data-passkey] [role=alert]")
    alert.wait_for()
    assert alert.inner_text()
    assert session_of(page) == ""


def test_a_passkey_that_was_removed_signs_nobody_in(member: Member, page: Page) -> None:
    authenticator(page)
    member.signs_in(page)
    page.goto("/sign-in/passkeys")
    press(page, page.locator("form[data-passkey] button"))
    press(page, page.locator("form[action*='/remove'] button"))
    page.goto("/sign-in")
    press(page, page.locator("form[action^='/sign-out?'] button"))

    page.goto("/sign-in")
    press(page, page.locator("form[data-passkey=get] button"))

    assert session_of(page) == ""
    assert member.email not in text_of(page)
