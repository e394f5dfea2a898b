"""The rules of persons by tables: links, what is kept of a client, organisations, roles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.identity.model.links import Link, check_usable
from services.identity.model.people import (
    Membership,
    OrganisationOpen,
    Person,
    membership_for,
)
from services.identity.model.roles import ROLES, RoleUnknown, check_roles, scopes_of, table
from services.identity.model.sessions import seen_from
from shared.errors import DomainError
from shared.mailboxes import address_of

HERE = Path(__file__).parent
MADE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
# Who may give away what binds, or who is in: nobody but these.
ALONE = {"people:write": {"owner"}, "portal:write": {"owner"}, "portal:sign": {"signatory"},
         "agreements:sign": {"signatory"}, "registry:approve": {"approver"}}  # fmt: skip


def lines(name: str) -> list[list[str]]:
    text = (HERE / name).read_text("utf-8")
    return [line.split() for line in text.splitlines() if line and not line.startswith("#")]


def minute(text: str) -> datetime | None:
    return None if text == "-" else MADE + timedelta(minutes=int(text))


@pytest.mark.parametrize("line", lines("golden_links.txt"), ids=" ".join)
def test_a_link_is_good_once_for_its_purpose_and_its_time(line: list[str]) -> None:
    purpose, asked, used, at, expected = line
    link = Link("id", purpose, "per_1", MADE, MADE + timedelta(minutes=10), used_at=minute(used))
    now = minute(at)
    assert now is not None
    assert answer_to(None if purpose == "-" else link, asked, now) == expected


def answer_to(link: Link | None, purpose: str, now: datetime) -> str:
    try:
        check_usable(link, purpose, now)
    except DomainError as error:
        return error.code
    return "good"


@pytest.mark.parametrize("line", lines("golden_seen.txt"), ids=" ".join)
def test_of_an_address_only_its_network_is_kept(line: list[str]) -> None:
    address, network = line
    assert seen_from(address, "").address == network.replace("-", "")


def test_of_a_browser_only_the_beginning_is_kept() -> None:
    kept = seen_from("", f"Mozilla/5.0 (X11; Linux x86_64) Gecko\r\nX: y {'z' * 200}").user_agent
    assert kept.startswith("Mozilla/5.0")
    assert len(kept) <= 80
    assert "\n" not in kept
    assert "Linux" not in kept


def person(*org_ids: str, invited: str = "") -> Person:
    joined = [Membership(f"mbr_{org}", org, ("reader",), "A", "en", MADE, "x", MADE)
              for org in org_ids]  # fmt: skip
    waiting = [Membership("mbr_w", invited, ("owner",), "A", "en", MADE, "x")] if invited else []
    return Person("per_1", "a@b.example", "A", "en", MADE, (*joined, *waiting))


@pytest.mark.parametrize(
    ("who", "named", "org_id"),
    [
        (person("org_a"), None, "org_a"),
        (person("org_a", invited="org_b"), None, "org_a"),
        (person("org_a", "org_b"), "org_b", "org_b"),
        (person("org_a", "org_b"), None, ""),
        (person("org_a"), "org_b", ""),
        (person("org_a", invited="org_b"), "org_b", ""),
        (person(invited="org_b"), None, ""),
        (person(), None, ""),
    ],
)
def test_a_token_is_for_the_only_organisation_or_the_one_named(
    who: Person, named: str | None, org_id: str
) -> None:
    try:
        assert membership_for(who, named).org_id == org_id
    except OrganisationOpen:
        assert org_id == ""


def test_one_mailbox_is_one_person_however_it_is_spelled() -> None:
    assert address_of(" Ada@Example.COM ") == address_of("ada@example.com")
    assert address_of("\u00c6gir@example.com") == address_of("\u00e6gir@example.com")


@pytest.mark.parametrize(
    ("email", "other"),
    [("strau\u00dfe@x.dk", "strausse@x.dk"), ("\u017fm@x.dk", "sm@x.dk"), ("\u212a@x.dk", "k@x.dk"),
     ("\u0131@x.dk", "i@x.dk"), ("\u0130@x.dk", "i@x.dk"), ("\ufb01@x.dk", "fi@x.dk"),
     ("a@\u212a.dk", "a@k.dk"), ("a+b@x.dk", "a@x.dk"), ("a.b@x.dk", "ab@x.dk")],
)  # fmt: skip
def test_mailboxes_that_look_alike_are_two_persons(email: str, other: str) -> None:
    assert address_of(email) != address_of(other)


def test_every_kind_of_organisation_has_an_owner_and_roles_that_are_known() -> None:
    for kind, roles in table().items():
        assert "owner" in roles, kind
        assert set(roles) <= set(ROLES), kind


@pytest.mark.parametrize("scope", ALONE)
def test_what_binds_or_lets_in_is_for_one_role_alone(scope: str) -> None:
    having = {role for roles in table().values() for role, held in roles.items() if scope in held}
    assert having == ALONE[scope]


def test_a_reader_changes_nothing() -> None:
    for kind, roles in table().items():
        assert {scope.partition(":")[2] for scope in roles["reader"]} == {"read"}, kind


def test_roles_add_up_over_the_kinds_of_an_organisation() -> None:
    both = scopes_of(["processor", "controller"], ["signatory", "engineer"])
    assert {"agreements:sign", "portal:sign", "portal:endpoints", "notices:write"} <= both
    assert both.isdisjoint({"portal:write", "agreements:write", "people:write"})


def test_a_role_of_another_kind_is_named_as_unknown() -> None:
    check_roles(["controller"], ["approver"])
    with pytest.raises(RoleUnknown, match="Not in this organisation: approver"):
        check_roles(["platform"], ["approver"])
