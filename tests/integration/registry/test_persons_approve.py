"""Four eyes are two persons: what persons and their keys prepare, another person approves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from services.identity.model.people import Membership
from services.identity.use_cases import signing_in
from tests import builders
from tests.integration.registry.test_announcing import second_client
from tests.integration.registry.test_several_in_one_notice import drafts
from tests.people import HERE, deps_of, exchange, joined, posted, signed_in
from tests.stack import Stack
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client

Json = dict[str, Any]
CLIENTS = "/identity/v1/clients"


@dataclass
class Somebody:
    """A person with a live token."""

    stack: Stack
    org_id: str
    token: str
    id: str

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        sent = {"Authorization": f"Bearer {self.token}", **headers}
        return self.stack.ask(None, method, path, body, headers=sent)

    def must(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.ask(method, path, body)
        assert answer.status_code < 300, answer.text
        return answer.json

    def membership(self) -> Membership:
        person = deps_of(self.stack).people.member(self.org_id, self.id)
        found = person.membership(self.org_id)
        assert found is not None
        return found


@dataclass
class Office:
    """A vendor with persons: Ada owns it, Bo writes, Cleo approves, Dan reads."""

    vendor: Vendor
    ada: Somebody
    bo: Somebody
    cleo: Somebody
    dan: Somebody

    def drafted(self, by: Somebody) -> str:
        """The path of a draft that this person has made."""
        day = self.vendor.today + timedelta(60)
        body = {"kind": "add", "reason": "Needed", "effective_on": day.isoformat(),
                "sub_processor": builders.sub_processor(legal_name=f"Mail of {by.id}")}  # fmt: skip
        made = by.must("POST", f"{self.vendor.path}/changes", body)
        return f"{self.vendor.path}/changes/{made['id']}"


def somebody(vendor: Vendor, name: str, *roles: str) -> Somebody:
    stack, org_id = vendor.stack, vendor.client["org_id"]
    email = f"{name}@{vendor.slug}.example"
    session = joined(stack, org_id, email, roles, name.title())
    person = deps_of(stack).people.at(email)
    assert person is not None
    token = exchange(stack, session).json["access_token"]
    return Somebody(stack, org_id, token, person.id)


@pytest.fixture
def office(baseline: Vendor) -> Office:
    return Office(
        baseline,
        somebody(baseline, "ada", "owner"),
        somebody(baseline, "bo", "privacy_manager"),
        somebody(baseline, "cleo", "approver"),
        somebody(baseline, "dan", "reader"),
    )


def always(office: Office) -> None:
    path = f"/identity/v1/organisations/{office.vendor.client['org_id']}"
    answer = office.ada.ask("PATCH", path, {"four_eyes": "always"}, **{"If-Match": "*"})
    assert answer.status_code == 200, answer.text


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json.get("code", answer.json.get("status"))


def test_one_person_prepares_and_another_approves(office: Office) -> None:
    always(office)
    path = office.drafted(office.bo)

    assert code(office.bo.ask("POST", f"{path}/announce")) == (409, "approval-needed")
    assert code(office.bo.ask("POST", f"{path}/approve")) == (409, "prepared-by-the-same-hand")
    told = office.cleo.must("POST", f"{path}/approve")

    assert told["status"] == "announced"
    assert told["prepared_by"] == [office.bo.id]
    assert told["approved_by"] == [
        {"person_id": office.cleo.id, "client_id": None, "name": "Cleo", "title": None}
    ]


def test_nobody_approves_for_whom_the_preparer_has_just_opened_the_door(office: Office) -> None:
    always(office)
    second = f"second@{office.vendor.slug}.example"
    body = {"email": second, "name": "Second", "roles": ["owner"], "locale": "en"}
    office.ada.must("POST", "/identity/v1/people", body)
    stack = office.vendor.stack
    signing_in.join(deps_of(stack), posted(stack).token_to(second), HERE)
    person = deps_of(stack).people.at(second)
    assert person is not None

    def as_second() -> Somebody:
        token = exchange(stack, signed_in(stack, second)).json["access_token"]
        return Somebody(stack, office.ada.org_id, token, person.id)

    eve, path = as_second(), office.drafted(office.ada)
    assert code(eve.ask("POST", f"{path}/approve")) == (409, "let-in-by-the-same-hand")
    other = office.drafted(eve)
    assert code(office.ada.ask("POST", f"{other}/approve")) == (409, "let-in-by-the-same-hand")
    assert office.cleo.must("POST", f"{other}/approve")["status"] == "announced"

    stack.pass_time(days=7)
    assert as_second().must("POST", f"{path}/approve")["status"] == "announced"


def test_two_addresses_of_one_mailbox_are_one_person(office: Office) -> None:
    always(office)
    again = somebody(office.vendor, "bo+2", "approver")
    path = office.drafted(office.bo)
    assert code(again.ask("POST", f"{path}/approve")) == (409, "prepared-by-the-same-hand")


def test_notice_and_evidence_say_the_title_of_who_approved(office: Office) -> None:
    always(office)
    office.vendor.customer("nordbo", notice_days=1)
    person = f"/identity/v1/people/{office.cleo.id}"
    for title in ("Intern", "Head of privacy"):
        told = office.ada.ask("PATCH", person, {"title": title}, **{"If-Match": "*"})
        assert (told.status_code, told.json["title"]) == (200, title), told.text
    path = office.drafted(office.bo)

    approved = office.cleo.must("POST", f"{path}/approve")

    kept = {"person_id": office.cleo.id, "client_id": None, "name": "Cleo",
            "title": "Head of privacy"}  # fmt: skip
    assert approved["approved_by"] == [kept]
    stack = office.vendor.stack
    stack.settle()
    change_id = path.rpartition("/")[2]
    evidence = f"/notices/v1/changes/{change_id}/evidence"
    [line] = stack.must(office.vendor.client, "GET", evidence)["items"]
    assert line["approved_by"] == [{"name": "Cleo", "title": "Head of privacy"}]
    sheet = stack.ask(office.vendor.client, "GET", evidence, headers={"Accept": "text/csv"}).text
    assert "Cleo, Head of privacy" in sheet


def test_an_emergency_goes_out_with_the_second_person(office: Office) -> None:
    path = office.drafted(office.bo)
    office.bo.must("POST", f"{path}/emergency", {"justification": "Insolvent."})

    assert code(office.bo.ask("POST", f"{path}/approve")) == (409, "prepared-by-the-same-hand")
    assert office.cleo.must("POST", f"{path}/approve")["status"] == "announced"


def test_who_asked_for_the_emergency_does_not_approve_it(office: Office) -> None:
    path = office.drafted(office.bo)
    office.ada.must("POST", f"{path}/emergency", {"justification": "Insolvent."})

    assert code(office.ada.ask("POST", f"{path}/approve")) == (409, "prepared-by-the-same-hand")
    assert code(office.bo.ask("POST", f"{path}/approve")) == (409, "prepared-by-the-same-hand")


def test_an_approver_announces_nothing_alone_and_drafts_nothing(office: Office) -> None:
    path = office.drafted(office.bo)

    assert code(office.cleo.ask("POST", f"{path}/announce")) == (403, "scope-missing")
    edit = office.cleo.ask("PATCH", path, {"reason": "Other"}, **{"If-Match": "*"})
    assert code(edit) == (403, "scope-missing")


def test_a_reader_approves_nothing(office: Office) -> None:
    path = office.drafted(office.bo)

    assert code(office.dan.ask("POST", f"{path}/approve")) == (403, "scope-missing")


def test_a_key_approves_nothing_where_there_are_persons(office: Office) -> None:
    path = office.drafted(office.bo)

    answer = office.vendor.stack.ask(office.vendor.client, "POST", f"{path}/approve")

    assert code(answer) == (409, "person-needed")


@pytest.mark.parametrize("way", ["made", "renewed", "made by what it made"])
def test_nobody_approves_what_their_own_key_prepared(office: Office, way: str) -> None:
    always(office)
    scopes = ["registry:read", "registry:write", "identity:write"]
    body = {"name": "CI", "scopes": scopes}
    stack = office.vendor.stack
    if way == "renewed":
        given = {**body, "org_id": office.vendor.client["org_id"]}
        key = stack.must(stack.admin, "POST", CLIENTS, given)
        key = office.ada.must("POST", f"{CLIENTS}/{key['id']}/rotate", {"overlap_hours": 24})
    else:
        key = office.ada.must("POST", CLIENTS, body)
    if way == "made by what it made":
        key = stack.must(key, "POST", CLIENTS, body)
    made = drafts(Vendor(stack, key, office.vendor.slug), "Mail Inc.")[0]
    path = f"{office.vendor.path}/changes/{made['id']}"

    assert code(office.ada.ask("POST", f"{path}/approve")) == (409, "prepared-by-the-same-hand")
    first = office.bo.must("POST", f"{path}/approve")
    assert (first["status"], len(first["approved_by"])) == ("draft", 1)
    assert code(office.bo.ask("POST", f"{path}/approve")) == (409, "approved-already")
    assert office.cleo.must("POST", f"{path}/approve")["status"] == "announced"


def test_two_who_have_known_one_key_stay_two(office: Office) -> None:
    always(office)
    path = office.drafted(office.bo)
    key = office.ada.must("POST", CLIENTS, {"name": "CI", "scopes": ["registry:read"]})
    eve = somebody(office.vendor, "eve", "owner")
    eve.must("POST", f"{CLIENTS}/{key['id']}/rotate")
    adas = office.drafted(office.ada)

    assert eve.must("POST", f"{adas}/approve")["status"] == "announced"
    assert office.ada.must("POST", f"{path}/approve")["status"] == "announced"


def test_an_edit_takes_an_approval_back(office: Office) -> None:
    always(office)
    path = f"{office.vendor.path}/changes/{drafts(office.vendor, 'Mail Inc.')[0]['id']}"
    assert office.cleo.must("POST", f"{path}/approve")["status"] == "draft"
    edited = office.ada.ask("PATCH", path, {"reason": "Other"}, **{"If-Match": "*"})

    assert edited.json["approved_by"] == []
    assert office.cleo.must("POST", f"{path}/approve")["status"] == "announced"


def test_who_was_removed_approves_nothing_with_a_token_that_lives(office: Office) -> None:
    path = office.drafted(office.bo)
    deps = deps_of(office.vendor.stack)
    person = deps.people.member(office.cleo.org_id, office.cleo.id)
    deps.mongo.transact(
        lambda session: deps.people.replace(person.without(office.cleo.org_id), session)
    )

    assert code(office.cleo.ask("POST", f"{path}/approve")) == (403, "not-an-approver")


def test_whose_role_was_taken_away_approves_nothing_with_a_token_that_lives(
    office: Office,
) -> None:
    path = office.drafted(office.bo)
    deps = deps_of(office.vendor.stack)
    person = deps.people.member(office.cleo.org_id, office.cleo.id)
    reader = Membership(**{**vars(office.cleo.membership()), "roles": ("reader",)})
    deps.mongo.transact(
        lambda session: deps.people.replace(person.with_membership(reader), session)
    )

    assert code(office.cleo.ask("POST", f"{path}/approve")) == (403, "not-an-approver")


def test_a_person_of_another_vendor_finds_no_such_change(
    office: Office, other_office: Office
) -> None:
    path = office.drafted(office.bo)

    for who in (other_office.ada, other_office.cleo):
        assert who.ask("POST", f"{path}/approve").status_code == 404
    assert office.bo.must("GET", path)["status"] == "draft"


@pytest.fixture
def other_office(stack: Stack) -> Office:
    client = new_client(stack, "other-vendor", ["processor"], PROCESSOR_SCOPES)
    vendor = Vendor(stack, client, client["slug"])
    who = {
        name: somebody(vendor, name, role)
        for name, role in (
            ("ada", "owner"), ("bo", "privacy_manager"), ("cleo", "approver"), ("dan", "reader"),
        )
    }  # fmt: skip
    return Office(vendor, **who)


def test_engineers_keep_keys_and_others_do_not(office: Office) -> None:
    engineer = somebody(office.vendor, "finn", "engineer")
    body = {"name": "CI", "scopes": ["registry:read"]}
    key = engineer.must("POST", CLIENTS, body)

    for who in (office.bo, office.cleo, office.dan):
        refused = who.ask("POST", CLIENTS, body)
        assert refused.status_code == 403
        assert who.ask("POST", f"{CLIENTS}/{key['id']}/rotate").status_code == 403
        gone = who.ask("DELETE", f"{CLIENTS}/{key['id']}", **{"If-Match": "*"})
        assert gone.status_code == 403
    assert code(office.bo.ask("POST", CLIENTS, body)) == (403, "keys-not-yours")


def test_an_engineer_grants_no_more_than_the_role_gives(office: Office) -> None:
    engineer = somebody(office.vendor, "finn", "engineer")

    refused = engineer.ask("POST", CLIENTS, {"name": "x", "scopes": ["registry:write"]})

    assert code(refused) == (403, "grant-too-wide")


def test_a_key_outlives_the_person_who_made_it(office: Office) -> None:
    stack = office.vendor.stack
    engineer = somebody(office.vendor, "finn", "engineer")
    key = engineer.must("POST", CLIENTS, {"name": "CI", "scopes": ["registry:read"]})
    deps = deps_of(stack)
    person = deps.people.member(engineer.org_id, engineer.id)
    deps.mongo.transact(
        lambda session: deps.people.replace(person.without(engineer.org_id), session)
    )

    assert stack.ask(key, "GET", f"{office.vendor.path}/changes").status_code == 200
    assert office.ada.must("GET", f"{CLIENTS}/{key['id']}")["name"] == "CI"


def test_acts_of_persons_stand_in_the_trail_with_the_person(office: Office) -> None:
    office.ada.must("POST", CLIENTS, {"name": "CI", "scopes": ["registry:read"]})

    trail = office.ada.must("GET", "/identity/v1/audit?limit=200")["items"]

    told = trail[0]["private"]["members"]
    assert told["actor"] == {"type": "person", "id": office.ada.id, "name": "Ada"}
    types = [each["type"] for each in trail]
    assert {"person.invited", "person.joined", "session.opened"} <= set(types)
    assert office.bo.ask("GET", "/identity/v1/audit").status_code == 403


def test_a_lone_reader_takes_no_approval_from_the_keys(baseline: Vendor) -> None:
    somebody(baseline, "dan", "reader")
    change = baseline.draft(0)
    path = f"{baseline.path}/changes/{change['id']}"
    baseline.must("POST", f"/changes/{change['id']}/emergency", {"justification": "Insolvent."})

    first = baseline.stack.ask(baseline.client, "POST", f"{path}/approve")
    second = baseline.stack.ask(second_client(baseline), "POST", f"{path}/approve")

    assert [code(first), code(second)] == [(200, "draft"), (200, "announced")]
