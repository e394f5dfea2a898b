"""Persons of the whole stack: invited, signed in, asking with tokens of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from werkzeug.test import Client

from services.identity.clients import Written
from services.identity.model.sessions import Seen
from services.identity.token_requests import EXCHANGE, SESSION
from services.identity.use_cases import signing_in
from services.identity.use_cases.inviting import Invited, Inviter, invite
from services.identity.use_cases.mailing import Mailing
from services.identity.wiring import Deps
from shared.failures import Failures
from tests.stack import Stack, until_rest

HERE = Seen("192.0.2.0/24", "a browser")


@dataclass
class Post:
    """Takes the mails of identity in place of notices."""

    mails: dict[str, tuple[str, Written]] = field(default_factory=dict)

    def send(self, mail_id: str, kind: str, letter: Written) -> None:
        self.mails.setdefault(mail_id, (kind, letter))

    def to(self, email: str) -> list[tuple[str, Written]]:
        return [mail for mail in self.mails.values() if mail[1].to["email"] == email]

    def token_to(self, email: str) -> str:
        """The token of the newest link that went there."""
        return str(self.to(email)[-1][1].url.rpartition("/")[2])


def press(stack: Stack, path: str) -> Any:
    """Press the button of a page; the page itself where it has none."""
    browser = Client(stack.wsgi)
    page = browser.get(path)
    found = re.search(r'name="form" value="([^"]+)"', page.text)
    return browser.post(path, data={"form": found[1]}) if found else page


def deps_of(stack: Stack) -> Deps:
    return cast("Deps", stack.apps["identity"].extensions["art28.deps"])


def posted(stack: Stack) -> Post:
    """What the loop of mails hands over now."""
    deps, post = deps_of(stack), Post()
    failures = Failures(deps.mongo, "identity.mail", deps.now)
    until_rest(Mailing(deps, cast("Any", post), failures).run_once)
    return post


def invited(
    stack: Stack, org_id: str, email: str, roles: Sequence[str], name: str = "Ada Lovelace"
) -> str:
    """Invite, and the token of the link that was mailed."""
    deps = deps_of(stack)
    organisation = deps.organisations.get(org_id)
    whom, by = Invited(email, name, roles, "en"), Inviter("installer", "Tests")
    deps.mongo.transact(lambda session: invite(deps, organisation, whom, by, session))
    return posted(stack).token_to(email)


def joined(
    stack: Stack, org_id: str, email: str, roles: Sequence[str], name: str = "Ada Lovelace"
) -> str:
    """Invite somebody who accepts; the token of a session for all their organisations."""
    token = invited(stack, org_id, email, roles, name)
    opened, session_token, _ = signing_in.join(deps_of(stack), token, HERE)
    return session_token if opened.org_id is None else signed_in(stack, email)


def signed_in(stack: Stack, email: str) -> str:
    """The token of a session by a link in a mail."""
    signing_in.ask_for_link(deps_of(stack), email, "192.0.2.1")
    return signing_in.sign_in(deps_of(stack), posted(stack).token_to(email), HERE)[1]


def exchange(stack: Stack, session_token: str, **more: str) -> Any:
    """The answer of the token endpoint to a person's session."""
    form = {"grant_type": EXCHANGE, "subject_token": session_token, "subject_token_type": SESSION}
    return Client(stack.wsgi).post("/identity/v1/token", data={**form, **more})


def person_asks(stack: Stack, session_token: str, method: str, path: str, body: Any = None,
                headers: Mapping[str, str] | None = None, **exchanged: str) -> Any:  # fmt: skip
    """One request with a person's own access token."""
    token = exchange(stack, session_token, **exchanged).json["access_token"]
    sent = {"Authorization": f"Bearer {token}", **(headers or {})}
    return stack.ask(None, method, path, body, headers=sent)
