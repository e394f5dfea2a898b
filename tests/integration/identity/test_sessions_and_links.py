"""Links that work once, the sessions that they open, and the tokens that come of sessions."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta
from typing import Any

import jwt
import pytest

from services.identity.model.links import LinkExpired, LinkUnknown, LinkUsed
from services.identity.model.people import AlreadyMember
from services.identity.model.roles import RoleUnknown, scopes_of
from services.identity.model.ways_in import SessionOfOneOrganisation, check_may_add_proofs
from services.identity.throttle import MAILS_OF_BOTH, MAILS_TO_ONE, MOST_MAILS_TO_ONE, TooManyMails
from services.identity.use_cases import sessions, signing_in
from shared.errors import DomainError
from tests.people import HERE, deps_of, exchange, invited, joined, person_asks, posted
from tests.stack import Stack
from tests.vendor import PROCESSOR_SCOPES, new_client


@pytest.fixture
def org_id(stack: Stack) -> str:
    return str(new_client(stack, "vendor", ["processor"], PROCESSOR_SCOPES)["org_id"])


def somebody() -> str:
    return f"{uuid.uuid4().hex[:10]}@example.com"


def claims_of(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    token = answer.json["access_token"]
    return dict(jwt.decode(token, options={"verify_signature": False}))


def test_the_token_of_a_person_names_person_organisation_roles_and_scopes(
    stack: Stack, org_id: str
) -> None:
    email = somebody()
    claims = claims_of(exchange(stack, joined(stack, org_id, email, ["reader", "approver"])))
    person = deps_of(stack).people.at(email)
    assert person is not None
    assert (claims["sub"], claims["org"], claims["name"]) == (person.id, org_id, "Ada Lovelace")
    assert claims["sub"].startswith("per_")
    assert (claims["roles"], claims["amr"]) == (["approver", "reader"], ["email"])
    assert set(claims["scope"].split()) == scopes_of(["processor"], ["approver", "reader"])
    assert claims["exp"] - claims["iat"] == 900


def test_every_service_lets_a_person_read_what_the_roles_give(stack: Stack, org_id: str) -> None:
    session = joined(stack, org_id, somebody(), ["reader"])
    for path in ("/identity/v1/organisations", "/registry/v1/instruments",
                 "/agreements/v1/agreements", "/notices/v1/reachability"):  # fmt: skip
        assert person_asks(stack, session, "GET", path).status_code == 200, path
    refused = person_asks(stack, session, "PATCH", f"/identity/v1/organisations/{org_id}", {})
    assert (refused.status_code, refused.json["code"]) == (403, "scope-missing")


def test_a_link_to_sign_in_works_once(stack: Stack, org_id: str) -> None:
    email, deps = somebody(), deps_of(stack)
    joined(stack, org_id, email, ["reader"])
    signing_in.ask_for_link(deps, email.upper(), "192.0.2.1")
    token = posted(stack).token_to(email)
    assert signing_in.shown(deps, "sign_in", token).person.email == email
    assert claims_of(exchange(stack, signing_in.sign_in(deps, token, HERE)[1]))["org"] == org_id
    for use in (lambda: signing_in.sign_in(deps, token, HERE),
                lambda: signing_in.shown(deps, "sign_in", token)):  # fmt: skip
        with pytest.raises(LinkUsed):
            use()


def test_a_link_to_sign_in_ends_after_ten_minutes(stack: Stack, org_id: str) -> None:
    email, deps = somebody(), deps_of(stack)
    joined(stack, org_id, email, ["reader"])
    signing_in.ask_for_link(deps, email, "192.0.2.1")
    token = posted(stack).token_to(email)
    stack.pass_time(minutes=10)
    with pytest.raises(LinkExpired):
        signing_in.sign_in(deps, token, HERE)


def test_of_two_clicks_at_once_one_signs_in(stack: Stack, org_id: str) -> None:
    token, deps = invited(stack, org_id, somebody(), ["reader"]), deps_of(stack)
    ends: list[object] = []
    at_once = threading.Barrier(4)

    def click() -> None:
        at_once.wait()
        try:
            ends.append(signing_in.join(deps, token, HERE)[0])
        except DomainError as error:
            ends.append(type(error))

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(ends) == 4
    assert ends.count(LinkUsed) == 3


def test_a_link_is_not_used_up_when_no_session_comes_of_it(
    stack: Stack, org_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, deps = invited(stack, org_id, somebody(), ["reader"]), deps_of(stack)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(type(deps.sessions), "add", killed)
        with pytest.raises(KeyboardInterrupt):
            signing_in.join(deps, token, HERE)
    assert signing_in.join(deps, token, HERE)[0].amr == ("email",)


@pytest.mark.parametrize("purpose", ["sign_in", "invitation"])
def test_a_forged_link_and_one_for_something_else_are_unknown(
    stack: Stack, org_id: str, purpose: str
) -> None:
    deps = deps_of(stack)
    other = invited(stack, org_id, somebody(), ["reader"])
    with pytest.raises(LinkUnknown):
        signing_in.shown(deps, purpose, "x" * 43)
    with pytest.raises(LinkUnknown):
        signing_in.sign_in(deps, other, HERE)


def test_no_token_is_kept_anywhere(stack: Stack, org_id: str) -> None:
    email = somebody()
    link = invited(stack, org_id, email, ["reader"])
    session = signing_in.join(deps_of(stack), link, HERE)[1]
    db = stack.database("identity").db
    kept = str([list(db[name].find()) for name in db.list_collection_names()])
    assert link not in kept
    assert session not in kept


def test_an_unknown_address_gets_no_mail_and_the_same_answer(stack: Stack) -> None:
    email, deps = somebody(), deps_of(stack)
    signing_in.ask_for_link(deps, email, "192.0.2.1")
    assert deps.outgoing.waiting([]) != []
    assert posted(stack).to(email) == []
    assert deps.outgoing.waiting([]) == []


def test_links_are_limited_by_mailbox_and_by_who_asks(stack: Stack) -> None:
    email, deps = somebody(), deps_of(stack)
    for _ in range(MAILS_OF_BOTH):
        signing_in.ask_for_link(deps, email, "198.51.100.7")
    with pytest.raises(TooManyMails):
        signing_in.ask_for_link(deps, email, "198.51.100.7")
    signing_in.ask_for_link(deps, email, "198.51.100.8")
    stack.pass_time(minutes=15)
    signing_in.ask_for_link(deps, email, "198.51.100.7")


def test_a_stranger_with_some_machines_does_not_shut_an_owner_out(stack: Stack) -> None:
    email, deps = somebody(), deps_of(stack)
    for machine in range(MAILS_TO_ONE // MAILS_OF_BOTH):
        for _ in range(MAILS_OF_BOTH):
            signing_in.ask_for_link(deps, email, f"198.51.100.{machine}")
        for _ in range(3):
            with pytest.raises(TooManyMails):
                signing_in.ask_for_link(deps, email, f"198.51.100.{machine}")
    signing_in.ask_for_link(deps, email, "192.0.2.77")
    with pytest.raises(TooManyMails):
        signing_in.ask_for_link(deps, email, "192.0.2.77")


def test_no_mailbox_gets_more_than_two_hundred_links_in_a_quarter(stack: Stack) -> None:
    email, deps = somebody(), deps_of(stack)
    for machine in range(MOST_MAILS_TO_ONE):
        signing_in.ask_for_link(deps, email, f"203.0.113.{machine}")
    with pytest.raises(TooManyMails):
        signing_in.ask_for_link(deps, email, "192.0.2.78")


def test_all_addresses_of_one_household_are_one_by_ipv6(stack: Stack) -> None:
    email, deps = somebody(), deps_of(stack)
    for number in range(MAILS_OF_BOTH):
        signing_in.ask_for_link(deps, email, f"2001:db8:0:{number}::{number}")
    with pytest.raises(TooManyMails):
        signing_in.ask_for_link(deps, email, "2001:db8:0:ff::1")
    signing_in.ask_for_link(deps, email, "2001:db8:0:100::1")


def test_a_session_ends_after_twelve_hours_or_when_it_is_ended(stack: Stack, org_id: str) -> None:
    deps, email = deps_of(stack), somebody()
    session = joined(stack, org_id, email, ["reader"])
    opened, person = sessions.signed_in(deps, session)
    sessions.end_session(deps, person.id, opened.id)
    assert exchange(stack, session).json["error"] == "invalid_grant"
    signing_in.ask_for_link(deps, email, "192.0.2.1")
    session = signing_in.sign_in(deps, posted(stack).token_to(email), HERE)[1]
    stack.now += timedelta(hours=12)
    assert exchange(stack, session).status_code == 400


def test_the_tokens_of_an_ended_session_open_nothing(stack: Stack, org_id: str) -> None:
    for name in ("identity", "registry"):
        stack.apps[name].extensions["art28.verifier"]._removed._keep = -1
    deps, session = deps_of(stack), joined(stack, org_id, somebody(), ["reader"])
    token = exchange(stack, session).json["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    path = "/registry/v1/instruments"
    assert stack.ask(None, "GET", path, headers=bearer).status_code == 200
    opened, person = sessions.signed_in(deps, session)
    sessions.end_session(deps, person.id, opened.id)
    answer = stack.ask(None, "GET", path, headers=bearer)
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (401, "token-revoked")


def test_whoever_is_in_several_organisations_names_one(stack: Stack, org_id: str) -> None:
    other = str(new_client(stack, "other", ["processor"], PROCESSOR_SCOPES)["org_id"])
    email = somebody()
    joined(stack, org_id, email, ["reader"])
    session = joined(stack, other, email, ["owner"])
    answer = exchange(stack, session)
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_target")
    assert set(answer.json["context"]["organisations"]) == {org_id, other}
    assert claims_of(exchange(stack, session, organisation=other))["roles"] == ["owner"]
    strange = exchange(stack, session, organisation="org_of_others")
    assert strange.json["error"] == "invalid_target"


def test_an_invitation_lets_a_member_of_others_into_its_organisation_alone(
    stack: Stack, org_id: str
) -> None:
    other = str(new_client(stack, "other", ["processor"], PROCESSOR_SCOPES)["org_id"])
    email, deps = somebody(), deps_of(stack)
    joined(stack, org_id, email, ["owner"])
    opened, session, _ = signing_in.join(deps, invited(stack, other, email, ["reader"]), HERE)
    assert opened.org_id == other
    assert claims_of(exchange(stack, session))["org"] == other
    assert exchange(stack, session, organisation=org_id).status_code == 403
    with pytest.raises(SessionOfOneOrganisation):
        check_may_add_proofs(opened, deps.now())


def test_an_invitation_gives_nothing_before_it_is_accepted(stack: Stack, org_id: str) -> None:
    other = str(new_client(stack, "other", ["processor"], PROCESSOR_SCOPES)["org_id"])
    email = somebody()
    session = joined(stack, org_id, email, ["reader"])
    invited(stack, other, email, ["owner"])
    assert claims_of(exchange(stack, session))["org"] == org_id


def test_who_is_there_already_is_not_invited_again(stack: Stack, org_id: str) -> None:
    email = somebody()
    joined(stack, org_id, email, ["reader"])
    with pytest.raises(AlreadyMember):
        invited(stack, org_id, email, ["owner"])


def test_a_second_invitation_ends_the_link_of_the_first(stack: Stack, org_id: str) -> None:
    email, deps = somebody(), deps_of(stack)
    first = invited(stack, org_id, email, ["reader"])
    second = invited(stack, org_id, email, ["owner"])
    with pytest.raises(LinkUnknown):
        signing_in.join(deps, first, HERE)
    session = signing_in.join(deps, second, HERE)[1]
    assert claims_of(exchange(stack, session))["roles"] == ["owner"]


def test_a_role_that_the_organisation_does_not_have_is_refused(stack: Stack, org_id: str) -> None:
    with pytest.raises(RoleUnknown, match=r"Not in this organisation: king\. It has: owner"):
        invited(stack, org_id, somebody(), ["king"])
