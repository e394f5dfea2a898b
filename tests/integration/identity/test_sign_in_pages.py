"""The pages for getting in: every state has one, and no foreign page signs anybody in."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from werkzeug.test import Client

from services.identity.api.cookies import FORM, SESSION
from services.identity.throttle import MAILS_OF_BOTH
from services.identity.use_cases import signing_in
from tests.people import deps_of, exchange, invited, joined, posted
from tests.stack import Stack
from tests.vendor import PROCESSOR_SCOPES, new_client

SIGN_IN = "/identity/sign-in"
TITLES = {
    "used": ("Linket er brugt", 410),
    "expired": ("Linket er udløbet", 410),
    "unknown": ("Linket kendes ikke", 404),
}


@pytest.fixture
def org_id(stack: Stack) -> str:
    return str(new_client(stack, "vendor", ["processor"], PROCESSOR_SCOPES)["org_id"])


@pytest.fixture
def browser(stack: Stack) -> Client:
    return Client(stack.wsgi)


def somebody() -> str:
    return f"{uuid.uuid4().hex[:10]}@example.com"


def form_of(page: Any) -> dict[str, str]:
    found = re.search(r'name="form" value="([^"]+)"', page.text)
    assert found, page.text
    return {"form": found[1]}


def press(browser: Client, path: str, **fields: str) -> Any:
    """Open a page and send its form."""
    return browser.post(path, data={**form_of(browser.get(path)), **fields})


def sign_in_link(stack: Stack, email: str) -> str:
    signing_in.ask_for_link(deps_of(stack), email, "192.0.2.1")
    return posted(stack).token_to(email)


def cookie(browser: Client, name: str) -> str | None:
    found = browser.get_cookie(name)
    return found.value if found else None


def test_a_person_signs_in_by_mail_and_out_again(
    stack: Stack, org_id: str, browser: Client
) -> None:
    email = somebody()
    joined(stack, org_id, email, ["reader"])
    asked = press(browser, SIGN_IN, email=email)
    assert (asked.status_code, "a mail is on its way" in asked.text) == (202, True)
    link = f"{SIGN_IN}/{posted(stack).token_to(email)}"
    assert email in browser.get(link).text
    answer = press(browser, link)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?lang=en")
    session = cookie(browser, SESSION)
    assert session is not None
    page = browser.get(SIGN_IN).text
    assert "You are signed in" in page
    assert "reader" in page
    assert "a mail with a link brings you" in page
    assert exchange(stack, session).status_code == 200
    out = browser.post("/identity/sign-out", data=form_of(browser.get(SIGN_IN)))
    assert "You are signed out" in out.text
    assert cookie(browser, SESSION) is None
    assert exchange(stack, session).status_code == 400


def test_known_and_unknown_addresses_get_the_same_page(
    stack: Stack, org_id: str, browser: Client
) -> None:
    known = somebody()
    joined(stack, org_id, known, ["reader"])
    pages = [press(browser, SIGN_IN, email=email) for email in (known, somebody())]
    assert pages[0].text == pages[1].text
    apis = [
        stack.ask(None, "POST", "/identity/v1/sign-in", {"email": email})
        for email in (known, somebody())
    ]
    assert [answer.status_code for answer in apis] == [202, 202]
    assert apis[0].text == apis[1].text


def test_the_session_cookie_is_for_this_host_and_no_script(
    stack: Stack, org_id: str, browser: Client
) -> None:
    answer = press(
        browser, f"/identity/invitation/{invited(stack, org_id, somebody(), ['reader'])}"
    )
    [kept] = [each for each in answer.headers.getlist("Set-Cookie") if each.startswith(SESSION)]
    assert SESSION.startswith("__Host-")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"):
        assert part in kept.split("; "), kept
    assert "Domain" not in kept


def test_looking_at_a_link_does_not_use_it_up(stack: Stack, org_id: str, browser: Client) -> None:
    link = f"/identity/invitation/{invited(stack, org_id, somebody(), ['reader'])}"
    for _ in range(3):
        assert Client(stack.wsgi).get(link).status_code == 200
        assert Client(stack.wsgi).head(link).status_code == 200
    assert press(browser, link).status_code == 303


@pytest.mark.parametrize("kind", ["sign-in", "invitation"])
@pytest.mark.parametrize("attack", ["no cookie", "no field", "other value", "from another site"])
def test_no_foreign_page_signs_anybody_in(
    stack: Stack, org_id: str, browser: Client, attack: str, kind: str
) -> None:
    email = somebody()
    token = invited(stack, org_id, email, ["reader"])
    if kind == "sign-in":
        signing_in.join(deps_of(stack), token, _here())
        token = sign_in_link(stack, email)
    link = f"/identity/{kind}/{token}"
    fields, headers = form_of(browser.get(link)), {}
    if attack == "no cookie":
        browser.delete_cookie(FORM)
    elif attack == "no field":
        fields = {}
    elif attack == "other value":
        fields = {"form": "x" * 43}
    else:
        headers = {"Sec-Fetch-Site": "cross-site"}
    answer = browser.post(link, data=fields, headers=headers)
    assert (answer.status_code, cookie(browser, SESSION)) == (403, None)
    assert "Please try again" in answer.text
    assert press(browser, link).status_code == 303, "the link was not used up"


def _here() -> Any:
    from services.identity.model.sessions import seen_from

    return seen_from("192.0.2.7", "a browser")


def test_signing_in_ends_the_session_that_was_there(
    stack: Stack, org_id: str, browser: Client
) -> None:
    first, second = somebody(), somebody()
    old = joined(stack, org_id, first, ["reader"], name="First")
    joined(stack, org_id, second, ["reader"], name="Second")
    browser.set_cookie(SESSION, old, secure=True, path="/")
    link = f"{SIGN_IN}/{sign_in_link(stack, second)}"
    assert "First" in browser.get(link).text
    assert press(browser, link).status_code == 303
    new = cookie(browser, SESSION)
    assert new not in (old, None)
    assert exchange(stack, old).status_code == 400
    assert exchange(stack, str(new)).status_code == 200


def test_a_planted_session_is_never_taken_over(stack: Stack, org_id: str, browser: Client) -> None:
    email = somebody()
    joined(stack, org_id, email, ["reader"])
    browser.set_cookie(SESSION, "planted", secure=True, path="/")
    assert press(browser, f"{SIGN_IN}/{sign_in_link(stack, email)}").status_code == 303
    assert cookie(browser, SESSION) != "planted"
    assert exchange(stack, "planted").status_code == 400


@pytest.mark.parametrize("state", TITLES)
@pytest.mark.parametrize("kind", ["sign-in", "invitation"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_end_of_a_link_has_its_page(
    stack: Stack, org_id: str, browser: Client, method: str, kind: str, state: str
) -> None:
    email = somebody()
    token = invited(stack, org_id, email, ["reader"])
    if kind == "sign-in":
        signing_in.join(deps_of(stack), token, _here())
        token = sign_in_link(stack, email)
    link = f"/identity/{kind}/{token if state != 'unknown' else 'forged'}"
    fields = form_of(browser.get(f"{SIGN_IN}?lang=da"))
    if state == "used":
        assert press(browser, link).status_code == 303
    if state == "expired":
        stack.pass_time(days=14)
    path = f"{link}?lang=da"
    answer = browser.get(path) if method == "GET" else browser.post(path, data=fields)
    title, status = TITLES[state]
    assert (answer.status_code, f"<h1>{title}</h1>" in answer.text) == (status, True)
    assert email not in answer.text


@pytest.mark.parametrize(
    ("chosen", "written"), [("?lang=da", "da"), ("", "en"), ("?lang=fr", "en")]
)
def test_the_mail_is_in_the_language_that_was_chosen_on_the_page(
    stack: Stack, org_id: str, browser: Client, chosen: str, written: str
) -> None:
    email = somebody()
    joined(stack, org_id, email, ["reader"])
    assert press(browser, f"{SIGN_IN}{chosen}", email=email).status_code == 202
    [(_, letter)] = posted(stack).to(email)
    assert letter.language == written


@pytest.mark.parametrize("language", ["en", "da", "sv"])
def test_each_page_is_in_one_language(
    stack: Stack, org_id: str, browser: Client, language: str
) -> None:
    link = f"/identity/invitation/{invited(stack, org_id, somebody(), ['owner'])}"
    for path in (SIGN_IN, link):
        page = browser.get(f"{path}?lang={language}").text
        assert f'<html lang="{language}">' in page
        assert "{" not in page.partition("</style>")[2]


def test_a_wrong_address_is_said_on_the_form(browser: Client) -> None:
    answer = press(browser, SIGN_IN, email="nobody")
    assert answer.status_code == 422
    assert "This is not an e-mail address" in answer.text
    assert 'value="nobody" aria-invalid="true" aria-describedby="alert"' in answer.text


def test_the_name_of_an_organisation_that_was_looked_for_in_vain_is_kept(browser: Client) -> None:
    answer = browser.get(SIGN_IN, query_string={"organisation": "nob<dy"})
    assert 'value="nob&lt;dy" aria-invalid="true"' in answer.text


def test_too_many_links_have_their_page(browser: Client, stack: Stack) -> None:
    email = somebody()
    for _ in range(MAILS_OF_BOTH):
        assert press(browser, SIGN_IN, email=email).status_code == 202
    answer = press(browser, SIGN_IN, email=email)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "900")
    assert "Too many links" in answer.text
    api = stack.ask(None, "POST", "/identity/v1/sign-in", {"email": email})
    assert api.json is not None
    assert (api.status_code, api.json["code"]) == (429, "too-many-mails")
    assert api.headers["Retry-After"] == "900"


def test_a_client_gets_the_session_in_the_answer_and_no_cookie(stack: Stack, org_id: str) -> None:
    email = somebody()
    token = invited(stack, org_id, email, ["reader"])
    answer = stack.ask(None, "POST", f"/identity/v1/invitations/{token}")
    assert answer.json is not None
    assert (answer.status_code, answer.headers.get("Set-Cookie")) == (200, None)
    assert answer.json["organisations"] == [{"org_id": org_id, "roles": ["reader"]}]
    assert exchange(stack, answer.json["session_token"]).status_code == 200
    link = sign_in_link(stack, email)
    assert stack.ask(None, "POST", f"/identity/v1/sign-in/{link}").status_code == 200
    again = stack.ask(None, "POST", f"/identity/v1/sign-in/{link}")
    assert again.json is not None
    assert (again.status_code, again.json["code"]) == (410, "link-used")


def test_a_name_cannot_break_out_of_the_page(stack: Stack, org_id: str, browser: Client) -> None:
    name = "<script>alert(1)</script>"
    link = f"/identity/invitation/{invited(stack, org_id, somebody(), ['owner'], name)}"
    answer = browser.get(link)
    assert name not in answer.text
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_who_lost_a_device_signs_out_everywhere(stack: Stack, org_id: str, browser: Client) -> None:
    email = somebody()
    lost = joined(stack, org_id, email, ["reader"])
    waiting = sign_in_link(stack, email)
    assert press(browser, f"{SIGN_IN}/{sign_in_link(stack, email)}").status_code == 303
    form = form_of(browser.get(SIGN_IN))
    answer = browser.post("/identity/sign-out/everywhere", data=form)
    assert "All your sessions have ended" in answer.text
    assert exchange(stack, lost).status_code == 400
    assert browser.get(f"{SIGN_IN}/{waiting}").status_code == 404


def test_the_newest_link_ends_those_before_it(stack: Stack, org_id: str, browser: Client) -> None:
    email = somebody()
    joined(stack, org_id, email, ["reader"])
    older, newer = sign_in_link(stack, email), sign_in_link(stack, email)
    assert press(browser, f"{SIGN_IN}/{newer}").status_code == 303
    assert "This link is not known" in browser.get(f"{SIGN_IN}/{older}").text
