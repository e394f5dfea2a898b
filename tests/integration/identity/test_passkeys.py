"""Passkeys from the first to the last: added, used, renamed, copied, removed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from services.identity.model.passkeys import (
    COPIED,
    MOST_PASSKEYS,
    Passkey,
    PasskeyAttemptEnded,
    PasskeyCopied,
    PasskeyKnown,
    PasskeyRefused,
    PasskeysUnavailable,
    PasskeyUnknown,
    PasskeyUnreadable,
    TooManyPasskeys,
)
from services.identity.model.people import Person
from services.identity.model.sessions import Session
from services.identity.model.ways_in import SessionNotFresh, SessionOfOneOrganisation
from services.identity.use_cases import passkeys, sessions
from services.identity.wiring import Deps
from shared.errors import PreconditionFailed
from shared.pagination import PageRequest
from tests.authenticator import Authenticator
from tests.people import HERE, deps_of, joined, posted
from tests.stack import Stack
from tests.vendor import PROCESSOR_SCOPES, new_client

ORIGIN = "https://art28.example"
BROWSER, ANOTHER = "secret of a browser", "secret of another"


@dataclass
class Signed:
    """A person who has signed in, with an authenticator at hand."""

    deps: Deps
    session: Session
    person: Person
    device: Authenticator

    def options(self) -> dict[str, Any]:
        return passkeys.registration_options(self.deps, self.session, self.person)

    def add(self, name: str = "Laptop") -> Passkey:
        answer = self.device.create(self.options())
        return passkeys.add_passkey(self.deps, self.session, self.person, name, answer)

    def asked(self, browser: str = BROWSER) -> dict[str, Any]:
        return passkeys.sign_in_options(self.deps, browser)

    def sign_in(self, answer: dict[str, Any], browser: str = BROWSER) -> Session:
        return passkeys.sign_in(self.deps, browser, answer, HERE)[0]


@pytest.fixture
def deps(stack: Stack) -> Deps:
    return at_origin(deps_of(stack), ORIGIN)


def at_origin(deps: Deps, origin: str) -> Deps:
    common = replace(deps.settings.common, origin=origin)
    return replace(deps, settings=replace(deps.settings, common=common))


def later(deps: Deps, by: timedelta) -> Deps:
    return replace(deps, now=lambda: deps.now() + by)


Somebody = Callable[[], Signed]


@pytest.fixture
def somebody(stack: Stack, deps: Deps) -> Somebody:
    org_id = str(new_client(stack, "vendor", ["processor"], PROCESSOR_SCOPES)["org_id"])

    def signed() -> Signed:
        token = joined(stack, org_id, f"{uuid.uuid4().hex[:10]}@example.com", ["reader"])
        session, person = sessions.signed_in(deps, token)
        return Signed(deps, session, person, Authenticator(ORIGIN))

    return signed


@pytest.fixture
def ada(somebody: Somebody) -> Signed:
    return somebody()


def test_a_passkey_signs_in_again_and_again(ada: Signed) -> None:
    passkey = ada.add()
    for uses in (1, 2):
        opened = ada.sign_in(ada.device.get(ada.asked()))
        assert (opened.person_id, opened.amr, opened.org_id) == (ada.person.id, ("passkey",), None)
        known = passkeys.passkey(ada.deps, ada.person.id, passkey.id)
        assert (known.uses, known.used_at) == (uses, opened.created_at)


def test_options_name_nobody_before_the_passkey_does(ada: Signed) -> None:
    ada.add()
    assert ada.asked().get("allowCredentials", []) == []


def test_no_challenge_is_kept_in_the_clear(ada: Signed, stack: Stack) -> None:
    challenge = ada.asked()["challenge"]
    kept = list(ada.deps.mongo.collection("challenges", dict).find())
    assert kept
    assert challenge not in str(kept)


def test_an_answer_counts_once(ada: Signed) -> None:
    ada.add()
    answer = ada.device.get(ada.asked())
    ada.sign_in(answer)
    with pytest.raises(PasskeyAttemptEnded):
        ada.sign_in(answer)


def test_a_refused_answer_uses_its_challenge_up(ada: Signed) -> None:
    ada.add()
    asked = ada.asked()
    with pytest.raises(PasskeyRefused):
        ada.sign_in(ada.device.get(asked, signature=b"forged"))
    with pytest.raises(PasskeyAttemptEnded):
        ada.sign_in(ada.device.get(asked))


def test_an_answer_from_another_browser_is_refused(ada: Signed) -> None:
    ada.add()
    with pytest.raises(PasskeyAttemptEnded):
        ada.sign_in(ada.device.get(ada.asked(BROWSER)), ANOTHER)


def test_an_answer_after_five_minutes_is_refused(ada: Signed) -> None:
    ada.add()
    answer, late = ada.device.get(ada.asked()), later(ada.deps, timedelta(minutes=5))
    with pytest.raises(PasskeyAttemptEnded):
        passkeys.sign_in(late, BROWSER, answer, HERE)


def test_a_challenge_to_register_signs_nobody_in(ada: Signed) -> None:
    ada.add()
    options = {**ada.options(), "rpId": "art28.example"}
    with pytest.raises(PasskeyAttemptEnded):
        ada.sign_in(ada.device.get(options), ada.session.id)


def test_a_challenge_that_nobody_gave_is_refused(ada: Signed) -> None:
    ada.add()
    with pytest.raises(PasskeyAttemptEnded):
        ada.sign_in(ada.device.get({"rpId": "art28.example", "challenge": "AAAA"}))


LIES = {
    "another origin": {"client_data": {"origin": "https://evil.example"}},
    "another site": {"domain": "evil.example"},
    "another person": {"person": b"per_somebody"},
    "no person": {"person": b""},
    "a forged signature": {"signature": b"\0" * 64},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_is_refused_without_saying_which(ada: Signed, lie: dict[str, Any]) -> None:
    ada.add()
    with pytest.raises(PasskeyRefused) as refused:
        ada.sign_in(ada.device.get(ada.asked(), **lie))
    assert refused.value.detail == PasskeyRefused.title()


def test_a_passkey_that_nobody_registered_is_refused_alike(ada: Signed) -> None:
    ada.device.create(ada.options())
    with pytest.raises(PasskeyRefused) as refused:
        ada.sign_in(ada.device.get(ada.asked()))
    assert refused.value.detail == PasskeyRefused.title()


def test_a_passkey_of_somebody_else_does_not_sign_in_as_me(somebody: Somebody) -> None:
    ada, eve = somebody(), somebody()
    ada.add(), eve.add()
    with pytest.raises(PasskeyRefused):
        eve.sign_in(eve.device.get(eve.asked(), person=ada.person.id.encode()))


def test_a_counter_that_goes_back_blocks_the_passkey_and_tells_its_owner(
    ada: Signed, stack: Stack
) -> None:
    passkey = ada.add("Phone")
    ada.sign_in(ada.device.get(ada.asked(), uses=9))
    for uses in (9, 10):
        with pytest.raises(PasskeyCopied):
            ada.sign_in(ada.device.get(ada.asked(), uses=uses))
    assert passkeys.passkey(ada.deps, ada.person.id, passkey.id).copied_at is not None
    mails = posted(stack).to(ada.person.email)
    assert [mail.data["passkey"] for kind, mail in mails if kind == COPIED] == ["Phone"]


def test_a_forged_answer_blocks_nobody(ada: Signed) -> None:
    passkey = ada.add()
    ada.sign_in(ada.device.get(ada.asked(), uses=9))
    with pytest.raises(PasskeyRefused):
        ada.sign_in(ada.device.get(ada.asked(), uses=1, signature=b"forged"))
    assert passkeys.passkey(ada.deps, ada.person.id, passkey.id).copied_at is None


def test_an_authenticator_that_counts_nothing_signs_in(ada: Signed) -> None:
    ada.device.counts = False
    ada.add()
    for _ in range(2):
        ada.sign_in(ada.device.get(ada.asked()))


def test_a_registration_counts_once_and_in_its_own_session(somebody: Somebody) -> None:
    ada, eve = somebody(), somebody()
    answer = ada.device.create(ada.options())
    with pytest.raises(PasskeyAttemptEnded):
        passkeys.add_passkey(eve.deps, eve.session, eve.person, "Mine", answer)
    with pytest.raises(PasskeyAttemptEnded):
        passkeys.add_passkey(ada.deps, ada.session, ada.person, "Mine", answer)


def test_a_credential_that_somebody_has_is_not_registered_again(somebody: Somebody) -> None:
    ada, eve = somebody(), somebody()
    known = ada.add()
    stolen = eve.device.create(eve.options())
    other = Passkey(**{**vars(known), "id": "pky_other", "credential_id": stolen["id"]})
    ada.deps.passkeys.add(other)
    with pytest.raises(PasskeyAttemptEnded):
        passkeys.add_passkey(eve.deps, ada.session, eve.person, "Mine", stolen)
    again = eve.device.create(eve.options())
    ada.deps.passkeys.add(replace(other, id="pky_third", credential_id=again["id"]))
    with pytest.raises(PasskeyKnown):
        passkeys.add_passkey(eve.deps, eve.session, eve.person, "Mine", again)


@pytest.mark.parametrize("lie", [{"attestation": b"\xa1"}, {"domain": "evil.example"}])
def test_a_broken_registration_leaves_nothing_behind(ada: Signed, lie: dict[str, Any]) -> None:
    answer = ada.device.create(ada.options(), **lie)
    with pytest.raises(PasskeyUnreadable):
        passkeys.add_passkey(ada.deps, ada.session, ada.person, "Mine", answer)
    assert ada.deps.passkeys.credential_ids(ada.person.id) == []


def test_a_session_of_long_ago_adds_no_passkey(ada: Signed) -> None:
    late = later(ada.deps, timedelta(minutes=15))
    with pytest.raises(SessionNotFresh):
        passkeys.registration_options(late, ada.session, ada.person)


def test_a_session_of_one_organisation_adds_no_passkey(ada: Signed) -> None:
    within = replace(ada.session, org_id="org_1")
    with pytest.raises(SessionOfOneOrganisation):
        passkeys.registration_options(ada.deps, within, ada.person)
    with pytest.raises(SessionOfOneOrganisation):
        passkeys.add_passkey(ada.deps, within, ada.person, "Mine", {})


def test_nobody_keeps_more_than_twenty_passkeys(ada: Signed) -> None:
    first = ada.add()
    for number in range(1, MOST_PASSKEYS):
        name = f"{first.credential_id}{number}"
        ada.deps.passkeys.add(replace(first, id=f"{first.id}{number}", credential_id=name))
    with pytest.raises(TooManyPasskeys):
        ada.options()


def test_a_passkey_is_renamed_and_removed_by_its_owner_alone(somebody: Somebody) -> None:
    ada, eve = somebody(), somebody()
    passkey = ada.add()
    with pytest.raises(PasskeyUnknown):
        passkeys.rename_passkey(eve.deps, eve.person.id, passkey.id, None, "Mine")
    with pytest.raises(PasskeyUnknown):
        passkeys.remove_passkey(eve.deps, eve.person.id, passkey.id, None)
    renamed = passkeys.rename_passkey(ada.deps, ada.person.id, passkey.id, 1, "Phone")
    assert (renamed.name, renamed.revision) == ("Phone", 2)
    with pytest.raises(PreconditionFailed):
        passkeys.remove_passkey(ada.deps, ada.person.id, passkey.id, 1)
    passkeys.remove_passkey(ada.deps, ada.person.id, passkey.id, 2)
    assert passkeys.passkeys(ada.deps, ada.person.id, PageRequest(10, None)).items == []
    with pytest.raises(PasskeyRefused):
        ada.sign_in(ada.device.get(ada.asked()))


def test_passkeys_stand_in_the_audit_trail_when_added_and_removed(ada: Signed) -> None:
    passkey = ada.add()
    passkeys.remove_passkey(ada.deps, ada.person.id, passkey.id, None)

    (member,) = ada.person.joined()
    kinds = ["passkey.added", "passkey.removed"]
    page = ada.deps.trail.page(member.org_id, kinds, None, None, PageRequest(10, None))

    told = [(each["type"], each["data"]["subject"]["id"]) for each in page.items]
    assert told == [("passkey.removed", passkey.id), ("passkey.added", passkey.id)]
    assert {each["actor"] for each in page.items} == {ada.person.id}


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8280", "http://art28.example"])
def test_where_browsers_make_no_passkeys_none_are_offered(ada: Signed, origin: str) -> None:
    there = at_origin(ada.deps, origin)
    with pytest.raises(PasskeysUnavailable):
        passkeys.sign_in_options(there, BROWSER)
    with pytest.raises(PasskeysUnavailable):
        passkeys.registration_options(there, ada.session, ada.person)
