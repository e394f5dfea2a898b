"""The small pages ``/sign-in``, ``/sign-in/{token}`` and ``/invitation/{token}``.

To look at a page changes nothing; its button does. They need no script, and the edge gives them
these addresses in every profile.
"""

from __future__ import annotations

from flask import Blueprint, Response, request
from marshmallow import ValidationError

from services.identity.api import cookies
from services.identity.api.context import deps, seen
from services.identity.model.links import INVITATION, SIGN_IN
from services.identity.model.passkeys import site_of
from services.identity.model.people import Person
from services.identity.model.sessions import SessionEnded
from services.identity.rendering import (
    LANGUAGES,
    Button,
    Page,
    PasskeyForm,
    Search,
    Words,
    policy,
    rendered,
    words,
)
from services.identity.use_cases import notice_addresses, oidc, sessions, signing_in
from services.identity.use_cases.notice_addresses import Probed
from services.identity.use_cases.signing_in import Shown
from shared.auth import gives_tokens, public
from shared.bodies import accepts
from shared.errors import DomainError
from shared.headers import see_other
from shared.schemas import Email

FORM = "application/x-www-form-urlencoded"
START = "/sign-in"
LONGEST_EMAIL = 254
EXPLAINED = (
    "link-used",
    "link-expired",
    "link-unknown",
    "already-member",
    "form-foreign",
    "too-many-mails",
    "oidc-not-set-up",
    "oidc-provider-unusable",
    "oidc-provider-unreachable",
    "oidc-attempt-ended",
    "oidc-provider-refused",
    "oidc-answer-refused",
    "oidc-email-unverified",
    "oidc-domain-not-allowed",
    "oidc-not-a-member",
    "oidc-account-replaced",
    "passkeys-unavailable",
    "passkey-attempt-ended",
    "passkey-refused",
    "passkey-copied",
    "passkey-unreadable",
    "passkey-known",
    "passkey-unknown",
    "too-many-passkeys",
    "session-ended",
    "session-not-fresh",
    "session-of-one-organisation",
)

pages = Blueprint("pages", __name__)


@pages.route("/sign-in")
@public()
def start() -> Response:
    """The form for a link, or who is signed in here. ``organisation``: by its short name or id, to
    be shown its own sign-in. ``next``: the page that whoever signs in goes on to."""
    t, person = reader_words(), person_here()
    answer = answer_page(_signed_in(t, person) if person else _start(t), t)
    return cookies.keep_return(answer, request.args.get("next", ""))


@pages.route("/sign-in", methods=["POST"])
@public()
@gives_tokens
@accepts(FORM)
def ask_for_link() -> Response:
    """Have a link sent, if there is such a person; the page does not say."""
    cookies.check_form()
    t = reader_words()
    try:
        email = Email().deserialize(request.form.get("email", "").strip())
    except ValidationError:
        wrong = request.form.get("email", "").strip()[:LONGEST_EMAIL]
        return answer_page(_start(t, wrong=wrong), t, 422)
    chosen = t.language if request.args.get("lang") == t.language else None
    signing_in.ask_for_link(deps(), email, request.remote_addr or "", chosen)
    return answer_page(_asked(t), t, 202)


@pages.route("/sign-in/<token>")
@public()
def link(token: str) -> Response:
    """As whom this link would sign in."""
    shown = signing_in.shown(deps(), SIGN_IN, token)
    t = reader_words(shown.person)
    return answer_page(_confirm(t, shown, token), t)


@pages.route("/sign-in/<token>", methods=["POST"])
@public()
@gives_tokens
@accepts(FORM)
def sign_in(token: str) -> Response:
    """Use the link up: this browser is signed in."""
    cookies.check_form()
    return signed_in_by(*signing_in.sign_in(deps(), token, seen())[1:])


@pages.route("/invitation/<token>")
@public()
def invitation(token: str) -> Response:
    """What would be accepted."""
    shown = signing_in.shown(deps(), INVITATION, token)
    t = reader_words(shown.person)
    return answer_page(_invited(t, shown, token), t)


@pages.route("/invitation/<token>", methods=["POST"])
@public()
@gives_tokens
@accepts(FORM)
def join(token: str) -> Response:
    """Accept: a member, signed in in this browser."""
    cookies.check_form()
    return signed_in_by(*signing_in.join(deps(), token, seen())[1:])


@pages.route("/notice-address/<token>")
@public()
def notice_address(token: str) -> Response:
    """Whose address this link would prove."""
    probed = notice_addresses.shown(deps(), token)
    t = reader_words()
    return answer_page(_probe(t, probed, token), t)


@pages.route("/notice-address/<token>", methods=["POST"])
@public()
@accepts(FORM)
def prove_address(token: str) -> Response:
    """The address receives: answers to the organisation's mails go there from now on."""
    cookies.check_form()
    probed = notice_addresses.prove(deps(), token)
    t = reader_words()
    who = {"email": probed.email, "organisation": probed.organisation.legal_name}
    return answer_page(Page(t("proved.title"), t("proved.lede", **who)), t)


@pages.route("/sign-out", methods=["POST"])
@public()
@accepts(FORM)
def sign_out() -> Response:
    """End the session of this browser, here and everywhere."""
    cookies.check_form()
    sessions.end_by_token(deps(), cookies.session_token())
    t = reader_words()
    out = Page(t("out.title"), t("out.lede"), link=(START, t("start.title")))
    return cookies.drop_session(answer_page(out, t))


