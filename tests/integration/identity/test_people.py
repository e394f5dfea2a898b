"""Persons of an organisation over HTTP: who may see, invite, change and remove whom."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import jwt
import pytest

from services.identity.model.passkeys import Passkey
from services.identity.throttle import MAILS_OF_BOTH
from services.identity.use_cases import sessions
from tests.people import deps_of, exchange, invited, joined, person_asks, posted
from tests.stack import Stack
from tests.vendor import PROCESSOR_SCOPES, new_client

PEOPLE = "/identity/v1/people"


@pytest.fixture
def org_id(stack: Stack) -> str:
    return str(new_client(stack, "vendor", ["processor"], PROCESSOR_SCOPES)["org_id"])


def somebody() -> str:
    return f"{uuid.uuid4().hex[:10]}@example.com"


def asked(email: str, *roles: str) -> dict[str, Any]:
    return {"email": email, "name": "Grace Hopper", "roles": list(roles), "locale": "da"}


def person_id(stack: Stack, email: str) -> str:
    person = deps_of(stack).people.at(email)
    assert person is not None
    return person.id


def with_passkey(stack: Stack, of: str) -> None:
    deps = deps_of(stack)
    deps.passkeys.add(
        Passkey(
            id=deps.new_id("pky"), person_id=of, credential_id=deps.new_secret(),
            public_key=b"key", uses=0, name="Laptop", synced=False, created_at=deps.now(),
        )
    )  # fmt: skip


def test_an_owner_invites_and_the_mail_names_organisation_inviter_and_roles(
    stack: Stack, org_id: str
) -> None:
    owner, email = joined(stack, org_id, somebody(), ["owner"]), somebody()
    answer = person_asks(stack, owner, "POST", PEOPLE, asked(email, "reader"))
    assert answer.status_code == 201
    assert answer.headers["Location"].endswith(f"/people/{answer.json['id']}")
    assert (answer.json["joined_at"], answer.json["roles"]) == (None, ["reader"])
    [(kind, letter)] = posted(stack).to(email)
    assert (kind, letter.language, letter.data["by"]) == ("invitation", "da", "Ada Lovelace")
    assert letter.data["roles"] == ["reader"]


def test_the_platform_invites_the_first_owner_of_an_organisation(stack: Stack, org_id: str) -> None:
    email = somebody()
    body = {**asked(email, "owner"), "organisation": org_id}
    assert stack.ask(stack.admin, "POST", PEOPLE, body).status_code == 201
    [(_, letter)] = posted(stack).to(email)
    assert letter.url.startswith(f"{stack.common.origin}/invitation/")


@pytest.mark.parametrize("role", ["privacy_manager", "approver", "signatory", "engineer", "reader"])
def test_nobody_but_an_owner_invites(stack: Stack, org_id: str, role: str) -> None:
    session = joined(stack, org_id, somebody(), [role])
    answer = person_asks(stack, session, "POST", PEOPLE, asked(somebody(), "owner"))
    assert (answer.status_code, answer.json["code"]) == (403, "scope-missing")


def test_no_client_of_an_organisation_invites(stack: Stack) -> None:
    client = new_client(stack, "vendor", ["processor"], [*PROCESSOR_SCOPES, "identity:write"])
    assert stack.ask(client, "POST", PEOPLE, asked(somebody(), "owner")).status_code == 403


def test_who_is_there_already_gets_a_clear_answer(stack: Stack, org_id: str) -> None:
    email = somebody()
    owner = joined(stack, org_id, email, ["owner"])
    answer = person_asks(stack, owner, "POST", PEOPLE, asked(email.upper(), "reader"))
    assert (answer.status_code, answer.json["code"]) == (409, "already-member")


def test_an_organisation_learns_nothing_of_the_others_of_a_person(
    stack: Stack, org_id: str
) -> None:
    other = str(new_client(stack, "other", ["processor"], PROCESSOR_SCOPES)["org_id"])
    email = somebody()
    joined(stack, other, email, ["owner"], name="Her Real Name")
    owner = joined(stack, org_id, somebody(), ["owner"])
    answers = [
        person_asks(stack, owner, "POST", PEOPLE, asked(each, "reader"))
        for each in (email, somebody())
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert [answer.json["name"] for answer in answers] == ["Grace Hopper"] * 2
    assert [answer.json["locale"] for answer in answers] == ["da"] * 2
    listed = person_asks(stack, owner, "GET", PEOPLE)
    assert {each["org_id"] for each in listed.json["items"]} == {org_id}
    assert "Her Real Name" not in listed.text


def test_what_one_organisation_calls_a_person_stands_in_no_ledger_or_mail_of_another(
    stack: Stack, org_id: str
) -> None:
    first = str(new_client(stack, "first", ["processor"], PROCESSOR_SCOPES)["org_id"])
    email = somebody()
    joined(stack, first, email, ["owner"], name="Mallory Entered This")
    session = joined(stack, org_id, email, ["owner"], name="Grace Hopper")
    assert posted(stack).to(email) == []
    token = exchange(stack, session, organisation=org_id).json["access_token"]
    assert jwt.decode(token, options={"verify_signature": False})["name"] == "Grace Hopper"
    added = person_asks(stack, session, "POST", PEOPLE, asked(somebody(), "reader"),
                        organisation=org_id)  # fmt: skip
    assert added.status_code == 201
    trail = person_asks(stack, session, "GET", "/identity/v1/audit", organisation=org_id)
    assert '"Grace Hopper"' in trail.text
    assert "Mallory" not in trail.text


def test_an_invitation_greets_as_who_invites_calls_the_person(stack: Stack, org_id: str) -> None:
    first = str(new_client(stack, "first", ["processor"], PROCESSOR_SCOPES)["org_id"])
    owner, email = joined(stack, org_id, somebody(), ["owner"]), somebody()
    invited(stack, first, email, ["owner"], name="Mallory Entered This")
    assert person_asks(stack, owner, "POST", PEOPLE, asked(email, "reader")).status_code == 201
    [(_, letter)] = posted(stack).to(email)
    assert (letter.to["name"], letter.language) == ("Grace Hopper", "da")


@pytest.mark.parametrize("alike", ["strau\u00dfe", "stra\u017fse", "\u212aarl"])
def test_an_invitation_goes_to_no_mailbox_that_is_spelled_alike(
    stack: Stack, org_id: str, alike: str
) -> None:
    domain = f"{uuid.uuid4().hex[:10]}.example"
    owner = joined(stack, org_id, somebody(), ["owner"])
    email = f"{alike}@{domain}"
    assert person_asks(stack, owner, "POST", PEOPLE, asked(email, "reader")).status_code == 201
    mailed = [letter.to["email"] for _, letter in posted(stack).mails.values()]
    assert [each for each in mailed if domain in each] == [email]


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_persons_of_others_are_not_there(stack: Stack, org_id: str, method: str) -> None:
    other = str(new_client(stack, "other", ["processor"], PROCESSOR_SCOPES)["org_id"])
    email = somebody()
    joined(stack, other, email, ["owner"])
    owner = joined(stack, org_id, somebody(), ["owner"])
    body = {"roles": ["reader"]} if method == "PATCH" else None
    path = f"{PEOPLE}/{person_id(stack, email)}"
    assert person_asks(stack, owner, method, path, body).status_code == 404
    named = f"{path}?organisation={other}"
    assert person_asks(stack, owner, method, named, body).status_code == 404


def test_the_last_owner_can_neither_leave_nor_step_down(stack: Stack, org_id: str) -> None:
    email = somebody()
    owner = joined(stack, org_id, email, ["owner"])
    path = f"{PEOPLE}/{person_id(stack, email)}"
    for method, body in (("DELETE", None), ("PATCH", {"roles": ["reader"]})):
        answer = person_asks(stack, owner, method, path, body)
        assert (answer.status_code, answer.json["code"]) == (409, "last-owner")
    second = somebody()
    person_asks(stack, owner, "POST", PEOPLE, asked(second, "owner"))
    still = person_asks(stack, owner, "DELETE", path)
    assert still.json["code"] == "last-owner", "an invited owner does not own yet"
    joined(stack, org_id, somebody(), ["owner"])
    assert person_asks(stack, owner, "DELETE", path).status_code == 204


def test_of_two_last_owners_who_leave_at_once_one_stays(stack: Stack, org_id: str) -> None:
    emails = [somebody(), somebody()]
    owners = [joined(stack, org_id, email, ["owner"]) for email in emails]
    tokens = [exchange(stack, owner).json["access_token"] for owner in owners]
    statuses: list[int] = []
    at_once = threading.Barrier(2)

    def leave(email: str, token: str) -> None:
        path = f"{PEOPLE}/{person_id(stack, email)}"
        at_once.wait()
        bearer = {"Authorization": f"Bearer {token}"}
        statuses.append(stack.ask(None, "DELETE", path, headers=bearer).status_code)

    threads = [
        threading.Thread(target=leave, args=pair) for pair in zip(emails, tokens, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(statuses) == [204, 409]


def test_anybody_may_leave_and_whoever_is_nowhere_is_forgotten(stack: Stack, org_id: str) -> None:
    joined(stack, org_id, somebody(), ["owner"])
    email, other = somebody(), somebody()
    reader = joined(stack, org_id, email, ["reader"])
    joined(stack, org_id, other, ["reader"])
    refused = person_asks(stack, reader, "DELETE", f"{PEOPLE}/{person_id(stack, other)}")
    assert refused.status_code == 403
    gone = person_id(stack, email)
    with_passkey(stack, gone)
    assert person_asks(stack, reader, "DELETE", f"{PEOPLE}/{gone}").status_code == 204
    assert deps_of(stack).people.at(email) is None
    assert exchange(stack, reader).json["error"] == "invalid_grant"
    db = stack.database("identity").db
    for name, member in (("sessions", "person_id"), ("links", "person_id"), ("people", "_id"),
                         ("passkeys", "person_id")):  # fmt: skip
        found = [row for row in db[name].find({member: gone}) if not row.get("used_at")]
        assert found == [], name


def test_tokens_end_with_the_roles_they_were_given_for(stack: Stack, org_id: str) -> None:
    stack.apps["registry"].extensions["art28.verifier"]._removed._keep = -1
    owner, email = joined(stack, org_id, somebody(), ["owner"]), somebody()
    session = joined(stack, org_id, email, ["privacy_manager"])
    token = exchange(stack, session).json["access_token"]
    changed = person_asks(
        stack, owner, "PATCH", f"{PEOPLE}/{person_id(stack, email)}", {"roles": ["reader"]}
    )
    assert (changed.status_code, changed.json["roles"]) == (200, ["reader"])
    bearer = {"Authorization": f"Bearer {token}"}
    ended = stack.ask(None, "GET", "/registry/v1/instruments", headers=bearer)
    assert ended.json is not None
    assert (ended.status_code, ended.json["code"]) == (401, "token-revoked")
    fresh = exchange(stack, session).json
    assert "registry:write" not in fresh["scope"].split()
    bearer = {"Authorization": f"Bearer {fresh['access_token']}"}
    assert stack.ask(None, "GET", "/registry/v1/instruments", headers=bearer).status_code == 200


def test_a_removed_person_is_out_of_this_organisation_alone(stack: Stack, org_id: str) -> None:
    other = str(new_client(stack, "other", ["processor"], PROCESSOR_SCOPES)["org_id"])
    owner, email = joined(stack, org_id, somebody(), ["owner"]), somebody()
    joined(stack, other, email, ["reader"])
    session = joined(stack, org_id, email, ["reader"])
    path = f"{PEOPLE}/{person_id(stack, email)}"
    assert person_asks(stack, owner, "DELETE", path).status_code == 204
    assert exchange(stack, session, organisation=org_id).json["error"] == "invalid_target"
    assert exchange(stack, session).status_code == 200


def test_a_person_sees_and_ends_only_own_sessions(stack: Stack, org_id: str) -> None:
    emails = [somebody(), somebody()]
    mine, theirs = (joined(stack, org_id, email, ["reader"]) for email in emails)
    [shown] = person_asks(stack, mine, "GET", "/identity/v1/sessions").json["items"]
    assert (shown["current"], shown["amr"], shown["address"]) == (True, ["email"], "192.0.2.0/24")
    others = sessions.signed_in(deps_of(stack), theirs)[0].id
    path = "/identity/v1/sessions"
    assert person_asks(stack, mine, "DELETE", f"{path}/{others}").status_code == 404
    assert person_asks(stack, mine, "DELETE", f"{path}/{shown['id']}").status_code == 204
    assert exchange(stack, mine).status_code == 400
    assert exchange(stack, theirs).status_code == 200


def test_a_client_has_no_sessions(stack: Stack, org_id: str) -> None:
    assert org_id
    answer = stack.ask(stack.admin, "GET", "/identity/v1/sessions")
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        ("engineer", ("POST", "/webhook-endpoints"), ("POST", "/agreements/agr_x/accept")),
        ("signatory", ("POST", "/agreements/agr_x/reject"), ("POST", "/webhook-endpoints")),
        ("privacy_manager", ("POST", "/changes/chg_x/objections"),
         ("POST", "/agreements/agr_x/accept")),
        ("approver", ("POST", "/changes/chg_x/approval"), ("POST", "/webhook-endpoints")),
        ("owner", ("POST", "/agreements/agr_x/reject"), None),
        ("reader", ("GET", "/changes"), ("POST", "/changes/chg_x/approval")),
    ],
)  # fmt: skip
def test_each_role_of_a_customer_does_what_it_is_for(
    stack: Stack, role: str, may: tuple[str, str], may_not: tuple[str, str] | None
) -> None:
    org_id = str(new_client(stack, "customer", ["controller"], ["portal:read"])["org_id"])
    session = joined(stack, org_id, somebody(), [role])
    method, path = may
    answer = person_asks(
        stack, session, method, f"/portal/v1{path}", None if method == "GET" else {}
    )
    assert answer.status_code not in (401, 403), answer.text
    if may_not:
        refused = person_asks(stack, session, may_not[0], f"/portal/v1{may_not[1]}", {})
        assert (refused.status_code, refused.json["code"]) == (403, "scope-missing")


def test_a_signatory_of_a_vendor_signs_and_drafts_nothing(stack: Stack, org_id: str) -> None:
    session = joined(stack, org_id, somebody(), ["signatory"])
    signature = {"name": "A", "title": "CEO", "email": "a@b.example", "authority_confirmed": True}
    path = "/agreements/v1/agreements"
    signed = person_asks(stack, session, "POST", f"{path}/agr_x/accept", signature)
    assert signed.status_code != 403, signed.text
    assert person_asks(stack, session, "POST", path, {}).status_code == 403


def test_invitations_are_limited(stack: Stack, org_id: str) -> None:
    owner, email = joined(stack, org_id, somebody(), ["owner"]), somebody()
    for _ in range(MAILS_OF_BOTH):
        assert person_asks(stack, owner, "POST", PEOPLE, asked(email, "reader")).status_code == 201
    answer = person_asks(stack, owner, "POST", PEOPLE, asked(email, "reader"))
    assert (answer.status_code, answer.json["code"]) == (429, "too-many-mails")


def test_a_person_is_mailed_when_roles_change_and_when_the_membership_ends(
    stack: Stack, org_id: str
) -> None:
    owner, email = joined(stack, org_id, somebody(), ["owner"], "Ada Lovelace"), somebody()
    joined(stack, org_id, email, ["reader"], "Bo Vik")
    path = f"{PEOPLE}/{person_id(stack, email)}"
    posted(stack)
    assert person_asks(stack, owner, "PATCH", path, {"name": "Bo V."}).status_code == 200
    assert posted(stack).to(email) == []

    person_asks(stack, owner, "PATCH", path, {"roles": ["approver"]})
    [(kind, letter)] = posted(stack).to(email)
    assert (kind, letter.data["roles"], letter.data["before"]) == (
        "roles_changed", ["approver"], ["reader"],
    )  # fmt: skip
    assert (letter.data["by"], letter.to["name"]) == ("Ada Lovelace", "Bo V.")

    assert person_asks(stack, owner, "DELETE", path).status_code == 204
    [(kind, letter)] = posted(stack).to(email)
    assert (kind, letter.to["email"]) == ("membership_ended", email)


def test_an_invitation_that_is_taken_back_is_told_to_nobody(stack: Stack, org_id: str) -> None:
    owner, email = joined(stack, org_id, somebody(), ["owner"]), somebody()
    invited(stack, org_id, email, ["reader"])
    path = f"{PEOPLE}/{person_id(stack, email)}"
    assert person_asks(stack, owner, "DELETE", path).status_code == 204
    assert posted(stack).to(email) == []
