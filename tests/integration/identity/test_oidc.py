"""Signing in at the provider of one's organisation, and every lie that a provider can tell."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from services.identity.model.people import Person
from services.identity.model.providers import (
    AccountReplaced,
    AnswerRefused,
    AttemptEnded,
    DomainNotAllowed,
    EmailUnverified,
    NoProvider,
    NotLetIn,
    ProviderRefused,
    ProviderUnreachable,
    ProviderUnusable,
)
from services.identity.proofs.discovery import Discovery
from services.identity.use_cases import oidc, people, providers, sessions, signing_in
from services.identity.use_cases.oidc import Arrived, callback_url
from services.identity.wiring import Deps
from shared.auth import Caller
from shared.egress import Egress
from shared.errors import DomainError, NotFound, PreconditionFailed
from shared.fetching import Fetcher
from shared.pagination import PageRequest
from tests.people import HERE, deps_of, exchange, invited, joined, posted
from tests.provider import (
    EC,
    OTHER_RSA,
    HostileProvider,
    public_key_as_secret,
    running,
)
from tests.provider import RSA as PUBLISHED
from tests.stack import Stack
from tests.vendor import PROCESSOR_SCOPES, new_client

BROWSER, ANOTHER = "seed of a browser", "seed of another"
DOMAIN = "nordbo.example"
LOOPBACK = Egress.from_text("127.0.0.0/8,::1")


def caller(org_id: str, kind: str = "processor") -> Caller:
    return Caller("per_owner", org_id, frozenset({kind}), frozenset({"people:write"}))


@dataclass
class World:
    """An organisation with a provider, and a browser."""

    deps: Deps
    org_id: str
    provider: HostileProvider

    @property
    def owner(self) -> Caller:
        return caller(self.org_id)

    def setting(self, **more: Any) -> dict[str, Any]:
        return {
            "issuer": self.provider.url, "client_id": "art28", "client_secret": "client-secret",
            "claims": {}, "email_domains": [DOMAIN], "invites": False, "roles": [],
            "only_way_in": False, **more,
        }  # fmt: skip

    def set(self, **more: Any) -> None:
        providers.set_provider(self.deps, self.owner, self.org_id, None, self.setting(**more))

    def says(self, **claims: Any) -> None:
        self.provider.claims = claims

    def answer(self, seed: str = BROWSER) -> dict[str, str]:
        """What the browser brings back."""
        back = self.provider.sign_in(oidc.begin(self.deps, self.org_id, seed))
        return dict(parse_qsl(urlsplit(back).query))

    def finish(self, answer: Mapping[str, str], seed: str = BROWSER) -> Arrived:
        return oidc.finish(self.deps, self.org_id, seed, answer, HERE, "192.0.2.1")

    def sign_in(self) -> Arrived:
        return self.finish(self.answer())

    def person(self, email: str) -> Person:
        person = self.deps.people.at(email)
        assert person is not None
        return person


def new_world(stack: Stack, provider: HostileProvider) -> World:
    deps = replace(deps_of(stack), discovery=Discovery(Fetcher(LOOPBACK)))
    provider.now = deps.now
    org_id = str(new_client(stack, "vendor", ["processor"], PROCESSOR_SCOPES)["org_id"])
    world = World(deps, org_id, provider)
    world.set()
    return world


@pytest.fixture
def provider() -> Iterator[HostileProvider]:
    with running(HostileProvider()) as provider:
        yield provider


@pytest.fixture
def world(stack: Stack, provider: HostileProvider) -> World:
    return new_world(stack, provider)


@pytest.fixture
def ida(stack: Stack, world: World) -> str:
    """The address of a member whom the provider knows."""
    email = f"{uuid.uuid4().hex[:10]}@{DOMAIN}"
    joined(stack, world.org_id, email, ["reader"])
    world.says(sub="248289761001", email=email, email_verified=True, name="Ida")
    return email


def test_a_member_signs_in_and_acts_for_that_organisation(
    world: World, ida: str, stack: Stack
) -> None:
    arrived = world.sign_in()
    assert arrived.signed_in is not None
    assert arrived.signed_in.person_id == world.person(ida).id
    assert (arrived.signed_in.amr, arrived.signed_in.org_id) == (("oidc",), world.org_id)
    token = exchange(stack, arrived.token)
    assert token.status_code == 200, token.text


def test_the_request_has_pkce_state_and_nonce_that_differ_each_time(world: World) -> None:
    first, second = (
        dict(parse_qsl(urlsplit(oidc.begin(world.deps, world.org_id, BROWSER)).query))
        for _ in range(2)
    )
    assert (first["response_type"], first["code_challenge_method"]) == ("code", "S256")
    assert first["redirect_uri"] == callback_url(world.deps, world.org_id)
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]
        assert len(first[name]) >= 43


def test_neither_state_nor_nonce_nor_secret_is_kept_in_the_clear(world: World) -> None:
    query = dict(parse_qsl(urlsplit(oidc.begin(world.deps, world.org_id, BROWSER)).query))
    for name in ("sign_in_attempts", "providers"):
        kept = str(list(world.deps.mongo.collection(name, dict).find()))
        assert not [value for value in (query["state"], query["nonce"], BROWSER, "client-secret")
                    if value in kept]  # fmt: skip


def test_issuer_and_subject_are_the_key_whatever_the_address_becomes(
    world: World, ida: str, stack: Stack
) -> None:
    world.sign_in()
    joined(stack, world.org_id, other := f"{uuid.uuid4().hex[:10]}@{DOMAIN}", ["owner"])
    for email, verified in ((other, True), ("ida@elsewhere.example", False), (None, None)):
        world.says(sub="248289761001", email=email, email_verified=verified)
        arrived = world.sign_in()
        assert arrived.signed_in is not None
        assert arrived.signed_in.person_id == world.person(ida).id


def test_the_address_of_a_former_member_given_to_another_links_nothing(
    world: World, ida: str
) -> None:
    world.sign_in()
    world.says(sub="another", email=ida, email_verified=True)
    with pytest.raises(AccountReplaced):
        world.sign_in()
    providers.unlink(world.deps, world.owner, world.org_id, world.person(ida).id)
    assert world.sign_in().signed_in


def test_who_was_removed_from_the_organisation_is_not_let_in(world: World, ida: str) -> None:
    world.sign_in()
    person = world.person(ida)
    removed = person.without(world.org_id)
    world.deps.mongo.transact(lambda session: world.deps.people.replace(removed, session))
    world.set(invites=True, roles=["reader"])
    with pytest.raises(NotLetIn):
        world.sign_in()


def test_who_was_forgotten_and_is_invited_again_signs_in_by_the_same_account(
    world: World, ida: str, stack: Stack
) -> None:
    world.sign_in()
    former = world.person(ida).id
    joined(stack, world.org_id, f"{uuid.uuid4().hex[:10]}@{DOMAIN}", ["owner"])
    people.remove_person(world.deps, world.owner, None, former)
    with pytest.raises(NotLetIn):
        world.sign_in()
    invited(stack, world.org_id, ida, ["reader"])
    with pytest.raises(NotLetIn):
        world.sign_in()
    joined(stack, world.org_id, ida, ["reader"])
    for _ in range(2):
        arrived = world.sign_in()
        assert arrived.signed_in is not None
        assert arrived.signed_in.person_id == world.person(ida).id != former


def test_of_who_was_forgotten_a_digest_stays_that_keeps_the_account_out(
    world: World, ida: str, stack: Stack
) -> None:
    world.sign_in()
    former = world.person(ida).id
    joined(stack, world.org_id, f"{uuid.uuid4().hex[:10]}@{DOMAIN}", ["owner"])
    people.remove_person(world.deps, world.owner, None, former)
    [kept] = world.deps.mongo.db["provider_accounts"].find({"person_id": former})
    assert kept.keys() == {"_id", "org_id", "person_id", "linked_at", "forgotten_at"}
    world.set(invites=True, roles=["reader"])
    with pytest.raises(NotLetIn):
        world.sign_in()


@pytest.mark.parametrize(
    ("claims", "refusal"),
    [
        ({"email_verified": False}, EmailUnverified),
        ({"email_verified": None}, EmailUnverified),
        ({"email": None}, EmailUnverified),
        ({"email": "ida@evil.example"}, DomainNotAllowed),
        ({"email": f"stranger@{DOMAIN}"}, NotLetIn),
        ({"sub": None}, AnswerRefused),
        ({"sub": ""}, AnswerRefused),
        ({"sub": "a" * 256}, AnswerRefused),
        ({"sub": ["248289761001"]}, AnswerRefused),
    ],
)
def test_who_is_not_let_in_is_told_plainly(
    world: World, ida: str, claims: dict[str, Any], refusal: type[DomainError]
) -> None:
    world.says(**{**world.provider.claims, **claims})
    with pytest.raises(refusal):
        world.sign_in()


def test_a_person_of_another_organisation_gets_the_answer_of_a_stranger(
    world: World, ida: str, stack: Stack
) -> None:
    elsewhere = new_client(stack, "other", ["processor"], PROCESSOR_SCOPES)
    known, unknown = (f"{uuid.uuid4().hex[:10]}@{DOMAIN}" for _ in range(2))
    joined(stack, str(elsewhere["org_id"]), known, ["owner"])
    told = []
    for email in (known, unknown):
        world.says(sub=email, email=email, email_verified=True)
        with pytest.raises(NotLetIn) as refused:
            world.sign_in()
        told.append((refused.value.code, refused.value.detail, refused.value.context))
    assert told[0] == told[1]
    world.set(invites=True, roles=["reader"])
    for email in (known, unknown):
        world.says(sub=email, email=email, email_verified=True)
        arrived = world.sign_in()
        assert (arrived.signed_in, arrived.invited) == (None, email)


def test_an_unknown_person_joins_by_the_mail_and_signs_in_from_then_on(
    world: World, stack: Stack
) -> None:
    world.set(invites=True, roles=["reader"])
    email = f"{uuid.uuid4().hex[:10]}@{DOMAIN}"
    world.says(sub="1", email=email, email_verified=True, name="Ida", locale="da-DK")
    assert world.sign_in().invited == email
    person = world.person(email)
    assert (person.name, person.locale, person.joined()) == ("Ida", "da", ())
    signing_in.join(world.deps, posted(stack).token_to(email), HERE)
    assert world.sign_in().signed_in
    assert world.person(email).memberships[0].roles == ("reader",)


def test_an_invitation_that_waits_keeps_its_roles(world: World, stack: Stack) -> None:
    world.set(invites=True, roles=["reader"])
    email = f"{uuid.uuid4().hex[:10]}@{DOMAIN}"
    invited(stack, world.org_id, email, ["approver"])
    world.says(sub="1", email=email, email_verified=True)
    assert world.sign_in().invited == email
    assert world.person(email).memberships[0].roles == ("approver",)


def test_a_session_of_one_organisation_gets_no_token_for_another(
    world: World, ida: str, stack: Stack
) -> None:
    elsewhere = str(new_client(stack, "other", ["processor"], PROCESSOR_SCOPES)["org_id"])
    joined(stack, elsewhere, ida, ["owner"])
    token = world.sign_in().token
    refused = exchange(stack, token, organisation=elsewhere)
    assert (refused.status_code, refused.json["code"]) == (403, "session-of-one-organisation")
    assert exchange(stack, token).status_code == 200, "its own needs not be named"


def test_where_the_provider_is_the_only_way_in_owners_alone_come_by_link(
    world: World, ida: str, stack: Stack
) -> None:
    world.set(only_way_in=True)
    by_link = joined(stack, world.org_id, f"{uuid.uuid4().hex[:10]}@{DOMAIN}", ["reader"])
    refused = exchange(stack, by_link)
    assert (refused.status_code, refused.json["code"]) == (403, "oidc-only-way-in")
    owner = joined(stack, world.org_id, f"{uuid.uuid4().hex[:10]}@{DOMAIN}", ["owner"])
    assert exchange(stack, owner).status_code == 200
    assert exchange(stack, world.sign_in().token).status_code == 200


def test_what_owners_set_stands_in_their_trail_without_the_secret(world: World, ida: str) -> None:
    world.sign_in()
    acts = world.deps.trail.page(world.org_id, None, None, None, PageRequest(50, None)).items
    types = [act["type"] for act in acts]
    assert {"provider.set", "account.linked", "session.opened"} <= set(types)
    assert "sealed_secret" not in str(acts)


def test_an_answer_counts_once(world: World, ida: str) -> None:
    answer = world.answer()
    world.finish(answer)
    with pytest.raises(AttemptEnded):
        world.finish(answer)


def test_a_refused_answer_uses_the_attempt_up(world: World, ida: str) -> None:
    answer = world.answer()
    with pytest.raises(ProviderRefused):
        world.finish({**answer, "code": "forged"})
    with pytest.raises(AttemptEnded):
        world.finish(answer)


def test_an_answer_in_another_browser_is_refused(world: World, ida: str) -> None:
    with pytest.raises(AttemptEnded):
        world.finish(world.answer(), ANOTHER)


def test_an_answer_after_ten_minutes_is_refused(world: World, ida: str) -> None:
    answer, now = world.answer(), world.deps.now
    world.deps = replace(world.deps, now=lambda: now() + timedelta(minutes=10))
    with pytest.raises(AttemptEnded):
        world.finish(answer)


@pytest.mark.parametrize("change", [{"state": "forged"}, {"state": ""}, {}])
def test_an_answer_without_its_state_is_refused(
    world: World, ida: str, change: dict[str, str]
) -> None:
    answer = {name: value for name, value in world.answer().items() if name != "state"}
    with pytest.raises(AttemptEnded):
        world.finish({**answer, **change})


def test_an_answer_for_another_organisation_is_refused(
    world: World, ida: str, stack: Stack, provider: HostileProvider
) -> None:
    answer, other = world.answer(), new_world(stack, provider)
    with pytest.raises(AttemptEnded):
        other.finish(answer)


ANSWERS: dict[str, tuple[dict[str, str], type[DomainError]]] = {
    "of another issuer": ({"iss": "https://evil.example"}, AnswerRefused),
    "of an issuer with a slash more": ({"iss": "http://127.0.0.1/"}, AnswerRefused),
    "with an empty issuer": ({"iss": ""}, AnswerRefused),
    "with an error": ({"error": "access_denied"}, ProviderRefused),
    "with an error of another issuer": ({"error": "x", "iss": "https://e.example"}, AnswerRefused),
    "with an empty code": ({"code": ""}, AnswerRefused),
    "with a huge code": ({"code": "a" * 4_097}, AnswerRefused),
    "with a code that is no text of a form": ({"code": "\r\nx: y"}, ProviderRefused),
}


@pytest.mark.parametrize(("change", "refusal"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_is_refused(
    world: World, ida: str, change: dict[str, str], refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        world.finish({**world.answer(), **change})


def test_a_provider_that_promises_its_name_must_give_it(world: World, ida: str) -> None:
    answer = world.answer()
    del answer["iss"]
    with pytest.raises(AnswerRefused):
        world.finish(answer)


def test_a_provider_that_does_not_promise_its_name_need_not_give_it(world: World, ida: str) -> None:
    member = "authorization_response_iss_parameter_supported"
    world.provider.metadata_change = lambda document: document.pop(member)
    world.set()
    answer = world.answer()
    del answer["iss"]
    assert world.finish(answer).signed_in


def test_a_code_that_somebody_else_injects_is_refused(world: World, ida: str) -> None:
    """PKCE: the code is of another attempt, whose verifier this browser does not have."""
    stolen, own = world.answer(ANOTHER), world.answer()
    with pytest.raises(ProviderRefused):
        world.finish({**own, "code": stolen["code"]})


def forge(provider: HostileProvider, header: dict[str, Any], key: Any) -> None:
    provider.header, provider.key = header, key


FORGERIES = {
    "no algorithm": ({"alg": "none"}, None),
    "the public key as a secret": ({"alg": "HS256", "kid": "one"}, public_key_as_secret(PUBLISHED)),
    "the client's secret": ({"alg": "HS256"}, b"client-secret"),
    "another key of the same id": ({"alg": "RS256", "kid": "one"}, OTHER_RSA),
    "an unknown key": ({"alg": "RS256", "kid": "x"}, OTHER_RSA),
}


@pytest.mark.parametrize(("header", "key"), FORGERIES.values(), ids=FORGERIES)
def test_a_forged_token_signs_nobody_in(
    world: World, ida: str, header: dict[str, Any], key: Any
) -> None:
    forge(world.provider, header, key)
    with pytest.raises(AnswerRefused):
        world.sign_in()


TOKENS: dict[str, dict[str, Any]] = {
    "expired": {"exp": 1},
    "not valid yet": {"nbf": 4_000_000_000},
    "for another client": {"aud": "another"},
    "for several clients": {"aud": ["art28", "another"]},
    "of another authorized party": {"azp": "another"},
    "of another issuer": {"iss": "https://evil.example"},
    "with another nonce": {"nonce": "another"},
}


@pytest.mark.parametrize("claims", TOKENS.values(), ids=TOKENS)
def test_a_token_that_says_something_else_signs_nobody_in(
    world: World, ida: str, claims: dict[str, Any]
) -> None:
    world.provider.claims_change = lambda token: token.update(claims)
    with pytest.raises(AnswerRefused):
        world.sign_in()


@pytest.mark.parametrize(
    "answer",
    [{"id_token": None}, {"id_token": 7}, {"id_token": "a" * 40_000}, {"id_token": ""}],
)
def test_an_answer_without_a_readable_token_signs_nobody_in(
    world: World, ida: str, answer: dict[str, Any]
) -> None:
    world.provider.answer_change = lambda tokens: tokens.update(answer)
    with pytest.raises(AnswerRefused):
        world.sign_in()


@pytest.mark.parametrize(
    ("raw", "refusal"),
    [
        ((200, b"[]"), ProviderRefused),
        ((200, b"no json"), ProviderRefused),
        ((302, b"http://127.0.0.1:1/"), ProviderRefused),
        ((500, b"{}"), ProviderRefused),
        ((200, b"a" * 300_000), ProviderUnreachable),
    ],
)
def test_a_broken_token_endpoint_signs_nobody_in(
    world: World, ida: str, raw: tuple[int, bytes], refusal: type[DomainError]
) -> None:
    world.provider.raw["/token"] = raw
    with pytest.raises(refusal):
        world.sign_in()


def test_keys_that_the_provider_has_changed_are_read_again(world: World, ida: str) -> None:
    world.provider.published = [EC]
    world.provider.header, world.provider.key = {"alg": "ES256", "kid": "two"}, EC
    assert world.sign_in().signed_in


def test_an_address_that_only_userinfo_knows_counts_for_the_same_subject(
    world: World, ida: str
) -> None:
    world.says(sub="1")
    world.provider.userinfo = {"sub": "2", "email": ida, "email_verified": True}
    with pytest.raises(AnswerRefused):
        world.sign_in()
    world.provider.userinfo["sub"] = "1"
    assert world.sign_in().signed_in


def test_a_provider_whose_document_lies_is_not_saved(world: World) -> None:
    world.provider.metadata_change = lambda it: it.update(issuer="https://evil.example")
    with pytest.raises(ProviderUnusable):
        world.set()


@pytest.mark.parametrize("url", ["https://10.0.0.1", "http://login.example", "https://localhost"])
def test_a_provider_that_may_not_be_dialled_is_not_saved(world: World, url: str) -> None:
    world.deps = replace(world.deps, discovery=Discovery(Fetcher(Egress())))
    with pytest.raises(ProviderUnreachable):
        world.set(issuer=url)


def test_a_secret_that_is_left_out_stays(world: World, ida: str) -> None:
    body = world.setting()
    del body["client_secret"]
    changed = providers.set_provider(world.deps, world.owner, world.org_id, 1, body)
    assert changed.revision == 2
    assert world.sign_in().signed_in
    with pytest.raises(PreconditionFailed):
        providers.set_provider(world.deps, world.owner, world.org_id, 1, body)


def test_another_issuer_unlinks_the_accounts_of_the_former(world: World, ida: str) -> None:
    arrived = world.sign_in()
    with running(HostileProvider()) as other:
        other.claims, other.now = world.provider.claims, world.deps.now
        world.provider = other
        world.set()
        with pytest.raises(DomainError):
            sessions.signed_in(world.deps, arrived.token)
        assert world.sign_in().signed_in, "linked anew by its address"


def test_a_removed_provider_ends_the_sessions_it_opened(
    world: World, ida: str, stack: Stack
) -> None:
    arrived = world.sign_in()
    by_link = joined(stack, world.org_id, f"{uuid.uuid4().hex[:10]}@{DOMAIN}", ["reader"])
    providers.remove_provider(world.deps, world.owner, world.org_id, None)
    with pytest.raises(DomainError):
        sessions.signed_in(world.deps, arrived.token)
    assert sessions.signed_in(world.deps, by_link)
    with pytest.raises(NoProvider):
        oidc.begin(world.deps, world.org_id, BROWSER)


@pytest.mark.parametrize("kind", ["processor", "platform"])
def test_only_the_organisation_itself_sets_its_provider(world: World, kind: str) -> None:
    stranger = caller("org_other", kind)
    with pytest.raises(NotFound):
        providers.set_provider(world.deps, stranger, world.org_id, None, world.setting())
    with pytest.raises(NotFound):
        providers.provider(world.deps, stranger, world.org_id)
    with pytest.raises(NotFound):
        providers.remove_provider(world.deps, stranger, world.org_id, None)