@pages.route("/sign-out/everywhere", methods=["POST"])
@public()
@accepts(FORM)
def sign_out_everywhere() -> Response:
    """End every session of whoever is signed in here: a lost device, a stolen cookie."""
    cookies.check_form()
    sessions.end_all_by_token(deps(), cookies.session_token())
    t = reader_words()
    out = Page(t("out.title"), t("out.everywhere"), link=(START, t("start.title")))
    return cookies.drop_session(answer_page(out, t))


@pages.errorhandler(DomainError)
def explain(error: DomainError) -> Response:
    """Every refusal has a page that says what is so, and what to do."""
    t = reader_words()
    code = error.code if error.code in EXPLAINED else "other"
    again = (START, t("again"))
    page = Page(t(f"{code}.title"), t(f"{code}.lede"), (t(f"{code}.text"),), link=again)
    response = answer_page(page, t, error.status)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def signed_in_by(token: str, person: Person) -> Response:
    """Signed in anew: whoever was signed in here before is not any more."""
    sessions.end_by_token(deps(), cookies.session_token())
    there = cookies.wanted_return() or START
    answer = see_other(f"{there}?lang={reader_words(person).language}")
    return cookies.keep_session(cookies.drop_return(answer), token)


def person_here() -> Person | None:
    token = cookies.session_token()
    try:
        return sessions.signed_in(deps(), token)[1] if token else None
    except SessionEnded:
        return None


def _start(t: Words, wrong: str | None = None) -> Page:
    """With a passkey where browsers make some, and the sign-in of the organisation asked for.
    ``wrong``: what was entered and is no address."""
    asked = request.args.get("organisation", "")
    known = oidc.organisation_with_provider(deps(), asked) if asked else None
    own = t("start.go", organisation=known.legal_name) if known else ""
    in_vain = t("start.no_provider") if asked and not known else ""
    search = Search(START, t("start.organisation"), t("start.search"), asked)
    return Page(
        t("start.title"),
        t("start.lede"),
        (t("start.cookies"),),
        alert=t("wrong_email.alert") if wrong is not None else in_vain,
        button=Button(START, t("start.button"), asks_email=True, email=wrong or ""),
        passkey=PasskeyForm("/sign-in/passkey", t("start.passkey"), "get") if _has_keys() else None,
        links=((oidc.start_url(deps(), known.id), own),) if known else (),
        search=search if not known else None,
    )


def _asked(t: Words) -> Page:
    texts = (t("asked.how"), t("asked.none"))
    return Page(t("asked.title"), t("asked.lede"), texts, link=(START, t("again")))


def _signed_in(t: Words, person: Person) -> Page:
    places = [(deps().organisations.get(each.org_id).legal_name, t.roles(each.roles))
              for each in person.joined()]  # fmt: skip
    own_keys = ((f"/sign-in/passkeys?lang={t.language}", t("in.keys")),) if _has_keys() else ()
    return Page(
        t("in.title"),
        t("in.lede", name=person.name, email=person.email),
        (t("in.next" if places else "in.nowhere"),),
        facts=tuple(places),
        button=Button("/sign-out", t("in.button")),
        other=Button("/sign-out/everywhere", t("in.everywhere")),
        links=((*own_keys, (f"/docs?lang={t.language}", t("in.docs"))) if places else own_keys),
    )


def _has_keys() -> bool:
    return site_of(deps().settings.common.origin) is not None


def _confirm(t: Words, shown: Shown, token: str) -> Page:
    replaced = _replaced(t, shown.person)
    return Page(
        t("confirm.title", name=shown.person.name),
        t("confirm.lede", email=shown.person.email),
        (*replaced, t("confirm.not_you")),
        button=Button(f"/sign-in/{token}", t("confirm.button")),
    )


def _invited(t: Words, shown: Shown, token: str) -> Page:
    there = shown.person.membership(shown.link.org_id or "")
    organisation = shown.organisation.legal_name if shown.organisation else ""
    roles, name = (t.roles(there.roles), there.name) if there else ("", shown.person.name)
    replaced = _replaced(t, shown.person)
    return Page(
        t("invited.title", organisation=organisation),
        t("invited.lede", organisation=organisation, roles=roles),
        (t("invited.as", name=name, email=shown.person.email), *replaced,
         t("invited.what"), t("invited.not_you")),
        button=Button(f"/invitation/{token}", t("invited.button")),
    )  # fmt: skip


def _probe(t: Words, probed: Probed, token: str) -> Page:
    who = {"email": probed.email, "organisation": probed.organisation.legal_name}
    return Page(
        t("probe.title", email=probed.email),
        t("probe.lede", **who),
        (t("probe.not_you"),),
        button=Button(f"/identity/notice-address/{token}", t("probe.button")),
    )


def _replaced(t: Words, person: Person) -> tuple[str, ...]:
    """Who is signed in here now, and would not be any more."""
    here = person_here()
    return (t("confirm.other", name=here.name),) if here and here.id != person.id else ()


def reader_words(person: Person | None = None) -> Words:
    """What the reader has chosen, else the person's language, else the browser's."""
    asked = request.args.get("lang", "")
    theirs = person.locale.partition("-")[0] if person else ""
    accepted = request.accept_languages.best_match(LANGUAGES, default=LANGUAGES[0])
    return words(next(each for each in (asked, theirs, accepted) if each in LANGUAGES))


def answer_page(page: Page, t: Words, status: int = 200) -> Response:
    proof = cookies.form_proof()
    headers = {"Content-Security-Policy": policy(page), "X-Robots-Tag": "noindex", "Vary": "Cookie"}
    kind = "text/html; charset=utf-8"
    response = Response(rendered(page, t, proof), status, headers, content_type=kind)
    cookies.keep_form_proof(response, proof)
    return response
