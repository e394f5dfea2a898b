"""The pages' other ways in: passkeys, and the sign-in of an organisation.

A passkey needs the script ``passkeys.js``; without it, its forms stay hidden. The sign-in of an
organisation needs none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Response, request

from services.identity.api import cookies
from services.identity.api.context import deps, seen
from services.identity.api.pages import (
    FORM,
    START,
    answer_page,
    pages,
    person_here,
    reader_words,
    signed_in_by,
)
from services.identity.model.passkeys import Passkey, PasskeyUnreadable
from services.identity.model.people import Person
from services.identity.model.providers import Provider
from services.identity.model.sessions import Session, SessionEnded
from services.identity.rendering import Button, Page, PasskeyForm, Thing, Words
from services.identity.use_cases import oidc, passkeys, sessions
from shared.auth import gives_tokens, public
from shared.bodies import accepts
from shared.errors import Malformed
from shared.headers import see_other
from shared.idempotency import in_steps
from shared.pagination import PageRequest
from shared.strict_json import parse_json

SCRIPT = (Path(__file__).parent.parent / "static" / "passkeys.js").read_text("utf-8")
KEYS = "/sign-in/passkeys"
ALL = PageRequest(200, None)
ANSWER_MEMBERS = ("state", "code", "iss", "error")


@pages.route("/sign-in/passkeys.js")
@public()
def script() -> Response:
    kept = {"Cache-Control": "public, max-age=3600"}
    return Response(SCRIPT, headers=kept, content_type="text/javascript; charset=utf-8")


@pages.route("/sign-in/passkey/options", methods=["POST"])
@public()
@gives_tokens
@accepts(FORM)
def sign_in_options() -> Response:
    """What this browser is to ask its authenticators; the answer counts in this browser only."""
    cookies.check_form()
    return _json(passkeys.sign_in_options(deps(), cookies.form_proof()))


@pages.route("/sign-in/passkey", methods=["POST"])
@public()
@gives_tokens
@in_steps
@accepts(FORM)
def sign_in_by_passkey() -> Response:
    """In steps: a refused answer uses its challenge up, and a copy stays blocked."""
    cookies.check_form()
    return signed_in_by(*passkeys.sign_in(deps(), cookies.form_proof(), _answer(), seen())[1:])


@pages.route(KEYS)
@public()
def own_passkeys() -> Response:
    """The passkeys of who is signed in here, and a form for another."""
    person, t = person_here(), reader_words()
    if person is None:
        return see_other(f"{START}?lang={t.language}")
    return answer_page(_keys(t, person), t)


@pages.route(f"{KEYS}/options", methods=["POST"])
@public()
@accepts(FORM)
def registration_options() -> Response:
    cookies.check_form()
    return _json(passkeys.registration_options(deps(), *_signed_in()))


@pages.route(KEYS, methods=["POST"])
@public()
@in_steps
@accepts(FORM)
def add_passkey() -> Response:
    cookies.check_form()
    t = reader_words()
    name = " ".join(request.form.get("name", "").split())[:100]
    passkeys.add_passkey(deps(), *_signed_in(), name or t("keys.unnamed"), _answer())
    return see_other(f"{KEYS}?lang={t.language}")


@pages.route(f"{KEYS}/<passkey_id>/remove", methods=["POST"])
@public()
@accepts(FORM)
def remove_passkey(passkey_id: str) -> Response:
    cookies.check_form()
    passkeys.remove_passkey(deps(), _signed_in()[1].id, passkey_id, None)
    return see_other(f"{KEYS}?lang={reader_words().language}")


@pages.route("/v1/organisations/<org_id>/oidc/start")
@public()
@gives_tokens
def start_at_provider(org_id: str) -> Response:
    """To the organisation's sign-in. A foreign page cannot send anybody there: it would sign its
    visitors in as somebody of its own choice. Its visitors get a page with a link."""
    if request.headers.get("Sec-Fetch-Site") not in cookies.OURS:
        t = reader_words()
        return answer_page(_ask(t, org_id), t)
    seed = cookies.attempt_seed()
    return cookies.keep_attempt(see_other(oidc.begin(deps(), org_id, seed)), seed)


@pages.route("/v1/organisations/<org_id>/oidc/callback")
@public()
@gives_tokens
def back_from_provider(org_id: str) -> Response:
    """What the browser brings back from there; it counts once, and in this browser only."""
    brought = {name: request.args[name] for name in ANSWER_MEMBERS if name in request.args}
    address = request.remote_addr or ""
    arrived = oidc.finish(deps(), org_id, cookies.attempt_seed(), brought, seen(), address)
    if arrived.person:
        return signed_in_by(arrived.token, arrived.person)
    t = reader_words()
    return answer_page(_invited(t, arrived.provider, arrived.invited), t)


def _keys(t: Words, person: Person) -> Page:
    found = passkeys.passkeys(deps(), person.id, ALL).items
    return Page(
        t("keys.title"),
        t("keys.lede"),
        (t("keys.how"),),
        alert=t("keys.copied") if any(each.copied_at for each in found) else "",
        things=tuple(_thing(t, each) for each in found),
        passkey=PasskeyForm(KEYS, t("keys.add"), "create", asks_name=True),
        link=(START, t("keys.back")),
    )


def _thing(t: Words, key: Passkey) -> Thing:
    remove = Button(f"{KEYS}/{key.id}/remove", t("keys.remove", name=key.name))
    return Thing(key.name, t("keys.day", day=t.day(key.created_at.date())), remove)


def _ask(t: Words, org_id: str) -> Page:
    name = deps().organisations.get(oidc.provider_of(deps(), org_id).id).legal_name
    return Page(
        t("provider.title", organisation=name),
        t("provider.lede"),
        links=((oidc.start_url(deps(), org_id), t("provider.go", organisation=name)),),
    )


def _invited(t: Words, provider: Provider, email: str) -> Page:
    name = deps().organisations.get(provider.id).legal_name
    lede = t("confirm-mail.lede", email=email)
    return Page(t("confirm-mail.title"), lede, (t("confirm-mail.text", organisation=name),))


def _signed_in() -> tuple[Session, Person]:
    token = cookies.session_token()
    if token is None:
        raise SessionEnded
    return sessions.signed_in(deps(), token)


def _answer() -> Mapping[str, Any]:
    """What the script has put into the form."""
    try:
        answer = parse_json(request.form.get("answer", "").encode())
    except Malformed as error:
        raise PasskeyUnreadable from error
    if not isinstance(answer, dict):
        raise PasskeyUnreadable
    return answer


def _json(options: Mapping[str, Any]) -> Response:
    response = Response(json.dumps(options), content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
