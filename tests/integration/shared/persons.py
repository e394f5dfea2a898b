"""A story of persons in which every route of theirs that writes is asked."""

from __future__ import annotations

import uuid
from typing import Any

from werkzeug.test import Client

from shared.times import format_instant
from shared.tokens import service_secret
from tests.integration.shared.failing import FailingFirst
from tests.people import exchange, posted
from tests.stack import Stack

V1, FORM = "/identity/v1", "__Host-art28-form"


def somebody() -> str:
    return f"{uuid.uuid4().hex[:10]}@example.com"


def persons(stack: Stack, org_id: str) -> None:
    """Two owners: one joins, signs in, and invites the other, who is changed and leaves."""
    email, other = somebody(), somebody()
    stack.must(stack.admin, "POST", f"{V1}/people", asked(email, "owner", organisation=org_id))
    token = posted(stack).token_to(email)
    stack.must(None, "POST", f"{V1}/invitations/{token}")
    stack.must(None, "POST", f"{V1}/sign-in", {"email": email})
    token = posted(stack).token_to(email)
    opened = stack.must(None, "POST", f"{V1}/sign-in/{token}")
    bearer = bearer_of(stack, opened["session_token"])
    made = as_person(stack, bearer, "POST", f"{V1}/people", asked(other, "owner"))
    pages(stack, other)
    path = f"{V1}/people/{made['id']}"
    as_person(stack, bearer, "PATCH", path, {"roles": ["reader"]})
    as_person(stack, bearer, "DELETE", path)
    as_person(stack, bearer, "DELETE", f"{V1}/sessions/{opened['session']['id']}")
    stack.must(None, "POST", f"{V1}/sign-in", {"email": somebody()})
    mailed(stack)


def asked(email: str, role: str, **more: Any) -> dict[str, Any]:
    return {"email": email, "name": "Ada", "roles": [role], **more}


def bearer_of(stack: Stack, session_token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {exchange(stack, session_token).json['access_token']}"}


def as_person(
    stack: Stack, bearer: dict[str, str], method: str, path: str, body: Any = None
) -> Any:
    answer = stack.ask(None, method, path, body, headers=bearer)
    assert answer.status_code < 300, (path, answer.text)
    return answer.get_json(silent=True)


def pages(stack: Stack, email: str) -> None:
    """Joins, signs out and in again in a browser."""
    browser = Client(stack.wsgi)
    browser.set_cookie(FORM, "x", secure=True, path="/")
    press(stack, browser, f"/identity/invitation/{posted(stack).token_to(email)}")
    press(stack, browser, "/identity/sign-out")
    press(stack, browser, "/identity/sign-in", email=email)
    press(stack, browser, f"/identity/sign-in/{posted(stack).token_to(email)}")
    press(stack, browser, "/identity/sign-out/everywhere")


def proves(stack: Stack, email: str) -> None:
    """Presses the button behind the mail that went to an address for answers."""
    browser = Client(stack.wsgi)
    browser.set_cookie(FORM, "x", secure=True, path="/")
    press(stack, browser, f"/identity/notice-address/{posted(stack).token_to(email)}")


def press(stack: Stack, browser: Client, path: str, **fields: str) -> None:
    """Send a form; where answers fail at first, as ``FailingFirst.ask`` does."""
    form = {"form": "x", **fields}
    if isinstance(stack, FailingFirst):
        before = stack.fingerprints()
        with stack.unspeakable() as hit:
            lost = browser.post(path, data=form)
        assert not hit or (lost.status_code, stack.fingerprints()) == (500, before), path
        if not hit:
            return
    assert browser.post(path, data=form).status_code < 400, path


def mailed(stack: Stack) -> None:
    """As identity hands a mail to notices."""
    name = "cli_service_identity"
    service = {"client_id": name, "client_secret": service_secret(stack.common.service_key, name)}
    ends = format_instant(stack.now.replace(year=2030))
    body = {"id": "mai_1", "kind": "sign_in", "to": {"name": "Ada", "email": somebody()},
            "language": "en", "url": f"{stack.common.origin}/sign-in/x", "expires_at": ends,
            "data": {}}  # fmt: skip
    stack.must(service, "POST", "/notices/v1/mails", body)
